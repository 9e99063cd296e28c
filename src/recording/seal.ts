// Payloads at rest. Promise: raw payloads are closed with a key this process can wrap but not unwrap, transcripts, also those
// that are the whole payload, with one it can derive; a stored blob opens only at its own place in its own log, and only to the bytes its entry committed
// to, since AES-GCM alone does not bind a ciphertext to one key.
import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  hash,
  hkdfSync,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  randomFillSync,
  timingSafeEqual,
} from 'node:crypto'
import { zstdDecompressSync } from 'node:zlib'
import { limits } from '../gateway/limits.ts'
import { compressed } from './compress.ts'
import type { Commitment } from './entry.ts'

/** blob: format, nonce, ciphertext of (encoding, salt, data), tag. */
const FORMAT = 2
const NONCE_BYTES = 12
const TAG_BYTES = 16
const SALT_BYTES = 32
const KEY_BYTES = 32
const ENCODING = { plain: 0, zstd: 1 } as const
const CIPHER = 'aes-256-gcm'
const SMALL_BYTES = 64 << 10

export type SealFault = 'changed' | 'wrong-key' | 'wrong-commitment' | 'unknown-format'

export class SealError extends Error {
  readonly fault: SealFault
  constructor(fault: SealFault) {
    super(`the blob does not open: ${fault}`)
    this.name = 'SealError'
    this.fault = fault
  }
}

/**
 * What is stored of a key pair: both keys wrapped together, and the salt from which the transcript key is derived. Who opens
 * seals needs the transcript key too: a payload that is its own transcript is stored as that alone.
 */
export interface StoredKey {
  readonly wrapped: Uint8Array
  readonly derive: Uint8Array
}

export interface SessionKey extends StoredKey {
  readonly seal: KeyObject
  readonly transcript: KeyObject
  /** What the entry says of it. */
  readonly commitment: string
}

/** Where a blob belongs; it opens nowhere else. */
export interface Place {
  readonly log: string
  readonly session: string | null
  readonly n: number
  readonly seq: number
}

export function newSessionKey(
  masters: { readonly seal: KeyObject; readonly transcript: KeyObject },
  log: string,
  session: string | null,
): SessionKey {
  const derive = randomBytes(16)
  const transcript = transcriptKey(masters.transcript, derive, log, session)
  const keys = Buffer.alloc(2 * KEY_BYTES)
  randomFillSync(keys, 0, KEY_BYTES)
  const derived = transcript.export()
  derived.copy(keys, KEY_BYTES)
  derived.fill(0)
  const wrapped = publicEncrypt({ ...OAEP, key: masters.seal, oaepLabel: keyLabel(log, session) }, keys)
  const seal = createSecretKey(keys.subarray(0, KEY_BYTES))
  keys.fill(0)
  return { seal, transcript, wrapped, derive, commitment: keyCommitment({ wrapped, derive }) }
}

export function transcriptKey(master: KeyObject, derive: Uint8Array, log: string, session: string | null): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', master, derive, keyLabel(log, session), KEY_BYTES)))
}

/** Needs the private key, which the gateway process never loads. Throws SealError. */
export function unwrapKeys(
  privateKey: KeyObject,
  wrapped: Uint8Array,
  log: string,
  session: string | null,
): Pick<SessionKey, 'seal' | 'transcript'> {
  let keys: Buffer
  try {
    keys = privateDecrypt({ ...OAEP, key: privateKey, oaepLabel: keyLabel(log, session) }, wrapped)
  } catch {
    throw new SealError('wrong-key')
  }
  if (keys.length !== 2 * KEY_BYTES) throw new SealError('wrong-key')
  const seal = createSecretKey(keys.subarray(0, KEY_BYTES))
  const transcript = createSecretKey(keys.subarray(KEY_BYTES))
  keys.fill(0)
  return { seal, transcript }
}

export function keyCommitment({ wrapped, derive }: StoredKey): string {
  return hash('sha256', Buffer.concat([wrapped, derive]), 'hex')
}

const OAEP = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' } as const

function keyLabel(log: string, session: string | null): Buffer {
  return Buffer.from(`sallyport key 2\n${log}\n${session ?? ''}`)
}

function blobLabel(kind: 'sealed' | 'transcript', { log, session, n, seq }: Place): Buffer {
  return Buffer.from(`sallyport blob 1\n${kind}\n${log}\n${session ?? ''}\n${n}\n${seq}`)
}

export interface SealedBlob {
  readonly bytes: Buffer
  readonly commitment: Commitment
  readonly salt: Uint8Array
}

