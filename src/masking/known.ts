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
  /** Null where nothing goes on from here. */
  readonly next: Map<string, Node> | null
  /** Labels of the value that ends here: it is hidden wherever any of them is. */
  readonly labels: readonly number[]
}

export type TakeHit = (start: number, end: number, label: number) => void

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

/** Takes the longest value that begins with what led to `first`, and returns where to go on. */
function match(first: Node, text: string, start: number, firstEnd: number, to: number, take: TakeHit): number {
  let best = none
  let bestEnd = firstEnd
  let node: Node | undefined = first
  let end = firstEnd
  while (node) {
    if (node.labels.length > 0) {
      best = node.labels
      bestEnd = end
    }
    if (node.next === null) break
    const [wordStart, wordEnd] = nextWord(text, end, Math.min(to, end + 204))
    if (wordEnd === wordStart || wordStart - end > 3) break
    node = node.next.get(text.slice(wordStart, wordEnd).toLowerCase())
    end = wordEnd
  }
  for (const label of best) take(start, bestEnd, label)
  return bestEnd
}

const none: readonly number[] = []

export class KnownValues {
  #first: Map<string, Node> | null = null
  /** Where nothing goes on, by their labels: one for all the values that are labelled alike. */
  #leaves: Map<string, Node> | null = null
  /** Of the first words: most words of a text are told by it to begin no value, without being cut out and looked up. */
  #initials = 0
  size = 0

  /** Takes a value in when it is distinctive enough: a digit among four characters, two words, or five letters. */
  add(value: string, label: number): void {
    if (value.length < 4 || value.length > 200) return
    const [first, firstEnd] = nextWord(value, 0, value.length)
    if (first === 0 && firstEnd === value.length) {
      this.#addWord(value.toLowerCase(), label)
      return
    }
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
    this.#first ??= new Map()
    let from = this.#first
    for (const [index, word] of words.entries()) {
      if (index === words.length - 1) {
        this.#ends(from, word, label)
        break
      }
      const before = from.get(word)
      let next = before?.next
      if (!next) {
        next = new Map()
        from.set(word, { next, labels: before?.labels ?? none })
      }
      from = next
    }
  }

  /** The same for one word, without the lists: most values are one. */
  #addWord(word: string, label: number): void {
    if ((word.length < 5 && !/\d/.test(word)) || TELLS_NOTHING.has(word)) return
    this.#initials |= initial(word.charCodeAt(0))
    this.#first ??= new Map()
    this.#ends(this.#first, word, label)
  }

  #ends(from: Map<string, Node>, word: string, label: number): void {
    const before = from.get(word)
    if (before?.labels.includes(label)) return
    const labels = before ? [...before.labels, label] : [label]
    from.set(word, before?.next ? { next: before.next, labels } : this.#leaf(labels))
    this.size++
  }

  #leaf(labels: readonly number[]): Node {
    const key = labels.join()
    this.#leaves ??= new Map()
    const leaf = this.#leaves.get(key) ?? { next: null, labels }
    this.#leaves.set(key, leaf)
    return leaf
  }

  /** False only where no value can be in an ASCII text; cheaper than to look for them where there are few. */
  mayBeIn(text: string): boolean {
    const first = this.#first
    if (first === null) return false
    if (first.size > MOST_LOOKED_FOR) return true
    const lower = text.toLowerCase()
    for (const word of first.keys()) if (lower.includes(word)) return true
    return false
  }

  /** Every occurrence in text[from, to), the longest at each place. */
  find(text: string, from: number, to: number, take: TakeHit): void {
    const first = this.#first
    if (first === null) return
    for (let at = from; at < to; ) {
      let start = at
      while (start < to && !isWord(text.charCodeAt(start))) start++
      at = start
      while (at < to && isWord(text.charCodeAt(at))) at++
      if (at === start) break
      if ((this.#initials & initial(text.charCodeAt(start))) === 0 || at - start > 200) continue
      const node = first.get(text.slice(start, at).toLowerCase())
      if (node !== undefined) at = match(node, text, start, at, to, take)
    }
  }

  /** The labels of a value that is known as a whole. */
  labelsOf(value: string): readonly number[] {
    return this.#first?.get(value.toLowerCase())?.labels ?? none
  }
}

/** Of a walk that is not asked what it learned. */
export class NoValues extends KnownValues {
  override add(): void {}
}
