// Writes the reference tables of the documentation from the code they describe. Promise: a page says what the code says;
// only what stands between a page's own markers is replaced. With --check it writes nothing and fails where one is stale.
import { readFileSync, writeFileSync } from 'node:fs'
import { configSchemaJson } from '../src/config/json-schema.ts'
import { refusals } from '../src/gateway/errors.ts'
import { limitTable } from '../src/gateway/limits.ts'
import { builtInShapes } from '../src/masking/shapes.ts'
import { rpc } from '../src/mcp/answers.ts'
import { sqlFacts, sqlOperations } from '../src/policy/sql-operations.ts'

interface Node {
  readonly title?: string
  readonly description?: string
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Node>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Node | boolean
  readonly items?: Node
  readonly anyOf?: readonly Node[]
}

type Row = readonly string[]

/** A table as the formatter of this repository leaves it. */
function table(head: Row, rows: readonly Row[]): string {
  const cells = [head, ...rows].map(row => row.map(cell => cell.replaceAll('|', '\\|')))
  const widths = head.map((_, column) => Math.max(...cells.map(row => [...(row[column] ?? '')].length)))
  const line = (row: Row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [first = [], ...rest] = cells
  return [line(first), line(widths.map(width => '-'.repeat(width))), ...rest.map(line)].join('\n')
}

// ---- configuration ----

/** Names that people choose, in capitals. */
const chosen: Readonly<Record<string, string>> = {
  providers: 'PROVIDER',
  groups: 'GROUP',
  connections: 'NAME',
  labels: 'LABEL',
  retention: 'CLASS',
}

/** What is shown as one value, although it has members. */
const whole: ReadonlySet<string> = new Set(['secret', 'duration'])

export function configurationRows(root: Node = configSchemaJson() as Node): Row[] {
  const rows: Row[] = []
  visit(root, '', rows)
  return rows
}

function visit(node: Node, at: string, rows: Row[], alternative = false): void {
  const required = new Set(alternative ? [] : (node.required ?? []))
  for (const [name, member] of Object.entries(node.properties ?? {})) {
    const path = at === '' ? name : `${at}.${name}`
    if (member.description !== undefined) rows.push(rowOf(path, member, required.has(name)))
    const inner = below(member, path)
    for (const [suffix, each] of inner) visit(each, `${path}${suffix}`, rows, inner.length > 1)
  }
}

/** The mappings whose keys are listed under this one. */
function below(node: Node, path: string): (readonly [suffix: string, inner: Node])[] {
  if (whole.has(node.title ?? '')) return []
  if (node.properties) return [['', node]]
  if (node.items?.properties) return [['[]', node.items]]
  const named = chosen[path]
  if (named !== undefined && isNode(node.additionalProperties)) return [[`.${named}`, node.additionalProperties]]
  return (node.anyOf ?? []).flatMap(form => below(form, path))
}

function rowOf(path: string, node: Node, required: boolean): Row {
  const standard = node.default === undefined ? (required ? 'required' : '') : code(node.default)
  return [`\`${path}\``, typeOf(node), standard, node.description ?? '', node.examples ? code(node.examples[0]) : '']
}

function typeOf(node: Node): string {
  if (node.title !== undefined) return node.title
  if (node.const !== undefined) return `\`${node.const}\``
  if (node.enum) return node.enum.map(value => `\`${value}\``).join(', ')
  if (node.anyOf) return [...new Set(node.anyOf.filter(form => form.type !== 'null').map(typeOf))].join(' or ')
  if (node.type === 'array') return `list of ${node.items?.properties ? 'mappings' : plural(node.items)}`
  if (node.type === 'object') return 'mapping'
  if (node.type === 'string') return 'text'
  return node.type === 'boolean' ? '`true`, `false`' : 'number'
}

function plural(items: Node | undefined): string {
  return items?.enum ? items.enum.map(value => `\`${value}\``).join(', ') : 'text'
}

/** As it is written in the file, on one line. */
function code(value: unknown): string {
  return `\`${flow(value)}\``
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([name, member]) => `${name}: ${flow(member)}`)
    return `{ ${members.join(', ')} }`
  }
  const text = String(value)
  return typeof value === 'string' && /[*{}[\],#]|^[&!%@`]|: /.test(text) ? JSON.stringify(text) : text
}

function isNode(value: Node | boolean | undefined): value is Node {
  return typeof value === 'object'
}

function configuration(): string {
  return table(['key', 'type', 'default', 'meaning', 'example'], configurationRows())
}

// ---- refusals, limits, shapes ----

