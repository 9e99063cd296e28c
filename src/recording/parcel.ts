// What crosses between the event loop and the commit thread. Promise: one message carries any number of drafts packed
// into shared memory, because cloning an object per draft costs more than committing it.
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
  readonly items: number
  /** Shared with the other thread, which reads it before it replies and never later. */
  readonly bytes: Uint8Array
}

/** Numbers per item, before all else: six lengths of text, roles, time, three lengths of payload. */
const STRIDE = 12
const NUMBER_BYTES = 8
/** In place of a length: nothing there, or the same bytes as an earlier payload of this item. */
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

/** Memory of one parcel after another: made anew it would be tens of megabytes a second for the collector. */
export class ParcelMemory {
  #shared = new SharedArrayBuffer(1 << 20)

  take(bytes: number): Buffer {
    if (bytes > KEPT_MEMORY_BYTES) return Buffer.from(new SharedArrayBuffer(bytes))
    if (bytes > this.#shared.byteLength) this.#shared = new SharedArrayBuffer(KEPT_MEMORY_BYTES)
    return Buffer.from(this.#shared, 0, bytes)
  }
}

const KEPT_MEMORY_BYTES = 8 << 20

/** At most one parcel may be on its way for each memory. */
export function pack(id: number, items: readonly Item[], memory: ParcelMemory): Parcel {
  const texts = items.map(({ session, leaf, extra }) =>
    session.concat(leaf.head, leaf.body, leaf.kind, leaf.middle, leaf.tail, extra),
  )
  let total = items.length * STRIDE * NUMBER_BYTES
  for (const [index, item] of items.entries()) total += Buffer.byteLength(texts[index] as string) + itemBytes(item)
  const bytes = memory.take(total)
  const numbers = new Float64Array(bytes.buffer, 0, items.length * STRIDE)
  let at = numbers.byteLength
  const put = (part: Uint8Array | null, raw: Uint8Array | null, transcript: Uint8Array | null) => {
    if (part === null) return NONE
    if (part === raw) return SAME_AS_RAW
    if (part === transcript) return SAME_AS_TRANSCRIPT
    bytes.set(part, at)
    at += part.length
    return part.length
  }
  for (const [index, { session, leaf, roles, at: time, raw, transcript, released }] of items.entries()) {
    const base = index * STRIDE
    const written = bytes.write(texts[index] as string, at, 'utf8')
    at += written
    numbers[base] = written
    numbers[base + 1] = session.length
    numbers[base + 2] = leaf.head.length
    numbers[base + 3] = leaf.body.length
    numbers[base + 4] = leaf.kind.length
    numbers[base + 5] = leaf.middle.length
    numbers[base + 6] = leaf.tail.length
    numbers[base + 7] = roles
    numbers[base + 8] = time
    numbers[base + 9] = put(raw, null, null)
    numbers[base + 10] = put(transcript, raw, null)
    numbers[base + 11] = put(released, raw, transcript)
  }
  return { id, items: items.length, bytes }
}

export function* unpack({ items, bytes }: Parcel): Generator<Item> {
  const shared = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const numbers = new Float64Array(bytes.buffer, bytes.byteOffset, items * STRIDE)
  let at = numbers.byteLength
  for (let base = 0; base < numbers.length; base += STRIDE) {
    const number = (offset: number) => numbers[base + offset] as number
    const text = shared.toString('utf8', at, at + number(0))
    at += number(0)
    let from = 0
    const part = (length: number) => {
      from += length
      return text.slice(from - length, from)
    }
    const take = (length: number, raw: Uint8Array | null, transcript: Uint8Array | null) => {
      if (length === NONE) return null
      if (length === SAME_AS_RAW) return raw
      if (length === SAME_AS_TRANSCRIPT) return transcript
      at += length
      return shared.subarray(at - length, at)
    }
    const session = part(number(1))
    const leaf = {
      head: part(number(2)),
      body: part(number(3)),
      kind: part(number(4)),
      middle: part(number(5)),
      tail: part(number(6)),
    }
    const raw = take(number(9), null, null)
    const transcript = take(number(10), raw, null)
    const released = take(number(11), raw, transcript)
    yield { session, leaf, roles: number(7), at: number(8), extra: text.slice(from), raw, transcript, released }
  }
}

// ---- messages ----

/** `full` and `busy` pass; `poisoned` lasts until a restart, since a failed flush may have lost what it reports as kept. */
export type Fault = 'full' | 'busy' | 'poisoned'

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
  readonly walBytes: number
  readonly checkpointMs: number
}
