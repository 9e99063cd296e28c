// What a first walk has searched, kept to tell whether a second one, for the values learned in the first, is needed.
// Promise: `misses` says no only when the second walk would find nothing that is not already found under the same label.
import { Feature } from './features.ts'
import { fold } from './folding.ts'
import type { KnownValues } from './known.ts'
import type { LeafLabel, Patch, Span } from './patches.ts'

/** Of a message with more texts and numbers than this nothing is kept, and it is walked again. */
const MOST_KEPT = 4096
const LONG_CHARS = 64

interface SearchedText {
  readonly text: string
  readonly from: number
  readonly to: number
  /** What has to be added to the places of `found` to compare them with `from`. */
  readonly base: number
  readonly seen: number
  /** Labels of the whole text. */
  readonly labels: readonly LeafLabel[]
  readonly found: readonly Patch[]
}

export class Searched {
  readonly #texts: SearchedText[] = []
  readonly #numbers: { readonly source: string; readonly labels: readonly LeafLabel[] }[] = []

  text(
    text: string,
    from: number,
    to: number,
    base: number,
    seen: number,
    labels: readonly LeafLabel[],
    found: readonly Patch[],
  ): void {
    if (this.#texts.length <= MOST_KEPT) this.#texts.push({ text, from, to, base, seen, labels, found })
  }

  number(source: string, labels: readonly LeafLabel[]): void {
    if (this.#numbers.length <= MOST_KEPT) this.#numbers.push({ source, labels })
  }

  misses(known: KnownValues): boolean {
    if (this.#texts.length > MOST_KEPT || this.#numbers.length > MOST_KEPT) return true
    return (
      this.#texts.some(text => missesIn(text, known)) ||
      this.#numbers.some(({ source, labels }) => known.labelsOf(source).some(label => !has(labels, label)))
    )
  }
}

function has(labels: readonly LeafLabel[], label: number): boolean {
  return labels.some(one => one.label === label)
}

function missesIn({ text, from, to, base, seen, labels, found }: SearchedText, known: KnownValues): boolean {
  const plain = (seen & (Feature.escape | Feature.high)) === 0
  if (plain && to - from >= LONG_CHARS && !known.mayBeIn(text.slice(from, to))) return false
  const hits: Span[] = []
  findKnown(known, text, from, to, seen, hits)
  if (hits.length === 0) return false
  hits.sort((left, right) => left.start - right.start)
  // Both are sorted by start, so that one pass tells how far the finds before a hit reach.
  const reach = new Map<number, number>()
  let next = 0
  for (const { start, end, label } of hits) {
    for (let patch = found[next]; patch && patch.start <= start - base; patch = found[++next]) {
      if (patch.kind === 'span') reach.set(patch.label, Math.max(patch.end, reach.get(patch.label) ?? 0))
    }
    if (!has(labels, label) && (reach.get(label) ?? 0) < end - base) return true
  }
  return false
}

/** Known values in text[from, to), as it stands and, where it has anything to decode, as decoded. */
export function findKnown(
  known: KnownValues,
  text: string,
  from: number,
  to: number,
  seen: number,
  out: Pick<Span[], 'push'>,
): void {
  known.find(text, from, to, (start, end, label) => out.push({ kind: 'span', start, end, label, detector: 'known' }))
  const folded = (seen & (Feature.escape | Feature.high)) !== 0 ? fold(text, from, to) : null
  if (!folded) return
  known.find(folded.text, 0, folded.text.length, (first, last, label) => {
    const start = from + (folded.start[first] as number)
    const end = from + (folded.end[last - 1] as number)
    out.push({ kind: 'span', start, end, label, detector: 'known' })
  })
}
