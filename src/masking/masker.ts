// Maskers bound to a plan and to the labels a caller sees in clear. Promise: detect once, render twice; what did not
// change goes out as the very bytes that came; what could not be searched is never passed on.
import { isAscii } from 'node:buffer'
import type { ColumnOrigin, Edit, Masker, MessageContext, RowMasker } from '../gateway/seam.ts'
import { nodeAt } from '../json/canonical.ts'
import { type JsonDocument, Kind } from '../json/document.ts'
import { planEdits, type Splice, splice } from '../json/splice.ts'
import { Feature, mayHold } from './features.ts'
import { type Finding, type Findings, type Masked, masked } from './masked.ts'
import type { Leaf, Patch } from './patches.ts'
import { UNREADABLE } from './patches.ts'
import { compileMasking, type MaskingPlan, type PlanLabel } from './plan.ts'
import { type Mode, render, type StandIns } from './render.ts'
import { createRowMasker } from './rows.ts'
import { findStandIns } from './stand-ins.ts'
import { marker } from './transforms.ts'
import { Walk } from './walk.ts'

const noFindings: Findings = Object.freeze({})
const noStandIns: StandIns = new Map()
const noNodes: ReadonlySet<number> = new Set()
/** In an answer, and in the state of a task that has ended. */
const structuredAt = [
  ['result', 'structuredContent'],
  ['result', 'result', 'structuredContent'],
]

interface Made {
  readonly byKey: Map<string, Masker>
  /** Most decisions reveal the same set. */
  readonly bySet: WeakMap<ReadonlySet<string>, Masker>
}

const made = new WeakMap<MaskingPlan, Made>()

/**
 * The masker of one set of labels shown in clear. `all`: the other side sees everything and the transcript nothing, for
 * questions. Cheap to call: one masker is kept per plan and set.
 */
export function createMasker(plan: MaskingPlan, reveal: ReadonlySet<string> | 'all'): Masker {
  const maskers = made.get(plan) ?? { byKey: new Map(), bySet: new WeakMap() }
  made.set(plan, maskers)
  if (reveal === 'all') return maskers.byKey.get('*') ?? maskerOf(plan, reveal, '*', maskers)
  const known = maskers.bySet.get(reveal)
  if (known) return known
  const key = plan.labels.flatMap(({ name }, index) => (reveal.has(name) ? [index] : [])).join()
  const masker = maskers.byKey.get(key) ?? maskerOf(plan, reveal, key, maskers)
  maskers.bySet.set(reveal, masker)
  return masker
}

function maskerOf(plan: MaskingPlan, reveal: ReadonlySet<string> | 'all', key: string, { byKey }: Made): Masker {
  if (byKey.size >= 1024) byKey.clear()
  const hidden = plan.labels.map(({ name }, index) => reveal !== 'all' && (index === UNREADABLE || !reveal.has(name)))
  const masker = new PlanMasker(plan, hidden)
  byKey.set(key, masker)
  return masker
}

class PlanMasker implements Masker {
  readonly #plan: MaskingPlan
  readonly #hidden: readonly boolean[]
  readonly #hidesAny: boolean
  /** For answers that have the same columns as one before. */
  readonly #rows = new WeakMap<readonly ColumnOrigin[], RowMasker>()

  constructor(plan: MaskingPlan, hidden: readonly boolean[]) {
    this.#plan = plan
    this.#hidden = hidden
    this.#hidesAny = hidden.includes(true)
  }

