// Prepared statements and portals of one caller, as the system will have them once it has read what was sent. Promise: what
// an error undoes there is undone here; what is not confirmed yet says so, so that nothing is decided by a guess.
import type { Asked } from './asked.ts'
import type { Field, StatementReading } from './reading.ts'

export interface Prepared {
  /** Without its NUL. */
  readonly sql: Buffer
  readonly types: Buffer
  readonly reading: StatementReading
  /** As the system described it; formats are those of each Bind. */
  fields: readonly Field[] | null
}

export interface Portal {
  readonly prepared: Prepared
  /** With the values of this Bind. */
  readonly reading: StatementReading
  readonly parameters: readonly (string | null | undefined)[]
  /** Values of all arrays among them. */
  readonly listed: number
  /** The body of Bind behind the names: parameters and formats as they came. */
  readonly bound: Buffer
  readonly values: Buffer
  readonly resultFormats: readonly number[]
  /** Under way or suspended. */
  asked: Asked | null
}

type Kind = 'statement' | 'portal'

interface Change {
  readonly kind: Kind
  readonly name: string
  readonly before: Prepared | Portal | undefined
  readonly after: Prepared | Portal | undefined
}

/** Changes of one run, until the system has answered it. */
export type Changes = Change[]

export class Names {
  readonly #statements = new Map<string, Prepared>()
  readonly #portals = new Map<string, Portal>()
  /** What was sent and is not confirmed, by name, with the batch (up to a Sync) it was sent in. */
  readonly #pending = new Map<string, number>()
  batch = 0

  statement(name: string): Prepared | undefined {
    return this.#statements.get(name)
  }

  portal(name: string): Portal | undefined {
    return this.#portals.get(name)
  }

  get size(): number {
    return this.#statements.size + this.#portals.size
  }

  /** Whether a name was changed in an earlier batch that may yet fail. */
  uncertain(kind: Kind, name: string): boolean {
    const batch = this.#pending.get(`${kind} ${name}`)
    return batch !== undefined && batch !== this.batch
  }

  setStatement(name: string, prepared: Prepared | undefined, changes: Changes): void {
    this.#set('statement', name, this.#statements.get(name), prepared, changes)
  }

  setPortal(name: string, portal: Portal | undefined, changes: Changes): void {
    this.#set('portal', name, this.#portals.get(name), portal, changes)
  }

  /** What is known of a name, or of all, is so no more. */
  forget(kind: Kind, name: string | null, changes: Changes): void {
    const map: ReadonlyMap<string, unknown> = kind === 'statement' ? this.#statements : this.#portals
    const named = name === null ? [...map.keys()] : map.has(name) ? [name] : []
    for (const one of named) {
      if (kind === 'statement') this.setStatement(one, undefined, changes)
      else this.setPortal(one, undefined, changes)
    }
  }

  confirm(changes: Changes): void {
    for (const { kind, name } of changes) this.#pending.delete(`${kind} ${name}`)
    changes.length = 0
  }

  /** A statement outlives an error of what follows it; a portal does not. */
  confirmFirst(changes: Changes, kind: 'parsed' | 'closed'): void {
    const at = changes.findIndex(change =>
      kind === 'closed' ? change.after === undefined : change.kind === 'statement' && change.after !== undefined,
    )
    if (at >= 0) this.confirm(changes.splice(at, 1))
  }

  undo(changes: Changes): void {
    for (const { kind, name, before, after } of changes.reverse()) {
      const map = (kind === 'statement' ? this.#statements : this.#portals) as Map<string, Prepared | Portal>
      // A later change of the same name has its own answer.
      if (map.get(name) === after) {
        if (before === undefined) map.delete(name)
        else map.set(name, before)
      }
      this.#pending.delete(`${kind} ${name}`)
    }
    changes.length = 0
  }

  /** Portals end with their transaction. */
  endPortals(): Portal[] {
    if (this.#portals.size === 0) return []
    const ended = [...this.#portals.values()]
    // One by one: a table that is cleared keeps what was in it from being collected young (see gateway/bag.ts).
    for (const name of [...this.#portals.keys()]) this.#portals.delete(name)
    return ended
  }

  #set(
    kind: Kind,
    name: string,
    before: Prepared | Portal | undefined,
    after: Prepared | Portal | undefined,
    changes: Changes,
  ): void {
    const map = (kind === 'statement' ? this.#statements : this.#portals) as Map<string, Prepared | Portal>
    if (after === undefined) map.delete(name)
    else map.set(name, after)
    changes.push({ kind, name, before, after })
    this.#pending.set(`${kind} ${name}`, this.batch)
  }
}
