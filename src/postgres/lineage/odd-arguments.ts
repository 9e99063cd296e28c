// What is given to a function beside a protected value. Promise: true wherever it could make the function fail for one such
// value, or for one that is NULL, and not for another.
import { as, constant, list, strings, sub, type Tree, tagged, text } from '../statement/tree.ts'
import { findFunctions } from './catalog.ts'
import type { Context } from './context.ts'
import { LONGEST } from './growth.ts'
import { lookUp, type Scope } from './scope.ts'

const words = (block: string): ReadonlySet<string> => new Set(block.split(/\s+/).filter(word => word !== ''))

type Check = (args: readonly unknown[]) => boolean

/** Neither long enough to exceed what a value may be, nor negative. */
const number = (node: unknown, least: number, most = LONGEST): boolean => {
  const value = constant(node)
  return node === undefined || (typeof value === 'string' && Number(value) >= least && Number(value) <= most)
}
const written = (node: unknown): boolean => node === undefined || constant(node) !== undefined
const spelled = (node: unknown, pattern: RegExp): boolean => {
  const value = constant(node) ?? ''
  return node === undefined || (value.length <= LONGEST && pattern.test(value))
}

/** No class, group, bound or escape, and nothing repeated twice: no such pattern is faulty. */
const plainPattern = /^(?:[\w\s^$,;:@%&=<>!~#'"/-]|(?<=[\w.])[*+?](?![*+?])|\.)*$/
const pattern: Check = ([, given, ...more]) =>
  spelled(given, plainPattern) && more.every(one => written(one) && (number(one, 1) || spelled(one, /^[gimnsx\w ]*$/)))

/** Whether what stands beside the first argument fits whatever that is, but NULL. */
const fits: Readonly<Record<string, Check>> = {
  split_part: ([, , at]) => number(at, 1),
  substr: ([, , length]) => number(length, 0),
  substring: ([, from, length]) => (number(from, -LONGEST) ? number(length, 0) : spelled(from, plainPattern)),
  overlay: ([, , from, length]) => number(from, 1) && number(length, 0),
  nth_value: ([, at]) => number(at, 1),
  encode: ([, form]) => spelled(form, /^(?:hex|base64|escape)$/i),
  digest: ([, form]) => spelled(form, /^(?:md5|sha(?:1|224|256|384|512))$/i),
  hmac: ([, , form]) => spelled(form, /^(?:md5|sha(?:1|224|256|384|512))$/i),
  crypt: ([, salt]) => strings(list(as(salt, 'FuncCall') ?? {}, 'funcname')).at(-1) === 'gen_salt',
  normalize: ([, form]) => spelled(form, /^nfk?[cd]$/i),
  regexp_count: pattern,
  regexp_instr: pattern,
  regexp_like: pattern,
  regexp_match: pattern,
  regexp_matches: pattern,
  regexp_replace: ([, given, , ...more]) => pattern([null, given, ...more]),
  regexp_split_to_array: pattern,
  regexp_split_to_table: pattern,
  regexp_substr: pattern,
}

/** Lax, without variables, methods, sums or places that are worked out. */
const plainPath: Check = ([, path, ...more]) =>
  more.length === 0 &&
  spelled(path, /^\s*(?:lax\b)?(?:[^*/+%-]|(?<=[.[*])\*)*$/) &&
  spelled(path, /^(?!\s*strict\b)(?!.*(?:\.\s*(?!size|type)\w+\s*\(|\[\s*[^\s\d*l"]|\$\w))/s)

/** What they make of one value may be too long, or cannot be made of it, and of another it can. */
const bounded: Readonly<Record<string, Check>> = {
  repeat: ([, times]) => number(times, 0),
  lpad: ([, length, fill]) => number(length, 0) && written(fill),
  rpad: ([, length, fill]) => number(length, 0) && written(fill),
  replace: args => args.slice(1).every(written),
  translate: args => args.slice(1).every(written),
  overlay: ([, put]) => written(put),
  regexp_replace: ([, , put]) => written(put),
  string_agg: ([, between]) => written(between),
  convert_to: ([, form]) => spelled(form, /^utf-?8$/i),
  jsonb_path_exists: args => plainPath(args),
  jsonb_path_query: args => plainPath(args),
  jsonb_path_query_array: args => plainPath(args),
  jsonb_path_query_first: args => plainPath(args),
}

/** They fail on what is too long for them, or cannot be said in an encoding. */
const never = words('metaphone')
/** What they are given beside is an array, a row or a format: it fits or fails on anything that is not NULL. */
const byNull = words('to_char ts_headline ts_rank ts_rank_cd width_bucket armor')

const fields =
  /^(?:century|day|decade|dow|doy|epoch|hour|isodow|isoyear|julian|microseconds|millennium|milliseconds|minute|month|quarter|second|timezone|week|year)s?$/i

/** Whether what it is asked for is there for no value at all: then only NULL does not fail. */
export function oddField(name: string, body: Tree): boolean {
  return /^(?:date_part|extract)$/.test(name) && !spelled(list(body, 'args')[0], fields)
}

export function oddArguments(name: string, body: Tree, scope: Scope, ctx: Context): boolean {
  const args = list(body, 'args')
  if (never.has(name) || bounded[name]?.(args) === false) return true
  // What fails on every value but NULL tells nothing where that is told anyway.
  return (byNull.has(name) || fits[name]?.(args) === false) && !settled(args[0], scope, ctx)
}

const total = words(`
  abs age ascii btrim ceil ceiling char_length character_length concat concat_ws date_part date_trunc extract floor initcap
  left length lower ltrim md5 octet_length quote_literal quote_nullable replace reverse right round row_to_json rtrim
  to_json to_jsonb translate trunc upper
`)

/** NULL where a stored column is, and nowhere else. */
function settled(node: unknown, scope: Scope, ctx: Context): boolean {
  const found = tagged(node)
  if (found === null) return false
  const { tag, body } = found
  const all = (nodes: readonly unknown[]) => nodes.every(one => settled(one, scope, ctx))
  switch (tag) {
    case 'A_Const':
    case 'SQLValueFunction':
      return true
    case 'ColumnRef': {
      const { columns, open } = lookUp(scope, strings(list(body, 'fields')), ctx.parameters)
      return open !== true && columns.length > 0 && columns.every(({ stored }) => stored)
    }
    case 'TypeCast':
      return settled(body.arg, scope, ctx)
    case 'CoalesceExpr':
      return all(list(body, 'args'))
    case 'A_Expr':
      return text(body, 'kind') === 'AEXPR_OP' && all([body.lexpr, body.rexpr])
    case 'FuncCall': {
      const name = strings(list(body, 'funcname')).at(-1) ?? ''
      return total.has(name) && findFunctions(ctx.catalog, ctx.path, null, name).length === 0 && all(list(body, 'args'))
    }
    default:
      return false
  }
}

// ---- lists ----

const making = /array|^regexp_match$|^xpath$|^a(?:keys|vals)$|^(?:parse_ident|show_trgm|ts_lexize|enum_range)$/

/** Lists in one list are of one length, or it fails. */
export function unevenLists(elements: readonly unknown[], scope: Scope, ctx: Context): boolean {
  return elements.length > 1 && elements.some(one => mayBeList(one, scope, ctx))
}

/** Lists of lists take others of their length alone. */
export function deepList(node: unknown): boolean {
  const made = as(as(node, 'TypeCast')?.arg ?? node, 'A_ArrayExpr')
  if (made !== null) return list(made, 'elements').some(one => as(one, 'A_Const') === null)
  return /^\s*(?:\[|\{\s*\{)/.test(constant(node) ?? '')
}

/** `-` takes members out of JSON too, and fails where there can be none. */
export function mayBeJson(node: unknown, scope: Scope, ctx: Context): boolean {
  const found = tagged(node)
  if (found?.tag === 'ColumnRef')
    return !lookUp(scope, strings(list(found.body, 'fields')), ctx.parameters).columns.every(({ stored }) => stored)
  if (found?.tag === 'FuncCall') return /json/.test(strings(list(found.body, 'funcname')).at(-1) ?? '')
  if (found?.tag === 'TypeCast') return /json/.test(JSON.stringify(sub(found.body, 'typeName') ?? {}))
  if (found?.tag === 'A_Expr') return /^(?:->|#>|\|\|)$/.test(strings(list(found.body, 'name')).at(-1) ?? '')
  return found !== null && found.tag !== 'A_Const'
}

export function mayBeList(node: unknown, scope: Scope, ctx: Context): boolean {
  const found = tagged(node)
  if (found === null) return false
  const { tag, body } = found
  const any = (nodes: readonly unknown[]) => nodes.some(one => mayBeList(one, scope, ctx))
  switch (tag) {
    case 'ColumnRef': {
      const { columns, taint } = lookUp(scope, strings(list(body, 'fields')), ctx.parameters)
      const held = ctx.catalog.relations.get(taint.column?.relation ?? 0)
      const type = held?.columns.find(({ attribute }) => attribute === taint.column?.attribute)?.type
      if (type === undefined) return !columns.every(({ stored }) => stored) || columns.length === 0
      return (ctx.catalog.types.get(type)?.inner ?? 0) !== 0
    }
    case 'TypeCast':
      return list(sub(body, 'typeName') ?? {}, 'arrayBounds').length > 0
    case 'FuncCall': {
      const name = strings(list(body, 'funcname')).at(-1) ?? ''
      return making.test(name) || findFunctions(ctx.catalog, ctx.path, null, name).some(one => !one.trusted)
    }
    case 'A_Expr':
      return any([body.lexpr, body.rexpr])
    case 'A_ArrayExpr':
      return any(list(body, 'elements'))
    case 'CaseExpr':
      return any([body.defresult, ...list(body, 'args').map(one => as(one, 'CaseWhen')?.result)])
    case 'CoalesceExpr':
    case 'MinMaxExpr':
      return any(list(body, 'args'))
    case 'A_Indirection':
      return list(body, 'indirection').some(step => as(step, 'A_Indices')?.is_slice === true)
    case 'SubLink':
      return true
    default:
      return false
  }
}
