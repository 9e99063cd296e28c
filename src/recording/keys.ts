// The keys of recording, and the other secrets of one gateway. Promise: each lies in a file of its own that only its owner
// can read, is made once, and is never replaced; the private half of the seal key is not loaded here.
import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { basename, join } from 'node:path'

const FORMAT = 1
const PUBLISHED = 'log-public.pem'
const HEAD = /^sallyport-key ([0-9]+) ([a-z-]+)\n([A-Za-z0-9+/=]+)\n$/
const RESERVED = new Set(['log-signing', 'seal-public', 'seal-private'])
const SECRET_NAME = /^[a-z][a-z-]{0,63}$/

export interface RecordingKeys {
  /** Signs checkpoints (Ed25519). */
  readonly signing: KeyObject
  readonly verifying: KeyObject
  /** Wraps session keys (RSA 3072); what it wrapped only the private half opens. */
  readonly seal: KeyObject
  readonly transcript: KeyObject
  /** A 256-bit secret by name, made on first use: `approval`, `opaque-id` … */
  secretKey(name: string): KeyObject
}

export interface KeyPlaces {
  /** Where the private half of the seal key is put when it is made; it may be taken away afterwards. */
  readonly sealDir?: string
}

/** Reads the keys under `dir`/keys, making those that do not exist. Throws Error with one sentence. */
export function loadKeys(dir: string, places: KeyPlaces = {}): RecordingKeys {
  const at = join(dir, 'keys')
  mkdirSync(at, { recursive: true, mode: 0o700 })
  const der = obtain(at, 'log-signing', () =>
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'der' }),
  )
  const signing = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  publish(dir, createPublicKey(signing))
  const seal = sealKey(at, places.sealDir ?? join(dir, 'seal-keys'))
  const secretKey = (name: string) => {
    if (!SECRET_NAME.test(name) || RESERVED.has(name)) throw new Error('This is not a name for a secret key.')
    return createSecretKey(obtain(at, name, () => randomBytes(32)))
  }
  return { signing, verifying: createPublicKey(signing), seal, transcript: secretKey('transcript'), secretKey }
}

/** The private half, for the unsealing process alone. */
export function loadSealPrivateKey(sealDir: string): KeyObject {
  return createPrivateKey({
    key: read(join(sealDir, 'seal-private.key'), 'seal-private'),
    format: 'der',
    type: 'pkcs8',
  })
}

/** The public key that checks the log's signatures, as the gateway published it; null where it has not. */
export function readVerifyingKey(dir: string): KeyObject | null {
  const file = join(dir, PUBLISHED)
  return exists(file) ? createPublicKey(readFileSync(file)) : null
}

/** For auditors, who keep a copy: whoever can change the log can change this file too. */
function publish(dir: string, key: KeyObject): void {
  const file = join(dir, PUBLISHED)
  const pem = key.export({ type: 'spki', format: 'pem' })
  if (!exists(file) || readFileSync(file, 'latin1') !== pem) writeFileSync(file, pem, { mode: 0o644 })
}

function sealKey(at: string, sealDir: string): KeyObject {
  const file = join(at, 'seal-public.key')
  if (!exists(file)) {
    mkdirSync(sealDir, { recursive: true, mode: 0o700 })
    const secret = join(sealDir, 'seal-private.key')
    // The private half first: a public key whose private half was never written would seal for nobody.
    if (!exists(secret)) {
      const made = generateKeyPairSync('rsa', { modulusLength: 3072 })
      write(secret, 'seal-private', made.privateKey.export({ type: 'pkcs8', format: 'der' }))
    }
    const publicKey = createPublicKey(loadSealPrivateKey(sealDir))
    write(file, 'seal-public', publicKey.export({ type: 'spki', format: 'der' }))
  }
  return createPublicKey({ key: read(file, 'seal-public'), format: 'der', type: 'spki' })
}

function obtain(dir: string, name: string, make: () => Buffer): Buffer {
  const file = join(dir, `${name}.key`)
  if (!exists(file)) write(file, name, make())
  return read(file, name)
}

function exists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined
}

function read(file: string, name: string): Buffer {
  const { mode } = statSync(file)
  if ((mode & 0o077) !== 0) {
    throw new Error(`The key file ${file} can be read or written by others: run chmod 600 on it, or replace the key.`)
  }
  const match = HEAD.exec(readFileSync(file, 'latin1'))
  if (!match || match[2] !== name) throw new Error(`The file ${file} is not a ${name} key of this product.`)
  if (Number(match[1]) !== FORMAT) {
    throw new Error(`The key file ${file} has format ${match[1]}, and this version reads format ${FORMAT} only.`)
  }
  return Buffer.from(match[3] as string, 'base64')
}

/** Durable and whole or not there at all; of two processes that make the same key, the first wins. */
function write(file: string, name: string, key: Buffer): void {
  const draft = `${file}.${randomBytes(6).toString('hex')}.new`
  const handle = openSync(draft, 'wx', 0o600)
  try {
    writeSync(handle, `sallyport-key ${FORMAT} ${name}\n${key.toString('base64')}\n`)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new Error(`The key file ${basename(file)} could not be written.`)
    }
  } finally {
    unlinkSync(draft)
  }
  const folder = openSync(join(file, '..'), 'r')
  fsyncSync(folder)
  closeSync(folder)
}
