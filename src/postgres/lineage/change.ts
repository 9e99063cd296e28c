// INSERT, UPDATE, DELETE, MERGE. Promise: protected data written to a column that is less protected is noted as a flow,
// and RETURNING sees what was just written as well as what stood there.
import { limits } from '../../gateway/limits.ts'
import { isSystemSchema } from '../statement/places.ts'
import { as, list, sub, type Tree, tagged, text } from '../statement/tree.ts'
import { comesTo } from './behind-names.ts'
import { type CatalogRelation, type CatalogTrigger, findRelation } from './catalog.ts'
import {
  type Context,
  type Notes,
  newNotes,
  noteFlow,
  noteOracle,
  type Output,
  probedBy,
  type Rows,
  touch,
} from './context.ts'
import { ruleActions, ruleOf } from './define.ts'
import { evaluate, evaluateAll } from './expression.ts'
import { readFrom, readRelation } from './from.ts'
import { keepsValue } from './kept-values.ts'
import { mergedBy } from './merged.ts'
import { callOwn } from './own-functions.ts'
import { checksOf, isOfFew } from './own-types.ts'
import { runTrigger } from './plpgsql.ts'
import { predicates } from './predicate.ts'
import { excludedItem, noteLent, proposedBy } from './proposed.ts'
import { type Column, type Item, joinRest, type Scope, within } from './scope.ts'
import { queryRows, targetRows } from './select.ts'
import { relationRows } from './stored.ts'
import { clean, derive, isClean, mark, row, type Taint, unknown } from './taint.ts'
import { temporaryRows } from './temporary.ts'
import { type WrittenThrough, writtenThrough } from './written-through.ts'

export function changeRows(tag: string, body: Tree, outer: Scope, ctx: Context): Rows {
  const target = targetOf(tag, body, outer, ctx)
  const base = withItem(within(outer), target)
  let scope = base
  switch (tag) {
    case 'InsertStmt':
      insert(body, target, base, ctx)
      break
    case 'UpdateStmt':
      scope = readFrom(list(body, 'fromClause'), base, ctx)
      predicates([body.whereClause], scope, ctx)
      assign(list(body, 'targetList'), target, scope, ctx)
      break
    case 'DeleteStmt':
      scope = readFrom(list(body, 'usingClause'), base, ctx)
      predicates([body.whereClause], scope, ctx)
      break
    default:
      scope = merge(body, target, base, ctx)
  }
  return returning(body, target, scope, ctx)
}

/** A table name after INSERT INTO, UPDATE … is never a CTE. */
function targetOf(tag: string, body: Tree, outer: Scope, ctx: Context): Item {
  const range = sub(body, 'relation') ?? {}
  const item = readRelation(range, { ...outer, ctes: new Map() }, ctx)
  const relation = findRelation(ctx.catalog, ctx.path, text(range, 'schemaname') || null, text(range, 'relname'))
  // Error texts quote the whole row.
  for (const { taint } of item.columns) touch(ctx.notes, taint)
  if (temporaryRows(range, ctx) !== null) return item
  if (relation === null) return { ...item, rest: unknown }
  noteCatalog(relation, ctx)
  const names = new Map(relation.columns.map(({ name }) => [name, name]))
  const ruled = [writeTo({ relation, names }, tag, body, item, ctx)]
  const below = writtenThrough(relation, ctx.catalog)
  if (below === null) ctx.notes.touched = derive(ctx.notes.touched, unknown)
  for (const one of below ?? []) {
    const held: Item = { alias: one.relation.name, schema: one.relation.schema, ...relationRows(one.relation, ctx) }
    ruled.push(writeTo(one, tag, body, held, ctx))
  }
  // A rule replaces the statement and may return anything.
  return ruled.includes(true) ? { ...item, rest: unknown } : item
}

