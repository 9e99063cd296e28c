// Values that one place of a message named are looked for in all the others. Promise: whole words only, letters of
// either case, any separators between the words; linear in what is searched, however many values there are.

const MOST_WORDS = 12
const MOST_LOOKED_FOR = 8
/** Words that a labelled field may hold and that say nothing about a person. */
const TELLS_NOTHING = new Set(
  'unknown none null undefined patient person other male female active inactive redacted true false empty deceased married single divorced string value number'.split(
    ' ',
  ),
)

interface Node {
  /** Null where nothing goes on from here: most searches learn nothing, and need no table. */
  next: Map<string, Node> | null
  /** Labels of the value that ends here: it is hidden wherever any of them is. */
  readonly labels: number[]
}

export interface KnownHit {
  readonly start: number
  readonly end: number
  readonly labels: readonly number[]
}

const letters = new Uint8Array(0xaa)
for (const character of '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ')
  letters[character.charCodeAt(0)] = 1

const isWord = (code: number): boolean =>
  code < 0xaa ? letters[code] === 1 : !(code >= 0x2000 && code <= 0x206f) && code !== 0x3000

/** One bit for the first letter of a word in either case; other letters may change when their case does. */
const initial = (code: number): number => (code < 0x80 ? 1 << (code & 31) : -1)

/** Words of text[from, to) as offsets. */
function nextWord(text: string, from: number, to: number): [start: number, end: number] {
  let start = from
  while (start < to && !isWord(text.charCodeAt(start))) start++
  let end = start
  while (end < to && isWord(text.charCodeAt(end))) end++
  return [start, end]
}

export class KnownValues {
  readonly #root: Node = { next: null, labels: [] }
  /** Of the first words: most words of a text are told by it to begin no value, without being cut out and looked up. */
  #initials = 0
  size = 0

  /** Takes a value in when it is distinctive enough: a digit among four characters, two words, or five letters. */
  add(value: string, label: number): void {
    if (value.length < 4 || value.length > 200) return
    const words: string[] = []
    for (let at = 0; at < value.length; ) {
      const [start, end] = nextWord(value, at, value.length)
      if (end === start) break
      words.push(value.slice(start, end).toLowerCase())
      at = end
    }
    const letters = words.join('')
    const hasDigit = /\d/.test(letters)
    const distinctive = hasDigit
      ? letters.length >= 4
      : (words.length >= 2 && letters.length >= 4) || letters.length >= 5
    if (!distinctive || words.length > MOST_WORDS || words.every(word => TELLS_NOTHING.has(word))) return
    this.#initials |= initial(words[0]?.charCodeAt(0) ?? 0)
    let node = this.#root
    for (const word of words) {
      let next = node.next?.get(word)
      if (!next) {
        next = { next: null, labels: [] }
        node.next ??= new Map()
        node.next.set(word, next)
      }
      node = next
    }
    if (node.labels.includes(label)) return
    node.labels.push(label)
    this.size++
  }

  /** False only where no value can be in an ASCII text; cheaper than to look for them where there are few. */
  mayBeIn(text: string): boolean {
    const first = this.#root.next
    if (first === null) return false
    if (first.size > MOST_LOOKED_FOR) return true
    const lower = text.toLowerCase()
    for (const word of first.keys()) if (lower.includes(word)) return true
    return false
  }

  /** Every occurrence in text[from, to), longest first at each place. */
  find(text: string, from: number, to: number): KnownHit[] {
    const hits: KnownHit[] = []
    for (let at = from; at < to; ) {
      const [start, end] = nextWord(text, at, to)
      if (end === start) break
      const begins = (this.#initials & initial(text.charCodeAt(start))) !== 0
      const hit = begins ? this.#match(text, start, end, to) : null
      if (hit) hits.push(hit)
      at = hit ? hit.end : end
    }
    return hits
  }

  #match(text: string, start: number, firstEnd: number, to: number): KnownHit | null {
    let best: KnownHit | null = null
    let node: Node | undefined =
      firstEnd - start <= 200 ? this.#root.next?.get(text.slice(start, firstEnd).toLowerCase()) : undefined
    let end = firstEnd
    while (node) {
      if (node.labels.length > 0) best = { start, end, labels: node.labels }
      if (node.next === null) break
      const [wordStart, wordEnd] = nextWord(text, end, Math.min(to, end + 204))
      if (wordEnd === wordStart || wordStart - end > 3) break
      node = node.next.get(text.slice(wordStart, wordEnd).toLowerCase())
      end = wordEnd
    }
    return best
  }

  /** The labels of a value that is known as a whole. */
  labelsOf(value: string): readonly number[] {
    return this.#root.next?.get(value.toLowerCase())?.labels ?? []
  }
}
