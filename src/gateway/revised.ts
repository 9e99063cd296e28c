// An action with something of it changed. Promise: its exact form stays what the protocol makes of it.
import type { Action } from './seam.ts'

export function revised(action: Action, change: Partial<Pick<Action, 'operation' | 'facts'>>): Action {
  const { operation, target, subjectMatter, effects, facts, found, carries, parts } = action
  return {
    operation,
    target,
    subjectMatter,
    effects,
    facts,
    found,
    carries,
    ...(parts === undefined ? {} : { parts }),
    exact: () => action.exact(),
    ...change,
  }
}
