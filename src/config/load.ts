// Reads the configuration file. Promise: all that is wrong is said at once, each with its place; a file that has any fault
// gives no configuration; nothing in the file can make reading it expensive.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import { limits } from '../gateway/limits.ts'
import { providerDefaults } from '../identity/provider.ts'
import { scopesIn } from '../identity/scopes.ts'
import { check, type Readable } from './check.ts'
import { type Config, placedSecrets } from './config.ts'
import { readConnection } from './connections.ts'
import { parseDuration } from './duration.ts'
import { faultsOf } from './issues.ts'
import { keyFaults } from './keys.ts'
import { readListen } from './listen.ts'
import { type Fault, inOrder, locateAll, type Problem, problemAt, type Source } from './problem.ts'
import { readRisk, readRule } from './rules.ts'
import { type ConfigText, configSchema } from './schema.ts'
import { defined } from './schema-parts.ts'
import { secretFault, secretFileFault } from './secrets.ts'

export type Loaded =
  | { readonly ok: true; readonly config: Config; readonly digest: string; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] }

export async function loadConfig(path: string, env: NodeJS.ProcessEnv = process.env): Promise<Loaded> {
  const file = resolve(path)
  let bytes: Buffer
  try {
    bytes = await readFile(file)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    const message =
      code === 'ENOENT' ? 'there is no such file: write one with sallyport init' : `cannot be read (${code})`
    return { ok: false, problems: [{ file: path, line: 1, column: 1, message, path: [], excerpt: null }] }
  }
  const read = readYaml(bytes, path)
  const loaded = readRead(read, bytes, file)
  if (!loaded.ok || 'problems' in read) return loaded
  const { tls } = loaded.config.listen
  const checks = placedSecrets(loaded.config).map(({ path, ref }) => ({
    path,
    found: secretFault(ref, dirname(file), env),
  }))
  if (tls !== null) {
    checks.push({ path: ['listen', 'tls', 'key'], found: secretFileFault(`Private key ${tls.key}`, tls.key) })
  }
  const faults = await Promise.all(
    checks.map(async ({ path, found }) => {
      const message = await found
      return message === null ? [] : [{ path, message }]
    }),
  )
  return { ...loaded, warnings: inOrder([...loaded.warnings, ...locateAll(read.source, faults.flat())]) }
}

/** `shown` is how problems name the file. */
export function readConfig(bytes: Uint8Array, file: string, shown: string = file): Loaded {
  return readRead(readYaml(bytes, shown), bytes, file)
}

function readRead(read: ReturnType<typeof readYaml>, bytes: Uint8Array, file: string): Loaded {
  if ('problems' in read) return { ok: false, problems: inOrder(read.problems) }
  const { source, raw } = read
  const parsed = configSchema.safeParse(raw)
  const issues = parsed.success ? [] : faultsOf(parsed.error.issues)
  const readable = readableParts(raw, issues)
  const { listen, faults: listenFaults } = readListen(readable?.text.listen, dirname(file))
  const found = readable === null ? { faults: [], warnings: [] } : check(readable)
  const faults = [...issues, ...(broken(issues, 'listen') ? [] : listenFaults), ...found.faults]
  if (faults.length > 0 || !parsed.success) {
    return { ok: false, problems: firstOf(unique(faults), source) }
  }
  return {
    ok: true,
    config: configOf(parsed.data, file, listen),
    digest: createHash('sha256').update(bytes).digest('hex'),
    warnings: locateAll(source, found.warnings),
  }
}

function readYaml(bytes: Uint8Array, file: string): { source: Source; raw: unknown } | { problems: Problem[] } {
  const lines = new LineCounter()
  let text = ''
  const at = (offset: number, message: string) => problemAt({ file, text, lines }, offset, { path: [], message })
  if (bytes.length > limits.configBytes) return { problems: [at(0, `larger than ${limits.configBytes} bytes`)] }
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return { problems: [at(0, 'not UTF-8 text: save it as UTF-8')] }
  }
  // Keys are compared below: the parser's own way takes the square of their number.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: false, uniqueKeys: false })
  const wrong = [...document.errors, ...document.warnings].slice(0, limits.configProblems)
  const deep = wrong.find(error => /call stack/.test(error.message))
  if (deep !== undefined) return { problems: [at(deep.pos[0], 'nested too deeply')] }
  if (wrong.length > 0)
    return { problems: wrong.map(error => at(error.pos[0], `not YAML: ${firstLine(error.message)}`)) }
  const keys = keyFaults(document).slice(0, limits.configProblems)
  if (keys.length > 0) return { problems: keys.map(({ offset, message }) => at(offset, message)) }
  let raw: unknown
  try {
    raw = document.toJS({ maxAliasCount: 100 })
  } catch {
    return { problems: [at(0, 'too many aliases: write the values out')] }
  }
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    return { problems: [at(0, 'the file is empty or no mapping: write one with sallyport init')] }
  }
  return { source: { file, text, document, lines }, raw }
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? ''
}

