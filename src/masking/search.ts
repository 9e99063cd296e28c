// The search of one text. Promise: JSON inside it is walked as JSON, tables cell by cell, named values after their
// names, and the rest by shape and pattern, both as it stands and as a reader would decode it.
import { limits } from '../gateway/limits.ts'
import { type JsonDocument, JsonError, Kind, readJsonText } from '../json/document.ts'
import { type ColumnName, columnOf, namesOf } from './column-names.ts'
import { Feature, features } from './features.ts'
import { type Folded, fold } from './folding.ts'
import { findHtmlCells } from './html-tables.ts'
import { findJson, type Segment } from './json-in-text.ts'
import { findPairs, keyOf } from './key-values.ts'
import type { KnownValues } from './known.ts'
import { CONTEXTUAL, FOUND_STRIDE, lex } from './lexer.ts'
import { type LeafLabel, type Patch, type Span, UNREADABLE } from './patches.ts'
import type { MaskingPlan } from './plan.ts'
import { findKnown, type Searched } from './searched.ts'
import { NO_SHAPE, Shape } from './shapes.ts'
import { findCells, nameOf } from './tables.ts'

export interface TextSearch {
  readonly plan: MaskingPlan
  readonly known: KnownValues | null
  readonly learned: KnownValues
  /** Of a walk that does not yet look for known values: where one would. */
  readonly searched: Searched | null
  /** Walks a document that stands in the text at `offset`. */
  readonly nested: (document: JsonDocument, at: Nested, out: Patch[]) => void
}

/** Where a document stands in a text, and what holds for all of it. */
interface Nested {
  readonly offset: number
  readonly level: number
  readonly clean: boolean
  readonly labels: readonly LeafLabel[]
}

export interface How {
  readonly shapes: boolean
  /** How many strings deep this text is. */
  readonly level: number
  readonly context: number
  /** Whether JSON, tables and named values are looked for. */
  readonly structure: boolean
  readonly known: boolean
  /** Labels of the whole text. */
  readonly labels: readonly LeafLabel[]
}

const nothing: readonly Patch[] = []
const none: Patch[] = []
const nowhere: readonly LeafLabel[] = []
const PAIRED = Feature.colon | Feature.equals | Feature.pipe | Feature.angle
const DECODED = Feature.escape | Feature.high
/** Lines of box drawing are high. */
const DELIMITED = Feature.pipe | Feature.delimiter | Feature.high
const isOpening = (code: number): boolean => code === 0x7b || code === 0x5b
const documentLimits = { depth: limits.jsonDepth, values: limits.jsonValues }

/** Patches of text[from, to), relative to `from`, sorted by start. */
export function searchText(search: TextSearch, text: string, from: number, to: number, how: How): readonly Patch[] {
  const { plan } = search
  if (from === to) return nothing
  if (how.structure && isOpening(text.charCodeAt(from))) {
    // Usually all of it is JSON, and what is in that is looked at value by value.
    const own = text.slice(from, to)
    const out: Patch[] = []
    const segments = documentsIn(search, own, how, out)
    const whole = segments?.[0]?.start === 0 && segments[0].end === own.length
    return whole ? ordered(out) : searchAround(search, own, features(own, 0, own.length), segments, how, out)
  }
  const seen = features(text, from, to)
  const known = how.known ? search.known : null
  const lexes = how.shapes && plan.active !== 0 && (seen & plan.searchable) !== 0
  const keyed = how.structure && plan.keys.size > 0 && (seen & (PAIRED | DECODED)) !== 0
  const opens = how.structure && (seen & Feature.open) !== 0
  const quoted = how.structure && text.charCodeAt(from) === 0x22 && (seen & Feature.escape) !== 0
  const lined = how.structure && (seen & (Feature.newline | Feature.angle)) !== 0
  const searched = how.known ? search.searched : null
  const { labels } = how
  if (!keyed && !opens && !quoted && !lined && plan.patterns.length === 0 && known === null) {
    // The usual case, without a copy: a short value that only shapes can be in.
    const out: Patch[] = lexes ? [] : none
    if (lexes) searchShapes(search, text, from, to, seen, how.context, from, out)
    searched?.text(text, from, to, from, seen, labels, out)
    return lexes ? ordered(out) : nothing
  }
  const own = text.slice(from, to)
  const out: Patch[] = []
  const segments = opens || quoted ? documentsIn(search, own, how, out) : []
  return searchAround(search, own, seen, segments, how, out)
}

