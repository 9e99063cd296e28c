// A session as a list of steps, for whoever renders it. Promise: plain data in the order of the log, with the transcript's
// text where there is one: every label hidden, whatever the caller was allowed to see.
import type { Entry } from './entry.ts'
import type { RecordedEntry, RecordReader } from './read.ts'
import { SealError } from './seal.ts'

type ReplayKind =
  | 'opened'
  | 'question'
  | 'decided'
  | 'held'
  | 'verdict'
  | 'answer'
  | 'refused'
  | 'ended'
  | 'closed'
  | 'other'

export interface ReplayStep {
  readonly seq: string
  readonly at: number
  /** Since the first entry of the session. */
  readonly offsetMs: number
  readonly kind: ReplayKind
  readonly exchange: string | null
  /** The side the bytes went to. */
  readonly door: 'system' | 'caller' | null
  readonly operation: string | null
  readonly target: string | null
  readonly decision: string | null
  readonly rules: readonly string[]
  /** Outcome, refusal code or people who decided, in the words of the log. */
  readonly outcome: string | null
  readonly by: readonly string[]
  readonly labels: Readonly<Record<string, number>>
  /** Null where there is no payload, or it cannot be shown: `unreadable` says which. */
  readonly text: string | null
  readonly unreadable: boolean
}

/** Empty where there is no such session. Verdicts of approvers, who have no part in the session, are in their place. */
export function replay(reader: RecordReader, session: string): ReplayStep[] {
  const own = reader.session(session)
  const held = own.flatMap(({ entry }) => (entry.kind === 'hold' ? [entry.exchange, entry.approval] : []))
  const all = new Map<bigint, RecordedEntry>(own.map(one => [one.ref.seq, one]))
  for (const exchange of new Set(held)) for (const one of reader.exchange(exchange)) all.set(one.ref.seq, one)
  const ordered = [...all.values()]
    .filter(({ entry }) => entry.session === session || entry.session === null)
    .sort((left, right) => Number(left.ref.seq - right.ref.seq))
  const began = ordered[0]?.entry.at ?? 0
  return ordered.map(one => step(reader, one, began))
}

function step(reader: RecordReader, one: RecordedEntry, began: number): ReplayStep {
  const { entry, ref } = one
  const { text, unreadable } = shown(reader, one)
  const optional = entry as Partial<
    Record<'exchange' | 'operation' | 'target' | 'decision' | 'outcome' | 'code', string>
  >
  return {
    seq: String(ref.seq),
    at: entry.at,
    offsetMs: entry.at - began,
    kind: kindOf(entry),
    exchange: optional.exchange ?? null,
    door: entry.kind === 'question' || entry.kind === 'answer' ? entry.door : null,
    operation: optional.operation ?? null,
    target: optional.target ?? null,
    decision: optional.decision ?? null,
    rules: entry.kind === 'question' || entry.kind === 'decided' ? entry.rules : [],
    outcome: optional.outcome ?? optional.code ?? null,
    by: entry.kind === 'verdict' ? entry.by : [],
    labels:
      'findings' in entry
        ? Object.fromEntries(Object.entries(entry.findings).map(([label, found]) => [label, found.count]))
        : {},
    text,
    unreadable,
  }
}

function kindOf(entry: Entry): ReplayKind {
  switch (entry.kind) {
    case 'session.open':
      return 'opened'
    case 'session.close':
      return 'closed'
    case 'hold':
      return 'held'
    case 'end':
      return 'ended'
    case 'refused':
    case 'answer.refused':
      return 'refused'
    case 'question':
    case 'decided':
    case 'verdict':
    case 'answer':
      return entry.kind
    default:
      return 'other'
  }
}

function shown(reader: RecordReader, one: RecordedEntry): { text: string | null; unreadable: boolean } {
  try {
    return { text: reader.transcript(one)?.toString() ?? null, unreadable: false }
  } catch (error) {
    if (error instanceof SealError) return { text: null, unreadable: true }
    throw error
  }
}
