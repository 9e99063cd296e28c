// What crosses between the event loop and the commit thread. Promise: one message carries any number of drafts as one text
// and one memory that both threads see, because cloning an object per draft costs more than committing it.
import type { KeyObject } from 'node:crypto'
import type { LeafText } from './entry-form.ts'

/** What the commit thread must know of an entry beside its text. */
export const role = { question: 1, block: 2, hold: 4, open: 8, close: 16, live: 32 } as const

/** A draft ready for the commit thread. */
export interface Item {
  /** Empty where there is none. */
  readonly session: string
  readonly leaf: LeafText
  readonly roles: number
  readonly at: number
  /** session.open: its body as JSON; session.close: its outcome; else the exchange the index lists it under, or empty. */
  readonly extra: string
  readonly raw: Uint8Array | null
  readonly transcript: Uint8Array | null
  readonly released: Uint8Array | null
}

export interface Parcel {
  readonly id: number
  /** Failed commits its sender had heard of: one sent before it heard of the last is not written behind a gap. */
  readonly after: number
  readonly items: number
  /** The texts of all items, one after another: a single string crosses for the price of its bytes. */
  readonly text: string
  readonly packer: number
  /** Memories its packer has made: what is unpacked from another than this would be somebody else's. */
  readonly made: number
  /** What the items' numbers and payloads lie in, where the packer took another than before. Read before the reply. */
  readonly memory: SharedArrayBuffer | null
}

/** Numbers of an item: lengths of its texts, roles, time, lengths of its payloads. */
const STRIDE = 12
/** In place of a length: nothing there, or the same bytes as the raw payload or the transcript. */
const NONE = -1
const SAME_AS_RAW = -2
const SAME_AS_TRANSCRIPT = -3

export function itemBytes({ raw, transcript, released }: Item): number {
  return (
    (raw?.length ?? 0) +
    (transcript === raw ? 0 : (transcript?.length ?? 0)) +
    (released === raw || released === transcript ? 0 : (released?.length ?? 0))
  )
}

const FIRST_MEMORY_BYTES = 256 << 10
const KEPT_MEMORY_BYTES = 2 << 20

/** The sending end: memory that is made once, which for each parcel would be tens of megabytes a second. */
export class Packer {
  readonly #number: number
  #memory = new SharedArrayBuffer(FIRST_MEMORY_BYTES)
  #made = 1
  #known = false

  constructor(number: number) {
    this.#number = number
  }

  /** At most one parcel of a packer may be on its way. */
  pack(id: number, after: number, items: readonly Item[]): Parcel {
    const before = items.length * STRIDE * 8
    let total = before
    for (const item of items) total += itemBytes(item)
    this.#take(total)
    const numbers = new Float64Array(this.#memory, 0, items.length * STRIDE)
    const bytes = new Uint8Array(this.#memory, before)
    let text = ''
    let at = 0
    let filled = 0
    const put = (part: Uint8Array | null): number => {
      if (part === null) return NONE
      bytes.set(part, filled)
      filled += part.length
      return part.length
    }
    for (const { session, leaf, extra, roles, at: time, raw, transcript, released } of items) {
      text += session + leaf.head + leaf.body + leaf.kind + leaf.middle + leaf.tail + extra
      numbers[at++] = session.length
      numbers[at++] = leaf.head.length
      numbers[at++] = leaf.body.length
      numbers[at++] = leaf.kind.length
      numbers[at++] = leaf.middle.length
      numbers[at++] = leaf.tail.length
      numbers[at++] = extra.length
      numbers[at++] = roles
      numbers[at++] = time
      numbers[at++] = put(raw)
      numbers[at++] = transcript !== null && transcript === raw ? SAME_AS_RAW : put(transcript)
      numbers[at++] = sameAs(released, raw, transcript) ?? put(released)
    }
    const memory = this.#known ? null : this.#memory
    this.#known = true
    return { id, after, items: items.length, text, packer: this.#number, made: this.#made, memory }
  }

  /** A parcel that failed may not have been read: its memory goes with the next one again. */
  forget(): void {
    this.#known = false
  }

  #take(bytes: number): void {
    const kept = this.#memory.byteLength
    if (bytes <= kept && kept <= KEPT_MEMORY_BYTES) return
    this.#memory = new SharedArrayBuffer(Math.max(bytes, KEPT_MEMORY_BYTES))
    this.#made++
    this.#known = false
  }
}

function sameAs(released: Uint8Array | null, raw: Uint8Array | null, transcript: Uint8Array | null): number | null {
  if (released === null) return null
  return released === raw ? SAME_AS_RAW : released === transcript ? SAME_AS_TRANSCRIPT : null
}

/** The receiving end. */
export class Unpacker {
  readonly #memories = new Map<number, { readonly made: number; readonly memory: SharedArrayBuffer }>()

  /** Throws where the parcel's memory never came. */
  unpack({ items, text, packer, made, memory }: Parcel): Item[] {
    if (memory !== null) this.#memories.set(packer, { made, memory })
    const kept = this.#memories.get(packer)
    if (kept?.made !== made) throw new Error('The parcel came without its memory.')
    const from = kept.memory
    const numbers = new Float64Array(from, 0, items * STRIDE)
    const bytes = new Uint8Array(from, items * STRIDE * 8)
    let at = 0
    let read = 0
    let taken = 0
    const next = () => {
      const start = read
      read += numbers[at++] as number
      return text.slice(start, read)
    }
    const take = (raw: Uint8Array | null, transcript: Uint8Array | null) => {
      const length = numbers[at++] as number
      if (length === NONE) return null
      if (length === SAME_AS_RAW) return raw
      if (length === SAME_AS_TRANSCRIPT) return transcript
      taken += length
      return bytes.subarray(taken - length, taken)
    }
    return Array.from({ length: items }, () => {
      const session = next()
      const leaf = { head: next(), body: next(), kind: next(), middle: next(), tail: next() }
      const extra = next()
      const roles = numbers[at++] as number
      const time = numbers[at++] as number
      const raw = take(null, null)
      const transcript = take(raw, null)
      return { session, leaf, roles, at: time, extra, raw, transcript, released: take(raw, transcript) }
    })
  }
}

// ---- messages ----

/** `full` passes; `poisoned` lasts until a restart, since a failed flush may have lost what it reports as kept. */
export type Fault = 'full' | 'poisoned'

export type ToWorker = { readonly kind: 'commit'; readonly parcel: Parcel } | { readonly kind: 'close' }

export type FromWorker =
  | { readonly kind: 'ready'; readonly size: number; readonly lastAt: number }
  | { readonly kind: 'unopened'; readonly says: string }
  | { readonly kind: 'committed'; readonly parcels: readonly CommittedParcel[] }
  | { readonly kind: 'failed'; readonly ids: readonly number[]; readonly fault: Fault }
  | { readonly kind: 'faulty'; readonly fault: Fault }
  | { readonly kind: 'closed' }

export interface CommittedParcel {
  readonly id: number
  /** Position in the log of the first draft that went in. */
  readonly first: number
  /** Indices of the drafts that did not. */
  readonly refused: readonly number[]
}

export interface CommitOptions {
  readonly folder: string
  readonly log: string
  readonly signing: KeyObject
  readonly verifying: KeyObject
  readonly seal: KeyObject
  readonly transcript: KeyObject
  readonly fileBytes: number
  readonly checkpointMs: number
}