/** What errors quote, and triggers and rules do; whether a rule replaces the statement. */
function writeTo(through: WrittenThrough, tag: string, body: Tree, item: Item, ctx: Context): boolean {
  const { relation, names } = through
  noteChecks(relation, ctx)
  noteSettings(relation, ctx)
  const family = withChildren(relation, ctx)
  for (const { taint } of family.flatMap(one => relationRows(one, ctx).columns)) touch(ctx.notes, taint)
  const rules = rulesFor(relation, tag)
  if (ctx.depth < deepest) {
    for (const one of family) runTriggers(one, tag, body, item, ctx, names)
    for (const rule of rules ?? []) runRule(rule, item, ctx)
    if (tag !== 'InsertStmt' || sub(body, 'onConflictClause') !== null) follow(relation, new Set(), ctx)
  } else if ((relation.triggers?.length ?? 0) > 0) ctx.notes.touched = derive(ctx.notes.touched, unknown)
  return rules === null || rules.length > 0
}

const deepest = 8

/** What functions of conditions, indexes and domains say is told as words of the statement. */
function noteChecks({ name, columns }: CatalogRelation, ctx: Context): void {
  const { catalog, notes } = ctx
  const own = (catalog.dependents ?? []).filter(one => one.name === name).map(one => one.function)
  const types = columns.map(({ type }) => catalog.types.get(type)?.name ?? '')
  const found = [...own, ...types.flatMap(type => checksOf(type, catalog))]
  const functions = found.flatMap(oid => catalog.functionsByOid.get(oid) ?? [])
  if (functions.length === 0) return
  const apart = newNotes()
  const { taint } = callOwn(functions, [clean, clean], { ...ctx, notes: apart, many: true })
  notes.touched = derive(notes.touched, apart.touched, taint)
}

/** What a default makes of a setting that may hold anything is kept where others read it. */
function noteSettings(relation: CatalogRelation, ctx: Context): void {
  if (ctx.settingsSaid || relation.definition !== null) return
  for (const one of withChildren(relation, ctx)) {
    const said = relationRows(one, { ...ctx, settingsSaid: true }).columns
    for (const [at, { name, taint }] of relationRows(one, ctx).columns.entries())
      if (taint.unknown && said[at]?.taint.unknown === false) noteFlow(ctx.notes, 'column', name, unknown)
  }
}

/** What PostgreSQL keeps its definitions in: written there, they are not what they are printed as. */
function noteCatalog({ schema, name, definition }: CatalogRelation, { catalog, protection, notes }: Context): void {
  if (protection.labels.size === 0) return
  const own = [...catalog.relations.values()].filter(one => one.schema === 'pg_catalog').map(one => one.name)
  const through = definition !== null && comesTo({ relname: name }, catalog, own)
  if (isSystemSchema(schema) || through) noteFlow(notes, 'table', name, unknown)
}

/** Null where it has rules that are not known. */
function rulesFor(relation: CatalogRelation, tag: string): readonly string[] | null {
  if (!relation.hasRules) return []
  const { rules = [] } = relation
  if (rules.length === 0) return null
  const event = `CMD_${tag.replace('Stmt', '').toUpperCase()}`
  return rules.filter(rule => {
    const found = ruleOf(rule)
    return found === null || tag === 'MergeStmt' || text(found, 'event') === event || text(found, 'event') === ''
  })
}

/** Rows that refer to those that change may change or go with them: errors quote them, and their triggers run. */
function follow(relation: CatalogRelation, seen: Set<number>, ctx: Context): void {
  for (const one of [relation, ...withChildren(relation, ctx)])
    for (const { relation: oid, toRelation, follows } of ctx.catalog.references ?? []) {
      const referring = ctx.catalog.relations.get(oid)
      if (toRelation !== one.oid || follows !== true || referring === undefined || seen.has(oid)) continue
      seen.add(oid)
      const { columns } = relationRows(referring, ctx)
      for (const { taint } of columns) touch(ctx.notes, taint)
      const item: Item = { alias: referring.name, schema: referring.schema, columns, rest: null }
      for (const tag of ['DeleteStmt', 'UpdateStmt']) runTriggers(referring, tag, null, item, ctx)
      follow(referring, seen, ctx)
    }
}

