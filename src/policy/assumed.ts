// An action as somebody describes it, to be explained and not to be run. Promise: what is not said is taken for the worst;
// only how much a statement reads stays open, since the system is asked for it.
import type { Action, ActionPart, Effect, SqlFacts } from '../gateway/seam.ts'
import type { EffectsOf } from './effects.ts'
import { natureOf, systemOf } from './operations.ts'
import { sqlOperations } from './sql-operations.ts'

export interface Described {
  /** Such as `tools/call:get_chart`; of a statement, one for each thing it does. */
  readonly asked: readonly [string, ...string[]]
  /** Of tools. */
  readonly effectsOf: EffectsOf
  readonly args?: Readonly<Record<string, unknown>>
  readonly sql?: Readonly<Partial<SqlFacts>>
  readonly effects?: readonly Effect[]
  readonly found?: readonly string[]
  readonly carries?: readonly string[]
}

export function assumedAction(described: Described): Action {
  const parts = described.asked.map(text => partOf(text, described))
  const [first] = parts as [ActionPart, ...ActionPart[]]
  const isStatement = systemOf(first.operation) === 'postgres'
  const uri = first.operation.startsWith('resources/') ? { uri: first.subjectMatter } : {}
  return {
    ...first,
    facts: isStatement ? { sql: sqlOf(parts, described) } : { args: described.args ?? {}, ...uri },
    found: new Set(described.found),
    carries: described.carries ? new Set(described.carries) : 'unknown',
    ...(parts.length > 1 ? { parts } : {}),
    exact: () => new Uint8Array(),
  }
}

function partOf(text: string, { effects, effectsOf }: Described): ActionPart {
  const colon = text.indexOf(':')
  const operation = colon < 0 ? text : text.slice(0, colon)
  const matter = colon < 0 ? '' : text.slice(colon + 1)
  const usual = () => (operation === 'tools/call' ? effectsOf(matter, undefined) : usualEffects(operation))
  return {
    operation,
    target: matter === '' ? 'unlisted' : matter,
    subjectMatter: matter,
    effects: effects ? new Set(effects) : usual(),
  }
}

/** What is neither a tool nor a statement reads, unless it is housekeeping or a question of the system. */
function usualEffects(operation: string): ReadonlySet<Effect> {
  const sql = Object.hasOwn(sqlOperations, operation) ? sqlOperations[operation] : undefined
  if (sql !== undefined) return new Set(sql.usually)
  if (systemOf(operation) === 'postgres') return new Set(['read', 'write', 'define'])
  const nature = natureOf(operation)
  return new Set([nature === 'use' ? 'read' : nature])
}

function sqlOf(parts: readonly ActionPart[], { sql, carries }: Described): Partial<SqlFacts> {
  const relations = [...new Set(parts.map(part => part.subjectMatter).filter(name => name !== ''))]
  return {
    operations: parts.map(part => part.operation),
    effects: [...new Set(parts.flatMap(part => [...part.effects]))],
    relations,
    columns: relations.map(name => `${name}.*`),
    protected: relations,
    labels: carries ?? [],
    hasWhere: false,
    statements: 1,
    fingerprint: '',
    ...sql,
  }
}
