// What of a statement the record does not show beside its labels. Promise: where a statement touches what labels protect, a
// constant or parameter is shown only beside columns that hold nothing of it; whatever else it may be, it is not.
import { findFunctions, findRelation } from './lineage/catalog.ts'
import { isClean } from './lineage/taint.ts'
import { literalEnd } from './literals.ts'
import { inlineBytes } from './statement/parse.ts'
import { as, children, count, list, strings, type Tagged, type Tree, tagged, text } from './statement/tree.ts'
import type { Planned, Setting } from './statement-action.ts'

export interface Untold {
  /** The text with what is not shown taken out. */
  text(sql: Uint8Array): Uint8Array
  /** Whether the nth value that is bound is shown, from 1. */
  shows(parameter: number): boolean
}

export const HIDDEN = '[hidden]'
const TOO_LONG = '(a long statement about labelled columns, which is not shown)'
const UNREADABLE = '(a statement about labelled columns that could not be shown in part)'

/** Null where everything may be shown. */
export function untoldOf(planned: readonly Planned[], setting: Setting): Untold | null {
  if (planned.every(({ plan }) => plan.touches !== 'unknown' && plan.touches.length === 0)) return null
  const seen = new Seen()
  for (const one of planned) new Looking(one, setting, seen).root()
  return {
    text: sql => (sql.length > inlineBytes ? Buffer.from(TOO_LONG) : blotted(Buffer.from(sql), seen)),
    shows: parameter => seen.parameters.get(parameter) === true,
  }
}

/** Constants by where they stand in the text and parameters by number: whether they are shown. */
class Seen {
  readonly constants = new Map<number, boolean>()
  /** Where code begins, or a word before it. */
  readonly codes: number[] = []
  readonly parameters = new Map<number, boolean>()

  note(shown: boolean, constants: readonly number[], parameters: readonly number[]): void {
    for (const at of constants) this.constants.set(at, shown && this.constants.get(at) !== false)
    for (const number of parameters) this.parameters.set(number, shown && this.parameters.get(number) !== false)
  }
}