/** Functions of extensions and of PostgreSQL itself that put nothing of the row elsewhere. */
const tame = new Set(['moddatetime', 'insert_username', 'autoinc', 'lo_manage', 'suppress_redundant_updates_trigger'])

/** Without a body any column may be set. */
function runTriggers(
  relation: CatalogRelation,
  tag: string,
  body: Tree | null,
  item: Item,
  ctx: Context,
  names?: ReadonlyMap<string, string>,
): void {
  const conflict = tag === 'InsertStmt' ? sub(body ?? {}, 'onConflictClause') : null
  const merged = tag === 'MergeStmt' && body !== null ? mergedBy(body) : null
  const setting = merged?.setting ?? list(conflict ?? body ?? {}, 'targetList')
  const set = new Set(
    setting.map(target => {
      const name = text(as(target, 'ResTarget') ?? {}, 'name')
      return names?.get(name) ?? name
    }),
  )
  const spared = ({ columns = [] }: CatalogTrigger) =>
    columns.length > 0 &&
    !relation.columns.some(one => columns.includes(one.attribute) && (set.has(one.name) || one.generated !== null))
  for (const trigger of relation.triggers ?? []) {
    const updates = trigger.on.includes('update') && (body === null || !spared(trigger))
    const does = (event: string) => merged?.does.has(event) ?? tag.toLowerCase().startsWith(event)
    const fires = trigger.on.some(event => event !== 'update' && does(event))
    const upserts = updates && (does('update') || text(conflict ?? {}, 'action') === 'ONCONFLICT_UPDATE')
    if (!fires && !upserts) continue
    const found = ctx.catalog.functionsByOid.get(trigger.function)
    if (found !== undefined && tame.has(found.name) && found.language === 'c') continue
    const held = row(item.columns)
    if (found === undefined) noteFlow(ctx.notes, 'table', 'trigger', derive(held, unknown))
    else {
      const columns = item.columns.map(({ name, taint }) => `${name}:${mark(taint)}`)
      const key = JSON.stringify([found.oid, relation.oid, ctx.depth, ctx.path, columns])
      const rows: Rows = { columns: item.columns, rest: item.rest }
      const transitions = new Map((trigger.transitions ?? []).map(name => [name, rows]))
      onceFor(key, ctx.notes, () => runTrigger(found, held, { ...ctx, transitions, depth: ctx.depth + 1 }))
    }
  }
}

/** Triggers that fire each other would be read anew for every way to them; what a condition probed is told each time. */
function onceFor(key: string, notes: Notes, run: () => void): void {
  const known = notes.triggered.get(key)
  if (known === undefined) {
    const { guesses, passed } = notes
    const [, probed] = probedBy(notes, run)
    notes.triggered.set(key, { probed, guesses: notes.guesses - guesses, passed: notes.passed - passed })
    return
  }
  notes.guesses += known.guesses
  notes.passed += known.passed
  notes.probed = derive(notes.probed, known.probed)
}

/** Rows of a table may be those of its partitions and children, which have triggers of their own. */
function withChildren(relation: CatalogRelation, ctx: Context): readonly CatalogRelation[] {
  const found = new Set([relation])
  for (const parent of found)
    for (const child of ctx.catalog.relations.values()) if (child.parents.includes(parent.oid)) found.add(child)
  return [...found]
}

/** What a rule does beside or in place of the statement. */
function runRule(definition: string, item: Item, ctx: Context): void {
  const rule = ruleOf(definition)
  if (rule === null) noteFlow(ctx.notes, 'table', item.alias, unknown)
  else ruleActions(rule, item, { ...ctx, path: [], depth: ctx.depth + 1 })
}

function withItem(scope: Scope, item: Item): Scope {
  return {
    ...scope,
    items: [...scope.items, item],
    columns: [...scope.columns, ...item.columns],
    rest: joinRest(scope.rest, item.rest),
  }
}

