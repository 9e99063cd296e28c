// Which stored columns the server's rewritten tree shows in each output column. Promise: follows every Var through joins,
// subqueries, WITH queries, functions, VALUES and set operations; counts alone hold no value of what they count.
import { isNode, items, type Node, type Value } from './node-tree.ts'

/** Labels of one stored column; attribute 0 is the whole row. */
export type LabelsAt = (relation: number, attribute: number) => readonly string[]

interface Level {
  readonly query: Node
  readonly outer: Level | null
}

type Found = ReadonlySet<string>

const none: Found = new Set()
const RELATION = 0
const SUBQUERY = 1
const JOIN = 2
const FUNCTION = 3
const TABLEFUNC = 4
const VALUES = 5
const CTE = 6
const GROUP = 9
/** Oids below are PostgreSQL's own. */
const FIRST_OWN = 16_384

/** count(*), count(any), regr_count, and pg_typeof and pg_collation_for, which look at no value. */
const counting = new Set(['2803', '2147', '2818', '1619', '3162'])

const number = (node: Node, field: string): number => Number(node.fields.get(field) ?? 0)
const nodes = (value: Value | undefined): readonly Node[] => items(value).filter(isNode)

/** Null where the tree is no query that shows columns. */
export function outputsOf(tree: Value, labelsAt: LabelsAt): readonly Found[] | null {
  const query = nodes(tree)[0]
  if (query?.type !== 'QUERY' || query.fields.get('utilityStmt') !== null) return null
  if (number(query, 'commandType') !== 1) return null
  const walk = new Walk(labelsAt)
  const level: Level = { query, outer: null }
  return shown(query).map((_, at) => walk.output(level, at))
}

/** Columns that are shown; others are there to sort by. */
function shown(query: Node): readonly Node[] {
  return nodes(query.fields.get('targetList')).filter(entry => entry.fields.get('resjunk') !== 'true')
}

class Walk {
  readonly #labelsAt: LabelsAt
  readonly #open = new Set<string>()

  constructor(labelsAt: LabelsAt) {
    this.#labelsAt = labelsAt
  }

