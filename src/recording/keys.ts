// The keys of recording, and the other secrets of one gateway. Promise: each lies in a file of its own that only its owner
// can read, is made once, and is never replaced, also not where it is gone; the private half of the seal key is not loaded here.
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
import { filePath, logDir, logsIn } from './inbox-folder.ts'

const FORMAT = 1
const PUBLISHED = 'log-public.pem'
const HEAD = /^sallyport-key ([0-9]+) ([a-z-]+)\n([A-Za-z0-9+/=]+)\n$/
const RESERVED = new Set(['log-signing', 'seal-public', 'seal-private'])
const SECRET_BYTES = 32
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

/**
 * Reads the keys under `dir`/keys, making those that do not exist; but not those a log was begun with, which would then be
 * one log under two keys. Throws Error with one sentence.
 */
export function loadKeys(dir: string, places: KeyPlaces = {}): RecordingKeys {
  const at = keyFolder(dir)
  const first = !logsIn(dir).some(log => exists(filePath(logDir(dir, log), 1)))
  const der = obtain(at, 'log-signing', first, () =>
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'der' }),
  )
  const signing = parsed(at, 'log-signing', () => createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }))
  publish(dir, createPublicKey(signing))
  const seal = sealKey(at, places.sealDir ?? join(dir, 'seal-keys'), first)
  const secret = (name: string, mayMake: boolean) => {
    const key = obtain(at, name, mayMake, () => randomBytes(SECRET_BYTES))
    if (key.length !== SECRET_BYTES) throw notThis(join(at, `${name}.key`), name)
    return createSecretKey(key)
  }
  const secretKey = (name: string) => {
    if (!SECRET_NAME.test(name) || RESERVED.has(name)) throw new Error('This is not a name for a secret key.')
    return secret(name, true)
  }
  return { signing, verifying: createPublicKey(signing), seal, transcript: secret('transcript', first), secretKey }
}

/** Whoever can write the folder could put other keys in place of these. */
function keyFolder(dir: string): string {
  const at = join(dir, 'keys')
  let mode: number
  try {
    mkdirSync(at, { recursive: true, mode: 0o700 })
    mode = statSync(at).mode
  } catch (error) {
    throw new Error(`The folder ${at} cannot be made or read (${codeOf(error)}).`)
  }
  if ((mode & 0o022) !== 0) throw new Error(`Others can replace keys in ${at}: run chmod 700 on it.`)
  return at
}

/** The private half, for the unsealing process alone. */
export function loadSealPrivateKey(sealDir: string): KeyObject {
  const key = read(join(sealDir, 'seal-private.key'), 'seal-private')
  return parsed(sealDir, 'seal-private', () => createPrivateKey({ key, format: 'der', type: 'pkcs8' }))
}

/** The public key that checks the log's signatures, as the gateway published it; null where there is none to be read. */
export function readVerifyingKey(dir: string): KeyObject | null {
  try {
    return createPublicKey(readFileSync(join(dir, PUBLISHED)))
  } catch {
    return null
  }
}

/** For auditors, who keep a copy: whoever can change the log can change this file too. */
function publish(dir: string, key: KeyObject): void {
  const file = join(dir, PUBLISHED)
  const pem = key.export({ type: 'spki', format: 'pem' })
  try {
    if (!exists(file) || readFileSync(file, 'latin1') !== pem) writeFileSync(file, pem, { mode: 0o644 })
  } catch (error) {
    throw new Error(`The file ${file} cannot be read or written (${codeOf(error)}).`)
  }
}

function sealKey(at: string, sealDir: string, mayMake: boolean): KeyObject {
  const file = join(at, 'seal-public.key')
  if (!exists(file)) {
    mkdirSync(sealDir, { recursive: true, mode: 0o700 })
    const secret = join(sealDir, 'seal-private.key')
    // The private half first: a public key whose private half was never written would seal for nobody.
    if (!exists(secret)) {
      if (!mayMake) throw missing(file)
      const made = generateKeyPairSync('rsa', { modulusLength: 3072 })
      write(secret, 'seal-private', made.privateKey.export({ type: 'pkcs8', format: 'der' }))
    }
    const publicKey = createPublicKey(loadSealPrivateKey(sealDir))
    write(file, 'seal-public', publicKey.export({ type: 'spki', format: 'der' }))
  }
  const key = read(file, 'seal-public')
  return parsed(at, 'seal-public', () => createPublicKey({ key, format: 'der', type: 'spki' }))
}

function obtain(dir: string, name: string, mayMake: boolean, make: () => Buffer): Buffer {
  const file = join(dir, `${name}.key`)
  if (!exists(file)) {
    if (!mayMake) throw missing(file)
    write(file, name, make())
  }
  return read(file, name)
}

function missing(file: string): Error {
  const whole = 'or move the whole data folder away to begin a new log'
  return new Error(
    `The key file ${file} is missing, and there is a log that needs it: restore it from a backup, ${whole}.`,
  )
}

function notThis(file: string, name: string): Error {
  return new Error(`The file ${file} is not a ${name} key of this product.`)
}

function parsed(dir: string, name: string, parse: () => KeyObject): KeyObject {
  try {
    return parse()
  } catch {
    throw notThis(join(dir, `${name}.key`), name)
  }
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code)
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
  if (!match || match[2] !== name) throw notThis(file, name)
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
