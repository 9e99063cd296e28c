// What may fail by the value it is given. Promise: whatever is not here as sure could end in an error for one value and not
// for another, which tells the value as a comparison does, however well its result is hidden.
import { as, constant, count, list, strings, sub, type Tree, tagged, text } from '../statement/tree.ts'
import type { CatalogColumn } from './catalog.ts'
import type { Context } from './context.ts'
import { evaluate } from './expression.ts'
import { deepList, mayBeJson, mayBeList, oddArguments, oddField, unevenLists } from './odd-arguments.ts'
import { meansBuiltin } from './own-types.ts'
import { quiet } from './quiet.ts'
import { lookUp, type Scope } from './scope.ts'
import { isClean, type Taint } from './taint.ts'

const words = (block: string): ReadonlySet<string> => new Set(block.split(/\s+/).filter(word => word !== ''))

/** Whatever their arguments are. */
const always = words(`
  abs age any_value array_agg array_append array_cat array_length array_lower array_ndims array_position array_positions
  array_prepend array_remove array_to_json array_to_string array_upper ascii avg avals akeys bit_and bit_count bit_length
  bit_or bit_xor bool_and bool_or btrim cardinality casefold ceil ceiling char_length character_length concat corr count
  covar_pop covar_samp cume_dist date_part dense_rank difference dmetaphone dmetaphone_alt each every extract first_value
  floor hashtext hashtextextended host hstore hstore_to_json hstore_to_jsonb initcap isempty isfinite json_agg
  json_build_array json_strip_nulls json_typeof jsonb_agg jsonb_build_array jsonb_pretty jsonb_strip_nulls jsonb_typeof
  justify_days justify_hours justify_interval last_value length lower lower_inc lower_inf ltrim masklen max md5 min mode
  num_nonnulls num_nulls numnode octet_length percent_rank pg_collation_for pg_column_size pg_input_is_valid
  pg_input_error_info pg_typeof position quote_ident quote_literal quote_nullable range_agg range_merge rank reverse
  row_number row_to_json rtrim sha224 sha256 sha384 sha512 show_trgm sign similarity skeys soundex starts_with stddev
  stddev_pop stddev_samp strip strpos sum svals text textcat to_json to_jsonb to_hex unaccent unnest upper upper_inc
  upper_inf uuid_extract_timestamp uuid_extract_version var_pop var_samp variance varchar word_similarity xmlagg
  regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy
  json_each json_each_text jsonb_each jsonb_each_text json_object_keys jsonb_object_keys json_array_elements
  json_array_elements_text jsonb_array_elements jsonb_array_elements_text json_to_record jsonb_to_record
  json_to_recordset jsonb_to_recordset
`)
/** Where only their first argument is protected. */
const byFirst = words(`
  armor convert_to crypt digest encode hmac json_extract_path json_extract_path_text jsonb_extract_path
  jsonb_extract_path_text jsonb_path_exists jsonb_path_query jsonb_path_query_array jsonb_path_query_first lag lead left lpad
  metaphone normalize nth_value overlay regexp_count regexp_instr regexp_like regexp_match regexp_matches regexp_replace
  regexp_split_to_array regexp_split_to_table regexp_substr repeat replace right round rpad split_part string_agg
  string_to_array string_to_table substr substring to_char translate trunc ts_headline ts_rank ts_rank_cd width_bucket
`)
/** Where all but their first argument is protected. */
const byRest = words(`
  concat_ws date_trunc format percentile_cont percentile_disc timezone to_tsvector uuid_generate_v3 uuid_generate_v5
  array_agg json_object_agg jsonb_object_agg
`)
/** Pairs of a name, which may not be NULL, and a value. */
const byPairs = words('json_build_object jsonb_build_object')

export function mayFail(name: string, args: readonly Taint[], body: Tree, scope: Scope, ctx: Context): boolean {
  if (/^array_(?:append|cat|prepend)$/.test(name) && list(body, 'args').some(deepList)) return true
  if (oddField(name, body)) return true
  if (name === 'array_agg' && mayBeList(list(body, 'args')[0], scope, ctx)) return true
  if (always.has(name)) return false
  if (byFirst.has(name)) return !args.slice(1).every(isClean) || oddArguments(name, body, scope, ctx)
  if (byRest.has(name)) return args[0] !== undefined && !isClean(args[0])
  return !(byPairs.has(name) && args.every((taint, at) => at % 2 === 1 || isClean(taint)))
}

