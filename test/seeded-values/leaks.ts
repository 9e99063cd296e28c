// Looks for planted values in what came out. Promise: a value is found as it is, by its digits alone, and inside JSON
// escapes, percent-encoding and base64, up to three of these one in another.
import type { Planted } from './identifiers.ts'

export interface Leak {
  readonly planted: Planted
  readonly form: string
}

const PROBE = 6
const DEEPEST = 3

interface Needle {
  readonly text: string
  readonly form: 'as it is' | 'digits alone'
  readonly planted: Planted
}

export class LeakSearch {
  readonly #byProbe = new Map<string, Needle[]>()
  readonly found: Leak[] = []
  bytes = 0

  constructor(planted: readonly Planted[]) {
    for (const each of planted) {
      this.#needle({ text: each.value.toLowerCase(), form: 'as it is', planted: each })
      const digits = each.value.replaceAll(/\D/g, '')
      // An address of digits and letters has too few digits to be known by them.
      const known = ['phi.ssn', 'phi.phone', 'phi.account', 'phi.mrn'].includes(each.label) && digits !== each.value
      if (known && digits.length >= 8) this.#needle({ text: digits, form: 'digits alone', planted: each })
    }
  }

  #needle(needle: Needle): void {
    const probe = needle.text.slice(0, PROBE)
    const same = this.#byProbe.get(probe)
    if (same) same.push(needle)
    else this.#byProbe.set(probe, [needle])
  }

  look(bytes: Uint8Array): readonly Leak[] {
    this.bytes += bytes.length
    const before = this.found.length
    this.#look(Buffer.from(bytes).toString('latin1'), '', 0)
    return this.found.slice(before)
  }

  #look(text: string, within: string, depth: number): void {
    this.#plain(text, within)
    if (depth === DEEPEST) return
    const unescaped = unescapeJson(text)
    if (unescaped !== text) this.#look(unescaped, `${within}, in JSON escapes`, depth + 1)
    const decoded = unescapePercent(text)
    if (decoded !== text) this.#look(decoded, `${within}, percent-encoded`, depth + 1)
    for (const run of text.match(/[A-Za-z0-9+/_-]{10,}/g) ?? []) {
      for (const shift of [0, 1, 2, 3]) {
        const inner = Buffer.from(run.slice(shift), 'base64').toString('latin1')
        // What is no text is no base64, or is encrypted.
        if (depth === 0 && /[ -~]{6}/.test(inner)) this.#plain(inner, `${within}, in base64`)
      }
    }
  }

  #plain(text: string, within: string): void {
    const lower = text.toLowerCase()
    for (let at = 0; at + PROBE <= lower.length; at++) {
      const needles = this.#byProbe.get(lower.slice(at, at + PROBE))
      for (const { text, form, planted } of needles ?? [])
        if (lower.startsWith(text, at)) this.found.push({ planted, form: `${form}${within}` })
    }
  }
}

function unescapeJson(text: string): string {
  return text.replaceAll(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, hex?: string, one?: string) =>
    hex === undefined ? (one ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

function unescapePercent(text: string): string {
  return text.replaceAll(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** One line per leak, without the value: what printed it is searched for planted values too. */
export function describeLeaks(leaks: readonly Leak[]): string[] {
  const lines = new Set(leaks.map(({ planted, form }) => `${planted.label} planted in ${planted.place}: ${form}`))
  return [...lines].slice(0, 40)
}
