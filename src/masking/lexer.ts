// The shapes of identifiers in text, found in one pass. Promise: time linear in the text whatever it holds, no regular
// expression, nothing allocated but what is found. Fixtures such as 123-45-6789 count: a shape is a shape.
import { domainAt, emailAt, hexPairsAt, urlAt, wwwAt } from './addresses.ts'
import { isInside } from './codes.ts'
import { monthDay } from './dates.ts'
import { elementAt } from './elements.ts'
import { identifierAt, isNumbered, likelyIdentifierAt } from './identifiers.ts'
import { labelAt } from './labelled.ts'
import { numberAt } from './numbers.ts'
import { postalCodeAt } from './postal-codes.ts'
import { segmentAt } from './segments.ts'
import { NO_SHAPE, Shape } from './shapes.ts'
import { boxAt, streetAt } from './streets.ts'
import { cardAt, isCard } from './vcards.ts'
import { BIRTH, HASH_SEED, hashStep, lookUp, Role, VERSION } from './words.ts'
import { interchange } from './x12.ts'

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
  (1 << Shape.device) |
  (1 << Shape.other)
/** Found by identifierAt: of a context beyond the shapes only a bit that none has is left. */
const isIdentifier = (context: number): boolean => context < 28 && (ID_SHAPES & (1 << context)) !== 0

/** What the pass knows at a place. */
export class Lexer {
  readonly text: string
  readonly to: number
  /** Bits of the shapes that are looked for. */
  readonly active: number
  readonly found: Found
  /** Shape (or AGE, CALL) that the words before speak of, else NO_SHAPE. */
  context: number
  contextEnd = 0
  /** Whether a date that the words before speak of is one of birth. */
  birth = false
  /** Whether no word of another meaning and no find stands between. */
  close = true
  words = WORDS
  #pending = NO_SHAPE
  #pendingFrom = 0
  #pendingEnd = 0
  /** Whether an identifier may follow: there is a context, or a likely one. */
  #armed: boolean
  /** Whether only words that say nothing stand behind the pending one. */
  #likely = false
  readonly #named: boolean
  /** Ends of what was already judged, so that no region is judged twice. */
  urlEnd = 0
  hexEnd = 0
  cardEnd = 0
  /** Whether what stands here is the head of a clinical document that speaks of its patient. */
  patient = false
  /** Of what was found last. */
  lastEnd = -1
  /** Of the last word for a version. */
  versionEnd = -1

  constructor(text: string, to: number, active: number, context: number, found: Found) {
    this.text = text
    this.to = to
    this.active = active
    this.context = context === VERSION ? NO_SHAPE : context
    this.#armed = this.context !== NO_SHAPE
    this.found = found
    this.#named = context === VERSION
  }

  has(shape: number): boolean {
    return (this.active & (1 << shape)) !== 0
  }

  add(shape: number, start: number, end: number, contextual: boolean): void {
    this.found.push(contextual ? shape + CONTEXTUAL : shape, start, end)
    this.lastEnd = end
  }

  /** After a find the words before it have said what they had to say, but "MRNs 1234 and 5678" goes on. */
  used(at: number): void {
    this.words = 0
    this.close = false
    this.contextEnd = at + REACH
    this.#likely = false
  }