function refusalRows(): string {
  const rows = Object.entries(refusals).map(([name, row]) => [
    `\`${name}\``,
    String(row.http),
    String(row.jsonRpc),
    row.sqlState,
    row.retry,
    row.says,
  ])
  return table(['code', 'HTTP', 'JSON-RPC', 'SQLSTATE', 'retry', 'what the caller reads'], rows)
}

function quoted(word: string): string {
  return `\`${word}\``
}

function mcpRows(): string {
  const rows = Object.entries(rpc).map(([name, { status, code, word }]) => {
    return [quoted(word), String(status), String(code), quoted(name === 'noConnection' ? 'forbidden' : 'unreadable')]
  })
  return table(['reason in the record', 'HTTP', 'JSON-RPC', 'code'], rows)
}

const units: Readonly<Record<string, string>> = { values: 'values', items: '', levels: 'levels', chars: 'characters' }

function amount(value: number, unit: string): string {
  if (unit === 'ms') return time(value)
  if (unit !== 'bytes') return `${value.toLocaleString('en')} ${units[unit]}`.trim()
  const mebi = value / 2 ** 20
  if (Number.isInteger(mebi)) return `${mebi} MiB`
  return Number.isInteger(value / 1024) ? `${value / 1024} KiB` : `${value.toLocaleString('en')} bytes`
}

function time(ms: number): string {
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000} h`
  if (ms % 60_000 === 0) return `${ms / 60_000} min`
  return ms % 1_000 === 0 ? `${ms / 1_000} s` : `${ms} ms`
}

function limitRows(): string {
  const rows = Object.entries(limitTable).map(([name, { value, unit, reason }]) => [
    `\`${name}\``,
    amount(value, unit),
    reason,
  ])
  return table(['limit', 'value', 'why'], rows)
}

function shapeRows(): string {
  const rows = builtInShapes.map(({ shape, label, finds }) => [`\`${shape}\``, `\`${label}\``, finds])
  return table(['shape', 'label', 'finds'], rows)
}

// ---- statements ----

function statementRows(): string {
  const rows = Object.values(
    Object.groupBy(Object.entries(sqlOperations), ([, { session, about, byColumn }]) =>
      [session, about, byColumn].join(),
    ),
  ).flatMap((of = []) => {
    const [, shape] = of[0] ?? []
    if (shape === undefined) return []
    const about = shape.about === null ? '' : '`schema.name`'
    const columns = shape.about === null ? '' : shape.byColumn ? 'told apart' : 'all of them'
    return [[of.map(([name]) => code(name)).join(' '), about, columns, shape.session ? 'no' : 'yes']]
  })
  return table(['operations', 'after the colon', 'columns', 'needs a rule'], rows)
}

function factRows(): string {
  return table(
    ['fact', 'meaning'],
    Object.entries(sqlFacts).map(([name, says]) => [code(`sql.${name}`), says]),
  )
}

// ---- pages ----

const sections: readonly { readonly page: string; readonly name: string; readonly make: () => string }[] = [
  { page: 'configuration.md', name: 'keys', make: configuration },
  { page: 'configuration.md', name: 'shapes', make: shapeRows },
  { page: 'refusals.md', name: 'refusals', make: refusalRows },
  { page: 'refusals.md', name: 'mcp-refusals', make: mcpRows },
  { page: 'limits.md', name: 'limits', make: limitRows },
  { page: 'policy.md', name: 'statements', make: statementRows },
  { page: 'policy.md', name: 'facts', make: factRows },
]

/** The page with its section made anew. Throws where the page has no such section. */
export function withSection(page: string, name: string, made: string): string {
  const begin = `<!-- made by tools/docs.ts: ${name} -->`
  const end = '<!-- end -->'
  const from = page.indexOf(begin)
  const to = page.indexOf(end, from)
  if (from < 0 || to < 0) throw new Error(`there is no section ${name}`)
  return `${page.slice(0, from + begin.length)}\n${made}\n${page.slice(to)}`
}

/** Pages as they should be, by path below docs/. */
export function currentPages(read: (page: string) => string): ReadonlyMap<string, string> {
  const pages = new Map<string, string>()
  for (const { page, name, make } of sections) pages.set(page, withSection(pages.get(page) ?? read(page), name, make()))
  return pages
}

function main(check: boolean): void {
  const at = (page: string) => new URL(`../docs/${page}`, import.meta.url)
  const read = (page: string) => readFileSync(at(page), 'utf8')
  for (const [page, text] of currentPages(read)) {
    if (text === read(page)) continue
    if (!check) writeFileSync(at(page), text)
    else {
      console.error(`docs/${page} is stale: run node tools/docs.ts`)
      process.exitCode = 1
    }
  }
}

if (import.meta.main) main(process.argv.includes('--check'))
