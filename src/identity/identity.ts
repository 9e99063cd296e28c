// Who is calling. Promise: a Subject comes only from a token whose signature, issuer, audience and life were all checked
// against the live configuration; every other outcome is one of a closed set of reasons, and holds nothing of the token.
import { hash } from 'node:crypto'
import { compactVerify } from 'jose'
import { limits } from '../gateway/limits.ts'
import type { Subject } from '../gateway/seam.ts'
import { carriedAudiences, isForUs } from './audience.ts'
import { groupsOfProvider, type ProviderGroups } from './groups.ts'
import { IssuerKeys } from './issuer-keys.ts'
import { lifetime } from './lifetime.ts'
import { type GroupMapping, type Provider, signatureAlgorithms } from './provider.ts'
import { hasScopes } from './scopes.ts'
import { subjectOf } from './subject.ts'
import { bearer, type ReadToken, readToken } from './token.ts'
import { insufficientScope, type Reason, type Unauthenticated, unauthenticated } from './unauthenticated.ts'
import { VerifiedCache } from './verified-cache.ts'

export interface IdentityOptions {
  readonly providers: readonly Provider[]
  readonly groups: GroupMapping
  readonly publicUrl: string
  /** Wall clock, ms: what tokens are compared with. */
  readonly now?: () => number
  /** Monotonic clock, ms: how old keys and proofs are. */
  readonly steady?: () => number
  readonly fetch?: typeof fetch
}

interface Issuer {
  readonly provider: Provider
  readonly groups: ProviderGroups
  readonly keys: IssuerKeys
}

/** A token that was proved; whether it is meant for what is asked is compared on each use. */
interface Verified {
  readonly subject: Subject
  readonly audiences: readonly string[]
  readonly provider: Provider
  /** It has every scope that its provider is asked for. */
  readonly scoped: boolean
}

export class Identity {
  readonly #publicUrl: string
  readonly #now: () => number
  readonly #steady: () => number
  readonly #fetch: typeof fetch
  readonly #verified = new VerifiedCache<Verified>(limits.tokenCacheItems)
  readonly #underWay = new Map<string, Promise<Verified | Reason>>()
  #issuers: ReadonlyMap<string, Issuer> = new Map()

  private constructor(options: IdentityOptions) {
    this.#publicUrl = options.publicUrl
    this.#now = options.now ?? Date.now
    this.#steady = options.steady ?? performance.now.bind(performance)
    this.#fetch = options.fetch ?? fetch
  }

  /** Asks every provider for its keys; one that is down delays the start by `limits.providerMs` and does not prevent it. */
  static async open(options: IdentityOptions): Promise<Identity> {
    const identity = new Identity(options)
    identity.update(options.providers, options.groups)
    await Promise.all([...identity.#issuers.values()].map(issuer => issuer.keys.warm()))
    return identity
  }

  /** Issuers in the order of the configuration, for metadata. */
  get issuers(): readonly string[] {
    return [...this.#issuers.keys()]
  }

  /** Every scope that some provider's tokens must have, for metadata. */
  get scopes(): readonly string[] {
    return [...new Set([...this.#issuers.values()].flatMap(({ provider }) => provider.scopes ?? []))]
  }

  /** `audiences`: the gateway's own addresses for what is asked, from `audiencesOf`. */
  async authenticate(
    authorization: string | undefined,
    audiences: readonly string[],
  ): Promise<Subject | Unauthenticated> {
    const sent = bearer(authorization)
    if (typeof sent === 'string') return unauthenticated(sent)
    const key = hash('sha256', sent.token, 'base64')
    const verified = this.#known(key) ?? (await this.#verifyOnce(key, sent.token))
    if (typeof verified === 'string') return unauthenticated(verified)
    if (!isForUs(verified.audiences, audiences, verified.provider, this.#publicUrl))
      return unauthenticated('wrong-audience')
    return verified.scoped ? verified.subject : insufficientScope(verified.provider.scopes ?? [])
  }

  /** A changed configuration: keys of unchanged issuers are kept, every verified token is proved again. */
  update(providers: readonly Provider[], groups: GroupMapping): void {
    const issuers = new Map<string, Issuer>()
    for (const provider of providers) {
      // The issuer alone chooses the provider; two with one issuer would let the order decide.
      if (issuers.has(provider.issuer)) throw new Error(`provider ${provider.name} has the issuer of another provider`)
      const keys =
        this.#issuers.get(provider.issuer)?.keys ?? new IssuerKeys(provider.issuer, this.#fetch, this.#steady)
      issuers.set(provider.issuer, { provider, groups: groupsOfProvider(groups, provider.name), keys })
    }
    for (const [name, issuer] of this.#issuers) if (!issuers.has(name)) issuer.keys.close()
    this.#issuers = issuers
    this.#verified.clear()
  }

  close(): void {
    this.update([], new Map())
  }

  /** For a minute by the clock that nobody sets, and never beyond its own end. */
  #known(key: string): Verified | null {
    const verified = this.#verified.get(key, this.#steady())
    return verified !== undefined && this.#now() < verified.subject.notAfter ? verified : null
  }

  /** Callers with the same token at the same time share one proof. */
  #verifyOnce(key: string, token: string): Promise<Verified | Reason> {
    const shared = this.#underWay.get(key)
    if (shared) return shared
    const proof = this.#prove(key, token).finally(() => this.#underWay.delete(key))
    this.#underWay.set(key, proof)
    return proof
  }

  async #prove(key: string, token: string): Promise<Verified | Reason> {
    for (;;) {
      const issuers = this.#issuers
      const verified = await this.#verify(token, issuers)
      // The configuration changed meanwhile: what was proved against the old one counts no more.
      if (issuers !== this.#issuers) continue
      if (typeof verified === 'string') return verified
      this.#verified.set(key, verified, this.#steady() + limits.tokenCacheMs)
      return verified
    }
  }

  /** read → issuer → algorithm → life → signature → audience list → subject. */
  async #verify(token: string, issuers: ReadonlyMap<string, Issuer>): Promise<Verified | Reason> {
    const read = readToken(token)
    if (typeof read === 'string') return read
    const issuer = issuers.get(read.issuer)
    if (!issuer) return 'unknown-issuer'
    const { provider } = issuer
    if (!isAccepted(read.algorithm, provider)) return 'algorithm'
    const notAfter = lifetime(read.claims, provider.maxLifeMs, this.#now())
    if (typeof notAfter === 'string') return notAfter
    const fault = await signatureFault(read, issuer.keys)
    if (fault !== null) return fault
    const audiences = carriedAudiences(read.claims.aud)
    if (audiences === null) return 'wrong-audience'
    const subject = subjectOf(read.claims, provider, issuer.groups, notAfter)
    if (typeof subject === 'string') return subject
    return { subject, audiences, provider, scoped: hasScopes(read.claims, provider.scopes ?? []) }
  }
}

function isAccepted(algorithm: string, provider: Provider): boolean {
  return signatureAlgorithms.includes(algorithm) && (provider.algorithms ?? signatureAlgorithms).includes(algorithm)
}

async function signatureFault(read: ReadToken, keys: IssuerKeys): Promise<Reason | null> {
  const key = await keys.find(read.algorithm, read.keyId)
  if (typeof key === 'string') return key
  try {
    await compactVerify(read.token, key, { algorithms: [read.algorithm] })
    return null
  } catch {
    return 'bad-signature'
  }
}
