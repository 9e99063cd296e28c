// One part of an action as rules read it. Promise: only own members of the facts are seen; what is not known yet is said to
// be so, and never made up.
import type { ActionPart, Subject } from '../gateway/seam.ts'
import type { Bindings, Condition, Identifier, Truth } from './condition.ts'
import type { Asked } from './decide.ts'
import type { Columns, Question } from './match.ts'
import { type Nature, natureOfPart, readAs, systemOf } from './operations.ts'
import { matterOf } from './pattern.ts'
import { sqlOperations } from './sql-operations.ts'

/** `ask`: the call itself. `probe`: the call, and what a probe tells is not known yet. `list`: before any call. */
export type Stage = 'ask' | 'probe' | 'list'

/** What is not there yet when a list is filtered. */
const fromArguments: readonly Identifier[] = ['args', 'uri', 'found']

/** The fact that only a probe tells. */
const PROBED = 'sql.estimatedRows'

export function questionOf(asked: Asked, part: ActionPart, stage: Stage, nature?: Nature): Question {
  const { subject, action } = asked
  const kind = nature ?? natureOfPart(part)
  const sql = sqlOf(asked)
  let bindings: Bindings | null = null
  const evaluate = (condition: Condition): Truth => {
    bindings ??= bindingsOf(asked, part)
    return condition.evaluate(bindings)
  }
  return {
    subject,
    nature: kind,
    matters: readAs(part.operation, action.facts).map(operation =>
      matterOf(operation, part.subjectMatter, part.target === 'unlisted'),
    ),
    effects: kind === 'use' ? part.effects : new Set([...part.effects, kind]),
    columns: () => columnsOf(part, kind, sql),
    found: stage === 'list' ? 'later' : action.found,
    carries: action.carries,
    truth: condition => {
      const unprobed = condition.reads.has(PROBED) && !isMember(sql, 'estimatedRows')
      if (stage === 'list') {
        const unknown = fromArguments.some(name => condition.uses.has(name))
        if (unknown || unprobed || (condition.uses.has('sql') && sql === undefined)) return 'later'
      }
      if (stage !== 'probe' || !unprobed) return evaluate(condition)
      // What the rest of it decides needs no probe.
      const truth = condition.tests.has(PROBED) ? 'error' : evaluate(condition)
      return truth === 'error' ? 'probe' : truth
    },
  }
}

function fact({ action }: Asked, name: string): unknown {
  return Object.hasOwn(action.facts, name) ? action.facts[name] : undefined
}

/** Of a statement; undefined where none is asked. */
function sqlOf(asked: Asked): Readonly<Record<string, unknown>> | undefined {
  const sql = fact(asked, 'sql')
  return typeof sql === 'object' && sql !== null ? (sql as Readonly<Record<string, unknown>>) : undefined
}

function isMember(of: Readonly<Record<string, unknown>> | undefined, name: string): boolean {
  return of !== undefined && Object.hasOwn(of, name)
}

function columnsOf(part: ActionPart, nature: Nature, sql: ReturnType<typeof sqlOf>): Columns {
  if (systemOf(part.operation) !== 'postgres' || nature === 'session') return 'none'
  const operation = Object.hasOwn(sqlOperations, part.operation) ? sqlOperations[part.operation] : undefined
  const touched = isMember(sql, 'columns') ? sql?.columns : undefined
  if (operation?.byColumn !== true || !Array.isArray(touched) || !part.subjectMatter.includes('.')) return 'unknown'
  const of = `${part.subjectMatter}.`
  const columns = touched.flatMap(column => (String(column).startsWith(of) ? [String(column).slice(of.length)] : []))
  // Rows can be read without a column, as count(*) does; they cannot be written or copied so.
  return columns.length > 0 || part.operation === 'sql.select' ? columns : 'unknown'
}

function bindingsOf(asked: Asked, part: ActionPart): Bindings {
  const { subject, connection, action, atMs } = asked
  return {
    args: fact(asked, 'args') ?? {},
    uri: fact(asked, 'uri') ?? null,
    subject: personOf(subject),
    connection,
    operation: part.operation,
    target: part.target,
    tool: part.operation === 'tools/call' ? part.subjectMatter : null,
    found: action.found,
    purpose: subject.purpose,
    via: fact(asked, 'via') ?? null,
    now: atMs ?? Date.now(),
    sql: sqlOf(asked),
  }
}

function personOf(subject: Subject): Record<string, unknown> {
  const { id, provider, kind, groups, person, purpose, onBehalfOf } = subject
  return { id, provider, kind, groups, person, purpose, onBehalfOf: onBehalfOf && personOf(onBehalfOf) }
}
