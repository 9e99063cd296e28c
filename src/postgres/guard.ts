// What is hidden from a caller may not be found out by asking for it. Promise: rows are not chosen or ordered by hidden
// values, such values are not carried off unseen, and single ones are compared with only so often.
import { type Code, Refusal } from '../gateway/errors.ts'
import { limits } from '../gateway/limits.ts'
import type { Admission } from '../gateway/seam.ts'
import { shows } from './asked.ts'
import { type Lists, NO_LISTS } from './guesses.ts'
import type { Answer } from './pending.ts'
import type { Passage, SqlRefusal, StatementReading } from './reading.ts'
import { CONTESTED, NO_COLUMN } from './statement-refusals.ts'

const PROBES = 'Rows may not be chosen or ordered by values that are hidden from you.'
const LAUNDERS = 'This could carry protected data to where nobody hides it, so it was not passed on.'
const GUESSES = 'Too many comparisons with values that are hidden from you: wait a minute.'

export class Guard {
  #since = 0
  #made = 0

  /** Never rejects: it may be a while before anybody waits for this. */
  admit(
    asking: Promise<Admission<'system'> | Refusal>,
    reading: StatementReading,
    passage: Passage,
    lists = NO_LISTS,
  ): Promise<Answer> {
    return asking.then(admission => {
      if (admission instanceof Refusal) return admission
      try {
        const objection = this.#objection(admission, reading, lists)
        const leaves = objection === null && passage.leaves()
        return leaves === true ? admission : this.#unless(leaves, admission, objection ?? inWords(CONTESTED))
      } catch (fault) {
        return failed(admission, fault)
      }
    })
  }

  async #unless(
    leaves: boolean | Promise<boolean>,
    admission: Admission<'system'>,
    objection: Objection,
  ): Promise<Answer> {
    try {
      if (await leaves) return admission
      const refusal = await admission.refuse(objection.code, objection.detail)
      admission.end('failed', 0)
      return objection.sql === null ? refusal : { refusal, sql: objection.sql }
    } catch (fault) {
      return failed(admission, fault)
    }
  }

  #objection(admission: Admission<'system'>, reading: StatementReading, lists: Lists): Objection | null {
    const { probes, missing, guesses, guessed, launders } = reading
    // What was looked at by people may run; what it says stays hidden.
    if (launders && !admission.approved && !shows(admission, 'unknown')) return blocked(LAUNDERS)
    if (!shows(admission, probes)) return missing && probes === 'unknown' ? inWords(NO_COLUMN) : blocked(PROBES)
    if (shows(admission, guesses)) return null
    const made = Math.max(1, guessed(lists))
    if (made > limits.guessesPerMinute) return blocked(PROBES)
    return this.#mayGuess(made) ? null : { code: 'limit', detail: GUESSES, sql: null }
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

async function failed(admission: Admission<'system'>, fault: unknown): Promise<Refusal> {
  const refusal = await admission.refuse(fault instanceof Refusal ? fault.code : 'internal')
  admission.end('failed', 0)
  return refusal
}

interface Objection {
  readonly code: Code
  readonly detail: string
  /** How the system itself would say it. */
  readonly sql: SqlRefusal | null
}

function blocked(detail: string): Objection {
  return { code: 'blocked', detail, sql: null }
}

function inWords(sql: SqlRefusal): Objection {
  return { code: sql.code, detail: sql.detail, sql }
}
