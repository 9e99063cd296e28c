// What a caller sends, cut into runs: the messages about one statement up to the next one or to Sync. Promise: the same
// bytes make the same runs however the network split them; each run is decided once and passed on whole.
import { limits } from '../gateway/limits.ts'
import { reply } from './asked.ts'
import { FrameReader, front, int16, WireFault } from './frames.ts'
import { type Lists, NO_LISTS, valuesIn, valuesInBytes } from './guesses.ts'

interface Bind {
  readonly portal: string
  readonly statement: string
  /** What stands behind the names. */
  readonly bound: Buffer
  /** Of it, what comes before the formats of the result. */
  readonly values: Buffer
  readonly parameters: readonly (string | null | undefined)[]
  readonly lists: Lists
  readonly resultFormats: readonly number[]
}

interface Described {
  readonly kind: 'statement' | 'portal'
  readonly name: string
}

export interface Run {
  readonly kind: 'run'
  /** The frames in order, as few pieces as they came in. */
  readonly pieces: { readonly buffer: Buffer; readonly start: number; end: number }[]
  /** A simple query, without its NUL. */
  query: Buffer | null
  /** A function call by number. */
  call: boolean
  parse: {
    readonly name: string
    readonly sql: Buffer /** Oids of parameters, as they came. */
    readonly types: Buffer
  } | null
  bind: Bind | null
  readonly describes: Described[]
  /** The portal that is executed. */
  executes: string | null
  readonly closes: Described[]
  readonly expects: number[]
  /** It ends with Sync, or is a simple query or a call, which end themselves. */
  synced: boolean
}

export type Step =
  | Run
  | { readonly kind: 'sync' | 'flush' | 'terminate' }
  | {
      readonly kind: 'copy'
      readonly type: number
      readonly buffer: Buffer
      readonly start: number
      readonly end: number
    }

export class Runs {
  readonly #emit: (step: Step) => void
  /** What was emitted can be worked on. */
  readonly #ready: () => void
  #open: Run | null = null
  #openBytes = 0

  constructor(emit: (step: Step) => void, ready: () => void) {
    this.#emit = emit
    this.#ready = ready
  }

  /** Throws WireFault where a message does not hold what its type says. */
  frame(type: number, buffer: Buffer, start: number, end: number): void {
    switch (type) {
      case front.query: {
        this.#close()
        const reader = new FrameReader(buffer, start, end)
        const run = this.#begin(buffer, start, end)
        run.query = reader.text()
        reader.done()
        run.expects.push(reply.query)
        run.synced = true
        this.#flush()
        break
      }
      case front.parse:
        this.#parse(buffer, start, end)
        break
      case front.bind:
        this.#bind(buffer, start, end)
        break
      case front.describe:
        this.#describe(buffer, start, end)
        break
      case front.execute:
        this.#execute(buffer, start, end)
        break
      case front.close: {
        const closed = target(buffer, start, end)
        // What goes on with a portal does nothing else.
        if (this.#open?.bind === null && this.#open.executes !== null) this.#close()
        const run = this.#extend(this.#open ?? this.#begin(buffer, start, start), buffer, start, end)
        run.closes.push(closed)
        run.expects.push(reply.closed)
        this.#limit()
        break
      }
      case front.sync:
      case front.flush:
        new FrameReader(buffer, start, end).done()
        this.#end(type, buffer, start, end)
        break
      case front.copyData:
      case front.copyDone:
      case front.copyFail:
        this.#close()
        this.#emit({ kind: 'copy', type, buffer, start, end })
        this.#ready()
        break
      case front.terminate:
        this.#close()
        this.#emit({ kind: 'terminate' })
        this.#ready()
        break
      case front.functionCall: {
        this.#close()
        const run = this.#begin(buffer, start, end)
        run.call = true
        run.expects.push(reply.call)
        run.synced = true
        this.#flush()
        break
      }
      default:
        throw new WireFault('unreadable', 'This message has no place here.')
    }
  }

  #parse(buffer: Buffer, start: number, end: number): void {
    const reader = new FrameReader(buffer, start, end)
    const name = reader.name()
    const sql = reader.text()
    const from = reader.at
    reader.bytes((reader.int16() & 0xffff) * 4)
    const types = buffer.subarray(from, reader.at)
    reader.done()
    this.#close()
    const run = this.#begin(buffer, start, end)
    run.parse = { name, sql, types }
    run.expects.push(reply.parsed)
    this.#limit()
  }

