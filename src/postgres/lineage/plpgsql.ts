// Bodies in PL/pgSQL. Promise: all variables of a body count as one value that covers every query and expression in it, so
// no path through it is missed; a body that runs text, or that could mean something else, is not read.
import { parsePlPgSql, parseSql } from '../statement/parser.ts'
import { as, isTree, list, sub, type Tagged, type Tree, tagged, text } from '../statement/tree.ts'
import type { CatalogFunction } from './catalog.ts'
import { type Context, type Notes, newNotes, noteFlow, noteShown, probedBy } from './context.ts'
import { outermost } from './scope.ts'
import { queryRows } from './select.ts'
import { clean, derive, isClean, mark, type Taint, unknown } from './taint.ts'

interface Body {
  readonly variables: readonly string[]
  readonly queries: readonly Tagged[]
  /** What decides which way it goes. */
  readonly conditions: readonly Tagged[]
  /** Types of its variables. */
  readonly types: readonly string[]
  /** Fields of the new row of a trigger that are set, with what they are set to. */
  readonly assigned: readonly { readonly field: string; readonly value: Tagged }[]
}

const mostRounds = 6
/** They run text, leave the body, read a cursor that somebody else may have opened, or report what failed. */
const opaque = /"PLpgSQL_stmt_(dynexecute|dynfors|call|fetch)"|"dynquery"|"is_stacked":true|"is_call":true/

/** What of a function its body is read with. */
type Written = Pick<CatalogFunction, 'source' | 'argumentNames' | 'outNames' | 'returnsSet' | 'trigger'>

const unnamed = { argumentNames: [], outNames: [], returnsSet: false } as const

const bodies = new WeakMap<CatalogFunction, Body | null>()

/** Null where the body is not one that can be read. Read once a snapshot. */
export function readBody(found: CatalogFunction): Body | null {
  const known = bodies.get(found)
  if (known !== undefined) return known
  let body: Body | null = null
  try {
    body = parseBody(found)
  } catch {
    // What PL/pgSQL's parser does not take without a catalog.
  }
  bodies.set(found, body)
  return body
}

function parseBody(found: Written): Body | null {
  if (/variable_conflict/i.test(found.source)) return null
  const parsed: unknown = parsePlPgSql(definitionOf(found))
  if (!isTree(parsed) || opaque.test(JSON.stringify(parsed))) return null
  const whole = sub((list(parsed, 'plpgsql_funcs')[0] ?? {}) as Tree, 'PLpgSQL_function')
  if (whole === null) return null
  const datums = list(whole, 'datums').filter(isTree)
  const variables = datums.flatMap(datum => {
    const held = sub(datum, 'PLpgSQL_var') ?? sub(datum, 'PLpgSQL_rec') ?? sub(datum, 'PLpgSQL_row')
    return held === null ? [] : [text(held, 'refname')]
  })
  const types = datums.flatMap(datum => {
    // A type that the parser does not know could be that of a record.
    const held = sub(datum, 'PLpgSQL_var') ?? sub(datum, 'PLpgSQL_rec') ?? {}
    const type = sub(sub(held, 'datatype') ?? {}, 'PLpgSQL_type')
    return type === null ? [] : [`${text(type, 'typname')}${held.notnull === true ? ' not null' : ''}`]
  })
  const queries: Tagged[] = []
  const conditions: Tagged[] = []
  const assigned: { field: string; value: Tagged }[] = []
  let readable = true
  walk(parsed, (name, body) => {
    if (name === 'PLpgSQL_expr') {
      const query = queryOf(body)
      if (query === null) readable = false
      else queries.push(query)
    }
    for (const part of decidingIn(name, body)) {
      const asked = isTree(part) ? queryOf(sub(part, 'PLpgSQL_expr') ?? {}) : null
      if (asked !== null) conditions.push(asked)
    }
    if (name === 'PLpgSQL_stmt_assign') {
      const target = sub((datums[Number(body.varno ?? 0)] ?? {}) as Tree, 'PLpgSQL_recfield')
      const value = queryOf(sub(sub(body, 'expr') ?? {}, 'PLpgSQL_expr') ?? {})
      if (target !== null && Number(target.recparentno ?? 0) === 0 && value !== null)
        assigned.push({ field: text(target, 'fieldname'), value })
    }
    // A row or field of the trigger's own row as the target of a query is not followed.
    if (name === 'target' && targetsNew(body, datums, variables)) readable = false
  })
  return readable ? { variables, queries, conditions, types, assigned } : null
}

/** Conditions, how often something is done, and codes of errors, which everybody is told. */
function decidingIn(name: string, body: Tree): readonly unknown[] {
  if (/case_when$|foreach_a$/.test(name)) return [body.expr]
  if (name === 'PLpgSQL_raise_option') return Number(body.opt_type ?? 0) === 0 ? [body.expr] : []
  return [body.cond, body.t_expr, ...(name === 'PLpgSQL_stmt_fori' ? [body.lower, body.upper, body.step] : [])]
}

