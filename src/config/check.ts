// What depends on more than one place of the file. Promise: runs on whatever parts of the file are well formed, so that
// one reading shows all there is to correct.
import { RE2JS } from 're2js'
import { issuerFault } from '../identity/provider.ts'
import { parsePath } from '../masking/paths.ts'
import { compileMasking, MaskingError, type MaskingFault } from '../masking/plan.ts'
import { nearest } from '../policy/nearest.ts'
import { checkRules } from '../policy/reachability.ts'
import { warnApprovers } from './approvers.ts'
import { checkConnection, type Surroundings, warnConnection } from './connections.ts'
import { knownLabels, phiLabels } from './labels.ts'
import type { Fault, Path } from './problem.ts'
import { checkRisk, checkRuleForm, checkTimeZone, readRule } from './rules.ts'
import type { ConfigText, RuleText } from './schema.ts'
import { defined } from './schema-parts.ts'

type LabelText = NonNullable<ConfigText['labels']>[string]

/** The well-formed parts, and every name the file declares, well formed or not. */
export interface Readable {
  readonly text: { readonly [section in keyof ConfigText]?: ConfigText[section] | undefined }
  readonly rules: readonly { readonly at: number; readonly text: RuleText }[]
  readonly names: Readonly<Record<'providers' | 'groups' | 'connections' | 'labels' | 'retention', readonly string[]>>
}

export interface Found {
  readonly faults: readonly Fault[]
  readonly warnings: readonly Fault[]
}

export function check(readable: Readable): Found {
  const { text, names } = readable
  const labels = knownLabels(names.labels)
  const around: Surroundings = {
    retention: retentionNames(readable),
    labels: text.labels,
    groups: names.groups,
    providers: names.providers,
    listensPostgres: text.listen?.postgres !== undefined,
    connections: names.connections,
    databases: Object.entries(text.connections ?? {}).flatMap(([name, { postgres }]) => (postgres ? [name] : [])),
  }
  const connections = Object.entries(text.connections ?? {})
  const rules = checkAllRules(readable, labels)
  return {
    faults: [
      ...checkProviders(readable),
      ...checkGroups(readable),
      ...connections.flatMap(([name, each]) => checkConnection(name, each, around)),
      ...checkLabels(readable),
      ...checkPaths(text.clean?.json, ['clean', 'json']),
      ...unknownNames(['masking'], Object.keys(text.masking ?? {}), ['default', ...labels], 'label', 'key'),
      ...checkRoles(readable),
      ...rules.faults,
    ],
    warnings: [...connections.flatMap(([name, each]) => warnConnection(name, each, around)), ...rules.warnings],
  }
}

/** `phi` is there without being declared. */
function retentionNames({ text, names }: Readable): readonly string[] {
  return text.retention === undefined && names.retention.length === 0 ? ['phi'] : names.retention
}

function checkProviders({ text, names }: Readable): Fault[] {
  const issuers = new Map<string, string>()
  const providers = Object.entries(text.providers ?? {})
  const faults: Fault[] = []
  if (text.providers !== undefined && names.providers.length === 0) {
    faults.push({ path: ['providers'], message: 'name at least one identity provider: nobody can sign in without' })
  }
  for (const [name, { issuer }] of providers) {
    const path = ['providers', name, 'issuer']
    const wrong = issuerFault(issuer)
    if (wrong !== null)
      faults.push({
        path,
        message: `the issuer ${wrong}: write https://…, or http:// on loopback`,
        secret: wrong.includes('credential'),
      })
    const other = issuers.get(issuer)
    if (other !== undefined) faults.push({ path, message: `provider "${other}" has the same issuer: keep one of them` })
    issuers.set(issuer, name)
  }
  return faults
}

function checkGroups({ text, names }: Readable): Fault[] {
  return Object.entries(text.groups ?? {}).flatMap(([group, byProvider]) =>
    unknownNames(['groups', group], Object.keys(byProvider), names.providers, 'provider', 'key'),
  )
}

function checkLabels({ text, names }: Readable): Fault[] {
  return Object.entries(text.labels ?? {}).flatMap(([label, { on, ...finders }]) => {
    const path = ['labels', label]
    const { json, pattern } = finders
    const faults: Fault[] = checkPaths(json, [...path, 'json'])
    if (label.startsWith('phi.') && !phiLabels.includes(label)) {
      const message = `"${label}" is none of the 18 identifiers${nearest(label, phiLabels)}: name your own family, such as acme.${label.slice(4)}`
      faults.push({ path, message, at: 'key' })
    }
    if (pattern !== undefined && !isPattern(pattern)) {
      faults.push({
        path: [...path, 'pattern'],
        message: 'not a pattern of RE2 (there are no look-arounds and back-references)',
      })
    }
    faults.push(...checkColumns(finders.sql, [...path, 'sql']))
    if (faults.length === 0) faults.push(...checkFinders(label, finders))
    return [...faults, ...unknownNames([...path, 'on'], on ?? [], names.connections, 'connection', 'index')]
  })
}

