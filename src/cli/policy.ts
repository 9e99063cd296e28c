// sallyport policy explain: what would be decided, by which rule and why. Works on the file alone, or asks a running
// gateway for the rules in force.
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { z } from 'zod'
import type { explanation } from '../api/schemas.ts'
import { policySource } from '../config/config.ts'
import { knownLabels } from '../config/labels.ts'
import type { Action, Effect, Subject } from '../gateway/seam.ts'
import { compilePolicy } from '../policy/compile.ts'
import { effectsOf } from '../policy/effects.ts'
import { type Explanation, explain } from '../policy/explain.ts'
import { nearest } from '../policy/nearest.ts'
import { natureOf } from '../policy/operations.ts'
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
  readonly operation: string
  readonly args: Readonly<Record<string, unknown>>
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
    .requiredOption('--operation <op>', 'what they want, such as tools/call:delete_patient')
    .option('--args <json>', 'arguments of the call', jsonObject, {})
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
  const { subject, groups, connection, operation, args, found, carries } = options
  const asked = { subject, groups, connection, operation, args, found, carries }
  const told = await connect(options).post<z.infer<typeof explanation>>('/policy/explain', asked)
  if (options.json) printJson(told)
  else show(told)
}

async function explainFile(options: Options): Promise<void> {
  const { config } = await readConfiguration(options.config)
  const connection = config.connections.get(options.connection)
  if (connection === undefined) {
    throw new CliError('usage', `unknown connection: it can be ${[...config.connections.keys()].join(', ')}`)
  }
  for (const group of options.groups ?? []) {
    if (!config.groups.has(group)) {
      throw new CliError('usage', `unknown group ${group}: it can be ${[...config.groups.keys()].join(', ')}`)
    }
  }
  const labels = knownLabels(config.labels?.keys() ?? [])
  for (const label of [...options.found, ...(options.carries ?? [])]) {
    if (!labels.includes(label)) throw new CliError('usage', `unknown label ${label}${nearest(label, labels)}`)
  }
  const colon = options.operation.indexOf(':')
  const operation = colon < 0 ? options.operation : options.operation.slice(0, colon)
  const matter = colon < 0 ? '' : options.operation.slice(colon + 1)
  const byTool = () =>
    operation === 'tools/call' ? effectsOf(connection)(matter, undefined) : defaultEffects(operation)
  const explained = explain(compilePolicy(policySource(config)), {
    subject: subjectOf(options, connection.purpose),
    connection: connection.name,
    action: actionOf(options, operation, matter, options.effects ? new Set(options.effects as Effect[]) : byTool()),
  })
  if (options.json) printJson(plainForm(explained))
  else show(explained)
}

/** What is not a tool reads, unless it is housekeeping or a question of the system. */
function defaultEffects(operation: string): ReadonlySet<Effect> {
  const nature = natureOf(operation)
  return new Set([nature === 'use' ? 'read' : nature])
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

function actionOf(options: Options, operation: string, matter: string, effects: ReadonlySet<Effect>): Action {
  return {
    operation,
    target: matter === '' ? 'unlisted' : matter,
    subjectMatter: matter,
    effects,
    facts: { args: options.args, ...(operation.startsWith('resources/') ? { uri: matter } : {}) },
    found: new Set(options.found),
    carries: options.carries ? new Set(options.carries) : 'unknown',
    exact: new Uint8Array(),
  }
}

function show({ summary, rules }: Pick<Explanation, 'summary' | 'rules'>): void {
  print(summary)
  print()
  print(
    table(
      ['', 'RULE', 'KIND', 'WHY'],
      rules.map(line => [line.decided ? '*' : '', line.rule, line.kind, line.why]),
    ),
  )
}

function plainForm({ decision, summary, rules }: Explanation): unknown {
  const obligations = decision.kind === 'block' ? null : decision.obligations
  return {
    decision: decision.kind,
    summary,
    decidedBy: decision.rules,
    ...(decision.kind === 'block' ? { code: decision.code } : {}),
    ...(decision.kind === 'hold' ? { need: decision.need } : {}),
    ...(obligations ? { reveal: [...obligations.reveal], binary: obligations.passBinary } : {}),
    rules,
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