  run(from: number): void {
    const { text, to } = this
    this.contextEnd = from + REACH
    if (this.#named) this.versionEnd = from
    interchange(this, from)
    const labels = this.has(Shape.name) || this.has(Shape.address)
    let glued = false
    for (let at = from; at < to; ) {
      const code = text.charCodeAt(at)
      const lower = code | 0x20
      if (lower >= 0x61 && lower <= 0x7a && code < 0x80) {
        if (this.#armed) {
          const end = this.#identifier(at, false)
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
        const end = (glued || !this.#armed ? 0 : this.#identifier(at, true)) || numberAt(this, at, glued)
        at = end
        glued = true
      } else {
        glued = false
        if (code === 0x7c) segmentAt(this, at, from)
        else if (code === 0x3c) elementAt(this, at)
        else if (code === 0x40) {
          if (this.has(Shape.email)) emailAt(this, at, from)
        } else if (code === 0x3a) {
          if (this.has(Shape.url)) urlAt(this, at, from)
          if (this.has(Shape.ip) || this.has(Shape.device)) hexPairsAt(this, at, from)
          if (labels) {
            labelAt(this, at, from)
            if (isCard(text, at)) cardAt(this, at - 5)
          }
        } else if (code === 0x3d && labels) labelAt(this, at, from)
        else if (code === 0x23 && this.#likely) this.#hash(at)
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
    if (known === 0) {
      if (this.#armed) this.#other()
      return true
    }
    const of = known & 31
    switch (known >> 5) {
      case Role.sets:
        if (isInside(this.text, start, end)) return this.#other()
        this.#set(of, end)
        return false
      case Role.needs:
        if (isInside(this.text, start, end)) return this.#other()
        this.#needs(of, start, end)
        return false
      case Role.joins:
        this.#joins(of, start, end)
        return true
      case Role.identifies:
        if (this.#pending !== NO_SHAPE && start <= this.#pendingEnd && !this.#counts(start, end)) this.#promote(end)
        return this.context === NO_SHAPE
      case Role.numero: {
        if (!isNumbered(this.text, end, this.to)) return this.#other()
        if (this.#pending !== NO_SHAPE && start <= this.#pendingEnd) this.#promote(end)
        return this.context === NO_SHAPE
      }
      case Role.fills:
        return true
      case Role.version:
        this.versionEnd = end
        return this.#other()
      case Role.ends:
        // `TEL;TYPE=home:` of a vCard.
        if (this.text.charCodeAt(start - 1) === 0x3b) return this.#other()
        this.context = NO_SHAPE
        this.#pending = NO_SHAPE
        this.#likely = false
        this.#armed = false
        return true
      case Role.month:
        if (this.has(Shape.date)) monthDay(this, start, end)
        return false
      case Role.www:
        if (this.has(Shape.url)) wwwAt(this, start, end)
        return true
      case Role.slashed:
        // "S/N"
        if (this.text.charCodeAt(start - 1) !== 0x2f || (this.text.charCodeAt(start - 2) | 0x20) !== 0x73)
          return this.#other()
        this.#set(of, end)
        return false
      case Role.street:
        if (this.has(Shape.address)) streetAt(this, start, end)
        return this.#other()
      case Role.box:
        if (this.has(Shape.address)) boxAt(this, start, end)
        return this.#other()
      case Role.unslashed:
        // "mg/dL"
        if (this.text.charCodeAt(start - 1) === 0x2f || isInside(this.text, start, end)) return this.#other()
        this.#needs(of, start, end)
        return false
      case Role.domain:
        if (this.has(Shape.url)) domainAt(this, start, end)
        return this.#other()
      default:
        return this.#other()
    }
  }

  #other(): boolean {
    this.#likely = false
    if (this.context !== NO_SHAPE) {
      this.close = false
      if (--this.words < 0) this.context = NO_SHAPE
    }
    this.#armed = this.context !== NO_SHAPE
    return true
  }

  #needs(of: number, start: number, end: number): void {
    // What was found spoke of something else.
    if (this.words <= 0) this.context = NO_SHAPE
    // "medical record" and "patient record" say it without "number".
    if (of === Shape.mrn && this.#pending === Shape.mrn && start <= this.#pendingEnd) this.#promote(end)
    this.#pending = of
    this.#pendingFrom = end
    this.#pendingEnd = end + 24
    this.#likely = this.has(of)
    this.#armed = true
  }

  /** "social security", "license plate", "MAC address"; a plate has a number of its own. */
  #joins(of: number, start: number, end: number): void {
    const shape = of === Shape.license ? Shape.vehicle : of
    if (this.#pending === of && start <= this.#pendingEnd) this.#set(shape, end)
    else if (of === Shape.license) this.#needs(shape, start, end)
    else this.#other()
  }

  /** "a number of" things, where it does not stand right behind what it would number. */
  #counts(start: number, end: number): boolean {
    return start > this.#pendingFrom + 1 && this.text.startsWith(' of ', end)
  }

  /** "Chart #4711", "Chart: #4711" */
  #hash(at: number): void {
    const from = this.#pendingFrom
    if (at - from > 2) return
    for (let place = from; place < at; place++) {
      const code = this.text.charCodeAt(place)
      if (code !== 0x20 && code !== 0x3a && code !== 0x2e) return
    }
    this.#promote(at)
  }

  #promote(at: number): void {
    this.#set(this.#pending, at)
    this.#pending = NO_SHAPE
  }

  #set(context: number, at: number): void {
    this.birth = context === BIRTH
    this.context = this.birth ? Shape.date : context
    this.contextEnd = at + REACH
    this.words = WORDS
    this.close = true
    this.#likely = false
    this.#armed = true
  }

  /** Where the words before ask for an identifier or may announce one, takes it. Returns its end, or 0. */
  #identifier(at: number, digitFirst: boolean): number {
    const { context } = this
    if (context !== NO_SHAPE) {
      if (at > this.contextEnd) this.context = NO_SHAPE
      else if (isIdentifier(context)) {
        const end = this.has(context) ? identifierAt(this, at, digitFirst) : 0
        if (end > 0) return end
      } else if (context === Shape.zip && this.has(Shape.zip)) {
        const end = postalCodeAt(this, at)
        if (end > 0) return end
      }
    }
    if (!this.#likely || (!digitFirst && (this.text.charCodeAt(at) & 0x20) !== 0)) return 0
    if (at <= this.#pendingEnd) return likelyIdentifierAt(this, this.#pending, this.#pendingFrom, at)
    this.#likely = false
    return 0
  }
}

/** Finds the shapes of `active` in text[from, to). */
export function lex(text: string, from: number, to: number, active: number, context: number, found: Found): void {
  new Lexer(text, to, active, context, found).run(from)
}
