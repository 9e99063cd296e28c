// The shapes of identifiers in text, found in one pass. Promise: time linear in the text whatever it holds, no regular
// expression, nothing allocated but what is found. Fixtures such as 123-45-6789 count: a shape is a shape.
import { emailAt, ipv6At, urlAt, wwwAt } from './addresses.ts'
import { monthDay } from './dates.ts'
import { numberAt } from './numbers.ts'
import { NO_SHAPE, Shape } from './shapes.ts'
import { AGE, HASH_SEED, hashStep, lookUp, Role } from './words.ts'

/** Found places as triples [shape, start, end]; a contextual one has its shape + CONTEXTUAL. */
export type Found = number[]
export const CONTEXTUAL = 64
export const FOUND_STRIDE = 3

const REACH = 48
const WORDS = 3

const ID_SHAPES =
  (1 << Shape.mrn) |
  (1 << Shape.plan) |
  (1 << Shape.account) |
  (1 << Shape.license) |
  (1 << Shape.vehicle) |
  (1 << Shape.device)

/** What the pass knows at a place. */
export class Lexer {
  readonly text: string
  readonly to: number
  /** Bits of the shapes that are looked for. */
  readonly active: number
  readonly found: Found
  /** Shape (or AGE) that the words before speak of, else NO_SHAPE. */
  context: number
  contextEnd = 0
  words = WORDS
  #pending = NO_SHAPE
  #pendingEnd = 0
  /** Ends of what was already judged, so that no region is judged twice. */
  urlEnd = 0
  hexEnd = 0

  constructor(text: string, to: number, active: number, context: number, found: Found) {
    this.text = text
    this.to = to
    this.active = active
    this.context = context
    this.found = found
  }

  has(shape: number): boolean {
    return (this.active & (1 << shape)) !== 0
  }

  add(shape: number, start: number, end: number, contextual: boolean): void {
    this.found.push(contextual ? shape + CONTEXTUAL : shape, start, end)
  }

  /** After a find the words before it have said what they had to say, but "MRNs 1234 and 5678" goes on. */
  used(at: number): void {
    this.words = 0
    this.contextEnd = at + REACH
  }

