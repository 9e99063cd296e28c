// Where evidence is made durable. Promise: what is recorded or cleared is on the disk when its promise resolves; every
// failure is a refusal, nothing is lost without one, and recording cannot be switched off. Bytes handed in must not
// change until then.
import type { DatabaseSync } from 'node:sqlite'
import { Refusal } from '../gateway/errors.ts'
import { newId } from '../gateway/ids.ts'
import { limits } from '../gateway/limits.ts'
import type { Door, Masked } from '../gateway/seam.ts'
import { LogClock } from './clock.ts'
import { CommitFault, CommitThread, type Committed } from './commit-thread.ts'
import { itemOf } from './draft-item.ts'
import type { Draft, EntryRef } from './entry.ts'
import { logDir } from './inbox-folder.ts'
import type { RecordingKeys } from './keys.ts'
import { lockFolder } from './lock.ts'
import { type Fault, type Item, itemBytes } from './parcel.ts'

let clear: <D extends Door>(door: D, bytes: Uint8Array, entry: EntryRef) => Cleared<D>

/** Bytes that may pass a door: their entry is durable. Made only by a commit. */
export class Cleared<D extends Door> {
  readonly #door: D
  readonly bytes: Uint8Array
  readonly entry: EntryRef
  private constructor(door: D, bytes: Uint8Array, entry: EntryRef) {
    this.#door = door
    this.bytes = bytes
    this.entry = entry
  }
  static {
    clear = (door, bytes, entry) => new Cleared(door, bytes, entry)
  }
  static is<D extends Door>(value: unknown, door: D): value is Cleared<D> {
    return typeof value === 'object' && value !== null && #door in value && (value.#door as Door) === door
  }
}

export interface InboxOptions {
  /** The data directory; the log lies in `inbox/INSTANCE` under it. */
  readonly dir: string
  readonly instance: string
  readonly keys: RecordingKeys
  readonly version?: string
  readonly wallClock?: () => number
  readonly fileBytes?: number
  readonly undurableBytes?: number
  readonly checkpointMs?: number
  /** In place of the thread that writes: for benchmarks alone, which measure what is left without it. */
  readonly commits?: Commits
}

/** Takes parcels in order and makes them durable. */
export type Commits = Pick<CommitThread, 'commit' | 'close'>

export interface InboxHealth {
  /** `full` ends when a commit works again; `poisoned` ends with a restart. */
  readonly state: 'ok' | Fault | 'closed'
  /** Durable entries of this log. */
  readonly entries: number
  readonly undurableBytes: number
  /** Entries nobody waited for that could not be written. */
  readonly lost: number
  /** Drafts refused because they said something impossible. */
  readonly malformed: number
}

interface Waiting {
  readonly item: Item
  readonly bytes: number
  /** Null for an entry that nobody waits for. */
  readonly settle: { resolve: (ref: EntryRef) => void; reject: (refusal: Refusal) => void } | null
}

/** One message to the commit thread; more waits for the next. */
const PARCEL_BYTES = 2 << 20
const PARCEL_ITEMS = 2_048
/** Sent as it comes, behind what waits before it: the thread closes and writes it while the next one is made. */
const LARGE_BYTES = 32 << 10
/** Sent before the first of them is durable: the thread takes the next at once, with all that has come by then. */
const PARCELS_AWAY = 4

export class Inbox {
  readonly #log: string
  readonly #lock: DatabaseSync
  readonly #clock: LogClock
  readonly #undurableMax: number
  readonly #version: string
  #thread!: Commits
  #queue: Waiting[] = []
  /** Parcels on their way. */
  #flying = 0
  /** What those that failed had brought, until all are back. */
  #returned: Waiting[] = []
  #hurried = false
  #scheduled = false
  #state: 'ok' | Fault = 'ok'
  #retry: NodeJS.Timeout | null = null
  #bytes = 0
  #entries = 0
  #lost = 0
  #malformed = 0
  #closing: Promise<void> | null = null
  readonly #roomWaiters: (() => void)[] = []
  readonly #idleWaiters: (() => void)[] = []

  private constructor(options: InboxOptions, lock: DatabaseSync, lastAt: number, entries: number) {
    this.#log = options.instance
    this.#lock = lock
    this.#clock = new LogClock(lastAt, options.wallClock)
    this.#undurableMax = options.undurableBytes ?? limits.undurableBytes
    this.#version = options.version ?? '0.1.0'
    this.#entries = entries
  }

