// A JSON text read strictly and kept as it came. Promise: what a reader sees in `value` is what any other parser would
// see (duplicate member names, invalid UTF-8, a byte-order mark and too much depth are refused), and every value and
// member name can be found again in `text` by its offsets, so that a change is a splice and all else keeps its bytes.

/** Why a text was not accepted. `malformed` is a syntax or encoding error; the rest are readable JSON that is refused. */
export type JsonFault = 'malformed' | 'duplicate-name' | 'too-deep' | 'too-many-values' | 'lone-surrogate'

export class JsonError extends Error {
  readonly fault: JsonFault
  /** Offset in UTF-16 units where the fault was noticed; never an excerpt, since the text may hold PHI. */
  readonly offset: number
  constructor(fault: JsonFault, offset: number) {
    super(`${fault} at offset ${offset}`)
    this.name = 'JsonError'
    this.fault = fault
    this.offset = offset
  }
}

export interface JsonLimits {
  readonly depth: number
  readonly values: number
}

export const Kind = { object: 1, array: 2, string: 3, number: 4, literal: 5, name: 6 } as const
export type Kind = (typeof Kind)[keyof typeof Kind]

/**
 * Numbers per node on the tape: kind, start, end, next. `next` is the index of the first node after this subtree.
 * Written in memory that is kept and copied into a plain array, which lives in the heap: the memory of a typed one is a
 * malloc and a free of its own per message, and one that grows leaves its earlier copies to the collector.
 */
const STRIDE = 4

/**
 * A flat tree over `text`, in document order. A member is a `name` node followed by its value's node.
 * Offsets are UTF-16 units into `text`; strings and names include their quotes.
 */
export class JsonDocument {
  readonly text: string
  readonly value: unknown
  readonly nodes: number
  #bytes: Uint8Array | null
  readonly #tape: readonly number[]

  constructor(bytes: Uint8Array | null, text: string, value: unknown, tape: readonly number[], nodes: number) {
    this.#bytes = bytes
    this.text = text
    this.value = value
    this.nodes = nodes
    this.#tape = tape
  }

  /** As they came; made when asked for where the text was inside another one. */
  get bytes(): Uint8Array {
    this.#bytes ??= Buffer.from(this.text)
    return this.#bytes
  }

  kind(node: number): Kind {
    return this.#tape[node * STRIDE] as Kind
  }
  start(node: number): number {
    return this.#tape[node * STRIDE + 1] as number
  }
  end(node: number): number {
    return this.#tape[node * STRIDE + 2] as number
  }
  /** First node after the subtree of `node`: its next sibling, or the parent's end. */
  next(node: number): number {
    return this.#tape[node * STRIDE + 3] as number
  }
  source(node: number): string {
    return this.text.slice(this.start(node), this.end(node))
  }
  /** The decoded value of a string or name node. */
  string(node: number): string {
    const inner = this.text.slice(this.start(node) + 1, this.end(node) - 1)
    return inner.includes('\\') ? (JSON.parse(`"${inner}"`) as string) : inner
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads one JSON text. Throws JsonError; its message holds no part of the text. */
export function readJson(bytes: Uint8Array, limits: JsonLimits): JsonDocument {
  let text: string
  try {
    text = decoder.decode(bytes)
  } catch {
    throw new JsonError('malformed', 0)
  }
  return readJsonText(text, limits, bytes)
}

/** As readJson, for a text that is already decoded (JSON inside a JSON string). */
export function readJsonText(text: string, limits: JsonLimits, bytes: Uint8Array | null = null): JsonDocument {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new JsonError('malformed', 0)
  }
  const scan = new Scan(text, limits)
  const tape = scan.run()
  const document = new JsonDocument(bytes, text, value, tape, scan.nodes)
  return scan.escapes ? new JsonDocument(bytes, text, readValue(document, 0), tape, scan.nodes) : document
}

/**
 * Not as JSON.parse has it: after an object with a name that itself holds a backslash, V8 may take an escaped name of
 * another object for that one.
 */
function readValue(json: JsonDocument, node: number): unknown {
  const kind = json.kind(node)
  if (kind === Kind.string) return json.string(node)
  if (kind !== Kind.object && kind !== Kind.array) return JSON.parse(json.source(node))
  const values: unknown[] = []
  const members: [string, unknown][] = []
  for (let at = node + 1; at < json.next(node); ) {
    const held = kind === Kind.object ? at + 1 : at
    if (kind === Kind.object) members.push([json.string(at), readValue(json, held)])
    else values.push(readValue(json, held))
    at = json.next(held)
  }
  return kind === Kind.array ? values : Object.fromEntries(members)
}

const QUOTE = 0x22
const BACKSLASH = 0x5c

const scratch = new Int32Array(4096 * STRIDE)

/** One pass over a text that JSON.parse has already accepted, so that syntax need not be checked again. */
class Scan {
  nodes = 0
  /** A member name is written with an escape. */
  escapes = false
  #tape = scratch
  readonly #text: string
  readonly #limits: JsonLimits
  /** Offset of the first `\\u` at or after the current string; kept so that each part of the text is searched once. */
  #escape: number

