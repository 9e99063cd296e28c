// Server-sent events out of bytes. Promise: the same events whatever the chunks, by the HTML standard (CR, LF, CRLF, a
// byte-order mark, comments, several data lines), except that an event without data is told too, since its id counts; an
// event is bounded while it is still arriving.
import { limits } from '../gateway/limits.ts'

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
  #rest: Buffer[] = []
  #restBytes = 0
  #afterCr = false
  #atStart = true
  #size = 0
  #data: Buffer[] = []
  #id: string | null = null
  #retryMs: number | null = null
  #seen = false

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  /** Whether an event has begun and not ended. */
  get open(): boolean {
    return this.#seen || this.#restBytes > 0
  }

  push(chunk: Uint8Array): SseEvent[] {
    const events: SseEvent[] = []
    let bytes: Buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    if (this.#atStart) {
      bytes = Buffer.concat([...this.#rest, bytes])
      this.#rest = []
      this.#restBytes = 0
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
    this.#rest.push(part)
    this.#restBytes += part.length
    if (this.#size + this.#restBytes > this.#limitBytes) throw new SseTooLarge()
    return events
  }

  #whole(end: Buffer): Buffer {
    if (this.#restBytes === 0) return end
    const line = Buffer.concat([...this.#rest, end])
    this.#rest = []
    this.#restBytes = 0
    return line
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
    if (field === 'data') this.#data.push(line.subarray(from))
    else if (field === 'id') {
      const id = line.toString('utf8', from)
      if (!id.includes('\0')) this.#id = id
    } else if (field === 'retry') {
      const text = line.toString('latin1', from)
      if (/^\d{1,9}$/.test(text)) this.#retryMs = Math.min(Number(text), limits.eventRetryMs)
    }
    return null
  }

  #dispatch(): SseEvent | null {
    if (!this.#seen) return null
    const data = joined(this.#data)
    const event = { data: data && data.length > 0 ? data : null, id: this.#id, retryMs: this.#retryMs }
    this.#data = []
    this.#id = null
    this.#retryMs = null
    this.#seen = false
    this.#size = 0
    return event
  }
}

function joined(lines: readonly Buffer[]): Buffer | null {
  if (lines.length < 2) return lines[0] ?? null
  return Buffer.concat(lines.flatMap((line, at) => (at === 0 ? [line] : [NEWLINE, line])))
}

function isBomStart(bytes: Buffer): boolean {
  const bom = [0xef, 0xbb, 0xbf]
  return bytes.length > 0 && bom.every((byte, at) => at >= bytes.length || bytes[at] === byte)
}
