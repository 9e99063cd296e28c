// Server-sent events out of bytes. Promise: the same events whatever the chunks, by the HTML standard (CR, LF, CRLF, a
// byte-order mark, comments, several data lines), except that an event without data is told too, since its id counts; an
// event is bounded while it is still arriving.
import { limits } from '../gateway/limits.ts'
import { HeldBytes } from './held-bytes.ts'

export interface SseEvent {
  /** Null when the event had no data, or only an empty one. */
  readonly data: Uint8Array | null
  readonly id: string | null
  readonly retryMs: number | null
}

export class SseTooLarge extends Error {}

const LF = 0x0a
const CR = 0x0d
const COLON = 0x3a
const SPACE = 0x20
const NEWLINE = Buffer.of(LF)

export class SseParser {
  readonly #limitBytes: number
  /** The start of a line whose end has not come yet. */
  readonly #rest = new HeldBytes()
  #afterCr = false
  #atStart = true
  #size = 0
  readonly #data = new HeldBytes()
  #dataLines = 0
  #id: string | null = null
  #retryMs: number | null = null
  #seen = false

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  /** Whether an event has begun and not ended. */
  get open(): boolean {
    return this.#seen || this.#rest.length > 0
  }

  push(chunk: Uint8Array): SseEvent[] {
    const events: SseEvent[] = []
    let bytes: Buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    if (this.#atStart) {
      bytes = this.#whole(bytes)
      if (isBomStart(bytes)) {
        if (bytes.length < 3) return this.#keep(bytes, events)
        bytes = bytes.subarray(3)
      }
      this.#atStart = bytes.length === 0
    }
    if (bytes.length === 0) return events
    let from = this.#afterCr && bytes[0] === LF ? 1 : 0
    this.#afterCr = false
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at]
      if (byte !== LF && byte !== CR) continue
      const event = this.#line(this.#whole(bytes.subarray(from, at)))
      if (event) events.push(event)
      if (byte === CR) {
        if (at + 1 === bytes.length) this.#afterCr = true
        else if (bytes[at + 1] === LF) at++
      }
      from = at + 1
    }
    return this.#keep(bytes.subarray(from), events)
  }

  #keep(part: Buffer, events: SseEvent[]): SseEvent[] {
    if (part.length === 0) return events
    if (this.#size + this.#rest.length + part.length > this.#limitBytes) throw new SseTooLarge()
    this.#rest.append(part)
    return events
  }

  #whole(end: Buffer): Buffer {
    if (this.#rest.length === 0) return end
    this.#rest.append(end)
    return this.#rest.take()
  }

  #line(line: Buffer): SseEvent | null {
    if (line.length === 0) return this.#dispatch()
    this.#size += line.length
    if (this.#size > this.#limitBytes) throw new SseTooLarge()
    this.#seen = true
    const colon = line.indexOf(COLON)
    if (colon === 0) return null
    const field = line.toString('latin1', 0, colon < 0 ? line.length : colon)
    let from = colon < 0 ? line.length : colon + 1
    if (line[from] === SPACE) from++
    if (field === 'data') this.#addData(line.subarray(from))
    else if (field === 'id') {
      const id = line.toString('utf8', from)
      if (!id.includes('\0')) this.#id = id
    } else if (field === 'retry') {
      const text = line.toString('latin1', from)
      if (/^\d{1,9}$/.test(text)) this.#retryMs = Math.min(Number(text), limits.eventRetryMs)
    }
    return null
  }

  #addData(value: Buffer): void {
    if (this.#dataLines++ > 0) this.#data.append(NEWLINE)
    this.#data.append(value)
  }

  #dispatch(): SseEvent | null {
    if (!this.#seen) return null
    const data = this.#data.take()
    const event = { data: data.length > 0 ? data : null, id: this.#id, retryMs: this.#retryMs }
    this.#dataLines = 0
    this.#id = null
    this.#retryMs = null
    this.#seen = false
    this.#size = 0
    return event
  }
}

function isBomStart(bytes: Buffer): boolean {
  const bom = [0xef, 0xbb, 0xbf]
  return bytes.length > 0 && bom.every((byte, at) => at >= bytes.length || bytes[at] === byte)
}
