// Questions of the gateway's own in a caller's session: what it is now, how many rows a statement would take. Promise:
// recorded before they are sent; under names no caller knows; nothing of their answers reaches the caller.
import { randomBytes } from 'node:crypto'
import { Refusal } from '../gateway/errors.ts'
import type { Admission, Gateway, Session } from '../gateway/seam.ts'
import type { Cleared } from '../recording/inbox.ts'
import { ALONE, walkOf } from './answer-rows.ts'
import { ownTurn, reply } from './asked.ts'
import { front, HEAD_BYTES, WireFault } from './frames.ts'
import { frame, int16Bytes, uint32Bytes } from './messages.ts'
import type { WireOutlet } from './outlets.ts'
import { type Row, rowOf } from './own-queries.ts'
import type { Turns } from './turns.ts'
import { movedBack } from './words.ts'

export interface LinkQuestion {
  readonly operation: string
  readonly parent: string | null
  readonly sql: string
  /** Types of parameters as Parse has them, and formats and values as Bind has them. */
  readonly types?: Uint8Array
  readonly values?: Uint8Array
  /** Whether the flight ends with it: then the system is told so. */
  readonly synced: boolean
  /** Characters before what the caller wrote; where it is given, an error is kept for the caller. */
  readonly before?: number
  /** Whether such an error may be told as it is. */
  readonly clean?: boolean
}

/** The system said no; what it said is recorded and may be told. */
export class SystemError extends Error {
  readonly said: Cleared<'caller'>

  constructor(said: Cleared<'caller'>) {
    super('the system reported an error')
    this.said = said
  }
}

/** It was cancelled, or came behind what was, in a transaction that has failed. */
export class Cancelled extends Error {}

export interface LinkAskParts {
  readonly gateway: Gateway
  readonly session: Session
  readonly outlet: WireOutlet<'system'>
  readonly turns: Turns
}

export class LinkAsk {
  readonly #parts: LinkAskParts
  readonly #name = `gateway-${randomBytes(12).toString('hex')}`
  /** A statement of that name may be left: the last question was not answered. */
  #left = false

  constructor(parts: LinkAskParts) {
    this.#parts = parts
  }

  /** Rejects with a WireFault, a SystemError, a Refusal or as Cancelled where it was not answered. */
  async rows({ operation, parent, sql, types, values, synced, before, clean }: LinkQuestion): Promise<readonly Row[]> {
    const { gateway, session, outlet, turns } = this.#parts
    const name = `${this.#name}\0`
    const left = this.#left
    this.#left = true
    const bytes = Buffer.concat([
      ...(left ? [frame(front.close, `S${name}`)] : []),
      frame(front.parse, name, `${sql}\0`, types ?? int16Bytes(0)),
      frame(front.bind, name, name, values ?? Buffer.alloc(4), int16Bytes(0)),
      frame(front.execute, name, uint32Bytes(0)),
      frame(front.close, `P${name}`),
      frame(front.close, `S${name}`),
      synced ? frame(front.sync) : frame(front.flush),
    ])
    const question = session.inspect.frames(bytes, Buffer.from(sql))
    const admission = await gateway.own(session, { operation, parent, question })
    if (admission instanceof Refusal) throw admission
    const found: Row[] = []
    let error: Buffer | null = null
    const expects: number[] = [
      ...(left ? [reply.closed] : []),
      reply.parsed,
      reply.bound,
      reply.executed,
      reply.closed,
      reply.closed,
    ]
    if (synced) expects.push(reply.ready)
    const answered = new Promise<boolean>(resolve => {
      const own = {
        row: (buffer: Buffer, start: number, end: number) => found.push(rowOf(buffer, start, end)),
        failed: (bytes: Buffer) => {
          error = bytes
        },
        resolve,
      }
      turns.expect({ ...ownTurn(reply.ready), expects, own })
    })
    outlet.write(admission.question)
    const whole = await answered
    this.#left = !whole
    if (error !== null && before !== undefined) throw await this.#kept(admission, error, before, clean === true)
    admission.end(whole ? 'done' : 'failed', 0)
    if (!whole && (error === null ? turns.skipping : cancelled.test(stateIn(error)))) throw new Cancelled()
    if (!whole) throw new WireFault('upstream', 'The system did not answer a question of the gateway.')
    return found
  }

  async #kept(admission: Admission<'system'>, error: Buffer, before: number, clean: boolean): Promise<Error> {
    const raw = movedBack(error, before)
    const part = { ...ALONE, raw, clean }
    const masked = admission.mask.columns([]).chunk(raw, walkOf(part))
    const said = await admission.answer(masked, true)
    admission.end('failed', 0)
    return said instanceof Refusal ? said : new SystemError(said)
  }
}

const cancelled = /^(57014|25P02)$/

function stateIn(error: Buffer): string {
  const fields = error.toString('latin1', HEAD_BYTES).split('\0')
  return fields.find(field => field.startsWith('C'))?.slice(1) ?? ''
}