function targetsNew(body: Tree, datums: readonly Tree[], variables: readonly string[]): boolean {
  if (variables[0] !== 'new') return false
  const row = sub(body, 'PLpgSQL_row')
  const record = sub(body, 'PLpgSQL_rec')
  if (record !== null) return Number(record.dno ?? 0) === 0
  return list(row ?? {}, 'fields').some(item => {
    const datum = datums[Number((isTree(item) ? item.varno : 0) ?? 0)] ?? {}
    return sub(datum, 'PLpgSQL_recfield') !== null || sub(datum, 'PLpgSQL_rec') !== null
  })
}

function walk(node: unknown, visit: (name: string, body: Tree) => void): void {
  if (Array.isArray(node)) {
    for (const item of node) walk(item, visit)
    return
  }
  if (!isTree(node)) return
  for (const [name, value] of Object.entries(node)) {
    if (isTree(value)) visit(name, value)
    walk(value, visit)
  }
}

/** What the body's statements derive from, given what its parameters do. */
export function bodyTaint(body: Body, given: Taint, parameters: ReadonlyMap<string, Taint>, ctx: Context): Taint {
  let all = given
  for (let round = 0; ; round++) {
    const known = new Map<string, Taint>()
    for (const name of body.variables) known.set(name, all)
    // An error that is caught may quote anything.
    known.set('sqlerrm', unknown)
    for (const [name, taint] of parameters)
      known.set(name, derive(taint, all).labels.size > 0 ? merge(taint, all) : taint)
    const inner: Context = { ...ctx, parameters: known, depth: ctx.depth + 1 }
    const [taints, probed] = probedBy(ctx.notes, () => body.queries.map(query => ofQuery(query, inner)))
    const next = derive(all, probed, ...taints)
    if (mark(next) === mark(all)) {
      for (const { field, value } of body.assigned) assign(field, ofQuery(value, inner), parameters, ctx)
      // A trigger that compares what is written is everyday; each statement that runs it is a guess.
      const use = parameters.has('new') || parameters.has('old') ? 'equality' : 'comparison'
      for (const asked of body.conditions) noteShown(ctx.notes, use, ofQuery(asked, inner))
      return all
    }
    if (round > mostRounds) return derive(all, unknown)
    all = next
  }
}

/** A parameter that is a row keeps its fields: variables are beside it. */
function merge(taint: Taint, all: Taint): Taint {
  return taint.fields !== null ? taint : derive(taint, all)
}

function assign(field: string, taint: Taint, parameters: ReadonlyMap<string, Taint>, ctx: Context): void {
  const row = parameters.get('new')
  if (row === undefined || isClean(taint)) return
  const held = row.fields?.get(field)
  const kept = held !== undefined && !taint.unknown && [...taint.labels].every(label => held.labels.has(label))
  if (!kept) noteFlow(ctx.notes, 'column', field, taint)
}

const readable = /^(Select|Insert|Update|Delete|Merge|Return)Stmt$/
/** They neither read rows nor say where others go. */
const still =
  /^(Truncate|Lock|VariableSet|VariableShow|Notify|Listen|Unlisten|Vacuum|Drop|Comment|Create|CreateSeq|CreateSchema|RefreshMatView|View|ConstraintsSet|Discard)Stmt$/

/** A statement in a body that makes something else mean what is protected, or that does so unseen. */
export function noteUnread(statement: Tagged | null, ctx: Context): void {
  if (ctx.protection.labels.size === 0 || (statement !== null && still.test(statement.tag))) return
  const into = statement === null ? null : sub(statement.body, 'intoClause')
  if (statement !== null && readable.test(statement.tag) && into === null) return
  const made = statement?.tag === 'CreateTableAsStmt' ? tagged(statement.body.query) : into === null ? null : statement
  if (made === null || made.tag !== 'SelectStmt') {
    noteFlow(ctx.notes, 'function', statement?.tag ?? '', unknown)
    return
  }
  const { columns, rest } = queryRows(made, outermost, ctx)
  noteFlow(ctx.notes, 'table', 'made', derive(rest ?? clean, ...columns.map(({ taint }) => taint)))
}

function ofQuery(query: Tagged, ctx: Context): Taint {
  noteUnread(query, ctx)
  if (!readable.test(query.tag)) return unknown
  const scope = { ...outermost, ctes: ctx.transitions ?? outermost.ctes }
  const { columns, rest } = queryRows(query, scope, ctx)
  return derive(rest ?? clean, ...columns.map(({ taint }) => taint))
}

