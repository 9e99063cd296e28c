// The only places where bytes of one side are written to the other. Promise: each takes Cleared or Authored and nothing
// else, and writes their bytes as they are, inside framing of the gateway's own.
import type { ServerResponse } from 'node:http'
import type { Authored } from '../gateway/authored.ts'
import type { Outlet } from '../gateway/seam.ts'
import type { Cleared } from '../recording/inbox.ts'

type Part = Cleared<'caller'> | Authored

/** The body of a request to the protected system. */
export function upstreamBody(part: Cleared<'system'> | Authored): Uint8Array {
  return part.bytes
}

/** The body of an HTTP answer; its head must have been written. */
export class BodyOutlet implements Outlet<'caller'> {
  readonly #response: ServerResponse
  delivered = 0

  constructor(response: ServerResponse) {
    this.#response = response
  }

  write(part: Part): boolean {
    this.delivered += part.bytes.length
    return this.#response.write(part.bytes)
  }

  drained(): Promise<void> {
    return drained(this.#response)
  }

  end(last?: Part): void {
    if (last) this.delivered += last.bytes.length
    this.#response.end(last?.bytes)
  }
}

export interface EventHead {
  /** Already wrapped: an opaque id of this gateway. */
  readonly id: string | null
  readonly retryMs: number | null
}

const LF = 0x0a
const CR = 0x0d
export const noHead: EventHead = { id: null, retryMs: null }

/** Server-sent events; the head of the response must have been written. */
export class SseOutlet implements Outlet<'caller'> {
  readonly #response: ServerResponse
  delivered = 0

  constructor(response: ServerResponse) {
    this.#response = response
  }

  write(part: Part): boolean {
    return this.event(part, noHead)
  }

  event(part: Part, head: EventHead): boolean {
    const { bytes } = part
    this.delivered += bytes.length
    const fields = `event: message\n${fieldsOf(head)}data: `
    const body = bytes.includes(LF) || bytes.includes(CR) ? splitLines(bytes) : bytes
    return this.#response.write(Buffer.concat([Buffer.from(fields), body, SEPARATOR]))
  }

  /** An event without a message: it only carries an id to resume after, or a time to wait. */
  mark(head: EventHead): boolean {
    return this.#response.write(`${fieldsOf(head)}data: \n\n`)
  }

  keepAlive(): boolean {
    return this.#response.write(': waiting\n\n')
  }

  drained(): Promise<void> {
    return drained(this.#response)
  }

  end(last?: Part): void {
    if (last) this.write(last)
    this.#response.end()
  }
}

const SEPARATOR = Buffer.from('\n\n')

function fieldsOf({ id, retryMs }: EventHead): string {
  return `${id === null ? '' : `id: ${id}\n`}${retryMs === null ? '' : `retry: ${retryMs}\n`}`
}

/** A line end in JSON is white space; each line becomes a data line of its own. */
function splitLines(bytes: Uint8Array): Buffer {
  return Buffer.from(
    Buffer.from(bytes)
      .toString('utf8')
      .split(/\r\n|\r|\n/)
      .join('\ndata: '),
  )
}

function drained(response: ServerResponse): Promise<void> {
  if (!response.writableNeedDrain || response.destroyed) return Promise.resolve()
  return new Promise(resolve => {
    const done = () => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
  })
}