/** Searches what stands around the JSON in a text; `out` holds what was found in that. */
function searchAround(
  search: TextSearch,
  own: string,
  seen: number,
  segments: readonly Segment[] | null,
  how: How,
  out: Patch[],
): readonly Patch[] {
  if (segments === null) return [{ kind: 'span', start: 0, end: own.length, label: UNREADABLE, detector: 'limit' }]
  const { plan } = search
  const known = how.known ? search.known : null
  const searched = how.known ? search.searched : null
  const keyed = how.structure && plan.keys.size > 0 && (seen & (PAIRED | DECODED)) !== 0
  const lined = how.structure && (seen & Feature.newline) !== 0
  const marked = how.structure && (seen & Feature.angle) !== 0
  const lexes = how.shapes && plan.active !== 0 && (seen & plan.searchable) !== 0
  let at = 0
  for (let next = 0; next <= segments.length; next++) {
    const segment = segments[next]
    const until = segment === undefined ? own.length : segment.start
    if (until > at) {
      const here = segments.length === 0 ? seen : features(own, at, until)
      const folded = (keyed || lexes) && (here & DECODED) !== 0 ? fold(own, at, until) : null
      if (keyed) namedValues(search, own, at, until, folded, out)
      if (lined || marked)
        tables(search, own, at, until, { shapes: how.shapes, lined, marked, delimited: (here & DELIMITED) !== 0 }, out)
      if (lexes) searchShapes(search, own, at, until, here, at === 0 ? how.context : NO_SHAPE, 0, out, folded)
      if (known) findKnown(known, own, at, until, seen, out)
      else searched?.text(own, at, until, 0, seen, how.labels, out)
      if (plan.patterns.length > 0) patterns(plan, own, at, until, seen, out)
    }
    at = segment === undefined ? until : segment.end
  }
  return ordered(out)
}

/** Labels of a number: those of its place, and what its name or its own digits say. */
export function searchNumber(
  search: TextSearch,
  source: string,
  labels: readonly LeafLabel[],
  context: number,
  shapes: boolean,
): readonly LeafLabel[] {
  const { plan } = search
  let found = labels
  const add = (label: number, detector: LeafLabel['detector']): void => {
    if (!found.some(one => one.label === label)) found = [...found, { label, detector }]
  }
  const digits = wholeDigits(source)
  if (shapes && (context !== NO_SHAPE || digits.length >= 13) && plan.active !== 0 && /^\d+$/.test(digits)) {
    const hits: number[] = []
    // A leading zero is lost in a number.
    const padded = context === Shape.ssn && digits.length >= 7 && digits.length < 9 ? digits.padStart(9, '0') : digits
    lex(padded, 0, padded.length, plan.active, context, hits)
    for (let at = 0; at < hits.length; at += FOUND_STRIDE) {
      const shape = (hits[at] as number) % CONTEXTUAL
      for (const label of plan.shapeLabels[shape] as readonly number[]) {
        add(label, context === NO_SHAPE ? 'shape' : 'key')
        if ((hits[at] as number) >= CONTEXTUAL) search.learned.add(digits, label)
      }
    }
  }
  if (digits.length >= 5) {
    search.searched?.number(digits, found)
    for (const label of search.known?.labelsOf(digits) ?? []) add(label, 'known')
  }
  if (shapes) for (const { label, pattern } of plan.patterns) if (pattern.test(source)) add(label, 'pattern')
  return found
}