const plainOperators = new Set(['||', '->', '->>', '#>', '#>>', '<->', '<%', '%>', '&', '|', '#', '~', '@', '?'])

/** Of an operator that compares nothing: sums leave their type only where what is added is large. */
export function operatorMayFail(operator: string, body: Tree, scope: Scope, ctx: Context): boolean {
  const sides = [body.lexpr, body.rexpr]
  if (operator === '||' && sides.some(deepList)) return true
  if (plainOperators.has(operator)) return false
  if (operator === '-' && as(body.rexpr, 'A_Const') !== null && mayBeJson(body.lexpr, scope, ctx)) return true
  if (operator === '+' || operator === '-')
    return body.lexpr !== undefined && body.rexpr !== undefined && !sides.some(small)
  return operator !== '*' || !sides.some(fraction)
}

const moments = words('now clock_timestamp statement_timestamp transaction_timestamp')
const spans = /^\d{1,3} ?(second|minute|hour|day|week|month|year)s?$/

function small(node: unknown): boolean {
  const found = tagged(node)
  if (found?.tag === 'SQLValueFunction') return true
  if (found?.tag === 'FuncCall') return moments.has(strings(list(found.body, 'funcname')).at(-1) ?? '')
  if (found?.tag === 'TypeCast') {
    const span = constant(found.body.arg)
    return (
      strings(list(sub(found.body, 'typeName') ?? {}, 'names')).join('.') === 'pg_catalog.interval' &&
      typeof span === 'string' &&
      spans.test(span)
    )
  }
  if (found?.tag !== 'A_Const') return false
  return Math.abs(count(sub(found.body, 'ival') ?? {}, 'ival')) <= 100_000 && found.body.sval === undefined
}

function fraction(node: unknown): boolean {
  const value = text(sub(as(node, 'A_Const') ?? {}, 'fval') ?? {}, 'fval')
  return /^\d{0,4}\.\d{1,4}$/.test(value)
}

// ---- casts ----

const textual = words('text varchar bpchar name citext')
const numbers = words('int4 int8 numeric float8')
/** Of columns of a type, by its number: what each of their values can be cast to. */
const fitting: ReadonlyMap<number, ReadonlySet<string>> = new Map([
  [16, words('bool int4')],
  [20, words('int8 numeric float4 float8')],
  [21, words('int2 int4 int8 numeric float4 float8')],
  [23, words('int4 int8 numeric float4 float8')],
  [700, words('float4 float8 numeric')],
  [701, words('float8 numeric')],
  [1700, words('numeric float8')],
  [114, words('json jsonb')],
  [3802, words('json jsonb')],
  [1082, words('date timestamp timestamptz')],
  [1114, words('date time timestamp timestamptz')],
  [1184, words('date time timestamp timestamptz')],
  [1083, words('time interval')],
  [2950, words('uuid')],
])
const measuring = words(`
  abs ascii avg bit_length cardinality ceil ceiling char_length character_length count date_part extract floor length
  octet_length round sign stddev stddev_pop stddev_samp sum trunc var_pop var_samp variance
`)

/** Empty where a type that people made could be meant. */
function typeName(cast: Tree, ctx: Context): string {
  const names = strings(list(sub(cast, 'typeName') ?? {}, 'names'))
  return meansBuiltin(names, ctx) ? (names.at(-1) ?? '') : ''
}

