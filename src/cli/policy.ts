// sallyport policy explain: what would be decided, by which rule and why. Works on the file alone, or asks a running
// gateway for the rules in force.
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { z } from 'zod'
import type { explanation } from '../api/schemas.ts'
import { policySource } from '../config/config.ts'
import { knownLabels } from '../config/labels.ts'
import type { Effect, SqlFacts, Subject } from '../gateway/seam.ts'
import { assumedAction } from '../policy/assumed.ts'
import { compilePolicy } from '../policy/compile.ts'
import { effectsOf } from '../policy/effects.ts'
import { type Explanation, explain } from '../policy/explain.ts'
import { operationFault } from '../policy/known-operations.ts'
import { nearest } from '../policy/nearest.ts'
import { sqlFacts } from '../policy/sql-operations.ts'
import { type ApiFlags, connect } from './client.ts'
import { defaultFile, readConfiguration } from './configuration.ts'
import { CliError, print, printJson, table } from './output.ts'

interface Options extends ApiFlags {
  readonly config: string
  readonly live?: boolean
  readonly subject?: string
  readonly kind: Subject['kind']
  readonly provider: string
  readonly groups?: readonly string[]
  readonly purpose?: string
  readonly connection: string
  readonly operation: readonly [string, ...string[]]
  readonly args: Readonly<Record<string, unknown>>
  readonly sql: Readonly<Partial<SqlFacts>>
  readonly at?: number
  readonly effects?: readonly string[]
  readonly found: readonly string[]
  readonly carries?: readonly string[]
}

/** What only the file can be asked. */
const ofTheFile = ['config', 'kind', 'provider', 'purpose', 'effects'] as const

export function register(program: Command): void {
  program
    .command('policy')
    .description('the policy')
    .command('explain')
    .description('say which rule would decide a request, and why')
    .option('-c, --config <file>', 'configuration file', defaultFile)
    .option('--live', 'ask the gateway that runs: for yourself, or for others where a role of yours allows it')
    .option('--subject <id>', 'who asks')
    .addOption(new Option('--kind <kind>', 'what they are').choices(['human', 'service', 'agent']).default('human'))
    .option('--provider <name>', 'who says so', '')
    .option('--groups <list>', "the gateway's groups they are in", list)
    .option('--purpose <code>', 'purpose of use')
    .requiredOption('--connection <name>', 'what they ask')
    .requiredOption(
      '--operation <op...>',
      'what they want, such as tools/call:delete_patient; several for a statement that does several things',
    )
    .option('--args <json>', 'arguments of the call', jsonObject, {})
    .option('--sql <json>', 'facts of the statement; what is left out is taken for the worst', sqlObject, {})
    .option('--at <time>', 'when, such as 2026-01-05T20:00Z; without, now', time)
    .option('--effects <list>', 'what it does; without, what the configuration declares', list)
    .option('--found <list>', 'labels found in the request', list, [])
    .option('--carries <list>', 'labels the answer would have; without, unknown', list)
    .option('--json', 'print JSON')
    .action((_: unknown, command: Command) => explainRequest(command.optsWithGlobals(), command))
}

async function explainRequest(options: Options, command: Command): Promise<void> {
  if (!options.live) return explainFile(options)
  const given = ofTheFile.filter(name => command.getOptionValueSource(name) === 'cli')
  if (given.length > 0) throw new CliError('usage', `--${given[0]} does not go with --live.`)
  const { subject, groups, connection, args, found, carries } = options
  const [operation, more] = options.operation
  if (more !== undefined) throw new CliError('usage', '--live asks about one --operation.')
  const { hasWhere, estimatedRows: rows, ...others } = options.sql
  const unknown = Object.keys(others)[0]
  if (unknown !== undefined)
    throw new CliError('usage', `--live takes hasWhere and estimatedRows of --sql, not ${unknown}.`)
  const asked = { subject, groups, connection, operation, args, found, carries, hasWhere, rows }
  const told = await connect(options).post<z.infer<typeof explanation>>('/policy/explain', asked)
  if (options.json) printJson(told)
  else show(told)
}

