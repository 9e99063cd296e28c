// An issuer on loopback for tests, whose every answer a test can spoil.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

export interface SigningKey {
  readonly alg: string
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly jwk: JWK
}

export async function signingKey(alg: string, kid: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { alg, kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void

export class LoopbackIssuer {
  /** Path → what is answered instead. */
  readonly spoiled = new Map<string, Answer>()
  readonly asked: string[] = []
  keys: JWK[] = []
  issuer = ''
  readonly #server = createServer((request, response) => this.#answer(request, response))

  static async start(keys: readonly SigningKey[]): Promise<LoopbackIssuer> {
    const issuer = new LoopbackIssuer()
    issuer.keys = keys.map(key => key.jwk)
    await new Promise<void>(done => issuer.#server.listen(0, '127.0.0.1', done))
    issuer.issuer = `http://127.0.0.1:${(issuer.#server.address() as AddressInfo).port}`
    return issuer
  }

  get keyRequests(): number {
    return this.asked.filter(path => path === '/jwks').length
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? ''
    this.asked.push(path)
    const spoiled = this.spoiled.get(path)
    if (spoiled) spoiled(request, response)
    else if (path === '/.well-known/openid-configuration') json(response, this.metadata())
    else if (path === '/jwks') json(response, { keys: this.keys })
    else response.writeHead(404).end()
  }

  metadata(): Record<string, unknown> {
    return { issuer: this.issuer, jwks_uri: `${this.issuer}/jwks` }
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(done => this.#server.close(done))
  }
}

export function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

/** A member set to undefined is left out. */
export function sign(
  key: SigningKey,
  claims: Record<string, unknown>,
  header: Record<string, unknown> = {},
): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'at+jwt', ...header })
    .sign(key.privateKey)
}

/** A token nobody signed properly: the parts as given. */
export function forged(header: unknown, claims: unknown, signature = 'AAAA'): string {
  const part = (value: unknown) =>
    Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
  return `${part(header)}.${part(claims)}.${signature}`
}
