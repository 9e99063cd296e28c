// Patches made into splices, once for the other side and once for the record. Promise: whatever is hidden in a mode is
// replaced as a whole at its own level; what is around it keeps its characters, escapes and order.
import { inLiteral, type Splice, splice, spliceLiteral } from '../json/splice.ts'
import type { Leaf, Patch, Siblings, Span } from './patches.ts'
import type { PlanLabel } from './plan.ts'
import { marker, transformText, transformValue } from './transforms.ts'

/** Replacements that a schema asks for, by `standInKey`, as JSON text. */
export type StandIns = ReadonlyMap<string, string>

export interface Mode {
  readonly labels: readonly PlanLabel[]
  /** Whether a label is hidden in this mode. */
  readonly hides: (label: number) => boolean
  readonly token: ((value: string) => string) | null
  readonly standIns: StandIns
}

/** Most have none: then no key is made of what may be long. */
function standInFor(standIns: StandIns, json: Leaf['json'], original: string): string | undefined {
  return standIns.size === 0 ? undefined : standIns.get(standInKey(json, original))
}

export function standInKey(json: Leaf['json'], original: string): string {
  return `${json === 'name' ? 'string' : json}:${original}`
}

interface Names {
  readonly taken: Set<string>
  readonly last: Map<string, number>
}

/** Splices of `patches` in the units of `text`, the text they were found in. */
export function render(text: string, patches: readonly Patch[], mode: Mode): Splice[] {
  return new Renderer(mode).splices(text, patches)
}

class Renderer {
  readonly #mode: Mode
  #names: Map<Siblings, Names> | null = null
  constructor(mode: Mode) {
    this.#mode = mode
  }

  splices(text: string, patches: readonly Patch[]): Splice[] {
    const out: Splice[] = []
    let open: { start: number; end: number; longest: Span } | null = null
    const close = (): void => {
      if (open)
        out.push({ start: open.start, end: open.end, text: this.#span(text.slice(open.start, open.end), open.longest) })
      open = null
    }
    for (const patch of patches) {
      if (patch.kind === 'leaf') {
        close()
        this.#leaf(text, patch, out)
      } else if (this.#mode.hides(patch.label)) {
        const current = open as { start: number; end: number; longest: Span } | null
        if (current && patch.start < current.end) {
          const longest =
            patch.end - patch.start > current.longest.end - current.longest.start ? patch : current.longest
          open = { start: current.start, end: Math.max(current.end, patch.end), longest }
        } else {
          close()
          open = { start: patch.start, end: patch.end, longest: patch }
        }
      }
    }
    close()
    return out
  }

  #span(original: string, span: Span): string {
    const standIn = standInFor(this.#mode.standIns, 'string', original)
    if (standIn !== undefined) return String(JSON.parse(standIn) ?? '')
    const label = this.#mode.labels[span.label] as PlanLabel
    // Overlapping finds are one place of which nothing is kept.
    const whole = span.end - span.start === original.length
    return transformText(original, label.name, whole ? label.transform : 'redact')
  }

  #leaf(text: string, leaf: Leaf, out: Splice[]): void {
    const { start, end } = leaf
    if (leaf.json === 'name') {
      out.push(...this.#name(leaf))
      return
    }
    const whole = leaf.labels.find(one => this.#mode.hides(one.label))
    if (leaf.uri) {
      const label = whole?.label ?? firstHidden(leaf.inner, this.#mode)
      if (label < 0) return
      const name = (this.#mode.labels[label] as PlanLabel).name
      out.push({ start, end, text: JSON.stringify(this.#mode.token ? this.#mode.token(leaf.decoded) : marker(name)) })
      return
    }
    const standIn = standInFor(this.#mode.standIns, leaf.json, leaf.decoded)
    if (whole) {
      const label = this.#mode.labels[whole.label] as PlanLabel
      out.push({ start, end, text: standIn ?? transformValue(leaf.json, leaf.decoded, label.name, label.transform) })
      return
    }
    const inner = this.splices(leaf.decoded, leaf.inner)
    if (inner.length === 0) return
    const only = leaf.inner.length === 1 && leaf.inner[0]?.kind === 'span' ? leaf.inner[0] : null
    const label =
      only && only.start === 0 && only.end === leaf.decoded.length ? this.#mode.labels[only.label] : undefined
    if (standIn !== undefined) out.push({ start, end, text: standIn })
    else if (label?.transform === 'null') out.push({ start, end, text: 'null' })
    else spliceLiteral(text.slice(start, end), start, inner, out)
  }

  /** Names stay distinct within their object: `[phi.ssn]`, `[phi.ssn] 2`. A name cannot be null. */
  #name(leaf: Leaf): Splice[] {
    const named: Mode = {
      ...this.#mode,
      standIns: new Map(),
      labels: this.#mode.labels.map(({ name, transform }) => ({
        name,
        transform: transform === 'null' ? 'redact' : transform,
      })),
    }
    const inner = new Renderer(named).splices(leaf.decoded, leaf.inner)
    if (inner.length === 0) return []
    const wanted = splice(leaf.decoded, inner)
    const siblings = leaf.siblings as Siblings
    this.#names ??= new Map()
    let names = this.#names.get(siblings)
    if (!names) {
      names = { taken: new Set(siblings.names()), last: new Map() }
      this.#names.set(siblings, names)
    }
    let name = wanted
    let count = names.last.get(wanted) ?? 1
    while (names.taken.has(name)) name = `${wanted} ${++count}`
    names.last.set(wanted, count)
    names.taken.add(name)
    return [{ start: leaf.start, end: leaf.end, text: `"${inLiteral(name)}"` }]
  }
}

/** The first label hidden anywhere in `patches`, or -1. */
function firstHidden(patches: readonly Patch[], mode: Pick<Mode, 'hides'>): number {
  for (const patch of patches) {
    if (patch.kind === 'span') {
      if (mode.hides(patch.label)) return patch.label
      continue
    }
    const whole = patch.labels.find(one => mode.hides(one.label))
    const label = whole?.label ?? firstHidden(patch.inner, mode)
    if (label >= 0) return label
  }
  return -1
}
