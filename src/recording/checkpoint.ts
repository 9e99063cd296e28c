// A checkpoint: the size and root of a log, signed. Promise: exactly C2SP tlog-checkpoint in a C2SP signed note with an
// Ed25519 signature, so that tools we did not write can check it.
import { hash, type KeyObject, sign, verify } from 'node:crypto'
import { HASH_BYTES } from './merkle.ts'

export interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly root: Buffer
}

const ED25519 = 0x01
const KEY_ID_BYTES = 4
const SIGNATURE_BYTES = 64
/** The prefix that turns 32 bytes of an Ed25519 public key into DER, and back. */
const DER_PREFIX_BYTES = 12

export function origin(log: string): string {
  return `sallyport/${log}`
}

export function rawPublicKey(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' }).subarray(DER_PREFIX_BYTES)
}

/** The first four bytes of SHA-256(name, newline, algorithm, public key). */
export function keyId(name: string, publicKey: KeyObject): Buffer {
  const named = Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(ED25519), rawPublicKey(publicKey)])
  return hash('sha256', named, 'buffer').subarray(0, KEY_ID_BYTES)
}

/** `name+keyid+base64`: the form in which other tools take a verification key. */
export function verifierKey(name: string, publicKey: KeyObject): string {
  const key = Buffer.concat([Buffer.of(ED25519), rawPublicKey(publicKey)])
  return `${name}+${keyId(name, publicKey).toString('hex')}+${key.toString('base64')}`
}

export function signCheckpoint(checkpoint: Checkpoint, keys: { privateKey: KeyObject; publicKey: KeyObject }): string {
  const text = `${checkpoint.origin}\n${checkpoint.size}\n${checkpoint.root.toString('base64')}\n`
  const signature = Buffer.concat([
    keyId(checkpoint.origin, keys.publicKey),
    sign(null, Buffer.from(text), keys.privateKey),
  ])
  return `${text}\n— ${checkpoint.origin} ${signature.toString('base64')}\n`
}

/** Null where it is not a signed checkpoint; says nothing of the signature's truth. */
export function parseCheckpoint(note: string): (Checkpoint & { text: string; signatures: NoteSignature[] }) | null {
  const end = note.lastIndexOf('\n\n')
  if (end < 0 || !note.endsWith('\n')) return null
  const text = note.slice(0, end + 1)
  const [origin_, size, root64] = text.split('\n')
  if (!origin_ || !size || !root64 || !/^(0|[1-9][0-9]{0,15})$/.test(size)) return null
  const root = exactBase64(root64)
  if (root?.length !== HASH_BYTES) return null
  const signatures: NoteSignature[] = []
  for (const line of note.slice(end + 2, -1).split('\n')) {
    const match = /^— (\S+) (\S+)$/.exec(line)
    const bytes = match && exactBase64(match[2] as string)
    if (!match || !bytes || bytes.length <= KEY_ID_BYTES) return null
    const id = bytes.subarray(0, KEY_ID_BYTES)
    signatures.push({ name: match[1] as string, keyId: id, signature: bytes.subarray(KEY_ID_BYTES) })
  }
  return { origin: origin_, size: Number(size), root, text, signatures }
}

export interface NoteSignature {
  readonly name: string
  readonly keyId: Buffer
  readonly signature: Buffer
}

/** The checkpoint a note states, if this key signed it for this origin; else null. */
export function verifyCheckpoint(note: string, expected: string, publicKey: KeyObject): Checkpoint | null {
  const parsed = parseCheckpoint(note)
  if (!parsed || parsed.origin !== expected) return null
  const id = keyId(expected, publicKey)
  const own = parsed.signatures.filter(one => one.name === expected && one.keyId.equals(id))
  const good = own.length > 0 && own.every(one => isSigned(parsed.text, one.signature, publicKey))
  return good ? { origin: parsed.origin, size: parsed.size, root: parsed.root } : null
}

function isSigned(text: string, signature: Buffer, publicKey: KeyObject): boolean {
  return signature.length === SIGNATURE_BYTES && verify(null, Buffer.from(text), publicKey, signature)
}

/** Base64 with one spelling only: the decoder of the platform forgives too much. */
function exactBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : null
}