/** Closes blobs. One per process start: its nonces are 32 random bits of that start and a counter, so none comes twice. */
export class Sealer {
  readonly #start = randomBytes(4)
  #count = 0n
  readonly #salts = Buffer.alloc(SALT_BYTES * 256)
  #salted = this.#salts.length

  /** `take` gives the memory the blob is written to. */
  close(
    kind: 'sealed' | 'transcript',
    key: KeyObject,
    place: Place,
    payload: Uint8Array,
    take: (bytes: number) => Buffer = Buffer.allocUnsafe,
  ): SealedBlob {
    const salt = this.#salt()
    const data = compressed(payload)
    const shorter = data !== payload
    const plain = scratch(1 + SALT_BYTES + data.length)
    plain[0] = shorter ? ENCODING.zstd : ENCODING.plain
    plain.set(salt, 1)
    plain.set(data, 1 + SALT_BYTES)
    const bytes = take(1 + NONCE_BYTES + plain.length + TAG_BYTES)
    bytes[0] = FORMAT
    bytes.set(this.#start, 1)
    bytes.writeBigUInt64BE(++this.#count, 5)
    const cipher = createCipheriv(CIPHER, key, bytes.subarray(1, 1 + NONCE_BYTES))
    cipher.setAAD(blobLabel(kind, place))
    bytes.set(cipher.update(plain), 1 + NONCE_BYTES)
    cipher.final()
    bytes.set(cipher.getAuthTag(), bytes.length - TAG_BYTES)
    const committed = shorter ? salted(salt, payload) : hash('sha256', plain.subarray(1), 'hex')
    return { commitment: { sha256: hash('sha256', bytes, 'hex'), bytes: bytes.length, salted: committed }, bytes, salt }
  }

  #salt(): Buffer {
    if (this.#salted === this.#salts.length) {
      randomFillSync(this.#salts)
      this.#salted = 0
    }
    this.#salted += SALT_BYTES
    return Buffer.from(this.#salts.subarray(this.#salted - SALT_BYTES, this.#salted))
  }
}

/** The payload, and the salt under which other commitments of its entry were made. Throws SealError. */
export function openBlob(
  kind: 'sealed' | 'transcript',
  key: KeyObject,
  place: Place,
  bytes: Uint8Array,
  commitment: Commitment,
): { payload: Buffer; salt: Buffer } {
  if (bytes.length !== commitment.bytes || hash('sha256', bytes, 'hex') !== commitment.sha256) {
    throw new SealError('changed')
  }
  if (bytes[0] !== FORMAT || bytes.length < 1 + NONCE_BYTES + SALT_BYTES + 1 + TAG_BYTES) {
    throw new SealError('unknown-format')
  }
  const plain = decrypt(kind, key, place, bytes)
  const salt = plain.subarray(1, 1 + SALT_BYTES)
  const data = plain.subarray(1 + SALT_BYTES)
  const payload = plain[0] === ENCODING.zstd ? zstdDecompressSync(data, { maxOutputLength: limits.openedBytes }) : data
  const stated = Buffer.from(commitment.salted, 'hex')
  const found = Buffer.from(salted(salt, payload), 'hex')
  if (stated.length !== found.length || !timingSafeEqual(stated, found)) throw new SealError('wrong-commitment')
  return { payload, salt }
}

function decrypt(kind: 'sealed' | 'transcript', key: KeyObject, place: Place, bytes: Uint8Array): Buffer {
  const body = bytes.subarray(1 + NONCE_BYTES, bytes.length - TAG_BYTES)
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(1, 1 + NONCE_BYTES))
  decipher.setAAD(blobLabel(kind, place))
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(body), decipher.final()])
  } catch {
    throw new SealError('wrong-key')
  }
}

const room = Buffer.alloc(SMALL_BYTES)

function scratch(bytes: number): Buffer {
  return bytes > room.length ? Buffer.allocUnsafe(bytes) : room.subarray(0, bytes)
}

/**
 * SHA-256 of the salt and the bytes, hex: 32 random bytes before hide what follows as an HMAC would, at half its cost, and
 * every salt is of that length, so that none can be taken for a part of the bytes.
 */
export function salted(salt: Uint8Array, bytes: Uint8Array): string {
  if (bytes.length > room.length - SALT_BYTES) {
    return createHash('sha256').update(salt).update(bytes).digest('hex')
  }
  const both = scratch(SALT_BYTES + bytes.length)
  both.set(salt)
  both.set(bytes, SALT_BYTES)
  return hash('sha256', both, 'hex')
}
