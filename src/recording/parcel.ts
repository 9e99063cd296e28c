// What crosses between the event loop and the commit thread. Promise: one message carries any number of drafts as flat
// primitives and one packed buffer, because cloning an object per draft costs more than committing it.
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
  readonly flat: readonly (string | number)[]
  /** Shared with the other thread, which reads it before it replies and never later. */
  readonly bytes: Uint8Array
}

const STRIDE = 12
/** In place of a length: nothing there, or the same bytes as the raw payload. */
const NONE = -1
const SAME = -2

export function itemBytes({ raw, transcript, released }: Item): number {
  return (
    (raw?.length ?? 0) +
    (transcript === raw ? 0 : (transcript?.length ?? 0)) +
    (released === raw ? 0 : (released?.length ?? 0))
  )
}

/** Payload memory of one parcel after another: made anew it would be tens of megabytes a second for the collector. */
export class ParcelMemory {
  #shared = new SharedArrayBuffer(1 << 20)

  take(bytes: number): Uint8Array {
    if (bytes > KEPT_MEMORY_BYTES) return new Uint8Array(new SharedArrayBuffer(bytes))
    if (bytes > this.#shared.byteLength) this.#shared = new SharedArrayBuffer(KEPT_MEMORY_BYTES)
    return new Uint8Array(this.#shared, 0, bytes)
  }
}

const KEPT_MEMORY_BYTES = 8 << 20

/** At most one parcel may be on its way for each memory. */
export function pack(id: number, items: readonly Item[], memory: ParcelMemory): Parcel {
  const flat: (string | number)[] = []
  let total = 0
  for (const item of items) total += itemBytes(item)
  const bytes = memory.take(total)
  let at = 0
  const put = (part: Uint8Array | null, raw: Uint8Array | null) => {
    if (part === null) return NONE
    if (part === raw) return SAME
    bytes.set(part, at)
    at += part.length
    return part.length
  }
  for (const item of items) {
    const { leaf, raw } = item
    flat.push(item.session, leaf.head, leaf.body, leaf.kind, leaf.middle, leaf.tail, item.roles, item.at, item.extra)
    flat.push(put(raw, null), put(item.transcript, raw), put(item.released, raw))
  }
  return { id, flat, bytes }
}

export function* unpack({ flat, bytes }: Parcel): Generator<Item> {
  let at = 0
  const take = (length: number, raw: Uint8Array | null) => {
    if (length === NONE) return null
    if (length === SAME) return raw
    at += length
    return bytes.subarray(at - length, at)
  }
  for (let base = 0; base < flat.length; base += STRIDE) {
    const text = (offset: number) => flat[base + offset] as string
    const count = (offset: number) => flat[base + offset] as number
    const raw = take(count(9), null)
    yield {
      session: text(0),
      leaf: { head: text(1), body: text(2), kind: text(3), middle: text(4), tail: text(5) },
      roles: count(6),
      at: count(7),
      extra: text(8),
      raw,
      transcript: take(count(10), raw),
      released: take(count(11), raw),
    }
  }
}

// ---- messages ----

/** `full` passes; `poisoned` lasts until a restart, since a failed flush may have lost what it reports as kept. */
export type Fault = 'full' | 'poisoned'

export type ToWorker = { readonly kind: 'commit'; readonly parcel: Parcel } | { readonly kind: 'close' }

export type FromWorker =
  | { readonly kind: 'ready'; readonly size: number; readonly lastAt: number }
  | { readonly kind: 'unopened'; readonly says: string }
  | { readonly kind: 'committed'; readonly id: number; readonly first: number; readonly refused: readonly number[] }
  | { readonly kind: 'failed'; readonly id: number; readonly fault: Fault }
  | { readonly kind: 'faulty'; readonly fault: Fault }
  | { readonly kind: 'closed' }

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
