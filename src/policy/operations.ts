// What a rule can be about. Promise: every operation that the gateway decides is listed here with its nature, and
// an operation that is not listed is decided by the rules that name it and by nothing else.
import type { ActionPart } from '../gateway/seam.ts'
import { sqlOperations } from './sql-operations.ts'

/**
 * - `session`: housekeeping that whoever may use the connection may do without a rule of its own. Lists are among it,
 *   since what a subject may not call is taken out of them.
 * - `use`: needs a rule.
 * - `ask`: a question of the protected system to the caller. Needs an allow rule that names it (`elicitation/create`,
 *   `sampling/*`): a bare `*` in an allow rule is about what callers ask.
 */
export type Nature = 'session' | 'use' | 'ask'

export interface Operation {
  readonly nature: Nature
  /** What stands after the colon of a pattern; null where nothing can. */
  readonly about: 'name' | 'uri' | 'relation' | null
  /** Operations whose rules also decide this one, for the same subject matter. */
  readonly follows: readonly string[]
}

const session: Operation = { nature: 'session', about: null, follows: [] }
const ask: Operation = { nature: 'ask', about: null, follows: [] }
const ofResource: Operation = { nature: 'use', about: 'uri', follows: ['resources/read'] }
const ofTask: Operation = { nature: 'use', about: 'name', follows: ['tools/call'] }

export const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['initialize', session],
  ['server/discover', session],
  ['ping', session],
  ['logging/setLevel', session],
  ['tools/list', session],
  ['resources/list', session],
  ['resources/templates/list', session],
  ['prompts/list', session],
  ['notifications/initialized', session],
  ['notifications/cancelled', session],
  ['notifications/progress', session],
  ['notifications/roots/list_changed', session],
  ['tools/call', { nature: 'use', about: 'name', follows: [] }],
  ['prompts/get', { nature: 'use', about: 'name', follows: [] }],
  ['resources/read', { nature: 'use', about: 'uri', follows: [] }],
  ['resources/subscribe', ofResource],
  ['resources/unsubscribe', ofResource],
  /** Of a prompt or of a resource template; the action's fact `follows` says which. */
  ['completion/complete', { nature: 'use', about: 'uri', follows: ['prompts/get', 'resources/read'] }],
  /** Each URI of its fact `uris` is decided; without any it is housekeeping. */
  ['subscriptions/listen', { nature: 'use', about: 'uri', follows: ['resources/read'] }],
  ['tasks/get', ofTask],
  ['tasks/result', ofTask],
  ['tasks/update', ofTask],
  ['tasks/cancel', ofTask],
  ['tasks/list', session],
  ['elicitation/create', ask],
  ['sampling/createMessage', ask],
  ['roots/list', ask],
  ...Object.entries(sqlOperations).map(
    ([name, of]) => [name, { nature: of.session ? 'session' : 'use', about: of.about, follows: [] }] as const,
  ),
])

export function natureOf(operation: string): Nature {
  return operations.get(operation)?.nature ?? 'use'
}

/** A query that touches no relation reads nothing that is protected, such as `select 1`, or does what SET does. */
export function natureOfPart({ operation, subjectMatter, effects }: ActionPart): Nature {
  const touchesNothing =
    operation === 'sql.select' &&
    subjectMatter === '' &&
    [...effects].every(each => each === 'read' || each === 'session')
  return touchesNothing ? 'session' : natureOf(operation)
}

export type System = 'mcp' | 'postgres'

/** The kind of connection on which an operation can be asked. */
export function systemOf(operation: string): System {
  return operation.startsWith('sql.') ? 'postgres' : 'mcp'
}

/** The operations whose patterns are matched for an action: its own, then the one it follows. */
export function readAs(operation: string, facts: Readonly<Record<string, unknown>>): readonly string[] {
  const follows = operations.get(operation)?.follows ?? []
  if (follows.length === 0) return [operation]
  if (follows.length === 1) return [operation, ...follows]
  const chosen = Object.hasOwn(facts, 'follows') ? facts.follows : undefined
  return follows.includes(String(chosen)) ? [operation, String(chosen)] : [operation]
}
