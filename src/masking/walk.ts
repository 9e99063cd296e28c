// A walk over one message. Promise: every string, number and member name is searched unless the protocol declared it its
// own word, JSON inside text included; what could not be searched is reported as `unreadable`, never skipped.
import type { MessageShape, Treatment } from '../gateway/seam.ts'
import { type JsonDocument, Kind } from '../json/document.ts'
import { besides, fieldBeside } from './besides.ts'
import { isNumeric, isRepository } from './fields.ts'
import { KnownValues, NoValues } from './known.ts'
import { type CompiledShape, compileShape } from './message-shape.ts'
import { contextOf, toldBy } from './names.ts'
import type { Leaf, LeafLabel, Patch, Siblings } from './patches.ts'
import type { PathState } from './paths.ts'
import { describes, noLabels, type Place, withLabels } from './place.ts'
import { CLEAN, type MaskingPlan } from './plan.ts'
import {
  type Headings,
  headingAt,
  headingsBeside,
  headingsOf,
  holdsRows,
  joined,
  labelsOf,
  nameBeside,
  namedBeside,
  pairIn,
} from './row-arrays.ts'
import { searchNumber, searchText, type TextSearch } from './search.ts'
import { Searched } from './searched.ts'
import { NO_SHAPE } from './shapes.ts'
import { VERSION } from './words.ts'

const noPatches: readonly Patch[] = []

const noEdits: ReadonlySet<number> = new Set()

export class Walk {
  readonly #plan: MaskingPlan
  readonly #shape: CompiledShape | null
  readonly #tokens: boolean
  readonly #completes: string | null
  /** Where this walk did not look for known values, so that it may tell whether another one has to. */
  readonly #searched: Searched | null
  /** Values that this walk found by their place. */
  readonly learned: KnownValues
  #document: JsonDocument | null = null
  #offset = 0
  #level = 0
  #edited: ReadonlySet<number> = noEdits
  /** Offset of the first backslash at or after the current string, so that each part of the text is searched once. */
  #escape = -1
  readonly #search: TextSearch