  /** Rejects with an Error of one sentence where the log is in use, of an unknown format, or not what it says it is. */
  static async open(options: InboxOptions): Promise<Inbox> {
    const { dir, instance, keys } = options
    const folder = logDir(dir, instance)
    const lock = lockFolder(folder)
    try {
      const { signing, verifying, seal, transcript } = keys
      const bounds = {
        fileBytes: options.fileBytes ?? limits.inboxFileBytes,
        checkpointMs: options.checkpointMs ?? limits.checkpointMs,
      }
      let inbox: Inbox | null = null
      const { thread, size, lastAt } = options.commits
        ? { thread: options.commits, size: 0, lastAt: 0 }
        : await CommitThread.open({ folder, log: instance, signing, verifying, seal, transcript, ...bounds }, fault => {
            if (inbox) inbox.#fail(fault)
          })
      inbox = new Inbox(options, lock, lastAt, size)
      inbox.#thread = thread
      await inbox.#sayStart()
      return inbox
    } catch (error) {
      lock.close()
      throw error
    }
  }

  /** Resolves when the entry is durable; rejects with an `unrecorded` Refusal. */
  record(draft: Draft): Promise<EntryRef> {
    return new Promise((resolve, reject) => this.#take(draft, { resolve, reject }))
  }

  /** As record; then, and only then, the part's released bytes may pass the door. */
  clear<D extends Door>(door: D, part: Masked, draft: Draft): Promise<Cleared<D>> {
    if (!part || !draft) return Promise.reject(this.#refuseMalformed())
    const { raw, transcript, released } = part
    const { session, body, followed = false } = draft
    const whole = { session, body, payload: { raw, transcript }, released, followed }
    return new Promise((resolve, reject) => {
      this.#take(whole, { resolve: entry => resolve(clear(door, released, entry)), reject })
    })
  }

  /** An entry that nothing waits for: written soon, and kept for a while where the disk is full. */
  lazy(draft: Draft): void {
    if (this.#closing || this.#state === 'poisoned' || this.#queue.length >= limits.lazyEntries) {
      this.#lost++
      return
    }
    this.#accept(draft, null)
  }

  /** Await before taking in more: bounds the bytes of the whole process that are not yet durable. */
  async room(): Promise<void> {
    while (this.#bytes >= this.#undurableMax) await new Promise<void>(resolve => this.#roomWaiters.push(resolve))
  }

  health(): InboxHealth {
    return {
      state: this.#closing ? 'closed' : this.#state,
      entries: this.#entries,
      undurableBytes: this.#bytes,
      lost: this.#lost,
      malformed: this.#malformed,
    }
  }

  /** Writes what was accepted, an entry that says so, and a last signed checkpoint. Nothing is accepted any more. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  // ----

  async #sayStart(): Promise<void> {
    const body = { kind: 'start', version: this.#version } as const
    await this.record({ session: null, body, payload: null, released: null })
  }

  #take(draft: Draft, settle: NonNullable<Waiting['settle']>): void {
    if (this.#closing || this.#state !== 'ok') settle.reject(unrecorded())
    else this.#accept(draft, settle)
  }

  #accept(draft: Draft, settle: Waiting['settle']): void {
    const { at, jumpMs } = this.#clock.read()
    if (jumpMs !== null) {
      const body = { kind: 'clock', jumpMs } as const
      this.#enqueue(itemOf({ session: null, body, payload: null, released: null }, at), null)
    }
    let item: Item
    try {
      item = itemOf(draft, at)
    } catch {
      const refusal = this.#refuseMalformed()
      settle?.reject(refusal)
      return
    }
    // Who does not wait cannot know until when its bytes must not change.
    this.#enqueue(settle ? item : ownBytes(item), settle, settle !== null && draft.followed !== true)
  }

  #refuseMalformed(): Refusal {
    this.#malformed++
    return unrecorded()
  }

  #enqueue(item: Item, settle: Waiting['settle'], pressing = false): void {
    const bytes = itemBytes(item)
    this.#bytes += bytes
    this.#queue.push({ item, bytes, settle })
    if (bytes >= LARGE_BYTES && this.#maySend()) this.#send()
    else if (pressing && this.#flying === 0) this.#hurry()
    else this.#schedule()
  }

  #maySend(): boolean {
    return this.#flying < PARCELS_AWAY && this.#state === 'ok' && this.#queue.length > 0
  }

  /** The thread has nothing to do: what somebody waits for leaves with all that was said with it, and waits for nothing else. */
  #hurry(): void {
    if (this.#hurried || !this.#maySend()) return
    this.#hurried = true
    queueMicrotask(() => {
      this.#hurried = false
      if (this.#maySend()) this.#send()
    })
  }

  /** Once per turn of the event loop: what arrives in it shares a parcel. */
  #schedule(): void {
    if (this.#scheduled || !this.#maySend()) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      if (this.#maySend()) this.#send()
      else this.#wake()
    })
  }

  #send(): void {
    const batch = this.#next()
    this.#flying++
    this.#thread.commit(batch.map(({ item }) => item)).then(
      committed => this.#landed(batch, committed),
      (error: unknown) => this.#failed(batch, error instanceof CommitFault ? error.fault : 'poisoned'),
    )
  }