  #bind(buffer: Buffer, start: number, end: number): void {
    const bind = readBind(buffer, start, end)
    const { parse = null, describes = [] } = this.#open ?? {}
    const same =
      this.#open !== null &&
      this.#open.bind === null &&
      this.#open.executes === null &&
      this.#open.closes.length === 0 &&
      (parse === null || parse.name === bind.statement) &&
      describes.every(({ kind, name }) => kind === 'statement' && name === bind.statement)
    if (!same) this.#close()
    const run = this.#open ? this.#extend(this.#open, buffer, start, end) : this.#begin(buffer, start, end)
    run.bind = bind
    run.expects.push(reply.bound)
    this.#limit()
  }

  #describe(buffer: Buffer, start: number, end: number): void {
    const described = target(buffer, start, end)
    const open = this.#open
    const same =
      open !== null &&
      open.executes === null &&
      (described.kind === 'portal'
        ? open.bind?.portal === described.name
        : open.bind === null &&
          (open.parse === null || open.parse.name === described.name) &&
          open.describes.every(({ kind, name }) => kind === 'statement' && name === described.name))
    if (!same) this.#close()
    const run = this.#open ? this.#extend(this.#open, buffer, start, end) : this.#begin(buffer, start, end)
    run.describes.push(described)
    run.expects.push(described.kind === 'statement' ? reply.statement : reply.portal)
    this.#limit()
  }

  #execute(buffer: Buffer, start: number, end: number): void {
    const reader = new FrameReader(buffer, start, end)
    const portal = reader.name()
    reader.int32()
    reader.done()
    const open = this.#open
    const same = open !== null && open.closes.length === 0 && (open.executes ?? open.bind?.portal) === portal
    if (!same) this.#close()
    const run = this.#open ? this.#extend(this.#open, buffer, start, end) : this.#begin(buffer, start, end)
    run.executes = portal
    run.expects.push(reply.executed)
    this.#limit()
  }

  /** Sync and Flush belong to the run before them; without one they are the gateway's to send. */
  #end(type: number, buffer: Buffer, start: number, end: number): void {
    if (this.#open === null) this.#emit({ kind: type === front.sync ? 'sync' : 'flush' })
    else {
      this.#extend(this.#open, buffer, start, end)
      if (type === front.sync) {
        this.#open.synced = true
        this.#open.expects.push(reply.ready)
      }
    }
    this.#flush()
  }

  #begin(buffer: Buffer, start: number, end: number): Run {
    this.#openBytes += end - start
    this.#open = {
      kind: 'run',
      pieces: [{ buffer, start, end }],
      query: null,
      call: false,
      parse: null,
      bind: null,
      describes: [],
      executes: null,
      closes: [],
      expects: [],
      synced: false,
    }
    return this.#open
  }

  #extend(run: Run, buffer: Buffer, start: number, end: number): Run {
    const last = run.pieces[run.pieces.length - 1]
    if (last?.buffer === buffer && last.end === start) last.end = end
    else run.pieces.push({ buffer, start, end })
    this.#openBytes += end - start
    return run
  }

  #close(): void {
    if (this.#open) this.#emit(this.#open)
    this.#open = null
  }

  #flush(): void {
    this.#close()
    this.#openBytes = 0
    this.#ready()
  }

  /** A caller that pipelines without end is served before it says Sync. */
  #limit(): void {
    if (this.#openBytes >= limits.flightBytes) this.#flush()
  }
}

function target(buffer: Buffer, start: number, end: number): Described {
  const reader = new FrameReader(buffer, start, end)
  const letter = reader.byte()
  const name = reader.name()
  reader.done()
  if (letter !== STATEMENT && letter !== PORTAL) throw new WireFault('unreadable', 'This message names nothing.')
  return { kind: letter === STATEMENT ? 'statement' : 'portal', name }
}

const STATEMENT = 'S'.charCodeAt(0)
const PORTAL = 'P'.charCodeAt(0)

function readBind(buffer: Buffer, start: number, end: number): Bind {
  const reader = new FrameReader(buffer, start, end)
  const portal = reader.name()
  const statement = reader.name()
  const from = reader.at
  const formats = readFormats(reader)
  const count = reader.int16() & 0xffff
  const parameters: (string | null | undefined)[] = []
  let lists: Map<number, number> | null = null
  for (let at = 0; at < count; at++) {
    const length = reader.int32()
    const format = formats.length === 1 ? formats[0] : formats[at]
    let values = 1
    if (length < 0) parameters.push(null)
    else if (format === 1) {
      parameters.push(undefined)
      values = valuesInBytes(reader.bytes(length))
    } else {
      const text = reader.utf8(length)
      parameters.push(text)
      values = valuesIn(text)
    }
    if (values > 1) {
      lists ??= new Map()
      lists.set(at + 1, values)
    }
  }
  const values = buffer.subarray(from, reader.at)
  const resultFormats = readFormats(reader)
  reader.done()
  return {
    portal,
    statement,
    bound: buffer.subarray(from, end),
    values,
    parameters,
    lists: lists ?? NO_LISTS,
    resultFormats,
  }
}

function readFormats(reader: FrameReader): readonly number[] {
  const count = reader.int16() & 0xffff
  if (count === 0) return NO_FORMATS
  const bytes = reader.bytes(count * 2)
  return Array.from({ length: count }, (_, at) => int16(bytes, at * 2))
}

const NO_FORMATS: readonly number[] = []

/** The portal it executes, or describes and does not bind. */
export function portalOf({ executes, bind, describes }: Run): string | null {
  if (executes !== null || bind !== null) return executes
  return describes.find(({ kind }) => kind === 'portal')?.name ?? null
}

/** The frames of a run in one piece. */
export function runBytes({ pieces }: Run): Buffer {
  const [first] = pieces as [Run['pieces'][number]]
  if (pieces.length === 1) return first.buffer.subarray(first.start, first.end)
  return Buffer.concat(pieces.map(({ buffer, start, end }) => buffer.subarray(start, end)))
}