  /** `known`: values to look for, from an earlier walk of the same message. */
  constructor(
    plan: MaskingPlan,
    shape: MessageShape | null,
    tokens: boolean,
    known: KnownValues | null,
    completes: string | null = null,
  ) {
    this.#plan = plan
    this.#completes = completes
    this.#shape = shape ? compileShape(shape) : null
    this.#tokens = tokens
    this.#searched = known ? null : new Searched()
    // Only a first walk is asked what it learned.
    this.learned = known ? new NoValues() : new KnownValues()
    this.#search = {
      plan,
      known,
      learned: this.learned,
      searched: this.#searched,
      nested: (document, { offset, level, clean, labels }, out) =>
        this.#enter(document, offset, level, this.#root(clean, labels), out),
    }
  }

  /** Whether a walk for what this one learned would find more. */
  get incomplete(): boolean {
    return this.learned.size > 0 && this.#searched?.misses(this.learned) === true
  }

  /** Patches of a message, in the units of its text. */
  message(document: JsonDocument, edited: ReadonlySet<number>): Patch[] {
    const out: Patch[] = []
    this.#edited = edited
    const shaped = this.#shape?.paths.start ?? null
    this.#enter(document, 0, 0, { ...this.#root(false), shaped }, out)
    return out
  }

  /** Patches of a text that is no JSON message. */
  text(text: string): readonly Patch[] {
    return searchText(this.#search, text, 0, text.length, {
      shapes: true,
      level: 0,
      context: NO_SHAPE,
      structure: true,
      known: true,
      labels: noLabels,
    })
  }

  /** Patches of one value of a column, whose name tells what a bare number in it is. */
  cell(text: string, column: string): readonly Patch[] {
    return searchText(this.#search, text, 0, text.length, {
      shapes: true,
      level: 0,
      context: contextOf(column),
      structure: true,
      known: true,
      labels: noLabels,
    })
  }

  #root(clean: boolean, labels = noLabels): Place {
    return {
      labelled: this.#plan.paths.start,
      shaped: null,
      treatment: 'data',
      labels,
      clean,
      context: NO_SHAPE,
    }
  }

  #enter(document: JsonDocument, offset: number, level: number, place: Place, out: Patch[]): void {
    const before = [this.#document, this.#offset, this.#level, this.#edited, this.#escape] as const
    this.#document = document
    this.#offset = offset
    this.#level = level
    this.#escape = -1
    if (level > 0) this.#edited = noEdits
    this.#value(0, this.#arrive(place, place.labelled), out)
    ;[this.#document, this.#offset, this.#level, this.#edited, this.#escape] = before
  }

  /** The place after a step whose label state is `labelled`. */
  #arrive(place: Place, labelled: PathState): Place {
    if (labelled.accept.length === 0) return labelled === place.labelled ? place : { ...place, labelled }
    const labels = [...place.labels]
    let clean = place.clean
    for (const path of labelled.accept) {
      const label = this.#plan.pathLabel[path] as number
      if (label === CLEAN) clean = true
      else if (!labels.some(one => one.label === label)) labels.push({ label, detector: 'path' })
    }
    return { ...place, labelled, labels, clean }
  }

  #step(place: Place, name: string, context: number): Place {
    const labelled = this.#plan.paths.next(place.labelled, name)
    let { shaped, treatment } = place
    if (shaped) {
      shaped = (this.#shape as CompiledShape).paths.next(shaped, name)
      const first = shaped.accept[0]
      if (first !== undefined) treatment = (this.#shape as CompiledShape).treatments[first] as Treatment
      if (shaped.dead) shaped = null
    }
    if (labelled.accept.length > 0) return this.#arrive({ ...place, shaped, treatment, context }, labelled)
    if (
      labelled === place.labelled &&
      shaped === place.shaped &&
      treatment === place.treatment &&
      context === place.context
    ) {
      return place
    }
    return { labelled, shaped, treatment, labels: place.labels, clean: place.clean, context }
  }

  #value(node: number, place: Place, out: Patch[]): void {
    const document = this.#document as JsonDocument
    const kind = document.kind(node)
    if (kind === Kind.object) this.#object(node, place, out)
    else if (kind === Kind.array) this.#array(node, place, null, out)
    else if (kind === Kind.string) this.#string(node, place, out)
    else this.#bare(node, kind === Kind.number ? 'number' : 'literal', place, out)
  }

  /** `headings`: of the rows in it, from another member; else their first row may be that. */
  #array(node: number, place: Place, headings: Headings | null, out: Patch[]): void {
    const document = this.#document as JsonDocument
    const end = document.next(node)
    const { headings: columns } = this.#plan
    const tabled = holdsRows(document, node)
    const columned = tabled ? (headings ?? headingsOf(document, node + 1, columns)) : null
    let index = 0
    for (let at = node + 1; at < end; at = document.next(at)) {
      const inner = this.#step(place, String(index++), place.context)
      if (inner.treatment === 'fixed' || this.#edited.has(at)) continue
      const isRow = tabled && document.kind(at) === Kind.array
      const own = headings !== null || index > 1 ? columned : null
      const pair = isRow && headings === null ? pairIn(document, node, at, columns) : null
      if (isRow && (own ?? pair)) this.#row(at, inner, joined(own, pair), out)
      else this.#value(at, inner, out)
    }
  }

  #row(node: number, place: Place, headings: Headings, out: Patch[]): void {
    const document = this.#document as JsonDocument
    const end = document.next(node)
    let cells = 0
    for (let at = node + 1; at < end; at = document.next(at)) cells++
    let index = 0
    for (let at = node + 1; at < end; at = document.next(at)) {
      const { labels, context } = headingAt(headings, index, cells)
      const inner = this.#step(place, String(index++), context === NO_SHAPE ? place.context : context)
      if (inner.treatment === 'fixed' || this.#edited.has(at)) continue
      this.#value(at, place.clean ? inner : withLabels(inner, labels), out)
    }
  }

  #object(node: number, place: Place, out: Patch[]): void {
    const document = this.#document as JsonDocument
    const end = document.next(node)
    const { headings: columns } = this.#plan
    let siblings: Siblings | null = null
    let beside: Headings | null | undefined
    let named: readonly LeafLabel[] | undefined
    for (let at = node + 1; at < end; at = document.next(at + 1)) {
      if (this.#edited.has(at + 1)) continue
      const name = document.string(at)
      const told = toldBy(name)
      const own = told.asks ? besides(document, node, at, name, told.context) : told.context
      const inherited = place.context === VERSION ? NO_SHAPE : place.context
      const context = own === NO_SHAPE ? (told.version ? VERSION : inherited) : own
      const stepped = this.#step(place, name, context)
      if (stepped.treatment === 'fixed') continue
      const field = told.asks ? fieldBeside(document, node, name, told.field) : told.field
      const fielded = field === NO_SHAPE ? stepped : this.#field(document, at, field, stepped)
      const completed = name === 'values' ? this.#completes : null
      const called = completed ?? (told.value ? nameBeside(document, node) : null)
      const inner = called === null ? fielded : this.#named(fielded, called)
      const found = this.#name(name, inner)
      if (found.length > 0) {
        siblings ??= { names: () => memberNames(document, node) }
        out.push(this.#leaf(at, 'name', name, noLabels, found, false, siblings))
      }
      if (document.kind(at + 1) === Kind.array && holdsRows(document, at + 1)) {
        if (beside === undefined) beside = headingsBeside(document, node, columns)
        this.#array(at + 1, inner, beside, out)
      } else if (told.value) {
        named ??= namedBeside(document, node, columns)
        this.#value(at + 1, withLabels(inner, named), out)
      } else this.#value(at + 1, inner, out)
    }
  }

  /** The place of a member whose name says that it holds a person's name or address: a text or a list of texts. */
  #field(document: JsonDocument, at: number, field: number, place: Place): Place {
    const labels = place.clean ? noLabels : (this.#plan.fieldLabels[field] ?? noLabels)
    if (labels.length === 0) return place
    const kind = document.kind(at + 1)
    const first = kind === Kind.array && at + 2 < document.next(at + 1) ? document.kind(at + 2) : kind
    if (first === Kind.number) return isNumeric(document.string(at)) ? withLabels(place, labels) : place
    if (kind === Kind.string && isRepository(document.string(at), document.string(at + 1))) return place
    return first === Kind.string ? withLabels(place, labels) : place
  }

  /** The place of values that are told by `name`, as a member of that name would be. */
  #named(place: Place, name: string): Place {
    if (place.clean) return place
    const { context } = toldBy(name)
    const labels = withLabels(place, labelsOf(name, this.#plan.headings))
    return context === NO_SHAPE ? labels : { ...labels, context }
  }

  #name(name: string, place: Place): readonly Patch[] {
    const data = place.treatment === 'data'
    return searchText(this.#search, name, 0, name.length, {
      shapes: !place.clean,
      level: this.#level,
      context: NO_SHAPE,
      structure: false,
      known: data,
      labels: noLabels,
    })
  }

  #string(node: number, place: Place, out: Patch[]): void {
    const document = this.#document as JsonDocument
    const start = document.start(node) + 1
    const end = document.end(node) - 1
    const labels = describes(place) ? noLabels : place.labels
    if (this.#escape < start) {
      const next = document.text.indexOf('\\', start)
      this.#escape = next < 0 ? Number.POSITIVE_INFINITY : next
    }
    const plain = this.#escape >= end
    const how = {
      shapes: !place.clean,
      level: this.#level,
      context: place.context,
      structure: place.treatment !== 'name',
      known: place.treatment !== 'name',
      labels,
    }
    let decoded: string | null = null
    let inner: readonly Patch[]
    if (plain) inner = searchText(this.#search, document.text, start, end, how)
    else {
      decoded = document.string(node)
      inner = searchText(this.#search, decoded, 0, decoded.length, how)
    }
    if (inner.length === 0 && labels.length === 0) return
    decoded ??= document.text.slice(start, end)
    for (const { label } of labels) this.learned.add(decoded, label)
    // An empty string under a labelled path says nothing.
    if (decoded === '') return
    out.push(this.#leaf(node, 'string', decoded, labels, inner, this.#tokens && place.treatment === 'uri', null))
  }

  #bare(node: number, json: 'number' | 'literal', place: Place, out: Patch[]): void {
    const document = this.#document as JsonDocument
    const source = document.source(node)
    let labels = describes(place) || source === 'null' ? noLabels : place.labels
    if (json === 'number') {
      // `12345.0` and `1.2345e4` are 12345 elsewhere.
      const whole = labels.length === 0 ? Number.NaN : Number(source)
      for (const { label } of labels) {
        this.learned.add(source, label)
        if (Number.isSafeInteger(whole)) this.learned.add(String(whole), label)
      }
      labels = searchNumber(this.#search, source, labels, place.context, !place.clean)
    }
    if (labels.length > 0) out.push(this.#leaf(node, json, source, labels, noPatches, false, null))
  }

  #leaf(
    node: number,
    json: Leaf['json'],
    decoded: string,
    labels: readonly LeafLabel[],
    inner: readonly Patch[],
    uri: boolean,
    siblings: Siblings | null,
  ): Leaf {
    const document = this.#document as JsonDocument
    const start = document.start(node) + this.#offset
    const end = document.end(node) + this.#offset
    return { kind: 'leaf', start, end, json, decoded, labels, inner, uri, siblings }
  }
}

function* memberNames(document: JsonDocument, node: number): Iterable<string> {
  for (let at = node + 1; at < document.next(node); at = document.next(at + 1)) yield document.string(at)
}
