// What the API shows of the record, page by page. Promise: transcripts only, never a seal; a page holds a bounded number
// of entries and bytes, and a payload that is not what its entry committed to is said to be unreadable and never shown.
// It reads files as it goes, and so runs on a thread of its own.
import { limits } from '../gateway/limits.ts'
import type { RecordedEntry, RecordReader, SessionFilter, SessionSummary } from '../recording/read.ts'
import { SealError } from '../recording/seal.ts'
import type { LogHealth, LogStanding } from './options.ts'
import { findRefusal } from './refusal-search.ts'

/** The part of a RecordReader that the API needs. */
export type Readable = Pick<
  RecordReader,
  'sessions' | 'summary' | 'session' | 'exchange' | 'positions' | 'entry' | 'together' | 'transcript'
>

interface Shown {
  readonly text: string
  readonly bytes: number
  readonly cut: boolean
}

export interface Showing {
  readonly shown: Shown | null
  readonly unreadable: boolean
}

export type Step = RecordedEntry & Showing

export interface StoryPage {
  readonly steps: readonly Step[]
  /** Position of the first step of the next page; null on the last. */
  readonly next: number | null
}

/** Where the entries of a session are: finding them anew for each page would make a replay quadratic. */
interface Story {
  readonly log: string
  readonly entries: number
  /** Approvals it waits or waited for. */
  readonly held: readonly string[]
  /** Positions in the log that were looked at. */
  readonly known: Set<bigint>
  /** Those of its entries and of verdicts, ascending. */
  readonly seqs: bigint[]
}

const STORIES = 8

export class RecordPages {
  readonly #record: Readable
  readonly #log: () => LogHealth
  readonly #stories = new Map<string, Story>()

  constructor(record: Readable, log: () => LogHealth) {
    this.#record = record
    this.#log = log
  }

  sessions(filter: SessionFilter): SessionSummary[] {
    return this.#record.sessions(filter)
  }

  summary(session: string): SessionSummary | null {
    return this.#record.summary(session)
  }

  /** A session's entries in the order of the log, verdicts of approvers, who have no part in the session, in their place. */
  story(session: string, page: { readonly from: number; readonly limit: number }, withPayload: boolean): StoryPage {
    const { log, seqs } = this.#storyOf(session)
    const steps: Step[] = []
    let at = page.from
    this.#record.together(log, () => {
      for (let bytes = 0; at < seqs.length && steps.length < page.limit && bytes < limits.apiPageBytes; at++) {
        const recorded = this.#record.entry(seqs[at] as bigint, log)
        if (!recorded) break
        const showing = withPayload ? this.#show(recorded) : nothing
        bytes += showing.shown?.text.length ?? 0
        steps.push({ ...recorded, ...showing })
      }
    })
    return { steps, next: at < seqs.length && steps.length > 0 ? at : null }
  }

  exchange(id: string): RecordedEntry[] {
    const listed = this.#record.exchange(id).slice(0, limits.apiItems)
    if (listed.length > 0) return listed
    const refusal = findRefusal(this.#record, id)
    return refusal === null ? [] : [refusal]
  }

  /** An exchange as its session shows it, as much of it as a page holds. */
  steps(id: string): readonly Step[] {
    const steps: Step[] = []
    let bytes = 0
    for (const recorded of this.exchange(id)) {
      if (bytes >= limits.apiPageBytes) break
      const showing = this.#show(recorded)
      bytes += showing.shown?.text.length ?? 0
      steps.push({ ...recorded, ...showing })
    }
    return steps
  }

  /** What was asked in an exchange. */
  question(id: string): Showing {
    const question = this.#record.exchange(id).find(({ entry }) => entry.kind === 'question')
    return question ? this.#show(question) : { shown: null, unreadable: true }
  }

  log(): LogStanding {
    const health = this.#log()
    const last = health.checkpoint && this.#record.entry(BigInt(health.checkpoint.size - 1), logOf(health.origin))
    return { ...health, until: last?.entry.at ?? null }
  }

  #storyOf(session: string): Story {
    const summary = this.#record.summary(session)
    if (!summary) return { log: '', entries: 0, held: [], known: new Set(), seqs: [] }
    const kept = this.#stories.get(session)
    const story = kept?.entries === summary.entries ? kept : this.#find(session, summary)
    this.#addVerdicts(story)
    this.#stories.delete(session)
    for (const [oldest] of this.#stories) if (this.#stories.size >= STORIES) this.#stories.delete(oldest)
    this.#stories.set(session, story)
    return story
  }

  #find(session: string, { log, entries }: SessionSummary): Story {
    const own = this.#record.session(session)
    const held = new Set(own.flatMap(({ entry }) => (entry.kind === 'hold' ? [entry.approval] : [])))
    const seqs = own.map(({ ref }) => ref.seq)
    return { log, entries, held: [...held], known: new Set(seqs), seqs }
  }

  /** What people said comes from outside the session, at any time: it is looked for anew for each page. */
  #addVerdicts({ log, held, known, seqs }: Story): void {
    const before = seqs.length
    this.#record.together(log, () => {
      for (const seq of held.flatMap(approval => this.#record.positions(approval, log))) {
        if (known.has(seq)) continue
        known.add(seq)
        const entry = this.#record.entry(seq, log)?.entry
        if (entry?.kind === 'verdict' && entry.session === null) seqs.push(seq)
      }
    })
    if (seqs.length > before) seqs.sort((left, right) => Number(left - right))
  }

  #show(recorded: RecordedEntry): Showing {
    try {
      const transcript = this.#record.transcript(recorded)
      return { shown: transcript === null ? null : cut(transcript), unreadable: false }
    } catch (error) {
      if (error instanceof SealError) return { shown: null, unreadable: true }
      throw error
    }
  }
}

const nothing: Showing = { shown: null, unreadable: false }
const decoder = new TextDecoder('utf-8')

function cut(transcript: Uint8Array): Shown {
  const long = transcript.length > limits.apiShownBytes
  const text = decoder.decode(transcript.subarray(0, limits.apiShownBytes))
  // The cut may have gone through a character.
  return { text: long ? text.replace(/\uFFFD$/, '') : text, bytes: transcript.length, cut: long }
}

/** `sallyport/gateway` → `gateway`. */
function logOf(origin: string): string {
  return origin.slice(origin.indexOf('/') + 1)
}