/** Takes out each entry that is at fault, so that the rest can be checked against each other. */
function readableParts(raw: unknown, faults: readonly Fault[]): Readable | null {
  const all = raw as Record<string, unknown>
  const names = (section: string) => {
    const value = Object.hasOwn(all, section) ? all[section] : undefined
    return typeof value === 'object' && value !== null ? Object.keys(value) : []
  }
  const entries = ['providers', 'groups', 'connections', 'labels', 'retention', 'masking']
  const kept: Record<string, unknown> = {}
  for (const [section, value] of Object.entries(all)) {
    if (section === 'rules' || broken(faults, section, entries.includes(section) ? 1 : null)) continue
    kept[section] = entries.includes(section)
      ? Object.fromEntries(Object.entries(value ?? {}).filter(([name]) => !broken(faults, section, null, name)))
      : value
  }
  const rules = Array.isArray(all.rules) ? all.rules : []
  const at = rules.map((_, index) => index).filter(index => !broken(faults, 'rules', null, index))
  const parsed = configSchema.partial().safeParse({ ...kept, rules: at.map(index => rules[index]) })
  if (!parsed.success) return null
  return {
    text: parsed.data,
    rules: at.map((index, place) => ({ at: index, text: (parsed.data.rules ?? [])[place] ?? { id: '' } })),
    names: {
      providers: names('providers'),
      groups: names('groups'),
      connections: names('connections'),
      labels: names('labels'),
      retention: names('retention'),
    },
  }
}

/** Whether a fault lies in a section, or in one entry of it; `length` counts only faults of the section itself. */
function broken(
  faults: readonly Fault[],
  section: string,
  length: number | null = null,
  entry?: string | number,
): boolean {
  return faults.some(
    ({ path }) =>
      path[0] === section && (length === null || path.length === length) && (entry === undefined || path[1] === entry),
  )
}

function unique(faults: readonly Fault[]): Fault[] {
  return [...new Map(faults.map(fault => [JSON.stringify([fault.path, fault.message]), fault])).values()]
}

function firstOf(faults: readonly Fault[], source: Source): readonly Problem[] {
  const problems = locateAll(source, faults.slice(0, limits.configProblems))
  const last = problems.at(-1)
  const more = faults.length - problems.length
  return last === undefined || more === 0
    ? problems
    : [...problems, { ...last, message: `and ${more} more`, excerpt: null }]
}

function configOf(text: ConfigText, file: string, listen: Config['listen']): Config {
  const folder = dirname(file)
  const data = resolve(folder, text.data ?? '.sallyport/data')
  const issuers = new Map(Object.entries(text.providers).map(([name, { issuer }]) => [name, issuer]))
  const { default: byDefault = 'redact', ...byLabel } = text.masking ?? {}
  return {
    file,
    listen,
    data,
    providers: Object.entries(text.providers).map(([name, provider]) => ({
      name,
      issuer: provider.issuer,
      audience: provider.audience ?? `${listen.publicUrl}/`,
      groupsClaim: provider.groups ?? providerDefaults.groupsClaim,
      personClaim: provider.person ?? providerDefaults.personClaim,
      purposeClaim: provider.purpose ?? providerDefaults.purposeClaim,
      maxLifeMs: parseDuration(provider.maxLife ?? '') ?? providerDefaults.maxLifeMs,
      ...(provider.scope ? { scopes: scopesIn(provider.scope) } : {}),
      ...(provider.algorithms ? { algorithms: provider.algorithms } : {}),
    })),
    groups: new Map(Object.entries(text.groups ?? {})),
    connections: new Map(
      Object.entries(text.connections).map(([name, each]) => [name, readConnection(name, each, folder, issuers)]),
    ),
    labels: text.labels
      ? new Map(
          Object.entries(text.labels).map(([label, { on, ...finders }]) => [
            label,
            { ...defined(finders), on: on ?? null },
          ]),
        )
      : null,
    clean: { json: text.clean?.json ?? [] },
    masking: { default: byDefault, byLabel },
    rules: (text.rules ?? []).map(readRule),
    risk: readRisk(text.risk),
    timeZone: text.timeZone ?? 'UTC',
    roles: {
      approver: text.roles?.approver ?? [],
      auditor: text.roles?.auditor ?? [],
      administrator: text.roles?.administrator ?? [],
    },
    retention: new Map(
      Object.entries(text.retention ?? { phi: { keep: '6y1mo' } }).map(([name, { keep }]) => [
        name,
        parseDuration(keep) ?? 0,
      ]),
    ),
    sealKeys: text.seal ? resolve(folder, text.seal.keys.dir) : resolve(data, 'seal-keys'),
  }
}
