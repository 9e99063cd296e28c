// One entry as a step of a replay. Promise: flat, the same members for every kind, and nothing that is not in the entry
// or its transcript.
import type { z } from 'zod'
import type { Entry } from '../recording/entry.ts'
import type { Step as Told } from './record-pages.ts'
import { time } from './record-view.ts'
import type { replayStep } from './schemas.ts'

type Step = z.infer<typeof replayStep>

export function replayStepOf({ ref, entry, shown, unreadable }: Told, opened: number): Step {
  return {
    ...bare,
    seq: String(ref.seq),
    at: time(entry.at),
    offsetMs: Math.max(0, Math.round(entry.at - opened)),
    kind: entry.kind,
    ...particulars(entry),
    shown,
    unreadable,
  }
}

const bare = {
  exchange: null,
  parent: null,
  from: 'gateway',
  operation: null,
  target: null,
  decision: null,
  rules: [],
  outcome: null,
  approval: null,
  by: [],
  hidden: {},
} as const satisfies Partial<Step>

function particulars(entry: Entry): Partial<Step> {
  switch (entry.kind) {
    case 'session.open':
      return { from: 'caller', target: entry.connection }
    case 'question': {
      const { exchange, parent, operation, target, decision, approval } = entry
      const hidden = countsOf(entry.findings)
      return {
        exchange,
        parent,
        operation,
        target,
        decision,
        approval,
        hidden,
        rules: [...entry.rules],
        from: opposite(entry.door),
      }
    }
    case 'decided':
      return { exchange: entry.exchange, decision: entry.decision, rules: [...entry.rules], approval: entry.approval }
    case 'hold':
      return { exchange: entry.exchange, approval: entry.approval, outcome: 'waiting' }
    case 'verdict':
      return { exchange: entry.exchange, approval: entry.approval, outcome: entry.outcome, by: [...entry.by] }
    case 'answer':
      return { exchange: entry.exchange, from: opposite(entry.door), hidden: countsOf(entry.findings) }
    case 'answer.refused':
      return { exchange: entry.exchange, outcome: entry.code }
    case 'end':
      return { exchange: entry.exchange, outcome: entry.outcome }
    case 'refused':
      return { outcome: entry.code, exchange: entry.reference }
    case 'session.close':
      return { outcome: entry.outcome }
    default:
      return {}
  }
}

/** A door is named after the side the bytes go to. */
function opposite(door: 'system' | 'caller'): 'system' | 'caller' {
  return door === 'system' ? 'caller' : 'system'
}

function countsOf(findings: Readonly<Record<string, { readonly count: number }>>): Record<string, number> {
  return Object.fromEntries(Object.entries(findings).map(([label, { count }]) => [label, count]))
}