  run(from: number): void {
    const { text, to } = this
    this.contextEnd = from + REACH
    let glued = false
    for (let at = from; at < to; ) {
      const code = text.charCodeAt(at)
      const lower = code | 0x20
      if (lower >= 0x61 && lower <= 0x7a && code < 0x80) {
        if (this.context !== NO_SHAPE) {
          const end = this.#identifier(at)
          if (end > at) {
            at = end
            glued = true
            continue
          }
        }
        let hash = hashStep(HASH_SEED, lower)
        let end = at + 1
        let wasLower = code >= 0x61
        for (; end < to; end++) {
          const next = text.charCodeAt(end)
          const folded = next | 0x20
          if (folded < 0x61 || folded > 0x7a || next >= 0x80 || (next < 0x61 && wasLower)) break
          wasLower = next >= 0x61
          hash = hashStep(hash, folded)
        }
        glued = this.#word(at, end, hash)
        at = end
      } else if (code >= 0x30 && code <= 0x39) {
        const end = (glued ? 0 : this.#identifier(at, true)) || numberAt(this, at, glued)
        at = end
        glued = true
      } else {
        glued = false
        if (code === 0x40) {
          if (this.has(Shape.email)) emailAt(this, at, from)
        } else if (code === 0x3a) {
          if (this.has(Shape.url)) urlAt(this, at, from)
          if (this.has(Shape.ip)) ipv6At(this, at, from)
        } else if (code === 0x23 && this.#pending !== NO_SHAPE && at <= this.#pendingEnd) this.#promote(at)
        else if (code === 0x2b && at + 1 < to) {
          const next = text.charCodeAt(at + 1)
          if ((next >= 0x30 && next <= 0x39) || next === 0x28) {
            const end = numberAt(this, at, false)
            if (end > at) {
              at = end
              glued = true
              continue
            }
          }
        }
        at++
      }
    }
  }

  /** True when digits right after this word would be glued to it. */
  #word(start: number, end: number, hash: number): boolean {
    const known = lookUp(this.text, start, end, hash)
    const of = known & 31
    switch (known >> 5) {
      case Role.sets:
        this.#set(of, end)
        return false
      case Role.needs:
        // "medical record" and "patient record" say it without "number".
        if (of === Shape.mrn && this.#pending === Shape.mrn && start <= this.#pendingEnd) this.#promote(end)
        this.#pending = of
        this.#pendingEnd = end + 24
        return false
      case Role.joins:
        if (this.#pending === of && start <= this.#pendingEnd) this.#set(of, end)
        return true
      case Role.identifies:
        if (this.#pending !== NO_SHAPE && start <= this.#pendingEnd) this.#promote(end)
        return this.context === NO_SHAPE
      case Role.fills:
        return true
      case Role.ends:
        this.context = NO_SHAPE
        this.#pending = NO_SHAPE
        return true
      case Role.month:
        if (this.has(Shape.date)) monthDay(this, start, end)
        return false
      case Role.www:
        if (this.has(Shape.url)) wwwAt(this, start, end)
        return true
      default:
        if (this.context !== NO_SHAPE && --this.words < 0) this.context = NO_SHAPE
        return true
    }
  }

  #promote(at: number): void {
    this.#set(this.#pending, at)
    this.#pending = NO_SHAPE
  }

  #set(context: number, at: number): void {
    this.context = context
    this.contextEnd = at + REACH
    this.words = WORDS
  }

  /**
   * Where the context asks for an identifier, takes one: letters and digits with inner - _ / . and at least two digits.
   * Returns its end, or 0. Full dates and 3-2-4 shapes keep their own label.
   */
  #identifier(at: number, digitFirst = false): number {
    const context = this.context
    if (context === NO_SHAPE) return 0
    if (at > this.contextEnd) {
      this.context = NO_SHAPE
      return 0
    }
    if (context === AGE || (ID_SHAPES & (1 << context)) === 0 || !this.has(context)) return 0
    const { text, to } = this
    let digits = 0
    let length = 0
    let end = at
    let dotted = 0
    for (let place = at; place < to && place - at <= 64; place++) {
      const code = text.charCodeAt(place)
      const lower = code | 0x20
      if (code >= 0x30 && code <= 0x39) digits++
      else if (!(lower >= 0x61 && lower <= 0x7a && code < 0x80)) {
        if (code !== 0x2d && code !== 0x5f && code !== 0x2f && code !== 0x2e) break
        if (code === 0x2e) dotted++
        continue
      }
      length++
      end = place + 1
    }
    if (digits < 2 || length < 4 || end - at > 64) return 0
    if (
      digitFirst &&
      (dotted > 0 ||
        text.charCodeAt(at + 4) === 0x2d ||
        text.charCodeAt(at + 2) === 0x2f ||
        text.charCodeAt(at + 1) === 0x2f)
    ) {
      const before = this.found.length
      const date = numberAt(this, at, false)
      if (this.found.length > before) return date
    }
    this.add(context, at, end, true)
    this.used(end)
    return end
  }
}

/** Finds the shapes of `active` in text[from, to). */
export function lex(text: string, from: number, to: number, active: number, context: number, found: Found): void {
  new Lexer(text, to, active, context, found).run(from)
}

const contexts = new Map<string, number>()

/** What a member name or a column name says about its value: a shape, AGE or NO_SHAPE. */
export function contextOf(name: string): number {
  if (name.length > 48) return name.length > 1024 ? NO_SHAPE : contextOf(name.slice(-48))
  const known = contexts.get(name)
  if (known !== undefined) return known
  const lexer = new Lexer(name, name.length, 0, NO_SHAPE, [])
  lexer.run(0)
  // Names with digits may be identifiers themselves: not kept.
  if (contexts.size < 4096 && !/\d/.test(name)) contexts.set(name, lexer.context)
  return lexer.context
}
