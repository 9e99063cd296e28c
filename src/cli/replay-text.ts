// One step of a replay as lines for a terminal.
import type { z } from 'zod'
import type { replayStep } from '../api/schemas.ts'
import { paint, type Style } from './output.ts'
import { counts, payload } from './text.ts'

type Step = z.infer<typeof replayStep>

const INDENT = ' '.repeat(12)
const speakers: Readonly<Record<Step['from'], Style>> = { caller: 'cyan', system: 'green', gateway: 'yellow' }

export function stepText(step: Step): string {
  const offset = paint('dim', `+${(step.offsetMs / 1_000).toFixed(3)}s`.padStart(10))
  const lines = [`${offset}  ${paint(speakers[step.from], step.from.padEnd(7))}  ${says(step)}`]
  const notes = [
    ...(step.parent === null ? [] : [`within ${step.parent}`]),
    ...(step.kind === 'question' && step.exchange !== null ? [step.exchange] : []),
    ...(Object.keys(step.hidden).length === 0 ? [] : [`hidden: ${counts(step.hidden)}`]),
  ]
  if (notes.length > 0) lines.push(INDENT + paint('dim', notes.join('  ')))
  if (step.shown !== null && step.shown.bytes > 0) lines.push(payload(step.shown, INDENT, step.target))
  if (step.unreadable) lines.push(INDENT + paint('red', 'not shown: the payload is not what its entry committed to'))
  return lines.join('\n')
}

function says(step: Step): string {
  const by = step.rules.length === 0 ? '' : ` by ${step.rules.join(', ')}`
  switch (step.kind) {
    case 'session.open':
      return `opens a session on ${step.target}`
    case 'question':
      return `${paint('bold', `asks ${step.operation} ${step.target}`)}  ${verdict(step, by)}`
    case 'decided':
      return `decides again: ${verdict(step, by)}${step.approval === null ? '' : `, using approval ${step.approval}`}`
    case 'hold':
      return `waits for people  ${paint('dim', `approval ${step.approval}`)}`
    case 'verdict':
      return `${step.outcome}${step.by.length === 0 ? '' : ` by ${step.by.join(', ')}`}`
    case 'answer':
      return paint('bold', 'answers')
    case 'answer.refused':
    case 'refused':
      return paint('red', `refuses: ${step.outcome}`)
    case 'end':
      return `the exchange ends: ${step.outcome}`
    case 'session.close':
      return `closes the session: ${step.outcome}`
    default:
      return step.kind
  }
}

function verdict(step: Step, by: string): string {
  if (step.decision === 'block') return paint('red', `blocked${by}`)
  if (step.decision === 'hold') return paint('yellow', `held${by}`)
  return paint('green', `allowed${by}`)
}