function checkColumns(columns: readonly string[] | undefined, at: Path): Fault[] {
  return (columns ?? []).flatMap((column, index) => {
    if (isColumn(column)) return []
    const message = 'write schema.table.column, each a name or *, such as "*.patients.mrn"'
    return [{ path: [...at, index], message }]
  })
}

/** Names as the database keeps them: unquoted ones in lower case. A dot in a name cannot be written. */
function isColumn(text: string): boolean {
  const parts = text.split('.')
  return parts.length === 3 && parts.every(part => part === '*' || /^[^\s*"][^*"]{0,62}$/u.test(part))
}

/** Whatever else masking would refuse: found here, it has a place. */
function checkFinders(label: string, finders: Omit<LabelText, 'on'>): Fault[] {
  try {
    const transforms = { default: 'redact', byLabel: {} } as const
    compileMasking({ labels: { [label]: defined(finders) }, clean: {}, transforms })
    return []
  } catch (error) {
    if (!(error instanceof MaskingError)) throw error
    const [member, message] = unfit[error.what] ?? []
    if (member === undefined) return [{ path: ['labels', label], message: `cannot be used as a label: ${error.what}` }]
    return [{ path: ['labels', label, member, ...(member === 'csv' ? [error.index] : [])], message: String(message) }]
  }
}

const unfit: { readonly [what in MaskingFault]?: readonly [member: string, message: string] } = {
  'bad-pattern': ['pattern', 'a pattern may be no longer than 1024 characters, and must match something'],
  'bad-column': ['csv', 'a column is one line of text'],
}

function checkPaths(paths: readonly string[] | undefined, at: Path): Fault[] {
  return (paths ?? []).flatMap((path, index) => {
    if (parsePath(path) !== null) return []
    const message = 'not a path: names joined by dots, * for one step, ** for any number, ["a.b"] for an odd name'
    return [{ path: [...at, index], message }]
  })
}

function isPattern(pattern: string): boolean {
  try {
    return !RE2JS.compile(pattern).matches('')
  } catch {
    return false
  }
}

function checkRoles({ text, names }: Readable): Fault[] {
  return Object.entries(text.roles ?? {}).flatMap(([role, groups]) =>
    unknownNames(['roles', role], groups ?? [], names.groups, 'group', 'index'),
  )
}

function checkAllRules(
  { text, rules, names }: Readable,
  labels: readonly string[],
): { faults: Fault[]; warnings: Fault[] } {
  const forms = rules.map(rule => ({ ...rule, faults: checkRuleForm(rule.text, rule.at) }))
  const methods = Object.values(text.connections ?? {}).flatMap(connection => connection.unknownMethods ?? [])
  const found = checkRules(
    forms.filter(({ faults }) => faults.length === 0).map(rule => ({ at: rule.at, rule: readRule(rule.text) })),
    {
      groups: new Set(names.groups),
      connections: new Set(names.connections),
      systems: new Map(
        Object.entries(text.connections ?? {}).map(([name, each]) => [name, each.postgres ? 'postgres' : 'mcp']),
      ),
      risk: text.risk !== undefined,
      labels,
      detected: names.labels.length === 0 && text.labels === undefined ? null : names.labels,
      methods,
    },
  )
  const warnings: Fault[] = found.filter(({ level }) => level === 'warning')
  const groups = new Map(Object.entries(text.groups ?? {}))
  for (const { at, text: rule, faults } of forms) {
    if (faults.length === 0) warnings.push(...warnApprovers(at, readRule(rule), groups))
  }
  if (text.rules === undefined || text.rules.length === 0) {
    warnings.push({ path: ['rules'], message: 'there are no rules, so everything is blocked' })
  }
  return {
    faults: [
      ...checkRisk(
        text.risk,
        rules.map(({ text: { points = 0 } }) => points),
      ),
      ...unknownNames(
        ['risk', 'approvers', 'groups'],
        text.risk?.approvers?.groups ?? [],
        names.groups,
        'group',
        'index',
      ),
      ...checkTimeZone(text.timeZone),
      ...forms.flatMap(({ faults }) => faults),
      ...found.filter(({ level }) => level === 'error'),
    ],
    warnings,
  }
}

function unknownNames(
  path: Path,
  given: readonly string[],
  known: readonly string[],
  kind: string,
  by: 'key' | 'index',
): Fault[] {
  return given.flatMap((name, at) => {
    if (known.includes(name)) return []
    const message = `unknown ${kind} "${name}"${nearest(name, known)}: declare it under ${kind}s:`
    return [{ path: [...path, by === 'key' ? name : at], message, at: by === 'key' ? 'key' : 'value' }]
  })
}
