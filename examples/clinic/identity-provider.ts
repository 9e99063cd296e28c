// The demo's identity provider: a certified OpenID provider in this process, on loopback. Promise: its tokens are signed
// JWTs that verify through its published keys, and its keys stay in `dir`, so that tokens outlive a restart.
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import Provider, { type Adapter, type AdapterPayload, type JWKS } from 'oidc-provider'
import type { Person } from './people.ts'

export interface MintOptions {
  /** Claims beside or instead of the person's own. */
  readonly claims?: Readonly<Record<string, unknown>>
  readonly lifeSeconds?: number
}

export interface IdentityProvider {
  readonly issuer: string
  /** A signed access token (`at+jwt`) of this person for exactly this audience, valid for twelve hours. */
  mint(person: Person, audience: string, options?: MintOptions): Promise<string>
  stop(): Promise<void>
}

const LIFE_SECONDS = 12 * 3_600
const SCOPE = 'openid clinic'
const HUMAN_CLIENT = 'clinic-desktop'

interface KeyFile {
  readonly version: 1
  readonly jwks: JWKS
  readonly cookieKey: string
}

export async function startIdentityProvider(options: {
  readonly dir: string
  readonly people: readonly Person[]
  readonly port?: number
}): Promise<IdentityProvider> {
  let handle: RequestListener = (_request, response) => response.writeHead(503).end()
  const listener = createServer((request, response) => handle(request, response))
  listener.listen(options.port ?? 0, '127.0.0.1')
  await once(listener, 'listening')
  const issuer = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`
  const extraClaims = new WeakMap<object, Record<string, unknown>>()
  const provider = makeProvider(issuer, options, extraClaims)
  handle = provider.callback()
  return {
    issuer,
    mint: (person, audience, mintOptions = {}) => mint(provider, person, audience, mintOptions, extraClaims),
    stop: async () => {
      const closed = new Promise<void>(done => listener.close(() => done()))
      listener.closeAllConnections()
      await closed
    },
  }
}

function makeProvider(
  issuer: string,
  options: { readonly dir: string; readonly people: readonly Person[] },
  extraClaims: WeakMap<object, Record<string, unknown>>,
): Provider {
  const { jwks, cookieKey } = keys(options.dir)
  const clientIds = new Set([HUMAN_CLIENT, ...options.people.flatMap(({ agent }) => (agent ? [agent.id] : []))])
  return new Provider(issuer, {
    adapter: memory(),
    jwks,
    cookies: { keys: [cookieKey] },
    clients: [...clientIds].map(id => ({
      client_id: id,
      application_type: 'native' as const,
      token_endpoint_auth_method: 'none' as const,
      redirect_uris: ['http://127.0.0.1/callback'],
    })),
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    scopes: ['openid', 'clinic'],
    claims: { openid: ['sub', 'email', 'groups'] },
    features: { devInteractions: { enabled: false } },
    ttl: { AccessToken: LIFE_SECONDS, Grant: LIFE_SECONDS },
    extraTokenClaims: (_context, token) => extraClaims.get(token),
    findAccount: (_context, subject) => {
      const person = options.people.find(candidate => candidate.subject === subject)
      if (person === undefined) return undefined
      return {
        accountId: subject,
        claims: () => ({ sub: subject, email: person.email, groups: [...person.groups] }),
      }
    },
  })
}

async function mint(
  provider: Provider,
  person: Person,
  audience: string,
  options: MintOptions,
  extraClaims: WeakMap<object, Record<string, unknown>>,
): Promise<string> {
  const clientId = person.agent?.id ?? HUMAN_CLIENT
  const client = await provider.Client.find(clientId)
  if (client === undefined) throw new Error(`The demo's identity provider has no client ${clientId}.`)
  const grant = new provider.Grant({ accountId: person.subject, clientId })
  grant.addResourceScope(audience, SCOPE)
  const token = new provider.AccessToken({
    accountId: person.subject,
    client,
    grantId: await grant.save(),
    scope: SCOPE,
    gty: 'authorization_code',
    expiresIn: options.lifeSeconds ?? LIFE_SECONDS,
  })
  token.resourceServer = new provider.ResourceServer(audience, {
    accessTokenFormat: 'jwt',
    audience,
    scope: SCOPE,
    accessTokenTTL: options.lifeSeconds ?? LIFE_SECONDS,
    jwt: { sign: { alg: 'ES256' } },
  })
  extraClaims.set(token, {
    email: person.email,
    groups: person.groups,
    ...(person.purpose === null ? {} : { purpose_of_use: person.purpose }),
    ...(person.agent === null ? {} : { act: { sub: person.agent.id } }),
    ...options.claims,
  })
  return token.save()
}

function keys(dir: string): KeyFile {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const file = join(dir, 'identity-provider.json')
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const key = {
      ...privateKey.export({ format: 'jwk' }),
      use: 'sig',
      alg: 'ES256',
      kid: randomBytes(8).toString('hex'),
    }
    const made = { version: 1, jwks: { keys: [key] }, cookieKey: randomBytes(32).toString('base64url') }
    writeFileSync(file, JSON.stringify(made), { mode: 0o600 })
  }
  const kept = JSON.parse(readFileSync(file, 'utf8')) as KeyFile
  if (kept.version !== 1) throw new Error(`${file} has an unknown version: remove it.`)
  return kept
}

/** All that the provider remembers, gone at stop: nothing but the keys needs to outlive a run. */
function memory(): new (model: string) => Adapter {
  const kept = new Map<string, AdapterPayload>()
  const by = (found: (payload: AdapterPayload) => boolean) => [...kept.values()].find(found)
  return class {
    readonly #model: string
    constructor(model: string) {
      this.#model = model
    }
    async upsert(id: string, payload: AdapterPayload) {
      kept.set(`${this.#model}:${id}`, payload)
    }
    async find(id: string) {
      return kept.get(`${this.#model}:${id}`)
    }
    async findByUserCode(userCode: string) {
      return by(payload => payload.userCode === userCode)
    }
    async findByUid(uid: string) {
      return by(payload => payload.uid === uid)
    }
    async consume(id: string) {
      const payload = kept.get(`${this.#model}:${id}`)
      if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1_000)
    }
    async destroy(id: string) {
      kept.delete(`${this.#model}:${id}`)
    }
    async revokeByGrantId(grantId: string) {
      for (const [key, payload] of kept) if (payload.grantId === grantId) kept.delete(key)
    }
  }
}