function insert(body: Tree, target: Item, scope: Scope, ctx: Context): void {
  const query = tagged(body.selectStmt)
  const named = namesOf(list(body, 'cols'), target, scope, ctx)
  const names = named.length > 0 ? named : target.columns.map(({ name }) => name)
  const rows = query === null ? null : queryRows(query, within({ ...scope, items: [], columns: [], rest: null }), ctx)
  if (rows !== null) {
    for (const [at, { taint }] of rows.columns.entries()) write(target, names[at] ?? null, taint, ctx)
    // Where some columns are not counted, each could end in any place.
    if (rows.rest !== null) write(target, null, derive(rows.rest, ...rows.columns.map(({ taint }) => taint)), ctx)
  }
  const conflict = sub(body, 'onConflictClause')
  if (conflict === null) return
  const written = proposedBy(query, ctx)
  noteConflict(written, sub(conflict, 'infer'), target, named, ctx)
  const excluded = excludedItem(target, names, rows, written)
  const inside: Scope = { ...scope, items: [...scope.items, excluded] }
  assign(list(conflict, 'targetList'), target, inside, ctx)
  predicates([conflict.whereClause], inside, ctx)
  noteLent([conflict.whereClause, ...list(conflict, 'targetList')], excluded, ctx)
  const infer = sub(conflict, 'infer')
  if (infer !== null) predicates([infer.whereClause], inside, ctx)
}

/** Whether a row was there already is told by the rows that come back: one guess for each that is written. */
function noteConflict(rows: number, infer: Tree | null, target: Item, named: readonly string[], ctx: Context): void {
  const meant = list(infer ?? {}, 'indexElems').map(element => text(as(element, 'IndexElem') ?? {}, 'name'))
  const names = meant.length > 0 ? meant : named
  const held = target.columns.filter(({ name }) => names.length === 0 || names.includes(name) || names.includes(''))
  const taint = derive(...held.map(column => column.taint))
  ctx.notes.guesses += isClean(taint) ? 0 : rows
  const few = rows > 0 && ctx.notes.guesses <= limits.guessesPerMinute
  noteOracle(ctx.notes, few ? 'equality' : 'comparison', taint)
}

function assign(targets: readonly unknown[], target: Item, scope: Scope, ctx: Context): void {
  for (const node of targets) {
    const item = as(node, 'ResTarget') ?? {}
    const several = as(item.val, 'MultiAssignRef')
    const value = several === null ? item.val : several.source
    write(target, text(item, 'name') || null, evaluate(value, scope, ctx), ctx, keepsValue(value, scope, ctx))
  }
  namesOf(targets, target, scope, ctx)
}

/** `column[key] = …` writes the key too. */
function namesOf(targets: readonly unknown[], target: Item, scope: Scope, ctx: Context): readonly string[] {
  return targets.map(node => {
    const item = as(node, 'ResTarget') ?? {}
    const name = text(item, 'name')
    const steps = list(item, 'indirection').map(step => as(step, 'A_Indices') ?? {})
    const key = evaluateAll(
      steps.flatMap(({ lidx, uidx }) => [lidx, uidx]),
      scope,
      ctx,
    )
    if (!isClean(key)) write(target, name || null, key, ctx)
    return name
  })
}

/** The column now holds this too; less protected than its source, that is a flow. */
function write(target: Item, name: string | null, taint: Taint, ctx: Context, kept = taint.column !== null): void {
  // Whether it fails, and how large it is, is told.
  if (!kept) noteOracle(ctx.notes, 'comparison', taint)
  const columns = target.columns.filter(column => name === null || column.name === name)
  if (columns.length === 0) noteFlow(ctx.notes, 'column', name ?? target.alias, taint)
  for (const column of columns) {
    if (!holds(column, taint)) noteFlow(ctx.notes, 'column', `${target.alias}.${column.name}`, taint)
    column.taint = holds(column, taint) ? column.taint : derive(column.taint, taint)
  }
}

function holds(column: Column, taint: Taint): boolean {
  return (!taint.unknown || column.taint.unknown) && [...taint.labels].every(label => column.taint.labels.has(label))
}

