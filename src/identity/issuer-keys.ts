// The keys of one issuer over time. Promise: a withdrawn key is forgotten after `keysFreshMs`; an outage is survived on
// known keys until `keysStaleMs` and then everything is refused; no caller can make us ask the provider more often than
// once per `keysCoolDownMs`.
import { type CryptoKey, createLocalJWKSet, errors, type LocalJWKSet } from 'jose'
import { limits } from '../gateway/limits.ts'
import { publishedKeys } from './discovery.ts'
import { ProviderFault } from './provider-document.ts'
import type { Reason } from './unauthenticated.ts'

export class IssuerKeys {
  readonly #issuer: string
  readonly #fetcher: typeof fetch
  readonly #steady: () => number
  readonly #ended = new AbortController()
  #known: { readonly keys: LocalJWKSet; readonly at: number } | null = null
  #loading: Promise<void> | null = null
  #lastAttempt = Number.NEGATIVE_INFINITY
  #fault: ProviderFault['reason'] | null = null

  constructor(issuer: string, fetcher: typeof fetch, steady: () => number) {
    this.#issuer = issuer
    this.#fetcher = fetcher
    this.#steady = steady
  }

  /** The one key that fits, or why there is none. */
  async find(algorithm: string, keyId: string | undefined): Promise<CryptoKey | Reason> {
    if (this.#age() > limits.keysFreshMs) {
      const attempt = this.#refresh()
      // After a failure the known keys serve at once: a slow provider must not slow every caller down.
      if (this.#age() > limits.keysStaleMs || this.#fault === null) await attempt
    }
    const found = await this.#among(algorithm, keyId)
    if (found !== 'unknown-key') return found
    // A rotated key: ask once more, unless we asked a moment ago.
    await this.#refresh()
    return this.#among(algorithm, keyId)
  }

  /** Asks the provider ahead of the first caller; a failure shows when a token comes. */
  async warm(): Promise<void> {
    await this.#refresh()
  }

  close(): void {
    this.#ended.abort()
  }

  #age(): number {
    return this.#known === null ? Number.POSITIVE_INFINITY : this.#steady() - this.#known.at
  }

  #refresh(): Promise<void> {
    if (this.#loading) return this.#loading
    const pause = this.#fault === null ? limits.keysCoolDownMs : limits.providerRetryMs
    if (this.#steady() - this.#lastAttempt < pause) return Promise.resolve()
    this.#loading = this.#load().finally(() => {
      this.#loading = null
    })
    return this.#loading
  }

  async #load(): Promise<void> {
    this.#lastAttempt = this.#steady()
    const at = this.#lastAttempt
    try {
      const keys = await publishedKeys(this.#issuer, this.#fetcher, this.#ended.signal)
      this.#known = { keys: createLocalJWKSet(keys), at }
      this.#fault = null
    } catch (fault) {
      this.#fault = fault instanceof ProviderFault ? fault.reason : 'provider-invalid'
    }
  }

  async #among(algorithm: string, keyId: string | undefined): Promise<CryptoKey | Reason> {
    if (this.#known === null || this.#age() > limits.keysStaleMs) return this.#fault ?? 'provider-unreachable'
    try {
      return await this.#known.keys(keyId === undefined ? { alg: algorithm } : { alg: algorithm, kid: keyId })
    } catch (error) {
      // Two keys that fit, or one that cannot be used: guessing would be no proof.
      return error instanceof errors.JWKSNoMatchingKey ? 'unknown-key' : 'provider-invalid'
    }
  }
}