  constructor(text: string, limits: JsonLimits) {
    this.#text = text
    this.#escape = text.indexOf('\\u')
    this.#limits = limits
  }

  /** The tape, in memory of its own. */
  run(): readonly number[] {
    const text = this.#text
    const open: number[] = []
    const names: (string[] | Set<string> | null)[] = []
    let expectName = false
    for (let at = 0; at < text.length; ) {
      const code = text.charCodeAt(at)
      if (code === QUOTE) {
        const end = this.#stringEnd(at)
        if (expectName) {
          this.#refuseDuplicate(names, this.#name(at, end), at)
          this.#add(Kind.name, at, end)
          expectName = false
        } else this.#add(Kind.string, at, end)
        at = end
      } else if (code === 0x7b || code === 0x5b) {
        if (open.length >= this.#limits.depth) throw new JsonError('too-deep', at)
        open.push(this.#add(code === 0x7b ? Kind.object : Kind.array, at, at))
        names.push(code === 0x7b ? [] : null)
        expectName = code === 0x7b
        at++
      } else if (code === 0x7d || code === 0x5d) {
        const node = open.pop() as number
        names.pop()
        this.#tape[node * STRIDE + 2] = at + 1
        this.#tape[node * STRIDE + 3] = this.nodes
        expectName = false
        at++
      } else if (code === 0x2c) {
        expectName = names.length > 0 && names[names.length - 1] !== null
        at++
      } else if (code === 0x3a || code <= 0x20) at++
      else {
        const end = this.#bareEnd(at)
        this.#add(code === 0x2d || (code >= 0x30 && code <= 0x39) ? Kind.number : Kind.literal, at, end)
        at = end
      }
    }
    const tape = new Array<number>(this.nodes * STRIDE)
    for (let at = 0; at < tape.length; at++) tape[at] = this.#tape[at] as number
    return tape
  }

  #add(kind: Kind, start: number, end: number): number {
    if (this.nodes >= this.#limits.values) throw new JsonError('too-many-values', start)
    const at = this.nodes * STRIDE
    if (at === this.#tape.length) {
      const larger = new Int32Array(at * 2)
      larger.set(this.#tape)
      this.#tape = larger
    }
    this.#tape[at] = kind
    this.#tape[at + 1] = start
    this.#tape[at + 2] = end
    this.#tape[at + 3] = this.nodes + 1
    return this.nodes++
  }

  #stringEnd(start: number): number {
    const text = this.#text
    let end = text.indexOf('"', start + 1)
    for (;;) {
      let slashes = end - 1
      while (text.charCodeAt(slashes) === BACKSLASH) slashes--
      if ((end - 1 - slashes) % 2 === 0) break
      end = text.indexOf('"', end + 1)
    }
    this.#refuseLoneSurrogate(start, end)
    return end + 1
  }

  /** Only an escape can make one: the decoder has already refused it in the bytes. */
  #refuseLoneSurrogate(start: number, end: number): void {
    if (this.#escape >= 0 && this.#escape < start) this.#escape = this.#text.indexOf('\\u', start)
    if (this.#escape < 0 || this.#escape >= end) return
    const decoded = JSON.parse(this.#text.slice(start, end + 1)) as string
    if (!decoded.isWellFormed()) throw new JsonError('lone-surrogate', start)
  }

  #bareEnd(start: number): number {
    const text = this.#text
    let at = start + 1
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code === 0x2c || code === 0x7d || code === 0x5d || code <= 0x20) break
    }
    return at
  }

  #name(start: number, end: number): string {
    const inner = this.#text.slice(start + 1, end - 1)
    if (!inner.includes('\\')) return inner
    this.escapes = true
    return JSON.parse(`"${inner}"`) as string
  }

  #refuseDuplicate(names: (string[] | Set<string> | null)[], name: string, at: number): void {
    const seen = names[names.length - 1]
    if (Array.isArray(seen)) {
      if (seen.includes(name)) throw new JsonError('duplicate-name', at)
      seen.push(name)
      if (seen.length > 16) names[names.length - 1] = new Set(seen)
    } else if (seen) {
      if (seen.has(name)) throw new JsonError('duplicate-name', at)
      seen.add(name)
    }
  }
}
