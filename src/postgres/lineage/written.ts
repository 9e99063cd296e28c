// Code that a caller writes. Promise: said to be clean only where all of it can be read, and it neither reads nor meets what is
// protected whatever its names come to mean on another path.
import { parseSql } from '../statement/parser.ts'
import { as, isTree, list, strings, sub, type Tagged, type Tree, tagged, text } from '../statement/tree.ts'
import type { Catalog } from './catalog.ts'
import type { Context } from './context.ts'
import { evaluate } from './expression.ts'
import { codeOf, leavesNothing, notesOf } from './plpgsql.ts'
import type { Protection } from './protection.ts'
import { contextOf, type SessionNames } from './resolve.ts'
import { outermost } from './scope.ts'
import { queryRows } from './select.ts'
import { clean, isClean, type Taint } from './taint.ts'

/** Of a block or a new function. */
export function isWrittenCleanly({ tag, body }: Tagged, protection: Protection, session: SessionNames): boolean {
  const ctx = contextOf(protection, session)
  if (tag === 'DoStmt') return isCleanBlock(body, ctx)
  if (tag !== 'CreateFunctionStmt' || !isPlain(body, ctx)) return false
  const { language, source } = codeOf(list(body, 'options'))
  const everywhere: Context = { ...ctx, path: placesIn(protection.catalog), late: 'on any path', depth: 1 }
  const given = list(body, 'parameters').map(node => as(node, 'FunctionParameter') ?? {})
  const named = (modes: RegExp) => given.filter(one => modes.test(text(one, 'mode'))).map(one => text(one, 'name'))
  const argumentNames = named(/_(?:DEFAULT|IN|INOUT|VARIADIC)$/)
  const outNames = named(/_(?:OUT|INOUT|TABLE)$/)
  const parameters = new Map<string, Taint>()
  for (const [at, name] of argumentNames.entries()) for (const one of [`$${at + 1}`, name]) parameters.set(one, clean)
  const inner: Context = { ...everywhere, parameters }
  if (body.sql_body !== undefined) return isCleanSql(() => flat(body.sql_body), inner)
  if (/^sql$/i.test(language)) return isCleanSql(() => statementsOf(source), inner)
  const returnsSet = sub(body, 'returnType')?.setof === true
  const notes = notesOf({ source, argumentNames, outNames, returnsSet }, parameters, inner)
  return notes !== null && leavesNothing(notes)
}

function isCleanBlock(body: Tree, ctx: Context): boolean {
  const { language, source } = codeOf(list(body, 'args'))
  if (!/^(?:plpgsql)?$/i.test(language)) return false
  const notes = notesOf({ source, argumentNames: [], outNames: [], returnsSet: false }, new Map(), ctx)
  return notes !== null && leavesNothing(notes)
}

const options = new Set(['language', 'as', 'volatility', 'strict', 'parallel', 'cost', 'rows', 'security'])
const simple = /^(?:A_Const|Integer|String)$/

/** Run where it is called alone; nothing but its text says what it does. */
function isPlain(body: Tree, { catalog }: Context): boolean {
  const name = strings(list(body, 'funcname')).at(-1) ?? ''
  if (body.replace === true && catalog.functions.has(name)) return false
  const type = strings(list(sub(body, 'returnType') ?? {}, 'names')).at(-1)
  if (type === 'trigger' || type === 'event_trigger') return false
  const presets = list(body, 'parameters').flatMap(node => as(node, 'FunctionParameter')?.defexpr ?? [])
  return (
    presets.every(preset => simple.test(tagged(preset)?.tag ?? '')) &&
    list(body, 'options').every(node => isKnown(as(node, 'DefElem') ?? {}))
  )
}

/** Names are looked for on any path as it is. */
function isKnown(option: Tree): boolean {
  const set = as(option.arg, 'VariableSetStmt') ?? {}
  return (
    options.has(text(option, 'defname')) || (text(option, 'defname') === 'set' && text(set, 'name') === 'search_path')
  )
}

/** Wherever it is called. */
function placesIn({ relations, functions }: Catalog): readonly string[] {
  const all = [...relations.values(), ...[...functions.values()].flat()].map(({ schema }) => schema)
  return [...new Set(all)].filter(schema => !/^pg_|^information_schema$/.test(schema))
}

const readable = /^(?:Select|Insert|Update|Delete|Merge)Stmt$/

function isCleanSql(read: () => readonly (Tagged | null)[], ctx: Context): boolean {
  try {
    return read().every(one => one !== null && givesNothing(one, ctx)) && leavesNothing(ctx.notes)
  } catch {
    return false
  }
}

function givesNothing({ tag, body }: Tagged, ctx: Context): boolean {
  if (tag === 'ReturnStmt') return isClean(evaluate(body.returnval, outermost, ctx))
  if (!readable.test(tag) || 'intoClause' in body) return false
  const { columns, rest } = queryRows({ tag, body }, outermost, ctx)
  return (rest === null || isClean(rest)) && columns.every(({ taint }) => isClean(taint))
}

function statementsOf(sql: string): readonly (Tagged | null)[] {
  const parsed: unknown = parseSql(sql)
  return isTree(parsed) ? list(parsed, 'stmts').map(node => (isTree(node) ? tagged(node.stmt) : null)) : []
}

/** Of a body that is written as SQL and not as a text. */
function flat(node: unknown): readonly (Tagged | null)[] {
  const items = as(node, 'List')
  return items === null ? [tagged(node)] : list(items, 'items').flatMap(flat)
}