  message(json: JsonDocument, context: MessageContext): Masked {
    const raw = json.bytes
    const edits = context.edits.length > 0 ? planEdits(json, context.edits) : null
    const nodes = edits?.nodes ?? noNodes
    const tokens = context.token !== null
    const completes = context.completes ?? null
    const first = new Walk(this.#plan, context.shape, tokens, null, completes)
    let patches = first.message(json, nodes)
    if (first.incomplete)
      patches = new Walk(this.#plan, context.shape, tokens, first.learned, completes).message(json, nodes)
    if (patches.length === 0 && !edits) return masked(raw, raw, raw, noFindings)
    const fixed = edits?.splices ?? []
    const findings = this.#findings(patches)
    const standIns = this.#structured(json, context, patches, fixed)
    const changes = this.#hidesAny ? render(json.text, patches, this.#mode(standIns, context.token)) : []
    const released = applied(json, fixed, changes)
    const recorded = recordedSplices(json, context.edits, fixed)
    if (recorded === fixed && this.#hidesAll(findings) && !(tokens && patches.some(holdsAddress)))
      return masked(raw, released, released, findings)
    const transcript = applied(json, recorded, render(json.text, patches, this.#everything(standIns)))
    return masked(raw, released, transcript, findings)
  }

  text(value: Uint8Array): Masked {
    return this.#text(value, (walk, text) => walk.text(text))
  }

  #text(value: Uint8Array, search: (walk: Walk, text: string) => readonly Patch[]): Masked {
    let text: string
    try {
      text = isAscii(value) ? latin1(value) : utf8.decode(value)
    } catch {
      const hidden = Buffer.from(marker('unreadable'))
      const findings = { unreadable: this.#finding(UNREADABLE, 1, 'limit') }
      return masked(value, this.#hidden[UNREADABLE] ? hidden : value, hidden, findings)
    }
    const first = new Walk(this.#plan, null, false, null)
    let patches = search(first, text)
    if (first.incomplete) patches = search(new Walk(this.#plan, null, false, first.learned), text)
    if (patches.length === 0) return masked(value, value, value, noFindings)
    const findings = this.#findings(patches)
    const changes = render(text, patches, this.#mode(noStandIns, null))
    const released = changes.length === 0 ? value : Buffer.from(splice(text, changes))
    if (this.#hidesAll(findings)) return masked(value, released, released, findings)
    const transcript = Buffer.from(splice(text, render(text, patches, this.#everything(noStandIns))))
    return masked(value, released, transcript, findings)
  }

  frames(raw: Uint8Array, told: Uint8Array, shown: Uint8Array = told): Masked {
    if (this.#hidesAny) throw new Error('frames pass only where nothing is hidden')
    const { transcript, findings } = this.text(told)
    return masked(raw, raw, shown === told ? transcript : this.text(shown).transcript, findings)
  }

  columns(origins: readonly ColumnOrigin[]): RowMasker {
    const known = this.#rows.get(origins)
    if (known !== undefined) return known
    const made = this.#columns(origins)
    // Where one column decides about others, what it said is kept from row to row.
    if (made.first === undefined || made.first.length === 0) this.#rows.set(origins, made)
    return made
  }

  #columns(origins: readonly ColumnOrigin[]): RowMasker {
    const hides = (label: string) => {
      const index = this.#plan.labels.findIndex(({ name }) => name === label)
      return index < 0 ? this.#hidesAny : (this.#hidden[index] as boolean)
    }
    const transformOf = (label: string) => this.#plan.labels.find(({ name }) => name === label)?.transform ?? 'redact'
    const { active, patterns, keys, pathLabel } = this.#plan
    const finds = active !== 0 || patterns.length > 0 || keys.size > 0 || pathLabel.length > 0
    const cell = {
      search: (value: Uint8Array, name: string) => this.#text(value, (walk, text) => walk.cell(text, name)),
      mayHold: (bytes: Uint8Array, start: number, end: number) => this.#mayHold(bytes, start, end),
    }
    return createRowMasker(
      {
        hides,
        hidesUnknown: this.#hidesAny,
        transformOf,
        text: told => this.text(told),
        cell: finds && this.#hidesAny ? cell : null,
      },
      origins,
    )
  }

  /** Told from the bytes alone, by which most cells of a result are neither decoded nor searched. */
  #mayHold(bytes: Uint8Array, start: number, end: number): boolean {
    const { searchable, fewestDigits, keys, patterns } = this.#plan
    const keyed = keys.size > 0 ? Feature.colon | Feature.equals | Feature.pipe | Feature.angle : 0
    const wanted =
      (searchable & ~Feature.digit) | Feature.escape | Feature.high | Feature.open | Feature.newline | keyed
    return patterns.length > 0 || mayHold(bytes, start, end, wanted, fewestDigits)
  }

  #mode(standIns: StandIns, token: Mode['token']): Mode {
    return { labels: this.#plan.labels, hides: label => this.#hidden[label] as boolean, token, standIns }
  }

  /** For the record: every label, and no token, which only its caller may use. */
  #everything(standIns: StandIns): Mode {
    return { labels: this.#plan.labels, hides: () => true, token: null, standIns }
  }

  #hidesAll(findings: Findings): boolean {
    return this.#hidesAny && Object.values(findings).every(finding => finding.transform !== 'reveal')
  }

  #finding(label: number, count: number, detector: string): Finding {
    const { transform } = this.#plan.labels[label] as PlanLabel
    return { count, transform: this.#hidden[label] ? transform : 'reveal', detector }
  }

  #findings(patches: readonly Patch[]): Findings {
    const counts = new Map<number, { count: number; detector: string }>()
    const add = (label: number, detector: string): void => {
      const known = counts.get(label)
      if (known) known.count++
      else counts.set(label, { count: 1, detector })
    }
    const count = (list: readonly Patch[], around: readonly number[]): void => {
      for (const patch of list) {
        if (patch.kind === 'span') {
          if (!around.includes(patch.label)) add(patch.label, patch.detector)
          continue
        }
        for (const { label, detector } of patch.labels) add(label, detector)
        if (patch.inner.length > 0)
          count(
            patch.inner,
            patch.labels.map(({ label }) => label),
          )
      }
    }
    count(patches, [])
    const findings: Record<string, Finding> = {}
    for (const [label, { count, detector }] of counts) {
      findings[(this.#plan.labels[label] as PlanLabel).name] = this.#finding(label, count, detector)
    }
    return findings
  }

  #structured(
    json: JsonDocument,
    context: MessageContext,
    patches: readonly Patch[],
    fixed: readonly Splice[],
  ): StandIns {
    if (context.outputSchema === null || context.outputSchema === undefined || !this.#hidesAny) return noStandIns
    const node = structuredAt.map(path => nodeAt(json, path)).find(found => found >= 0)
    if (node === undefined) return noStandIns
    const start = json.start(node)
    const end = json.end(node)
    const inside = patches.filter(patch => patch.start >= start && patch.end <= end)
    const own = fixed.filter(one => one.start >= start && one.end <= end)
    if (render(json.text, inside, this.#mode(noStandIns, context.token)).length === 0) return noStandIns
    const shift = (one: Splice): Splice => ({ start: one.start - start, end: one.end - start, text: one.text })
    return findStandIns({
      schema: context.outputSchema,
      original: JSON.parse(json.source(node)),
      released: standIns => {
        const changes = render(json.text, inside, this.#mode(standIns, context.token))
        return JSON.parse(splice(json.source(node), [...own, ...changes].map(shift)))
      },
      leaves: () => leavesByPointer(json, node, inside),
    })
  }
}

/** The edits as the record shows them. */
function recordedSplices(json: JsonDocument, edits: readonly Edit[], fixed: readonly Splice[]): readonly Splice[] {
  if (!edits.some(edit => edit.recorded !== undefined)) return fixed
  return planEdits(
    json,
    edits.map(({ path, json, recorded }) => ({ path, json: recorded ?? json })),
  ).splices
}

/** Whether a caller is given tokens here that the record does not hold. */
function holdsAddress(patch: Patch): boolean {
  return patch.kind === 'leaf' && (patch.uri || patch.inner.some(holdsAddress))
}

function latin1({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('latin1')
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function applied(json: JsonDocument, fixed: readonly Splice[], changes: readonly Splice[]): Uint8Array {
  if (fixed.length === 0 && changes.length === 0) return json.bytes
  return Buffer.from(splice(json.text, fixed.length === 0 ? changes : [...fixed, ...changes]))
}

function leavesByPointer(json: JsonDocument, root: number, patches: readonly Patch[]): ReadonlyMap<string, Leaf> {
  const byStart = new Map<number, Leaf>()
  for (const patch of patches) if (patch.kind === 'leaf' && patch.json !== 'name') byStart.set(patch.start, patch)
  const leaves = new Map<string, Leaf>()
  const visit = (node: number, pointer: string): void => {
    const leaf = byStart.get(json.start(node))
    const kind = json.kind(node)
    if (leaf && kind !== Kind.object && kind !== Kind.array) leaves.set(pointer, leaf)
    let index = 0
    if (kind === Kind.object) {
      for (let at = node + 1; at < json.next(node); at = json.next(at + 1)) {
        visit(at + 1, `${pointer}/${json.string(at).replaceAll('~', '~0').replaceAll('/', '~1')}`)
      }
    } else if (kind === Kind.array) {
      for (let at = node + 1; at < json.next(node); at = json.next(at)) visit(at, `${pointer}/${index++}`)
    }
  }
  visit(root, '')
  return leaves
}

export const defaultPlan: MaskingPlan = compileMasking({
  labels: null,
  clean: {},
  transforms: { default: 'redact', byLabel: {} },
})

/** Masking off for the other side, for interoperability tests; the transcript is masked all the same. */
export const transparentMasker: Masker = createMasker(defaultPlan, 'all')