function merge(body: Tree, target: Item, base: Scope, ctx: Context): Scope {
  const scope = readFrom([body.sourceRelation], base, ctx)
  predicates([body.joinCondition], scope, ctx)
  for (const node of list(body, 'mergeWhenClauses')) {
    const clause = as(node, 'MergeWhenClause') ?? {}
    predicates([clause.condition], scope, ctx)
    const values = list(clause, 'values')
    if (values.length === 0) {
      assign(list(clause, 'targetList'), target, scope, ctx)
      continue
    }
    const named = namesOf(list(clause, 'targetList'), target, scope, ctx)
    const names = named.length > 0 ? named : target.columns.map(({ name }) => name)
    for (const [at, value] of values.entries())
      write(target, names[at] ?? null, evaluate(value, scope, ctx), ctx, keepsValue(value, scope, ctx))
  }
  // RETURNING * shows the source's columns first; the order of sources does not matter to what they hold.
  const own = scope.columns.slice(0, base.columns.length)
  return { ...scope, columns: [...scope.columns.slice(base.columns.length), ...own] }
}

function returning(body: Tree, target: Item, scope: Scope, ctx: Context): Rows {
  const clause = sub(body, 'returningClause')
  if (clause === null) return { columns: [], rest: null }
  const names = new Map([
    ['RETURNING_OPTION_OLD', 'old'],
    ['RETURNING_OPTION_NEW', 'new'],
  ])
  for (const node of list(clause, 'options')) {
    const option = as(node, 'ReturningOption') ?? {}
    names.set(text(option, 'option'), text(option, 'value'))
  }
  const more = [...names.values()].map((alias): Item => ({ ...target, alias, schema: null }))
  const open = target.rest !== null
  const rows = targetRows(list(clause, 'exprs'), { ...scope, items: [...scope.items, ...more] }, ctx)
  return open ? { columns: rows.columns.map(blur), rest: rows.rest } : rows
}

function blur(column: Output): Output {
  return { ...column, taint: derive(column.taint, unknown), stored: false }
}

/** COPY FROM fires the triggers of INSERT, and no rules. */
export function copiedIn(relation: CatalogRelation, item: Item, ctx: Context): void {
  noteCatalog(relation, ctx)
  noteChecks(relation, ctx)
  noteSettings(relation, ctx)
  for (const one of withChildren(relation, ctx)) runTriggers(one, 'InsertStmt', null, item, ctx)
}

/** How large stored values are, how many differ and how many are NULL, everybody may ask: of computed ones that tells all. */
export function noteMeasured({ columns, rest }: Rows, ctx: Context): void {
  for (const { taint } of columns)
    if (taint.column === null || isOfFew(taint, ctx)) noteOracle(ctx.notes, 'comparison', taint)
  if (rest !== null) noteOracle(ctx.notes, 'comparison', rest)
}

/** TRUNCATE fires triggers too, and those of what refers to it where it takes that along. */
export function emptied(body: Tree, ctx: Context): void {
  const cascade = text(body, 'behavior') === 'DROP_CASCADE'
  const all = new Set<CatalogRelation>()
  for (const range of list(body, 'relations').map(item => as(item, 'RangeVar') ?? {})) {
    const found = findRelation(ctx.catalog, ctx.path, text(range, 'schemaname') || null, text(range, 'relname'))
    if (found === null) ctx.notes.touched = derive(ctx.notes.touched, unknown)
    else for (const one of withChildren(found, ctx)) all.add(one)
  }
  for (const one of all)
    for (const { relation, toRelation } of cascade ? (ctx.catalog.references ?? []) : []) {
      const found = toRelation === one.oid ? ctx.catalog.relations.get(relation) : undefined
      if (found !== undefined) for (const more of withChildren(found, ctx)) all.add(more)
    }
  for (const one of all) {
    const { columns, rest } = relationRows(one, ctx)
    runTriggers(one, 'TruncateStmt', null, { alias: one.name, schema: one.schema, columns, rest }, ctx)
  }
}
