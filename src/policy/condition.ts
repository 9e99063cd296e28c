// The `when:` of a rule. Promise: the only place that knows CEL. A condition is true only where evaluation gave exactly
// `true`; an unknown name, an error, another type or too much work is `error`, which denies. JSON numbers are doubles:
// `args.limit <= 50` compares, `args.limit + 1` is an error and `args.limit + 1.0` is not.
import { type CelInput, celEnv, celError, isCelError, parse, plan } from '@bufbuild/cel'
import { timestampFromMs } from '@bufbuild/protobuf/wkt'
import { RE2JS } from 're2js'
import { limits } from '../gateway/limits.ts'
import { clockOf } from './clock.ts'
import { Budget, visible } from './condition-values.ts'
import { type Expr, inspect, type Vocabulary } from './condition-walk.ts'
import { sqlFacts } from './sql-operations.ts'

export type Truth = 'true' | 'false' | 'error'

/** What a condition may name. `unknown` values make the condition unanswerable before the arguments are there. */
const identifiers = {
  args: 'the arguments of the call, as JSON',
  uri: 'the address of the resource, as the caller wrote it',
  subject: 'id, provider, kind, groups, person, purpose, onBehalfOf (or null) of who asks',
  connection: 'the name of the connection',
  operation: 'tools/call, resources/read …',
  target: 'the listed tool, prompt or resource, else "unlisted"',
  tool: 'the tool name as the caller wrote it; null where no tool is called',
  found: 'labels found in the question, as a list',
  purpose: 'purpose of use, or null',
  via: 'the connection of the MCP server that asks a database for this subject; null where the subject itself asks',
  now: 'the time, as a timestamp; `now.hour` (0 to 23) and `now.weekday` (1 is Monday) in the configured time zone',
  sql: 'facts of a statement; an error where none is asked',
} as const

const vocabulary: Vocabulary = {
  names: Object.keys(identifiers),
  members: {
    sql: Object.keys(sqlFacts),
    now: ['hour', 'weekday'],
    subject: ['id', 'provider', 'kind', 'groups', 'person', 'purpose', 'onBehalfOf'],
  },
  values: {
    'subject.kind': ['human', 'service', 'agent'],
    'now.hour': { from: 0, to: 23 },
    'now.weekday': { from: 1, to: 7 },
  },
  ownNames: { 'now.hour': 'now_hour', 'now.weekday': 'now_weekday' },
}

export type Identifier = keyof typeof identifiers
export type Bindings = { readonly [name in Identifier]: unknown }

export interface Condition {
  readonly source: string
  readonly uses: ReadonlySet<Identifier>
  /** Facts it reads, as `sql.hasWhere`, and those whose presence it asks for. */
  readonly reads: ReadonlySet<string>
  readonly tests: ReadonlySet<string>
  readonly evaluate: (bindings: Bindings) => Truth
}

export type Compiled =
  | { readonly kind: 'condition'; readonly condition: Condition }
  | { readonly kind: 'fault'; readonly message: string }

const patterns = new Map<string, RE2JS>()
const environment = celEnv({
  re2: {
    compile: (pattern: string) => {
      const compiled = patterns.get(pattern)
      // Only patterns seen at load are here: a pattern made at run time is refused by the walk and fails here.
      if (compiled === undefined) throw new Error('pattern not compiled at load')
      return compiled
    },
  },
})

export function compileCondition(source: string, timeZone = 'UTC'): Compiled {
  if (source.length > limits.celChars) return fault(`the condition is longer than ${limits.celChars} characters`)
  let expression: Expr
  try {
    expression = parse(source).expr
  } catch (error) {
    return fault(`the condition is not valid CEL: ${firstLine(error)}`)
  }
  const inspected = inspect(expression, vocabulary)
  if (inspected.fault !== null) return fault(inspected.fault)
  for (const pattern of inspected.patterns) {
    try {
      if (!patterns.has(pattern)) patterns.set(pattern, RE2JS.compile(pattern))
    } catch {
      return fault('the pattern given to matches() is not a valid RE2 pattern')
    }
  }
  let evaluatePlan: ReturnType<typeof plan>
  try {
    evaluatePlan = plan(environment, expression)
  } catch (error) {
    return fault(`the condition cannot be evaluated: ${firstLine(error)}`)
  }
  const uses = inspected.names as ReadonlySet<Identifier>
  if (uses.size === 0 || isDecided(evaluatePlan)) {
    return fault('the condition does not depend on the request, so it is always the same: remove it or name args')
  }
  const { members: reads, tested: tests } = inspected
  const clock = reads.has('now.hour') || reads.has('now.weekday') ? clockOf(timeZone) : null
  const evaluate = (bindings: Bindings): Truth => {
    try {
      const bound = boundTo(bindings, uses)
      if (clock !== null) {
        const { hour, weekday } = clock(Number(bindings.now))
        Object.assign(bound, { now_hour: hour, now_weekday: weekday })
      }
      const result = evaluatePlan(bound)
      return result === true ? 'true' : result === false ? 'false' : 'error'
    } catch {
      return 'error'
    }
  }
  return { kind: 'condition', condition: { source, uses, reads, tests, evaluate } }
}

/** Only what the condition uses is bound, in an object that inherits nothing. */
function boundTo(bindings: Bindings, uses: ReadonlySet<Identifier>): Record<string, CelInput> {
  const budget = new Budget(limits.celSteps)
  const bound: Record<string, CelInput> = Object.create(null)
  for (const name of uses) {
    bound[name] = name === 'now' ? timestampFromMs(Number(bindings.now)) : visible(bindings[name], budget)
  }
  return bound
}

/** With every name an error, only a condition that does not need any still has a value: `true || args.x`. */
function isDecided(evaluatePlan: ReturnType<typeof plan>): boolean {
  const unknown = celError('unknown')
  const bound = Object.create(null) as Record<string, CelInput>
  for (const name of [...vocabulary.names, ...Object.values(vocabulary.ownNames)])
    bound[name] = unknown as unknown as CelInput
  return !isCelError(evaluatePlan(bound))
}

function fault(message: string): Compiled {
  return { kind: 'fault', message }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
}