/** The digits of a whole number however it is written: `123456789.0`, `1.23456789e8`; else the text as it stands. */
function wholeDigits(source: string): string {
  const plain = source.replace(/^-/, '')
  if (/^\d+$/.test(plain)) return plain
  const parts = /^(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,2}))?$/.exec(plain)
  if (parts === null) return plain
  const [, whole = '', fraction = '', exponent = '0'] = parts
  const point = whole.length + Number(exponent)
  const all = `${whole}${fraction}`
  if (point <= 0 || point > 20 || /[1-9]/.test(all.slice(point))) return plain
  return all
    .slice(0, point)
    .padEnd(point, '0')
    .replace(/^0+(?=\d)/, '')
}

/** Walks the JSON in a text and returns where it stands; null when it must not be passed on unsearched. */
function documentsIn(search: TextSearch, text: string, how: How, out: Patch[]): readonly Segment[] | null {
  const start = text.length - text.trimStart().length
  const end = text.trimEnd().length
  const first = text.charCodeAt(start)
  const read = (segment: Segment): JsonDocument | null | 'refused' => {
    try {
      return readJsonText(text.slice(segment.start, segment.end) + (segment.closing ?? ''), documentLimits)
    } catch (error) {
      if (!(error instanceof JsonError)) throw error
      return error.fault === 'malformed' ? null : 'refused'
    }
  }
  const { keys } = search.plan
  const walk = (document: JsonDocument, offset: number): boolean => {
    if (how.level >= limits.nestedJsonDepth) return false
    const key = offset > start && keys.size > 0 && how.structure ? keyOf(text, offset, keys) : null
    const labels = key === null ? nowhere : labelsOf(search.plan, key, 'key')
    search.nested(document, { offset, level: how.level + 1, clean: !how.shapes, labels }, out)
    return true
  }
  if (first === 0x7b || first === 0x5b || (first === 0x22 && text.charCodeAt(end - 1) === 0x22)) {
    const whole = read({ start, end })
    if (whole === 'refused') return null
    // A string literal alone is JSON only when escapes hide what is in it; else it is a quotation.
    if (whole && (whole.kind(0) !== Kind.string || text.includes('\\'))) {
      return walk(whole, start) ? [{ start: 0, end: text.length }] : null
    }
  }
  const { found, tooDeep } = findJson(text, limits.jsonDepth, search.plan.deep)
  if (tooDeep) return null
  for (const segment of found) {
    const document = read(segment)
    if (document === 'refused' || document === null || !walk(document, segment.start)) return null
    if (segment.closing !== undefined && segment.end < text.length)
      out.push({ kind: 'span', start: segment.end, end: text.length, label: UNREADABLE, detector: 'limit' })
  }
  return found
}

function labelsOf(plan: MaskingPlan, key: string, detector: LeafLabel['detector']): readonly LeafLabel[] {
  return (plan.keyLabels.get(key) ?? []).map(label => ({ label, detector }))
}

/** Named values in text[from, to), as it stands and as `folded`. */
function namedValues(
  { plan, learned }: TextSearch,
  text: string,
  from: number,
  to: number,
  folded: Folded | null,
  out: Patch[],
): void {
  const take = (of: string, start: number, end: number, key: string, base: Folded | null): void => {
    const first = base ? from + (base.start[start] as number) : start
    const last = base ? from + (base.end[end - 1] as number) : end
    for (const label of plan.keyLabels.get(key) ?? []) {
      out.push({ kind: 'span', start: first, end: last, label, detector: 'key' })
      learned.add(of.slice(start, end), label)
    }
  }
  for (const { key, start, end } of findPairs(text, from, to, plan.keys)) take(text, start, end, key, null)
  if (folded === null) return
  for (const { key, start, end } of findPairs(folded.text, 0, folded.text.length, plan.keys))
    take(folded.text, start, end, key, folded)
}

interface Tabled {
  readonly shapes: boolean
  readonly lined: boolean
  readonly marked: boolean
  readonly delimited: boolean
}

const CELLS = /<\/?(?:t[dhr]|d[dt])\b/i

