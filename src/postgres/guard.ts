// What is hidden from a caller may not be found out by asking for it. Promise: rows are not chosen or ordered by hidden
// values, such values are not carried off unseen, and single ones are compared with only so often.
import { Refusal } from '../gateway/errors.ts'
import { limits } from '../gateway/limits.ts'
import type { Admission } from '../gateway/seam.ts'
import { shows } from './asked.ts'
import type { Answer } from './pending.ts'
import type { Passage, StatementReading } from './reading.ts'
import { CONTESTED, NO_COLUMN } from './statement-refusals.ts'

const PROBES = 'Rows may not be chosen or ordered by values that are hidden from you.'
const LAUNDERS = 'This could carry protected data to where nobody hides it, so it was not passed on.'
const GUESSES = 'Too many comparisons with values that are hidden from you: wait a minute.'

export class Guard {
  #since = 0
  #made = 0

  /** Never rejects: it may be a while before anybody waits for this. */
  async admit(
    asking: Promise<Admission<'system'> | Refusal>,
    reading: StatementReading,
    passage: Passage,
    bound = 1,
  ): Promise<Answer> {
    const admission = await asking
    if (admission instanceof Refusal) return admission
    try {
      return await this.#admitted(admission, reading, passage, bound)
    } catch (fault) {
      const refusal = await admission.refuse(fault instanceof Refusal ? fault.code : 'internal')
      admission.end('failed', 0)
      return refusal
    }
  }

  async #admitted(
    admission: Admission<'system'>,
    reading: StatementReading,
    passage: Passage,
    bound: number,
  ): Promise<Answer> {
    const { probes, missing, guesses, guessed, launders } = reading
    const refused = async (code: 'blocked' | 'limit' | 'unreadable', detail: string) => {
      const refusal = await admission.refuse(code, detail)
      admission.end('failed', 0)
      return refusal
    }
    // What was looked at by people may run; what it says stays hidden.
    if (launders && !admission.approved && !shows(admission, 'unknown')) return refused('blocked', LAUNDERS)
    if (!shows(admission, probes)) {
      if (!missing || probes !== 'unknown') return refused('blocked', PROBES)
      return { refusal: await refused('unreadable', NO_COLUMN.detail), sql: NO_COLUMN }
    }
    if (!shows(admission, guesses)) {
      const made = Math.max(guessed, bound)
      if (made > limits.guessesPerMinute) return refused('blocked', PROBES)
      if (!this.#mayGuess(made)) return refused('limit', GUESSES)
    }
    const leaves = passage.leaves()
    if (leaves === true || (leaves !== false && (await leaves))) return admission
    return { refusal: await refused('blocked', CONTESTED.detail), sql: CONTESTED }
  }

  /** Comparisons with single values: enough to look someone up, too few to try them all. */
  #mayGuess(made: number): boolean {
    const now = performance.now()
    if (now - this.#since > 60_000) {
      this.#since = now
      this.#made = 0
    }
    this.#made += made
    return this.#made <= limits.guessesPerMinute
  }
}