export function castMayFail(cast: Tree, scope: Scope, ctx: Context): boolean {
  const target = typeName(cast, ctx)
  const type = sub(cast, 'typeName') ?? {}
  if (list(type, 'arrayBounds').length > 0) return !textual.has(target)
  if (textual.has(target)) return false
  if (target === 'numeric' && !roomy(list(type, 'typmods'))) return true
  const argument = tagged(cast.arg)
  if (argument?.tag === 'ColumnRef') {
    const { taint } = lookUp(scope, strings(list(argument.body, 'fields')), ctx.parameters)
    const { relation = 0, attribute = 0 } = taint.column ?? {}
    const held = ctx.catalog.relations.get(relation)?.columns.find(column => column.attribute === attribute)
    return held === undefined || fitting.get(held.type)?.has(target) !== true
  }
  const call = argument?.tag === 'FuncCall' ? (strings(list(argument.body, 'funcname')).at(-1) ?? '') : ''
  const sum = argument?.tag === 'A_Expr' && /^[-+*/]$/.test(strings(list(argument.body, 'name')).at(-1) ?? '')
  if (numbers.has(target)) return !measuring.has(call) && !sum
  // What a function of dates gives.
  return !(/^date_trunc$/.test(call) && /^(date|timestamp|timestamptz)$/.test(target))
}

/** Any value can be written as one. */
export function takesAll(type: Tree, ctx: Context): boolean {
  const target = typeName({ typeName: type }, ctx)
  if (list(type, 'typmods').length > 0 || list(type, 'arrayBounds').length > 0) return false
  return /^(?:text|varchar|json|jsonb|xml|bytea)$/.test(target)
}

/** Made by people: what checks its values may do anything with them, also where a value that does not fit is NULL. */
export function isOwn(type: Tree, ctx: Context): boolean {
  return typeName({ typeName: type }, ctx) === ''
}

/** Any value of a stored column can be written as one. */
export function takes(type: Tree, held: CatalogColumn, ctx: Context): boolean {
  if (takesAll(type, ctx)) return true
  if (list(type, 'arrayBounds').length > 0) return false
  const names = strings(list(type, 'names'))
  const own = ctx.catalog.types.get(held.type)
  if (own !== undefined && own.schema !== 'pg_catalog')
    return own.name === names.at(-1) && (names.length < 2 ? sameName(own.name, ctx) === 1 : own.schema === names.at(-2))
  const target = typeName({ typeName: type }, ctx)
  const modifiers = list(type, 'typmods')
  if (modifiers.length === 0) return fitting.get(held.type)?.has(target) === true
  const room = Number(constant(modifiers[0]) ?? Number.NaN) + LENGTH_WORD
  return target === lengthy.get(held.type) && (held.room ?? 0) > 0 && room >= (held.room ?? 0)
}

function sameName(name: string, { catalog }: Context): number {
  return [...catalog.types.values()].filter(type => type.name === name).length
}

const LENGTH_WORD = 4
const lengthy: ReadonlyMap<number, string> = new Map([
  [1042, 'bpchar'],
  [1043, 'varchar'],
])

/** `numeric(10, 2)` is wide enough for whatever is counted in millions; a narrow one tells where a value lies. */
function roomy(modifiers: readonly unknown[]): boolean {
  if (modifiers.length === 0) return true
  const [digits = 0, scale = 0] = modifiers.map(node => Number(constant(node) ?? Number.NaN))
  return scale >= 0 && digits - scale >= 7
}

/** Constructors that fail on what they are given, or where told to. */
export function nodeMayFail(tag: string, body: Tree, scope: Scope, ctx: Context): boolean {
  const output = sub(sub(body, 'output') ?? sub(sub(body, 'constructor') ?? {}, 'output') ?? {}, 'typeName')
  if (output !== null && (tag === 'JsonFuncExpr' ? isOwn(output, ctx) : !takesAll(output, ctx))) return true
  switch (tag) {
    case 'XmlSerialize':
      return text(body, 'xmloption') !== 'XMLOPTION_CONTENT' || !takesAll(sub(body, 'typeName') ?? {}, ctx)
    case 'JsonParseExpr':
      return true
    case 'A_ArrayExpr':
      return unevenLists(list(body, 'elements'), scope, ctx)
    case 'XmlExpr':
      return /XMLPARSE|XMLPI/.test(text(body, 'op'))
    case 'JsonKeyValue':
      return !isClean(evaluate(body.key, scope, ctx))
    case 'JsonFuncExpr':
    case 'JsonTable':
      return (
        JSON.stringify([body.on_error, body.on_empty]).includes('JSON_BEHAVIOR_ERROR') ||
        ![body.on_error, body.on_empty].every(one => quiet(one, scope, ctx))
      )
    default:
      return false
  }
}