const queries = new Set(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt'])
/** What holds queries and conditions, each to be looked at by itself. */
const holding = new Set([
  'ExplainStmt',
  'PrepareStmt',
  'DeclareCursorStmt',
  'CopyStmt',
  'CreateTableAsStmt',
  'ViewStmt',
  'DeleteStmt',
  'BoolExpr',
  'JoinExpr',
  'RangeSubselect',
  'CommonTableExpr',
  'WithClause',
  'IntoClause',
  'List',
  'Part',
])

/** What an expression is made of, without the queries inside it. */
interface Parts {
  readonly columns: string[]
  readonly constants: number[]
  readonly parameters: number[]
}

class Looking {
  readonly #planned: Planned
  readonly #setting: Setting
  readonly #seen: Seen
  /** Names that the statement itself gives. */
  readonly #given = new Set<string>()
  readonly #plain = new Map<string, boolean>()

  constructor(planned: Planned, setting: Setting, seen: Seen) {
    this.#planned = planned
    this.#setting = setting
    this.#seen = seen
  }

  root(): void {
    const tree = this.#planned.statement.tree
    const root = tagged(tree)
    if (root === null) return
    this.#names(root)
    this.#visit(root)
  }

  #names({ tag, body }: Tagged): void {
    if (tag === 'ResTarget') this.#given.add(text(body, 'name'))
    if ('aliasname' in body || 'colnames' in body || 'aliascolnames' in body) {
      for (const name of [...list(body, 'colnames'), ...list(body, 'aliascolnames')])
        this.#given.add(text(as(name, 'String') ?? {}, 'sval'))
    }
    const written = tag === 'UpdateStmt' || tag === 'InsertStmt' || tag === 'OnConflictClause'
    for (const child of children(body)) {
      // What is set or inserted is called by columns that are there.
      if (written && child.tag === 'ResTarget') for (const inner of children(child.body)) this.#names(inner)
      else this.#names(child)
    }
  }

  #visit({ tag, body }: Tagged): void {
    if (tag === 'DoStmt' || tag === 'CreateFunctionStmt') this.#code([...list(body, 'args'), ...list(body, 'options')])
    if (tag === 'SelectStmt') this.#select(body)
    else if (tag === 'InsertStmt') this.#insert(body)
    else if (tag === 'UpdateStmt' || tag === 'OnConflictClause') {
      for (const item of list(body, 'targetList')) this.#assigned(item)
      this.#rest(body, ['targetList'])
    } else if (tag === 'FetchStmt' || tag === 'TypeName') this.#show({ [tag]: body }, true)
    else if (holding.has(tag)) this.#rest(body, [])
    else this.#expression({ [tag]: body })
  }

  #code(options: readonly unknown[]): void {
    for (const item of options) {
      const option = as(item, 'DefElem') ?? {}
      if (text(option, 'defname') === 'as') this.#seen.codes.push(count(option, 'location'))
    }
  }

  #rest(body: Tree, without: readonly string[]): void {
    const kept = Object.fromEntries(Object.entries(body).filter(([name]) => !without.includes(name)))
    for (const child of children(kept)) this.#visit(child)
  }

  #select(body: Tree): void {
    for (const name of ['limitCount', 'limitOffset']) this.#show(body[name], true)
    for (const name of ['sortClause', 'groupClause', 'distinctClause'])
      for (const item of list(body, name)) this.#ordinal(item)
    for (const item of list(body, 'targetList')) this.#expression(item)
    for (const row of list(body, 'valuesLists')) this.#show(row, false)
    this.#rest(body, [
      'limitCount',
      'limitOffset',
      'sortClause',
      'groupClause',
      'distinctClause',
      'targetList',
      'valuesLists',
    ])
  }

  /** A number alone names an output column. */
  #ordinal(item: unknown): void {
    const node = as(item, 'SortBy')?.node ?? item
    if (tagged(node)?.tag === 'A_Const') this.#show(node, true)
    else this.#expression(item)
  }

  #insert(body: Tree): void {
    const columns = list(body, 'cols').map(item => text(as(item, 'ResTarget') ?? {}, 'name'))
    const query = as(body.selectStmt, 'SelectStmt')
    const rows = query === null ? [] : list(query, 'valuesLists')
    for (const row of rows)
      for (const [at, value] of list(as(row, 'List') ?? {}, 'items').entries()) {
        const column = columns[at]
        this.#show(value, column !== undefined && this.#isPlain(column))
      }
    if (rows.length > 0 && query !== null) this.#rest(query, ['valuesLists'])
    else if (query !== null) {
      for (const target of list(query, 'targetList')) this.#show(target, false)
    }
    this.#rest(body, rows.length > 0 ? ['selectStmt'] : [])
  }

  #assigned(item: unknown): void {
    const target = as(item, 'ResTarget') ?? {}
    const { columns, constants, parameters } = this.#parts(target.val)
    const plain = [text(target, 'name'), ...columns].every(name => this.#isPlain(name))
    this.#seen.note(plain, constants, parameters)
  }

  /** Beside columns that are plain, and at least one. */
  #expression(node: unknown): void {
    const { columns, constants, parameters } = this.#parts(node)
    this.#seen.note(columns.length > 0 && columns.every(name => this.#isPlain(name)), constants, parameters)
  }

  #show(node: unknown, shown: boolean): void {
    const { constants, parameters } = this.#parts(node)
    this.#seen.note(shown, constants, parameters)
  }

  #parts(node: unknown): Parts {
    const parts: Parts = { columns: [], constants: [], parameters: [] }
    const found = tagged(node)
    if (found !== null) this.#collect(found, parts)
    return parts
  }

  #collect({ tag, body }: Tagged, parts: Parts): void {
    // What a query or a function of people's gives may be anything.
    if (tag === 'SubLink' || (tag === 'FuncCall' && this.#isOwn(body))) parts.columns.push('*')
    if (queries.has(tag)) this.#visit({ tag, body })
    else if (tag === 'ColumnRef') {
      const name = as(list(body, 'fields').at(-1), 'String')
      parts.columns.push(name === null ? '*' : text(name, 'sval'))
    }
    // The parser makes some of its own, which stand nowhere.
    else if (tag === 'A_Const') parts.constants.push(...[count(body, 'location')].filter(at => at > 0))
    else if (tag === 'ParamRef') parts.parameters.push(count(body, 'number'))
    else if (tag !== 'TypeName') for (const child of children(body)) this.#collect(child, parts)
  }

  #isOwn(body: Tree): boolean {
    const names = strings(list(body, 'funcname'))
    const schema = names.length > 1 ? (names.at(-2) ?? '') : null
    return findFunctions(this.#setting.catalog, this.#setting.path, schema, names.at(-1) ?? '').length > 0
  }

  /** A column of what is written here, which holds nothing that a label protects wherever it is found. */
  #isPlain(name: string): boolean {
    const known = this.#plain.get(name)
    if (known !== undefined) return known
    const plain = !this.#given.has(name) && this.#holdsNothing(name)
    this.#plain.set(name, plain)
    return plain
  }

  #holdsNothing(name: string): boolean {
    const { catalog, path, protection } = this.#setting
    let found = false
    for (const { schema, name: relation } of this.#planned.statement.relations) {
      const there = findRelation(catalog, path, schema, relation)
      if (there === null) continue
      const rows = protection.known.get(there.oid)
      if (rows === undefined || rows === null || rows.rest !== null) return false
      for (const column of rows.columns) {
        if (column.name !== name) continue
        if (!isClean(column.taint)) return false
        found = true
      }
    }
    return found
  }
}

function blotted(sql: Buffer, { constants, codes }: Seen): Buffer {
  const cuts: { readonly start: number; readonly end: number; readonly shown: string }[] = []
  for (const [start, shown] of constants) {
    const end = literalEnd(sql, start)
    if (end === null) return Buffer.from(UNREADABLE)
    if (!shown) cuts.push({ start, end, shown: HIDDEN })
  }
  for (const at of codes) {
    const start = at + (/^as\s+/i.exec(sql.toString('latin1', at, at + 64))?.[0].length ?? 0)
    const end = literalEnd(sql, start)
    if (end === null) return Buffer.from(UNREADABLE)
    cuts.push({ start, end, shown: codeWithout(sql.toString('utf8', start, end)) })
  }
  const pieces: Buffer[] = []
  let at = 0
  for (const { start, end, shown } of cuts.sort((one, other) => one.start - other.start)) {
    if (start < at) return Buffer.from(UNREADABLE)
    pieces.push(sql.subarray(at, start), Buffer.from(shown))
    at = end
  }
  return Buffer.concat([...pieces, sql.subarray(at)])
}

/** Code in dollars without the texts and numbers in it; in quotes not at all, since its own quotes are written otherwise. */
function codeWithout(code: string): string {
  const tag = /^\$\w*\$/.exec(code)?.[0]
  if (tag === undefined) return HIDDEN
  const body = code.slice(tag.length, -tag.length)
  const inner = body.includes('$') ? HIDDEN : body.replace(VALUES, HIDDEN)
  return tag + inner + tag
}

const VALUES = /[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|\b\d[\d._]*\b/g
