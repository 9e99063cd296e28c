// The name PostgreSQL gives an output column. Promise: null where we are not sure, so that nobody relies on it.
import { as, list, strings, sub, tagged, text } from '../statement/tree.ts'

const fixed: Readonly<Record<string, string>> = {
  CoalesceExpr: 'coalesce',
  RowExpr: 'row',
  A_ArrayExpr: 'array',
  GroupingFunc: 'grouping',
  MergeSupportFunc: 'merge_action',
  XmlSerialize: 'xmlserialize',
  JsonObjectConstructor: 'json_object',
  JsonArrayConstructor: 'json_array',
  JsonArrayQueryConstructor: 'json_array',
  JsonObjectAgg: 'json_objectagg',
  JsonArrayAgg: 'json_arrayagg',
  JsonParseExpr: 'json',
  JsonScalarExpr: 'json_scalar',
  JsonSerializeExpr: 'json_serialize',
  A_Const: '?column?',
  ParamRef: '?column?',
  A_Expr: '?column?',
  BoolExpr: '?column?',
  NullTest: '?column?',
  BooleanTest: '?column?',
  JsonIsPredicate: '?column?',
  SetToDefault: '?column?',
}

export function columnName(node: unknown): string | null {
  const found = tagged(node)
  if (found === null) return null
  const { tag, body } = found
  switch (tag) {
    case 'ColumnRef':
      return strings(list(body, 'fields')).at(-1) || null
    case 'FuncCall':
      return strings(list(body, 'funcname')).at(-1) || null
    case 'A_Indirection': {
      const names = strings(list(body, 'indirection')).filter(name => name !== '')
      return names.at(-1) ?? columnName(body.arg)
    }
    case 'TypeCast': {
      const inner = columnName(body.arg)
      const names = strings(list(sub(body, 'typeName') ?? {}, 'names'))
      return inner === null || weak(body.arg) ? (names.at(-1) ?? null) : inner
    }
    case 'CollateClause':
      return columnName(body.arg)
    case 'CaseExpr':
      return weak(body.defresult) ? 'case' : columnName(body.defresult)
    case 'MinMaxExpr':
      return text(body, 'op') === 'IS_GREATEST' ? 'greatest' : 'least'
    case 'A_Expr':
      return text(body, 'kind') === 'AEXPR_NULLIF' ? 'nullif' : '?column?'
    case 'SubLink':
      return ofSubLink(text(body, 'subLinkType'), body.subselect)
    case 'XmlExpr':
      return text(body, 'op') === 'IS_XMLEXISTS' ? 'xmlexists' : text(body, 'op').replace(/^IS_/, '').toLowerCase()
    case 'SQLValueFunction':
      return text(body, 'op')
        .replace(/^SVFOP_/, '')
        .replace(/_N$/, '')
        .toLowerCase()
    case 'JsonFuncExpr':
      return text(body, 'op')
        .replace(/^JSON_(\w+)_OP$/, 'json_$1')
        .toLowerCase()
    default:
      return fixed[tag] ?? null
  }
}

/** Whether a name is only a last resort, which an outer CASE or cast replaces. */
function weak(node: unknown): boolean {
  const found = tagged(node)
  if (found === null) return true
  if (found.tag === 'TypeCast' || found.tag === 'CollateClause') return weak(found.body.arg)
  if (found.tag === 'A_Indirection') return columnName(node) === columnName(found.body.arg) && weak(found.body.arg)
  if (found.tag === 'CaseExpr') return weak(found.body.defresult)
  const name = columnName(node)
  return name === null || name === '?column?'
}

function ofSubLink(kind: string, query: unknown): string | null {
  if (kind === 'EXISTS_SUBLINK') return 'exists'
  if (kind === 'ARRAY_SUBLINK') return 'array'
  if (kind !== 'EXPR_SUBLINK') return '?column?'
  let select = as(query, 'SelectStmt')
  for (let left = select; left !== null; left = sub(left, 'larg')) select = left
  if (select !== null && list(select, 'valuesLists').length > 0) return 'column1'
  const target = select === null ? null : as(list(select, 'targetList')[0], 'ResTarget')
  return target === null ? null : text(target, 'name') || columnName(target.val)
}
