// Whether nobody can tell if an expression was worked out. Promise: true only where it neither fails nor changes anything,
// whatever it is given; what is not named here could.
import { children, isTree, list, strings, type Tree, tagged, text } from '../statement/tree.ts'
import { findFunctions } from './catalog.ts'
import type { Context } from './context.ts'
import { castMayFail, operatorMayFail } from './fallible.ts'
import { lookUp, type Scope } from './scope.ts'

const words = (block: string): ReadonlySet<string> => new Set(block.split(/\s+/).filter(word => word !== ''))

const plain = words(`
  A_Const ParamRef SQLValueFunction SetToDefault BoolExpr BooleanTest NullTest CoalesceExpr MinMaxExpr CaseExpr CaseWhen
  List RowExpr A_ArrayExpr CollateClause A_Indirection A_Indices A_Star NamedArgExpr String Integer Float Boolean BitString
  TypeName JsonBehavior
`)
const operators = words('= <> != < <= > >= || -> ->> #> #>> @> <@ && ?')
const functions = words(`
  ascii btrim char_length character_length clock_timestamp concat concat_ws count initcap json_build_array jsonb_build_array
  left length lower ltrim md5 now octet_length pg_typeof quote_ident quote_literal quote_nullable reverse right row_number
  row_to_json rtrim statement_timestamp to_json to_jsonb transaction_timestamp upper
`)

export function quiet(node: unknown, scope: Scope, ctx: Context): boolean {
  const found = tagged(node)
  // Parts of JSON constructors stand without a tag.
  if (found === null) return !isTree(node) || quietParts(node, scope, ctx)
  const { tag, body } = found
  switch (tag) {
    case 'ColumnRef':
      return isStored(body, scope, ctx)
    case 'TypeCast':
      return quiet(body.arg, scope, ctx) && (tagged(body.arg)?.tag === 'A_Const' || !castMayFail(body, scope, ctx))
    case 'A_Expr':
      return quietOperator(body, scope, ctx) && quietParts(body, scope, ctx)
    case 'FuncCall':
      return quietCall(body, ctx) && quietParts(body, scope, ctx)
    default:
      return plain.has(tag) && quietParts(body, scope, ctx)
  }
}

function quietParts(body: Tree, scope: Scope, ctx: Context): boolean {
  return children(body).every(child => quiet({ [child.tag]: child.body }, scope, ctx))
}

/** What a subquery or a view computes is worked out where it is used. */
function isStored(body: Tree, scope: Scope, ctx: Context): boolean {
  const { columns, open } = lookUp(scope, strings(list(body, 'fields')), ctx.parameters)
  return open !== true && columns.every(({ stored }) => stored)
}

function quietOperator(body: Tree, scope: Scope, ctx: Context): boolean {
  const { catalog } = ctx
  const names = strings(list(body, 'name'))
  const name = names.at(-1) ?? ''
  if ((names.length > 1 && names[0] !== 'pg_catalog') || (catalog.ownOperators.get(name) ?? []).length > 0) return false
  if (/LIKE|SIMILAR/.test(text(body, 'kind'))) return false
  return operators.has(name) || (/^[-+*]$/.test(name) && !operatorMayFail(name, body, scope, ctx))
}

function quietCall(body: Tree, { catalog, path }: Context): boolean {
  const names = strings(list(body, 'funcname'))
  const name = names.at(-1) ?? ''
  if (names.length > 1) return names[0] === 'pg_catalog' && functions.has(name)
  return functions.has(name) && findFunctions(catalog, path, null, name).every(({ trusted }) => trusted)
}
