// The bytes of one commit in an inbox file. Promise: a frame is whole or shows that it is not; its length is guarded apart
// from its body, so that a write cut short can be told from bytes that were changed; each names the one before it.
import { hash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { limits } from '../gateway/limits.ts'
import type { StoredKey } from './seal.ts'

export const FORMAT = 2
/** Of every file. */
export const FIRST_LINE = Buffer.from(`sallyport inbox ${FORMAT}\n`)
/** Where the first frame of a file begins. */
export const FIRST_FRAME = FIRST_LINE.length

/** Bytes of the body, CRC-32 of the body, CRC-32 of the body before, CRC-32 of these twelve bytes; big-endian. */
export const FRAME_HEAD_BYTES = 16
/** CRC of the frame before the first one of a file. */
export const NO_FRAME = 0

export interface StoredEntry {
  readonly kind: 'entry'
  /** Position in the log. */
  readonly seq: number
  /** The entry before it in its session. */
  readonly prev: number | null
  /** Id of the key its payload is closed with. */
  readonly key: number | null
  readonly hash: Uint8Array
  readonly leaf: Uint8Array
  readonly transcript: Uint8Array | null
  readonly sealed: Uint8Array | null
}

interface FileHead {
  readonly kind: 'head'
  readonly log: string
  readonly number: number
  /** Position in the log of the first entry this file may hold. */
  readonly first: number
  /** Right edge of the tree before it, hex. */
  readonly edge: string
}

export interface KeyRecord extends StoredKey {
  readonly kind: 'key'
  readonly id: number
  readonly session: string | null
}

export interface CheckpointRecord {
  readonly kind: 'checkpoint'
  readonly size: number
  readonly note: string
}

/** The last record of a file that is followed by another. */
interface NextRecord {
  readonly kind: 'next'
  readonly number: number
}

export type FrameRecord = StoredEntry | FileHead | KeyRecord | CheckpointRecord | NextRecord

export class MalformedFrame extends Error {}

const KINDS = ['head', 'entry', 'key', 'checkpoint', 'next'] as const
const ENTRY = KINDS.indexOf('entry')
const RECORD_HEAD_BYTES = 5
/** kind 1, seq 6, prev 6, key 6, hash 32, lengths of transcript, sealed and leaf 4 each. */
const ENTRY_HEAD_BYTES = 63
const HASH_AT = 19
const NONE_48 = 2 ** 48 - 1
const NONE_32 = 2 ** 32 - 1

export interface EntryFields {
  readonly seq: number
  readonly prev: number | null
  readonly key: number | null
  /** Lengths of the blobs that were taken since the entry began, in this order. */
  readonly transcript: number | null
  readonly sealed: number | null
}

/** Builds one frame after another in the same memory. */
export class FrameBuilder {
  #room = Buffer.allocUnsafeSlow(1 << 20)
  #end = FRAME_HEAD_BYTES

  begin(): void {
    this.#end = FRAME_HEAD_BYTES
    if (this.#room.length > KEPT_BYTES) this.#room = Buffer.allocUnsafeSlow(1 << 20)
  }

  /** The next bytes of the frame, to be filled before anything else is added. */
  take(bytes: number): Buffer {
    this.#reserve(bytes)
    this.#end += bytes
    return this.#room.subarray(this.#end - bytes, this.#end)
  }

  beginEntry(): number {
    this.#reserve(ENTRY_HEAD_BYTES)
    this.#end += ENTRY_HEAD_BYTES
    return this.#end - ENTRY_HEAD_BYTES
  }

  /** The leaf's hash in the tree; null, and the entry is taken back, where the leaf is too long for a log. */
  endEntry(at: number, leaf: string, { seq, prev, key, transcript, sealed }: EntryFields): Buffer | null {
    // A zero byte before the leaf makes the hash one of a leaf (RFC 6962) where it stands.
    this.#reserve(1 + leaf.length * 3)
    const room = this.#room
    const from = this.#end
    room[from] = 0
    const bytes = room.write(leaf, from + 1)
    if (bytes > limits.leafBytes) {
      this.#end = at
      return null
    }
    this.#end = from + 1 + bytes
    const digest = hash('sha256', room.subarray(from, this.#end), 'binary')
    room[at] = ENTRY
    room.writeUIntBE(seq, at + 1, 6)
    room.writeUIntBE(prev ?? NONE_48, at + 7, 6)
    room.writeUIntBE(key ?? NONE_48, at + 13, 6)
    room.write(digest, at + HASH_AT, 'binary')
    room.writeUInt32BE(transcript ?? NONE_32, at + 51)
    room.writeUInt32BE(sealed ?? NONE_32, at + 55)
    room.writeUInt32BE(bytes, at + 59)
    return Buffer.from(digest, 'binary')
  }

  record(record: Exclude<FrameRecord, StoredEntry>): void {
    const { kind, ...rest } = record
    const told = 'wrapped' in rest ? { ...rest, wrapped: base64(rest.wrapped), derive: base64(rest.derive) } : rest
    const text = Buffer.from(JSON.stringify(told))
    const into = this.take(RECORD_HEAD_BYTES + text.length)
    into[0] = KINDS.indexOf(kind)
    into.writeUInt32BE(text.length, 1)
    into.set(text, RECORD_HEAD_BYTES)
  }

  /** The frame, until the next one begins; `before` is the CRC of the one before it. */
  close(before: number): { readonly bytes: Buffer; readonly crc: number } {
    const room = this.#room
    const crc = crc32(room.subarray(FRAME_HEAD_BYTES, this.#end))
    room.writeUInt32BE(this.#end - FRAME_HEAD_BYTES, 0)
    room.writeUInt32BE(crc, 4)
    room.writeUInt32BE(before, 8)
    room.writeUInt32BE(crc32(room.subarray(0, 12)), 12)
    return { bytes: room.subarray(0, this.#end), crc }
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#room.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#room.length * 2, this.#end + bytes))
    larger.set(this.#room.subarray(0, this.#end))
    this.#room = larger
  }
}

const KEPT_BYTES = 16 << 20

export interface FrameHead {
  readonly bytes: number
  readonly crc: number
  readonly before: number
}

/** Null where these bytes are no head of a frame. */
export function readFrameHead(bytes: Buffer): FrameHead | null {
  if (bytes.length < FRAME_HEAD_BYTES || bytes.readUInt32BE(12) !== crc32(bytes.subarray(0, 12))) return null
  return { bytes: bytes.readUInt32BE(0), crc: bytes.readUInt32BE(4), before: bytes.readUInt32BE(8) }
}

/** What a frame holds, in order; the bytes are parts of `body`. Throws MalformedFrame where it is not of this form. */
export function* readRecords(body: Buffer): Generator<FrameRecord> {
  let at = 0
  const part = (bytes: number): Buffer => {
    if (at + bytes > body.length) throw new MalformedFrame()
    at += bytes
    return body.subarray(at - bytes, at)
  }
  while (at < body.length) {
    if (body[at] === ENTRY) {
      const head = part(ENTRY_HEAD_BYTES)
      const transcript = optional(head.readUInt32BE(51), part)
      const sealed = optional(head.readUInt32BE(55), part)
      if (part(1)[0] !== 0) throw new MalformedFrame()
      yield {
        kind: 'entry',
        seq: head.readUIntBE(1, 6),
        prev: position(head.readUIntBE(7, 6)),
        key: position(head.readUIntBE(13, 6)),
        hash: head.subarray(HASH_AT, HASH_AT + 32),
        transcript,
        sealed,
        leaf: part(head.readUInt32BE(59)),
      }
    } else {
      const head = part(RECORD_HEAD_BYTES)
      yield readRecord(KINDS[head[0] as number], part(head.readUInt32BE(1)))
    }
  }
}

function readRecord(kind: (typeof KINDS)[number] | undefined, text: Buffer): FrameRecord {
  if (kind === undefined || kind === 'entry') throw new MalformedFrame()
  try {
    const told = JSON.parse(text.toString()) as Record<string, unknown>
    if (kind !== 'key') return { kind, ...told } as FrameRecord
    const { id, session, wrapped, derive } = told as { id: number; session: string; wrapped: string; derive: string }
    return { kind, id, session, wrapped: Buffer.from(wrapped, 'base64'), derive: Buffer.from(derive, 'base64') }
  } catch {
    throw new MalformedFrame()
  }
}

function optional(bytes: number, part: (bytes: number) => Buffer): Buffer | null {
  return bytes === NONE_32 ? null : part(bytes)
}

function position(value: number): number | null {
  return value === NONE_48 ? null : value
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