/** Of an expression, a query that shows it; of an assignment, one that shows what is assigned. */
function queryOf(expression: Tree): Tagged | null {
  const query = text(expression, 'query')
  const mode = Number(expression.parseMode ?? 0)
  const sql = mode === 0 ? query : `SELECT ${mode === 2 ? query : query.replace(/^[^:=]+:?=/, '')}`
  try {
    const parsed: unknown = parseSql(sql)
    const statements = isTree(parsed) ? list(parsed, 'stmts') : []
    const only = statements[0]
    return statements.length === 1 && isTree(only) ? tagged(only.stmt) : null
  } catch {
    return null
  }
}

/** DO: whether it neither reads nor meets anything protected, so that what it says may be heard. */
export function speaksCleanly(block: Tree, ctx: Context): boolean {
  const { language, source } = codeOf(list(block, 'args'))
  if (!/^(?:plpgsql)?$/i.test(language)) return false
  const notes = notesOf({ ...unnamed, source }, new Map(), ctx)
  return notes !== null && leavesNothing(notes) && isClean(notes.touched)
}

/** What a block or a function is written in, and its text. */
export function codeOf(options: readonly unknown[]): { readonly language: string; readonly source: string } {
  const option = (name: string): string => {
    const found = options.find(one => text(as(one, 'DefElem') ?? {}, 'defname') === name)
    const arg = sub(as(found, 'DefElem') ?? {}, 'arg') ?? {}
    const [first] = list(as(arg, 'List') ?? {}, 'items')
    return text(as(first ?? arg, 'String') ?? {}, 'sval')
  }
  return { language: option('language'), source: option('as') }
}

/** What is noted of a body that comes to nothing protected; null of any other. */
export function notesOf(written: Written, parameters: ReadonlyMap<string, Taint>, ctx: Context): Notes | null {
  const notes = newNotes()
  try {
    const body = parseBody(written)
    if (body === null) return null
    const inner: Context = { ...ctx, notes, late: 'on any path', depth: ctx.depth + 1 }
    return isClean(bodyTaint(body, clean, parameters, inner)) ? notes : null
  } catch {
    return null
  }
}

/** It neither puts anything protected elsewhere nor is led by it. */
export function leavesNothing(notes: Notes): boolean {
  return notes.flows.size === 0 && notes.oracles.size === 0
}

/** Whether a trigger, which is given rows with what is protected, makes nothing of it. */
export function sparesRow(found: CatalogFunction, row: Taint, ctx: Context): boolean {
  const notes = newNotes()
  try {
    const body = found.language === 'plpgsql' ? readBody(found) : null
    if (body === null) return false
    const parameters = new Map([
      ['new', row],
      ['old', row],
    ])
    const variables = body.variables.filter(name => !parameters.has(name))
    const inner: Context = { ...ctx, notes, late: 'on any path', depth: ctx.depth + 1 }
    const taint = bodyTaint({ ...body, variables }, clean, parameters, inner)
    return isClean(taint) && isClean(notes.touched) && leavesNothing(notes)
  } catch {
    return false
  }
}

function definitionOf(found: Written): string {
  const inputs = found.argumentNames.map((name, at) => (name === '' ? `_${at} text` : `${quoted(name)} text`))
  const outputs = found.outNames
    .filter(name => name !== '' && !found.argumentNames.includes(name))
    .map(name => `OUT ${quoted(name)} text`)
  const set = found.returnsSet ? 'SETOF ' : ''
  const result = found.trigger === true ? 'trigger' : outputs.length > 1 ? `${set}record` : `${set}text`
  return `CREATE FUNCTION f(${[...inputs, ...outputs].join()}) RETURNS ${result} LANGUAGE plpgsql AS ${dollars(found.source)}`
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function dollars(source: string): string {
  let tag = '$body$'
  for (let n = 0; source.includes(tag); n++) tag = `$body${n}$`
  return `${tag}${source}${tag}`
}

/** What a trigger does with the row that is written; protected data it puts elsewhere is noted as a flow. */
export function runTrigger(found: CatalogFunction, row: Taint, ctx: Context): void {
  try {
    const body = found.language === 'plpgsql' ? readBody(found) : null
    if (body !== null) {
      const parameters = new Map([
        ['new', row],
        ['old', row],
      ])
      bodyTaint({ ...body, variables: body.variables.filter(name => !parameters.has(name)) }, clean, parameters, ctx)
      return
    }
  } catch {
    // Read as one that could do anything.
  }
  noteFlow(ctx.notes, 'table', found.name, derive(row))
  // It may also say what it was given, and carry off what it names.
  ctx.notes.touched = derive(ctx.notes.touched, unknown)
  if (namesProtected(found.source, ctx)) noteFlow(ctx.notes, 'table', found.name, unknown)
}

function namesProtected(source: string, { protection, catalog }: Context): boolean {
  const words = new Set(source.toLowerCase().match(/[\p{L}_][\p{L}\p{N}_$]*/gu))
  return [...protection.labels.keys()].some(oid => words.has(catalog.relations.get(oid)?.name.toLowerCase() ?? ''))
}
