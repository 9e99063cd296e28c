// One exchange by its reference, on the terminal: what a refusal leads to.
import type { z } from 'zod'
import type { exchange } from '../api/schemas.ts'
import type { Client } from './client.ts'
import { facts, paint, print, printJson } from './output.ts'
import { stepText } from './replay-text.ts'
import { ago } from './text.ts'

type Exchange = z.infer<typeof exchange>

export function isReference(id: string): boolean {
  return id.startsWith('x_')
}

export function exchangeOf(client: Client, reference: string): Promise<Exchange> {
  return client.get<Exchange>(`/exchanges/${encodeURIComponent(reference)}`)
}

/** `said`: with what was asked and answered, as the record shows it. */
export function printExchange(
  found: Exchange,
  { json, said }: { readonly json: boolean; readonly said: boolean },
): void {
  if (json) {
    printJson(found)
    return
  }
  const { reference, session, decision, rules, refused, approval, steps } = found
  print(`${paint('bold', reference)}  ${refused === null ? (decision ?? '') : paint('red', `refused: ${refused}`)}`)
  const rest = [
    ['asked by', `${found.subject ?? 'not known'}, ${ago(found.at)}`],
    ['what', `${found.operation ?? 'not known'} ${found.target ?? ''} on ${found.connection ?? 'no connection'}`],
    ['decision', decision === null ? 'none' : `${decision}${rules.length === 0 ? '' : ` by ${rules.join(', ')}`}`],
    ...(approval === null ? [] : [['approval', approval]]),
    ['session', session ?? 'none'],
  ] as [string, string][]
  print(facts(rest))
  print(`\n${found.explanation.join(' ')}`)
  for (const step of steps ?? []) print(`\n${stepText(said ? step : { ...step, shown: null })}`)
  if (steps === null) print('\nIts steps are shown to whoever asked and to auditors.')
  else if (session !== null) print(`\nRead the whole session: sallyport sessions replay ${session}`)
}
