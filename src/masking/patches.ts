// What a walk found, as a tree over the text. Promise: holds places and labels, decides nothing; the released bytes and
// the transcript are both rendered from it.

/** Label 0 is `unreadable`: content that could not be searched and is hidden from everyone. */
export const UNREADABLE = 0

type Detector = 'path' | 'column' | 'key' | 'shape' | 'pattern' | 'known' | 'limit'

/** A range of plain text, in that text's own units. */
export interface Span {
  readonly kind: 'span'
  readonly start: number
  readonly end: number
  readonly label: number
  readonly detector: Detector
}

export interface LeafLabel {
  readonly label: number
  readonly detector: Detector
}

/** A JSON value or member name, in the units of the text its document stands in. */
export interface Leaf {
  readonly kind: 'leaf'
  readonly start: number
  readonly end: number
  readonly json: 'string' | 'number' | 'literal' | 'name'
  /** The decoded string, or the number or literal as written. */
  readonly decoded: string
  /** Labels of the whole. */
  readonly labels: readonly LeafLabel[]
  /** What was found inside a string, in decoded units; sorted by start. */
  readonly inner: readonly Patch[]
  /** An address that is replaced by a token. */
  readonly uri: boolean
  /** Names of the same object, for names that become equal. */
  readonly siblings: Siblings | null
}

export interface Siblings {
  readonly names: () => Iterable<string>
}

export type Patch = Span | Leaf
