// Short-lived database credentials. Promise: each stands for one subject at one connection and ends with the subject's own
// token; the password is told once and not kept; a user name is a name and no secret.
import { randomBytes } from 'node:crypto'
import { limits } from '../gateway/limits.ts'
import type { Subject } from '../gateway/seam.ts'
import { type ScramSecret, scramSecret } from './scram.ts'

export interface Minted {
  readonly user: string
  readonly password: string
  /** Wall clock, ms. */
  readonly expiresAt: number
}

export interface KnownCredential {
  readonly subject: Subject
  readonly connection: string
  readonly expiresAt: number
  readonly secret: ScramSecret
}

const PREFIX = 'cred_'

export class Credentials {
  readonly #known = new Map<string, KnownCredential>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** Null where too many are valid. */
  mint(subject: Subject, connection: string, lifeMs: number = limits.credentialMs): Minted | null {
    this.#forgetExpired()
    if (this.#known.size >= limits.credentials) return null
    const user = PREFIX + randomBytes(10).toString('hex')
    const password = randomBytes(24).toString('base64url')
    const expiresAt = Math.min(this.#now() + Math.min(lifeMs, limits.credentialMs), subject.notAfter)
    this.#known.set(user, { subject, connection, expiresAt, secret: scramSecret(password) })
    return { user, password, expiresAt }
  }

  find(user: string, connection: string): KnownCredential | null {
    const known = this.#known.get(user)
    return known && known.connection === connection && known.expiresAt > this.#now() ? known : null
  }

  /** Whether a user name has the form of a minted one, valid or not. */
  names(user: string): boolean {
    return user.startsWith(PREFIX)
  }

  /** Of one subject, or of all it stands for: at sign-out. */
  revoke(matches: (credential: KnownCredential) => boolean): void {
    for (const [user, credential] of this.#known) if (matches(credential)) this.#known.delete(user)
  }

  #forgetExpired(): void {
    const now = this.#now()
    for (const [user, { expiresAt }] of this.#known) if (expiresAt <= now) this.#known.delete(user)
  }
}