  /** The nth column of a query, counted from 0. */
  output(level: Level, at: number): Found {
    const { query } = level
    const sets = query.fields.get('setOperations')
    if (isNode(sets)) {
      const arms = this.#arms(sets).map(index => nodes(query.fields.get('rtable'))[index - 1])
      return union(...arms.map(arm => this.#column(arm, at + 1, level)))
    }
    const entry = nodes(query.fields.get('targetList'))[at]
    return entry === undefined ? none : this.#value(entry.fields.get('expr') ?? null, level)
  }

  #arms(node: Node): readonly number[] {
    if (node.type === 'RANGETBLREF') return [number(node, 'rtindex')]
    const sides = [node.fields.get('larg'), node.fields.get('rarg')].filter(isNode)
    return sides.flatMap(side => this.#arms(side))
  }

  #value(value: Value, level: Level): Found {
    if (!isNode(value)) return Array.isArray(value) ? union(...value.map(item => this.#value(item, level))) : none
    switch (value.type) {
      case 'VAR':
        return this.#variable(value, level)
      case 'SUBLINK':
        return this.#subLink(value, level)
      case 'AGGREF':
        if (counting.has(String(value.fields.get('aggfnoid')))) return none
        return union(
          this.#value(value.fields.get('args') ?? null, level),
          this.#value(value.fields.get('aggdirectargs') ?? null, level),
        )
      case 'WINDOWFUNC':
        return counting.has(String(value.fields.get('winfnoid')))
          ? none
          : this.#value(value.fields.get('args') ?? null, level)
      case 'FUNCEXPR':
        // What functions that people defined do with their arguments stands in no tree.
        if (counting.has(String(value.fields.get('funcid'))) || number(value, 'funcid') >= FIRST_OWN) return none
        break
      case 'TARGETENTRY':
        if (value.fields.get('resjunk') === 'true') return none // what an aggregate sorts by
        break
      case 'FIELDSELECT':
        return this.#field(value.fields.get('arg') ?? null, number(value, 'fieldnum'), level)
      case 'GROUPINGFUNC':
      case 'CONST':
      case 'PARAM':
        return none
      default:
    }
    return union(...[...value.fields.values()].map(part => this.#value(part, level)))
  }

  /** One field of a row, as far as the row is made in sight. */
  #field(row: Value, field: number, level: Level): Found {
    if (!isNode(row)) return none
    switch (row.type) {
      case 'ROWEXPR':
        return this.#value(items(row.fields.get('args'))[field - 1] ?? null, level)
      case 'CONVERTROWTYPEEXPR':
      case 'RELABELTYPE':
        return this.#field(row.fields.get('arg') ?? null, field, level)
      case 'SUBLINK': {
        const query = row.fields.get('subselect')
        const entry = isNode(query) ? shown(query)[0] : undefined
        if (!isNode(query) || entry === undefined) return none
        return this.#field(entry.fields.get('expr') ?? null, field, { query, outer: level })
      }
      case 'VAR': {
        let at: Level | null = level
        for (let up = number(row, 'varlevelsup'); up > 0 && at !== null; up--) at = at.outer
        const entry = at === null ? undefined : nodes(at.query.fields.get('rtable'))[number(row, 'varno') - 1]
        const attribute = number(row, 'varattno')
        if (at === null || entry === undefined) return none
        if (attribute === 0) return this.#column(entry, field, at)
        const query = entry.fields.get('subquery')
        if (number(entry, 'rtekind') !== SUBQUERY || !isNode(query) || isNode(query.fields.get('setOperations')))
          return none
        const made = nodes(query.fields.get('targetList'))[attribute - 1]
        return this.#field(made?.fields.get('expr') ?? null, field, { query, outer: at })
      }
      default:
        return none
    }
  }

  #subLink(node: Node, level: Level): Found {
    const EXISTS = 0
    const query = node.fields.get('subselect')
    if (!isNode(query) || number(node, 'subLinkType') === EXISTS) return none
    const inner: Level = { query, outer: level }
    const columns = shown(query).map((_, at) => this.output(inner, at))
    return union(...columns, this.#value(node.fields.get('testexpr') ?? null, level))
  }

  #variable(node: Node, level: Level): Found {
    let at: Level | null = level
    for (let up = number(node, 'varlevelsup'); up > 0 && at !== null; up--) at = at.outer
    if (at === null) return none
    return this.#column(nodes(at.query.fields.get('rtable'))[number(node, 'varno') - 1], number(node, 'varattno'), at)
  }

  /** A column of something in FROM; 0 is the whole row. */
  #column(entry: Node | undefined, attribute: number, level: Level): Found {
    if (entry === undefined || attribute < 0) return none
    switch (number(entry, 'rtekind')) {
      case RELATION:
        return new Set(this.#labelsAt(number(entry, 'relid'), attribute))
      case SUBQUERY: {
        const query = entry.fields.get('subquery')
        return isNode(query) ? this.#ofQuery({ query, outer: level }, attribute) : none
      }
      case JOIN:
        return this.#pick(entry.fields.get('joinaliasvars'), attribute, level)
      case GROUP:
        return this.#pick(entry.fields.get('groupexprs'), attribute, level)
      case FUNCTION:
        return this.#value(entry.fields.get('functions') ?? null, level)
      case TABLEFUNC:
        return this.#value(entry.fields.get('tablefunc') ?? null, level)
      case VALUES:
        return union(
          ...items(entry.fields.get('values_lists')).map(row =>
            attribute === 0 ? this.#value(row, level) : this.#value(items(row)[attribute - 1] ?? null, level),
          ),
        )
      case CTE:
        return this.#ofCte(entry, attribute, level)
      default:
        return none
    }
  }

  #pick(list: Value | undefined, attribute: number, level: Level): Found {
    const all = list ?? null
    return attribute === 0 ? this.#value(all, level) : this.#value(items(all)[attribute - 1] ?? null, level)
  }

  #ofQuery(level: Level, attribute: number): Found {
    if (attribute > 0) return this.output(level, attribute - 1)
    return union(...shown(level.query).map((_, at) => this.output(level, at)))
  }

  #ofCte(entry: Node, attribute: number, level: Level): Found {
    let at: Level | null = level
    for (let up = number(entry, 'ctelevelsup'); up > 0 && at !== null; up--) at = at.outer
    const name = entry.fields.get('ctename')
    const cte = nodes(at?.query.fields.get('cteList')).find(item => item.fields.get('ctename') === name)
    const query = cte?.fields.get('ctequery')
    if (at === null || !isNode(query) || number(query, 'commandType') !== 1) return none
    const key = `${String(name)} ${attribute} ${depth(at)}`
    if (this.#open.has(key)) return none
    this.#open.add(key)
    const found = this.#ofQuery({ query, outer: at }, attribute)
    this.#open.delete(key)
    return found
  }
}

function depth(level: Level): number {
  let levels = 0
  for (let at: Level | null = level; at !== null; at = at.outer) levels++
  return levels
}

function union(...parts: readonly Found[]): Found {
  const full = parts.filter(part => part.size > 0)
  return full.length === 0 ? none : full.length === 1 ? (full[0] ?? none) : new Set(full.flatMap(part => [...part]))
}