  /** One that fails takes with it those sent behind it: together they go back to the head of the queue, in their order. */
  #failed(batch: readonly Waiting[], fault: Fault): void {
    this.#flying--
    this.#returned.push(...batch)
    if (this.#state !== 'poisoned') this.#state = fault
    if (this.#flying > 0) return
    this.#queue.unshift(...this.#returned)
    this.#returned = []
    this.#fail(fault)
  }

  #next(): Waiting[] {
    let count = 0
    let bytes = 0
    for (const waiting of this.#queue) {
      if (count > 0 && (count === PARCEL_ITEMS || bytes + waiting.bytes > PARCEL_BYTES)) break
      bytes += waiting.bytes
      count++
    }
    if (count === this.#queue.length) {
      const all = this.#queue
      this.#queue = []
      return all
    }
    return this.#queue.splice(0, count)
  }

  #landed(batch: readonly Waiting[], { first, refused }: Committed): void {
    this.#flying--
    if (this.#state === 'full') this.#state = 'ok'
    const out = refused.length === 0 ? null : new Set(refused)
    let seq = first
    batch.forEach(({ bytes, settle }, index) => {
      this.#bytes -= bytes
      if (out?.has(index)) {
        const refusal = this.#refuseMalformed()
        settle?.reject(refusal)
        return
      }
      settle?.resolve({ log: this.#log, seq: BigInt(seq) })
      seq++
    })
    this.#entries = seq
    this.#schedule()
    this.#wake()
  }

  /** Nobody waits for a disk that does not write: whoever does is refused now. */
  #fail(fault: Fault): void {
    if (this.#state !== 'poisoned') this.#state = fault
    const kept: Waiting[] = []
    for (const waiting of this.#queue) {
      if (waiting.settle === null && this.#state !== 'poisoned' && kept.length < limits.lazyEntries) {
        kept.push(waiting)
        continue
      }
      this.#bytes -= waiting.bytes
      if (waiting.settle) waiting.settle.reject(unrecorded())
      else this.#lost++
    }
    this.#queue = kept
    if (this.#state !== 'poisoned' && !this.#closing)
      this.#retry ??= setTimeout(() => this.#probe(), limits.recordRetryMs)
    this.#wake()
  }

  /** Writes what was kept, or an empty frame: when that is durable, the disk works again. */
  #probe(): void {
    this.#retry = null
    if (this.#flying > 0 || this.#state === 'poisoned' || this.#state === 'ok') return
    this.#send()
  }

  #wake(): void {
    let room = this.#undurableMax - this.#bytes
    while (room > 0 && this.#roomWaiters.length > 0) {
      this.#roomWaiters.shift()?.()
      room -= limits.chunkBytes
    }
    if (this.#flying > 0 || this.#scheduled) return
    if (this.#queue.length === 0 || this.#state !== 'ok') for (const idle of this.#idleWaiters.splice(0)) idle()
  }

  async #close(): Promise<void> {
    // Let `close` set the mark that refuses later calls before anything is waited for.
    await null
    if (this.#retry) clearTimeout(this.#retry)
    await this.#idle()
    const { at } = this.#clock.read()
    const body = { kind: 'stop', version: this.#version } as const
    this.#enqueue(itemOf({ session: null, body, payload: null, released: null }, at), null)
    // Where the disk was full this is the last try.
    if (this.#state === 'full') this.#send()
    await this.#idle()
    this.#lost += this.#queue.length
    await this.#thread.close()
    this.#lock.close()
  }

  #idle(): Promise<void> {
    if (this.#flying === 0 && !this.#scheduled && (this.#queue.length === 0 || this.#state !== 'ok'))
      return Promise.resolve()
    return new Promise(resolve => this.#idleWaiters.push(resolve))
  }
}

function ownBytes(item: Item): Item {
  if (item.raw === null && item.released === null) return item
  const copies = new Map<Uint8Array, Uint8Array>()
  const copy = (bytes: Uint8Array | null) => {
    if (bytes === null) return null
    const own = copies.get(bytes) ?? Uint8Array.from(bytes)
    copies.set(bytes, own)
    return own
  }
  return { ...item, raw: copy(item.raw), transcript: copy(item.transcript), released: copy(item.released) }
}

function unrecorded(): Refusal {
  return new Refusal('unrecorded', newId('x'))
}
