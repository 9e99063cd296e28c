// Short-lived database credentials. Promise: each stands for one subject at one connection and ends with the subject's own
// token, and one that is lent for an errand with the errand; the password is told once and not kept; a user name is a name
// and no secret.
import { randomBytes } from 'node:crypto'
import { limits } from '../gateway/limits.ts'
import type { Errand, Subject } from '../gateway/seam.ts'
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
  /** Lent to a server that asks for this subject; null where the subject has it itself. */
  readonly errand: Errand | null
}

const PREFIX = 'cred_'

export class Credentials {
  readonly #known = new Map<string, KnownCredential>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** Null where too many are valid, of this subject or in all. */
  mint(subject: Subject, connection: string, lifeMs: number = limits.credentialMs): Minted | null {
    const expiresAt = Math.min(this.#now() + Math.min(lifeMs, limits.credentialMs), subject.notAfter)
    return this.#add(subject, connection, expiresAt, null)
  }

  /** Worth nothing once the errand is over; its subject is whoever the caller is by then. Null as above. */
  lend(errand: Errand, connection: string): Minted | null {
    if (errand.ended.aborted) return null
    const lent = this.#add(errand.subject(), connection, this.#now() + limits.credentialMs, errand)
    if (lent !== null) errand.ended.addEventListener('abort', () => this.#known.delete(lent.user), { once: true })
    return lent
  }

  #add(subject: Subject, connection: string, expiresAt: number, errand: Errand | null): Minted | null {
    this.#forgetExpired()
    if (this.#known.size >= limits.credentials) return null
    let own = 0
    for (const { subject: other } of this.#known.values()) if (isSame(other, subject)) own++
    if (own >= limits.credentialsPerSubject) return null
    const user = PREFIX + randomBytes(10).toString('hex')
    const password = randomBytes(24).toString('base64url')
    this.#known.set(user, { subject, connection, expiresAt, secret: scramSecret(password), errand })
    return { user, password, expiresAt }
  }

  find(user: string, connection: string): KnownCredential | null {
    const kept = this.#known.get(user)
    if (kept === undefined || kept.connection !== connection) return null
    const known = current(kept)
    return known.expiresAt > this.#now() ? known : null
  }

  /** Whether a user name has the form of a minted one, valid or not. */
  names(user: string): boolean {
    return user.startsWith(PREFIX)
  }

  /** At sign-out, and where a changed configuration takes away what they stand for. */
  revoke(matches: (credential: KnownCredential) => boolean): void {
    for (const [user, credential] of this.#known) if (matches(current(credential))) this.#known.delete(user)
  }

  forget(user: string): void {
    this.#known.delete(user)
  }

  #forgetExpired(): void {
    const now = this.#now()
    for (const [user, { expiresAt }] of this.#known) if (expiresAt <= now) this.#known.delete(user)
  }
}

/** The session of a caller lives on with a newer token, and so does what was lent for it. */
function current(kept: KnownCredential): KnownCredential {
  if (kept.errand === null) return kept
  const subject = kept.errand.subject()
  return { ...kept, subject, expiresAt: Math.min(kept.expiresAt, subject.notAfter) }
}

function isSame(left: Subject, right: Subject): boolean {
  return left.provider === right.provider && left.id === right.id
}