function tables(
  search: TextSearch,
  whole: string,
  offset: number,
  until: number,
  { shapes, lined, marked, delimited }: Tabled,
  out: Patch[],
): void {
  const { plan, learned } = search
  const columns = namesOf(plan, shapes && plan.active !== 0)
  // Cut out, so that no search for the end of a line goes on behind it.
  const text = whole.slice(offset, until)
  const cells = lined ? findCells(text, 0, text.length, columns, delimited) : []
  if (marked && CELLS.test(text)) for (const cell of findHtmlCells(text, columns, nameOf)) cells.push(cell)
  if (cells.length === 0) return
  const told = new Map<string, ColumnName>()
  for (const { column, start, end } of cells) {
    let is = told.get(column)
    if (is === undefined) {
      is = columnOf(plan, column, columns.telling(column))
      told.set(column, is)
    }
    for (const label of is.labels) {
      out.push({ kind: 'span', start: offset + start, end: offset + end, label, detector: 'column' })
      learned.add(text.slice(start, end), label)
    }
    if (is.context === NO_SHAPE) continue
    const seen = features(text, start, end)
    if ((seen & plan.searchable) !== 0) searchShapes(search, text, start, end, seen, is.context, -offset, out)
  }
}

/** Shapes in text[from, to), as it stands and, where it has anything to decode, as decoded. */
function searchShapes(
  search: TextSearch,
  text: string,
  from: number,
  to: number,
  seen: number,
  context: number,
  base: number,
  out: Patch[],
  known?: Folded | null,
): void {
  const { plan } = search
  if ((seen & plan.searchable) === 0) return
  const hits: number[] = []
  lex(text, from, to, plan.active, context, hits)
  addHits(search, text, hits, null, from, base, out)
  if ((seen & DECODED) === 0) return
  const folded = known === undefined ? fold(text, from, to) : known
  if (!folded) return
  const more: number[] = []
  lex(folded.text, 0, folded.text.length, plan.active, context, more)
  addHits(search, folded.text, more, folded, from, base, out)
}

function addHits(
  { plan, learned }: TextSearch,
  text: string,
  hits: readonly number[],
  folded: Folded | null,
  from: number,
  base: number,
  out: Patch[],
): void {
  for (let at = 0; at < hits.length; at += FOUND_STRIDE) {
    const contextual = (hits[at] as number) >= CONTEXTUAL
    const shape = (hits[at] as number) % CONTEXTUAL
    const rawStart = hits[at + 1] as number
    const rawEnd = hits[at + 2] as number
    const start = folded ? (folded.start[rawStart] as number) + from - base : rawStart - base
    const end = folded ? (folded.end[rawEnd - 1] as number) + from - base : rawEnd - base
    for (const label of plan.shapeLabels[shape] as readonly number[]) {
      out.push({ kind: 'span', start, end, label, detector: contextual ? 'key' : 'shape' })
      if (contextual) learned.add(text.slice(rawStart, rawEnd), label)
    }
  }
}

function patterns(plan: MaskingPlan, text: string, from: number, to: number, seen: number, out: Patch[]): void {
  const own = text.slice(from, to)
  const folded = (seen & (Feature.escape | Feature.high)) !== 0 ? fold(text, from, to) : null
  for (const { label, pattern } of plan.patterns) {
    for (const view of folded ? [null, folded] : [null]) {
      const input = view ? view.text : own
      if (!pattern.test(input)) continue
      const matcher = pattern.matcher(input)
      while (matcher.find()) {
        if (matcher.end() === matcher.start()) continue
        const start = from + (view ? (view.start[matcher.start()] as number) : matcher.start())
        const end = from + (view ? (view.end[matcher.end() - 1] as number) : matcher.end())
        out.push({ kind: 'span', start, end, label, detector: 'pattern' })
      }
    }
  }
}

/** By start, the longer first; the same place under the same label once. */
function ordered(patches: Patch[]): readonly Patch[] {
  if (patches.length < 2) return patches
  patches.sort((left, right) => left.start - right.start || right.end - left.end)
  const last = new Map<number, Span>()
  return patches.filter(patch => {
    if (patch.kind !== 'span') return true
    const before = last.get(patch.label)
    if (before && before.end >= patch.end) return false
    last.set(patch.label, patch)
    return true
  })
}