async function explainFile(options: Options): Promise<void> {
  const { config } = await readConfiguration(options.config)
  const connection = config.connections.get(options.connection)
  if (connection === undefined) {
    throw unknown('connection', options.connection, [...config.connections.keys()])
  }
  for (const group of options.groups ?? []) {
    if (!config.groups.has(group)) throw unknown('group', group, [...config.groups.keys()])
  }
  for (const asked of options.operation) {
    const [name = ''] = asked.split(':')
    const fault = operationFault(name, connection)
    if (fault !== null) throw new CliError('usage', `the operation ${name} ${fault}`)
  }
  const labels = knownLabels(config.labels?.keys() ?? [])
  for (const label of [...options.found, ...(options.carries ?? [])]) {
    if (!labels.includes(label)) throw new CliError('usage', `unknown label ${label}${nearest(label, labels)}`)
  }
  const { operation, effects, args, sql, found, carries, at } = options
  const explained = explain(compilePolicy(policySource(config)), {
    subject: subjectOf(options, connection.purpose),
    connection: connection.name,
    action: assumedAction({
      asked: operation,
      effectsOf: connection.kind === 'mcp' ? effectsOf(connection) : () => new Set(),
      args,
      sql,
      found,
      ...(effects ? { effects: effects as Effect[] } : {}),
      ...(carries ? { carries } : {}),
    }),
    ...(at === undefined ? {} : { atMs: at }),
  })
  if (options.json) printJson(plainForm(explained))
  else show(explained)
}

function unknown(kind: string, name: string, known: readonly string[]): CliError {
  return new CliError('usage', `unknown ${kind} ${name}${nearest(name, known)}: it can be ${known.join(', ')}`)
}

function subjectOf(options: Options, purpose: string | null): Subject {
  return {
    provider: options.provider,
    id: options.subject ?? 'someone',
    kind: options.kind,
    person: null,
    onBehalfOf: null,
    groups: new Set(options.groups),
    purpose: options.purpose ?? purpose,
    notAfter: 0,
    tokenFamily: '',
  }
}

type Shown = Pick<Explanation, 'summary'> & {
  readonly rules: readonly {
    readonly rule: string
    readonly kind: string
    readonly decided: boolean
    readonly why: string
    readonly parts?: readonly string[] | undefined
  }[]
  readonly risk?: Explanation['risk'] | null
}

function show({ summary, rules, risk }: Shown): void {
  print(summary)
  print()
  print(
    table(
      ['', 'RULE', 'KIND', 'WHY'],
      rules.map(({ decided, rule, kind, why, parts }) => [
        decided ? '*' : '',
        rule,
        kind,
        parts === undefined ? why : `${why} (${parts.join(', ')})`,
      ]),
    ),
  )
  if (!risk) return
  print()
  for (const { rule, points } of risk.summands) print(`${String(points).padStart(6)} points by rule ${rule}`)
  const thresholds = [
    risk.hold === null ? [] : [`held from ${risk.hold}`],
    risk.block === null ? [] : [`blocked from ${risk.block}`],
  ]
  print(`${String(risk.points).padStart(6)} points together; ${thresholds.flat().join(', ')}`)
}

function plainForm({ decision, summary, rules, risk }: Explanation): unknown {
  const obligations = decision.kind === 'block' ? null : decision.obligations
  return {
    decision: decision.kind,
    summary,
    decidedBy: decision.rules,
    ...(decision.kind === 'block' ? { code: decision.code } : {}),
    ...(decision.kind === 'hold' ? { need: decision.need } : {}),
    ...(obligations ? { reveal: [...obligations.reveal], binary: obligations.passBinary, rows: obligations.rows } : {}),
    rules,
    risk,
  }
}

function list(text: string): string[] {
  return text.split(',').filter(part => part !== '')
}

function jsonObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {}
  throw new InvalidArgumentError('write a JSON object, such as {"limit": 10}.')
}

function sqlObject(text: string): Readonly<Partial<SqlFacts>> {
  const given = jsonObject(text)
  const known = Object.keys(sqlFacts)
  const unknown = Object.keys(given).find(name => !known.includes(name))
  if (unknown === undefined) return given
  throw new InvalidArgumentError(`there is no sql.${unknown}${nearest(unknown, known)}: it can be ${known.join(', ')}`)
}

function time(text: string): number {
  const at = Date.parse(text)
  if (Number.isNaN(at)) throw new InvalidArgumentError('write a time such as 2026-01-05T20:00Z.')
  return at
}
