// An OpenID provider for tests: discovery, keys, and tokens without a sign-in. Promise: a real issuer over loopback HTTP
// whose tokens the gateway verifies as any other; one for the whole run where the runner started it.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'

const ALGORITHM = 'ES256'

export interface MintOptions {
  readonly audience?: string | readonly string[]
  readonly issuer?: string
  readonly issuedAt?: Date
  readonly lifeMs?: number
  /** Members of the protected header that replace the usual ones. */
  readonly header?: { readonly alg?: string; readonly kid?: string; readonly typ?: string }
  /** A key the issuer does not publish. */
  readonly key?: CryptoKey
}

export interface Issuer {
  readonly url: string
  /** A signed token with these claims over `sub`, `client_id` and `jti` of its own. */
  mint(claims: Readonly<Record<string, unknown>>, options: MintOptions): Promise<string>
  /** A new key signs from now on; the former one is no longer published. Not for the shared issuer. */
  rotate(): Promise<void>
  /** How often the keys were asked for. */
  readonly keyRequests: () => number
  close(): Promise<void>
}

interface Signer {
  readonly kid: string
  readonly key: CryptoKey
  readonly published: JWK
}

/** What the runner hands over in SALLYPORT_TEST_ISSUER. */
export interface SharedIssuer {
  readonly url: string
  readonly kid: string
  readonly privateKey: JWK
}

async function newSigner(): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM, { extractable: true })
  const kid = randomUUID()
  return { kid, key: privateKey, published: { ...(await exportJWK(publicKey)), kid, alg: ALGORITHM, use: 'sig' } }
}

async function sign(
  issuer: string,
  signer: Pick<Signer, 'kid' | 'key'>,
  claims: Readonly<Record<string, unknown>>,
  options: MintOptions,
): Promise<string> {
  const issuedAt = options.issuedAt ?? new Date()
  const expiresAt = new Date(issuedAt.getTime() + (options.lifeMs ?? 3_600_000))
  const audience = typeof options.audience === 'string' ? options.audience : [...(options.audience ?? [])]
  return new SignJWT({ client_id: 'test-client', jti: randomUUID(), ...claims })
    .setProtectedHeader({ alg: ALGORITHM, kid: signer.kid, typ: 'at+jwt', ...options.header })
    .setIssuer(options.issuer ?? issuer)
    .setAudience(audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt)
    .sign(options.key ?? signer.key)
}

/** One of its own, for tests that rotate keys or count requests, and for the runner to share. */
export async function startOwnIssuer(): Promise<Issuer & { share(): Promise<SharedIssuer> }> {
  let signer = await newSigner()
  let asked = 0
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo
    const url = `http://127.0.0.1:${port}`
    const answer = (body: unknown) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    if (request.url === '/.well-known/openid-configuration') {
      answer({
        issuer: url,
        jwks_uri: `${url}/jwks`,
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: [ALGORITHM],
      })
    } else if (request.url === '/jwks') {
      asked++
      answer({ keys: [signer.published] })
    } else response.writeHead(404).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    mint: (claims, options) => sign(url, signer, claims, options),
    async rotate() {
      signer = await newSigner()
    },
    keyRequests: () => asked,
    async close() {
      const closed = new Promise(resolve => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
    share: async () => ({ url, kid: signer.kid, privateKey: await exportJWK(signer.key) }),
  }
}

/** The run's own issuer where there is one, else a new one. */
export async function startIssuer(): Promise<Pick<Issuer, 'url' | 'mint' | 'close'>> {
  const named = process.env.SALLYPORT_TEST_ISSUER
  if (named === undefined || named === '') return startOwnIssuer()
  const shared: SharedIssuer = JSON.parse(named)
  const key = (await importJWK(shared.privateKey, ALGORITHM)) as CryptoKey
  return {
    url: shared.url,
    mint: (claims, options) => sign(shared.url, { kid: shared.kid, key }, claims, options),
    close: async () => {},
  }
}
