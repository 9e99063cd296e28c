// What texts of a caller mean, as they are read or were before. Promise: a text is read anew unless it would be read the same;
// what cannot be read is a recorded refusal.
import { isUtf8 } from 'node:buffer'
import type { Refusal } from '../gateway/errors.ts'
import type { Gateway, Session } from '../gateway/seam.ts'
import { likeness } from './likeness.ts'
import { Cancelled } from './link-ask.ts'
import type { Portal } from './names.ts'
import { type LinkReader, type ReadContext, type SqlRefusal, type StatementReading, unread } from './reading.ts'
import type { Said } from './statement/statement.ts'

/** A refusal and what the reader of statements adds to it. */
export interface Refused {
  readonly refusal: Refusal
  readonly sql: SqlRefusal | null
}

export interface ReadingsParts {
  readonly gateway: Gateway
  readonly session: Session
  /** Null: statements pass unread. */
  readonly reader: LinkReader | null
  readonly context: (parameters: ReadContext['parameters'], types: Uint8Array) => ReadContext
}

const UNREAD = 'This was cancelled, or timed out, before it was passed on.'
const KNOWN_BYTES = 2 << 10
const KNOWN_TEXTS = 64
/** As Parse says that there are none. */
const NO_TYPES = Buffer.alloc(2)
export const NOTHING: SqlRefusal = {
  kind: 'refused',
  code: 'unreadable',
  sqlState: '08P01',
  detail: '',
  position: null,
}

/** Most readings are there already, and are not waited for. */
export type MayWait<Value> = Value | Promise<Value>

export class Readings {
  readonly #parts: ReadingsParts
  /** Of texts that came before. */
  readonly #known = new Map<string, { reading: StatementReading; used: number }>()
  #uses = 0
  /** The text each of these was read from. */
  readonly #texts = new WeakMap<StatementReading, Buffer>()

  constructor(parts: ReadingsParts) {
    this.#parts = parts
  }

  /** Drivers prepare the same few texts again and again. */
  parsed(sql: Buffer, types: Buffer): MayWait<StatementReading | Refused> {
    if (types.length <= NO_TYPES.length) return this.#readAs(sql, text => text)
    const given = types.toString('latin1')
    return this.#readAs(sql, text => `${given}\0${text}`, types)
  }

  /** Of a simple query, or of one that is like it: `exactly` is for what depends on its numbers. */
  simple(sql: Buffer): MayWait<StatementReading | Refused> {
    return this.#readAs(sql, likeness)
  }

  /** The reading of this very text, where `reading` may be that of one like it. */
  exactly(sql: Buffer, reading: StatementReading): MayWait<StatementReading | Refused> {
    const from = this.#texts.get(reading)
    return from === undefined || from.equals(sql) ? reading : this.read(sql, NO_TYPES, null)
  }

  #readAs(sql: Buffer, keyOf: (text: string) => string, types: Buffer = NO_TYPES): MayWait<StatementReading | Refused> {
    if (sql.length > KNOWN_BYTES || this.#parts.reader === null) return this.read(sql, types, null)
    const key = keyOf(sql.toString('latin1'))
    const known = this.#known.get(key)
    if (!known?.reading.holds()) return this.#readAnew(sql, types, key)
    known.used = ++this.#uses
    return known.reading
  }

  async #readAnew(sql: Buffer, types: Buffer, key: string): Promise<StatementReading | Refused> {
    const reading = await this.read(sql, types, null)
    if ('refusal' in reading || reading.changes !== 'nothing') {
      this.#known.delete(key)
      return reading
    }
    this.#keep(key, reading)
    // Kept apart from the buffer of the connection it lies in.
    this.#texts.set(reading, Buffer.from(sql))
    return reading
  }

  /** In place of the one that was not used for longest. */
  #keep(key: string, reading: StatementReading): void {
    if (this.#known.size >= KNOWN_TEXTS && !this.#known.has(key)) {
      let oldest = key
      let used = Number.POSITIVE_INFINITY
      for (const [one, known] of this.#known) {
        if (known.used < used) {
          oldest = one
          used = known.used
        }
      }
      this.#known.delete(oldest)
    }
    this.#known.set(key, { reading, used: ++this.#uses })
  }

  read(
    sql: Buffer,
    types: Buffer,
    parameters: Portal['parameters'] | null,
    known: StatementReading | null = null,
    earlier: StatementReading | null = null,
  ): MayWait<StatementReading | Refused> {
    const { reader } = this.#parts
    if (reader === null) return unread
    if (known?.holds()) return known
    return earlier?.holds() ? earlier : this.#readBy(reader, sql, types, parameters)
  }

  async #readBy(
    reader: LinkReader,
    sql: Buffer,
    types: Buffer,
    parameters: Portal['parameters'] | null,
  ): Promise<StatementReading | Refused> {
    const { session, gateway, context } = this.#parts
    if (!isUtf8(sql)) return this.refused('This statement is not valid UTF-8.', '22021')
    const asked = async () => reader.read(sql.toString(), context(parameters, types))
    const reading = await asked().catch(this.withdrawn)
    if ('refusal' in reading) return reading
    if (reading.kind === 'statement') return reading
    const refusal = await gateway.refuse(session, reading.code, reading.detail)
    return { refusal, sql: reading }
  }

  /** Cancelled while the gateway asked something for it; any other fault is thrown. */
  readonly withdrawn = async (fault: unknown): Promise<Refused> => {
    if (!(fault instanceof Cancelled)) throw fault
    const refusal = await this.#parts.gateway.refuse(this.#parts.session, 'internal', UNREAD)
    return { refusal, sql: { ...NOTHING, sqlState: '57014' } }
  }

  async refused(detail: string, sqlState: string, said?: Said): Promise<Refused> {
    const refusal = await this.#parts.gateway.refuse(this.#parts.session, 'unreadable', detail)
    return { refusal, sql: { ...NOTHING, sqlState, ...(said === undefined ? {} : { said }) } }
  }
}
