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

interface Slot<Value> {
  value: Value | undefined
  /** The batch (up to a Sync) its last change was sent in; null where that is confirmed. */
  sentIn: number | null
}

/** The one without a name comes and goes with each statement, and has its own place (for why, see gateway/bag.ts). */
class NameTable<Value> {
  #unnamed: Slot<Value> = { value: undefined, sentIn: null }
  readonly #named = new Map<string, Slot<Value>>()

  get size(): number {
    return this.#named.size + (this.#unnamed.value === undefined ? 0 : 1)
  }

  get names(): string[] {
    return this.#unnamed.value === undefined ? [...this.#named.keys()] : ['', ...this.#named.keys()]
  }

  find(name: string): Slot<Value> | undefined {
    return name === '' ? this.#unnamed : this.#named.get(name)
  }

  set(name: string, value: Value | undefined, sentIn: number | null): void {
    const slot = this.find(name)
    if (slot !== undefined) {
      slot.value = value
      slot.sentIn = sentIn
    } else this.#named.set(name, { value, sentIn })
    this.#tidy(name)
  }

  confirm(name: string): void {
    const slot = this.find(name)
    if (slot === undefined) return
    slot.sentIn = null
    this.#tidy(name)
  }

  #tidy(name: string): void {
    const slot = this.#named.get(name)
    if (slot !== undefined && slot.value === undefined && slot.sentIn === null) this.#named.delete(name)
  }
}

export class Names {
  readonly #statements = new NameTable<Prepared>()
  readonly #portals = new NameTable<Portal>()
  batch = 0

  statement(name: string): Prepared | undefined {
    return this.#statements.find(name)?.value
  }

  portal(name: string): Portal | undefined {
    return this.#portals.find(name)?.value
  }

  get size(): number {
    return this.#statements.size + this.#portals.size
  }

  /** Whether a name was changed in an earlier batch that may yet fail. */
  uncertain(kind: Kind, name: string): boolean {
    const sentIn = this.#of(kind).find(name)?.sentIn ?? null
    return sentIn !== null && sentIn !== this.batch
  }

  setStatement(name: string, prepared: Prepared | undefined, changes: Changes): void {
    changes.push({ kind: 'statement', name, before: this.statement(name), after: prepared })
    this.#statements.set(name, prepared, this.batch)
  }

  setPortal(name: string, portal: Portal | undefined, changes: Changes): void {
    changes.push({ kind: 'portal', name, before: this.portal(name), after: portal })
    this.#portals.set(name, portal, this.batch)
  }

  /** What is known of a name, or of all, is so no more. */
  forget(kind: Kind, name: string | null, changes: Changes): void {
    const table = this.#of(kind)
    for (const one of name === null ? table.names : [name]) {
      if (table.find(one)?.value === undefined) continue
      if (kind === 'statement') this.setStatement(one, undefined, changes)
      else this.setPortal(one, undefined, changes)
    }
  }

  confirm(changes: Changes): void {
    for (const { kind, name } of changes) this.#of(kind).confirm(name)
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
      const table = this.#of(kind)
      const value = table.find(name)?.value
      // A later change of the same name has its own answer.
      table.set(name, value === after ? before : value, null)
    }
    changes.length = 0
  }

  /** Portals end with their transaction. */
  endPortals(): Portal[] {
    const ended: Portal[] = []
    for (const name of this.#portals.names) {
      const slot = this.#portals.find(name)
      if (slot?.value === undefined) continue
      ended.push(slot.value)
      this.#portals.set(name, undefined, slot.sentIn)
    }
    return ended
  }

  #of(kind: Kind): NameTable<Prepared | Portal> {
    return (kind === 'statement' ? this.#statements : this.#portals) as NameTable<Prepared | Portal>
  }
}
