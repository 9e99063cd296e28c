// SCRAM-SHA-256 and -PLUS (RFC 5802, 7677), both ends. Promise: the server end keeps no password; proofs are compared in
// constant time; a wrong user, a wrong proof and a stripped channel binding all look the same from outside.
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'
import { limits } from '../gateway/limits.ts'

export interface ScramSecret {
  readonly salt: Buffer
  readonly iterations: number
  readonly storedKey: Buffer
  readonly serverKey: Buffer
}

export const SCRAM = 'SCRAM-SHA-256'
export const SCRAM_PLUS = 'SCRAM-SHA-256-PLUS'
/** PostgreSQL's own default. */
const ITERATIONS = 4096

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

function xor(left: Buffer, right: Buffer): Buffer {
  return Buffer.from(left.map((byte, at) => byte ^ (right[at] as number)))
}

function salted(password: string, salt: Uint8Array, iterations: number): Buffer {
  return pbkdf2Sync(password.normalize('NFKC'), salt, iterations, 32, 'sha256')
}

export function scramSecret(password: string): ScramSecret {
  const salt = randomBytes(16)
  const key = salted(password, salt, ITERATIONS)
  return {
    salt,
    iterations: ITERATIONS,
    storedKey: sha256(hmac(key, 'Client Key')),
    serverKey: hmac(key, 'Server Key'),
  }
}

/** For users there are none of: costs what a real one costs and never succeeds. */
export function noSecret(): ScramSecret {
  return { salt: randomBytes(16), iterations: ITERATIONS, storedKey: randomBytes(32), serverKey: randomBytes(32) }
}

function attributes(message: string): ReadonlyMap<string, string> {
  return new Map(message.split(',').map(part => [part.slice(0, 1), part.slice(2)]))
}

/** The gateway as server. Each step returns null where the other end is not to be believed. */
export class ScramServer {
  readonly #secret: ScramSecret
  readonly #plus: boolean
  /** tls-server-end-point of our certificate, where the channel has one. */
  readonly #binding: Buffer | null
  #header = ''
  #nonce = ''
  #exchanged = ''

  constructor(secret: ScramSecret, plus: boolean, binding: Buffer | null) {
    this.#secret = secret
    this.#plus = plus
    this.#binding = binding
  }

  first(message: string): string | null {
    const match = /^(n|y|p=tls-server-end-point),,(.*)$/s.exec(message)
    if (match === null) return null
    const [, flag, bare] = match as unknown as [string, string, string]
    // `y`: the client thinks we cannot bind, though we offered it: somebody took the offer away.
    if (this.#plus !== flag.startsWith('p=') || (flag === 'y' && this.#binding !== null)) return null
    const nonce = attributes(bare).get('r')
    if (!nonce || bare.startsWith('m=')) return null
    this.#header = `${flag},,`
    this.#nonce = nonce + randomBytes(18).toString('base64')
    const reply = `r=${this.#nonce},s=${this.#secret.salt.toString('base64')},i=${this.#secret.iterations}`
    this.#exchanged = `${bare},${reply}`
    return reply
  }

  final(message: string): string | null {
    const cut = message.lastIndexOf(',p=')
    if (cut < 0) return null
    const withoutProof = message.slice(0, cut)
    const proof = Buffer.from(message.slice(cut + 3), 'base64')
    const said = attributes(withoutProof)
    const channel = Buffer.concat([Buffer.from(this.#header), (this.#plus && this.#binding) || Buffer.alloc(0)])
    if (said.get('r') !== this.#nonce || said.get('c') !== channel.toString('base64') || proof.length !== 32)
      return null
    const exchanged = `${this.#exchanged},${withoutProof}`
    const { storedKey, serverKey } = this.#secret
    const clientKey = xor(proof, hmac(storedKey, exchanged))
    if (!timingSafeEqual(sha256(clientKey), storedKey)) return null
    return `v=${hmac(serverKey, exchanged).toString('base64')}`
  }
}

/** The gateway as client of the database. */
export class ScramClient {
  readonly #password: string
  readonly #nonce = randomBytes(18).toString('base64')
  #expected: Buffer | null = null

  constructor(password: string) {
    this.#password = password
  }

  first(): string {
    return `n,,n=,r=${this.#nonce}`
  }

  /** Throws where the server's message is not one. */
  final(serverFirst: string): string {
    const said = attributes(serverFirst)
    const nonce = said.get('r') ?? ''
    const iterations = Number(said.get('i'))
    const inRange = Number.isInteger(iterations) && iterations > 0 && iterations <= limits.scramIterations
    if (!nonce.startsWith(this.#nonce) || nonce === this.#nonce || !inRange) throw new Error('bad SCRAM message')
    const key = salted(this.#password, Buffer.from(said.get('s') ?? '', 'base64'), iterations)
    const clientKey = hmac(key, 'Client Key')
    const withoutProof = `c=${Buffer.from('n,,').toString('base64')},r=${nonce}`
    const exchanged = `n=,r=${this.#nonce},${serverFirst},${withoutProof}`
    this.#expected = hmac(hmac(key, 'Server Key'), exchanged)
    return `${withoutProof},p=${xor(clientKey, hmac(sha256(clientKey), exchanged)).toString('base64')}`
  }

  /** Whether the server knows the password too. */
  proves(serverFinal: string): boolean {
    const proof = Buffer.from(attributes(serverFinal).get('v') ?? '', 'base64')
    return this.#expected !== null && proof.length === 32 && timingSafeEqual(proof, this.#expected)
  }
}

export function md5Password(user: string, password: string, salt: Uint8Array): string {
  const inner = createHash('md5').update(`${password}${user}`).digest('hex')
  return `md5${createHash('md5').update(inner).update(salt).digest('hex')}`
}
