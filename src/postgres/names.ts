// Prepared statements and portals of one caller, as the system will have them once it has read what was sent. Promise: what
// an error undoes there is undone here; what is not confirmed yet says so, so that nothing is decided by a guess.
import type { Asked } from './asked.ts'
import type { Lists } from './guesses.ts'
import type { Field, StatementReading } from './reading.ts'

export interface Prepared {
  /** Without its NUL. */
  readonly sql: Buffer
  readonly types: Buffer
  readonly reading: StatementReading
  /** Of the last Bind for which the first reading held no more. */
  later?: StatementReading
  /** As the system described it; formats are those of each Bind. */
  fields: readonly Field[] | null
}

export interface Portal {
  readonly prepared: Prepared
  /** With the values of this Bind. */
  readonly reading: StatementReading
  readonly parameters: readonly (string | null | undefined)[]
  readonly lists: Lists
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
  /** What it means from then on. */
  readonly value: Prepared | Portal | undefined
  /** The batch (up to a Sync) it is sent in. */
  readonly batch: number
  /** That of the same name before it, where the system has not answered that either. */
  before: Change | null
}

/** Changes of one run, until the system has answered it. */
export type Changes = Change[]

interface Slot {
  /** What the system is known to have under this name. */
  value: Prepared | Portal | undefined
  /** Of the changes it has not answered yet: any of them may be undone without those after it. */
  newest: Change | null
}

const UNNAMED: readonly string[] = ['']

/** The one without a name comes and goes with each statement, and has its own place (for why, see gateway/bag.ts). */
class NameTable {
  readonly #unnamed: Slot = { value: undefined, newest: null }
  readonly #named = new Map<string, Slot>()

  get size(): number {
    return this.#named.size + (valueIn(this.#unnamed) === undefined ? 0 : 1)
  }

  get names(): readonly string[] {
    return this.#named.size === 0 ? UNNAMED : ['', ...this.#named.keys()]
  }

  find(name: string): Slot | undefined {
    return name === '' ? this.#unnamed : this.#named.get(name)
  }

  send(change: Change): void {
    const slot = this.find(change.name)
    if (slot === undefined) this.#named.set(change.name, { value: undefined, newest: change })
    else {
      change.before = slot.newest
      slot.newest = change
    }
  }

  /** Answered, and so is what was sent before it. */
  confirm(change: Change): void {
    const slot = this.find(change.name)
    if (slot === undefined || !replaced(slot, change, null)) return
    for (let { before } = change; before !== null; before = before.before) close(before.value)
    close(slot.value)
    slot.value = change.value
    this.#tidy(change.name, slot)
  }

  undo(change: Change): void {
    const slot = this.find(change.name)
    if (slot === undefined || !replaced(slot, change, change.before)) return
    close(change.value)
    this.#tidy(change.name, slot)
  }

  /** What the system has is there no more; what is still to reach it will be. */
  end(name: string): Prepared | Portal | undefined {
    const slot = this.find(name)
    const value = slot?.value
    if (slot === undefined || value === undefined) return undefined
    slot.value = undefined
    this.#tidy(name, slot)
    return value
  }

  #tidy(name: string, slot: Slot): void {
    if (name !== '' && slot.value === undefined && slot.newest === null) this.#named.delete(name)
  }
}

/** As it will be once all that was sent is answered. */
function valueIn(slot: Slot | undefined): Prepared | Portal | undefined {
  if (slot === undefined) return undefined
  return slot.newest === null ? slot.value : slot.newest.value
}

/** Rows may be left in a portal. */
function close(value: Prepared | Portal | undefined): void {
  if (value !== undefined && 'asked' in value) value.asked?.closed()
}

/** A change, and those before it, by others. False where it is not there. */
function replaced(slot: Slot, change: Change, by: Change | null): boolean {
  if (slot.newest === change) {
    slot.newest = by
    return true
  }
  let later = slot.newest
  while (later !== null && later.before !== change) later = later.before
  if (later !== null) later.before = by
  return later !== null
}

export class Names {
  readonly #statements = new NameTable()
  readonly #portals = new NameTable()
  batch = 0

  statement(name: string): Prepared | undefined {
    return valueIn(this.#statements.find(name)) as Prepared | undefined
  }

  portal(name: string): Portal | undefined {
    return valueIn(this.#portals.find(name)) as Portal | undefined
  }

  get size(): number {
    return this.#statements.size + this.#portals.size
  }

  /** Whether a name was changed in an earlier batch that may yet fail. */
  uncertain(kind: Kind, name: string): boolean {
    const newest = this.#of(kind).find(name)?.newest ?? null
    return newest !== null && newest.batch !== this.batch
  }

  setStatement(name: string, prepared: Prepared | undefined, changes: Changes): void {
    this.#send({ kind: 'statement', name, value: prepared, batch: this.batch, before: null }, changes)
  }

  setPortal(name: string, portal: Portal | undefined, changes: Changes): void {
    this.#send({ kind: 'portal', name, value: portal, batch: this.batch, before: null }, changes)
  }

  #send(change: Change, changes: Changes): void {
    changes.push(change)
    this.#of(change.kind).send(change)
  }

  /** What is known of a name, or of all, is so no more. */
  forget(kind: Kind, name: string | null, changes: Changes): void {
    const table = this.#of(kind)
    for (const one of name === null ? table.names : [name]) {
      if (valueIn(table.find(one)) === undefined) continue
      if (kind === 'statement') this.setStatement(one, undefined, changes)
      else this.setPortal(one, undefined, changes)
    }
  }

  confirm(changes: Changes): void {
    for (const change of changes) this.#of(change.kind).confirm(change)
    changes.length = 0
  }

  /** A statement outlives an error of what follows it; a portal does not. */
  confirmFirst(changes: Changes, kind: 'parsed' | 'closed'): void {
    const at = changes.findIndex(change =>
      kind === 'closed' ? change.value === undefined : change.kind === 'statement' && change.value !== undefined,
    )
    if (at >= 0) this.confirm(changes.splice(at, 1))
  }

  undo(changes: Changes): void {
    for (const change of changes) this.#of(change.kind).undo(change)
    changes.length = 0
  }

  /** Portals end with their transaction. */
  endPortals(): Portal[] {
    const ended: Portal[] = []
    for (const name of this.#portals.names) {
      const portal = this.#portals.end(name) as Portal | undefined
      if (portal !== undefined) ended.push(portal)
    }
    return ended
  }

  #of(kind: Kind): NameTable {
    return kind === 'statement' ? this.#statements : this.#portals
  }
}
