// Rows a caller copies in. Promise: each chunk of them is a recorded part of its exchange before the system sees it; rows
// that come when the system reads none are dropped, as the protocol says.
import { Refusal } from '../gateway/errors.ts'
import { limits } from '../gateway/limits.ts'
import type { Session } from '../gateway/seam.ts'
import type { Asked } from './asked.ts'
import { front, HEAD_BYTES } from './frames.ts'
import type { WireOutlet } from './outlets.ts'

export interface CopyStep {
  readonly type: number
  readonly buffer: Buffer
  readonly start: number
  readonly end: number
}

export class CopyIn {
  readonly #session: Session
  readonly #outlet: WireOutlet<'system'>
  readonly #onRefusal: (refusal: Refusal) => void
  /** The exchange rows belong to; null where the system reads none. */
  asked: Asked | null = null
  #pieces: Buffer[] = []
  #bytes = 0
  #rows = 0
  #told = ''
  #shown = 0
  #order: Promise<void> | null = null
  #waiter: (() => void) | null = null

  constructor(session: Session, outlet: WireOutlet<'system'>, onRefusal: (refusal: Refusal) => void) {
    this.#session = session
    this.#outlet = outlet
    this.#onRefusal = onRefusal
  }

  begin(asked: Asked): void {
    this.asked = asked
    this.#shown = 0
    this.#waiter?.()
    this.#waiter = null
  }

  /** The system reads no more rows: an error came. */
  stop(): void {
    this.asked = null
    this.#take()
  }

  /** For one at a time. */
  begun(): Promise<void> {
    return new Promise(resolve => {
      this.#waiter = resolve
    })
  }

  /** Resolves when more may be sent. */
  async step({ type, buffer, start, end }: CopyStep): Promise<void> {
    const asked = this.asked
    if (asked === null) return
    this.#pieces.push(buffer.subarray(start, end))
    this.#bytes += end - start
    if (type === front.copyData) {
      this.#rows++
      if (this.#shown++ < limits.transcriptRows) this.#told += shown(buffer, start, end)
    }
    const over = type !== front.copyData
    if (this.#bytes < limits.chunkBytes && !over) return
    if (over) this.asked = null
    this.#send(asked)
    if (over) await this.#order
    else await asked.admission.room()
  }

  /** What has come so far, when no more has for now. */
  flush(): Promise<void> | null {
    if (this.asked !== null && this.#bytes > 0) this.#send(this.asked)
    return this.#order
  }

  #send(asked: Asked): void {
    const { raw, told, rows } = this.#take()
    const shown = asked.reading.untold() === null ? told : Buffer.from(counted(rows))
    const clearing = asked.admission.more(this.#session.inspect.frames(raw, told, shown), { rows })
    this.#order = (this.#order ?? Promise.resolve()).then(async () => {
      const part = await clearing
      if (part instanceof Refusal) this.#onRefusal(part)
      else if (!this.#outlet.write(part)) await this.#outlet.drained()
    })
  }

  #take() {
    const raw = this.#pieces.length === 1 ? (this.#pieces[0] as Buffer) : Buffer.concat(this.#pieces)
    const rows = this.#rows
    const told = Buffer.from(this.#told + counted(rows))
    this.#pieces = []
    this.#bytes = 0
    this.#rows = 0
    this.#told = ''
    return { raw, told, rows }
  }
}

function counted(rows: number): string {
  return `(${rows} messages of rows)\n`
}

function shown(buffer: Buffer, start: number, end: number): string {
  const value = buffer.subarray(start + HEAD_BYTES, end)
  return value.includes(0) ? `(${value.length} bytes)\n` : value.toString()
}
