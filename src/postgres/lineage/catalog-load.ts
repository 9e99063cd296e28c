// Reads the snapshot from a live server. Promise: read-only queries on the catalog alone; names in stored definitions
// come fully qualified, because they are printed under an empty search path.
import { createHash } from 'node:crypto'
import {
  type Catalog,
  type CatalogColumn,
  type CatalogFunction,
  type CatalogRelation,
  type CatalogTrigger,
  type CatalogType,
  index,
} from './catalog.ts'

type Row = readonly (string | null)[]
/** Runs one query and gives its rows as text. */
export type RunQuery = (sql: string) => Promise<readonly Row[]>

/** The schema of this session's temporary relations has one name, whatever its number. */
const schema = `case when n.oid = pg_catalog.pg_my_temp_schema() then 'pg_temp' else n.nspname end`
const seen = `(n.nspname !~ '^pg_(toast|temp)' or n.oid = pg_catalog.pg_my_temp_schema())`

/** Printing what is made of a relation waits for whoever changes it, or is about to, unless one has looked at it before. */
const lockedSql = `with held as (select relation, pid, mode, granted from pg_catalog.pg_locks where locktype = 'relation'
    and relation >= 16384 and database = (select oid from pg_catalog.pg_database
      where datname = pg_catalog.current_database()))
  select distinct relation from held where mode = 'AccessExclusiveLock' and pid <> pg_catalog.pg_backend_pid()
    and relation not in (select relation from held where granted and pid = pg_catalog.pg_backend_pid()) order by 1`

/** What is printed, where that needs none of these: otherwise an empty text, which nobody can read. */
function printed(locked: readonly number[], relation: string, text: string, made = ''): string {
  if (locked.length === 0) return text
  const all = `(${locked.join()})`
  return `case when ${relation} in ${all} ${made === '' ? '' : `or ${made} and d.refobjid in ${all})`} then '' else ${text} end`
}

const madeBy = (kind: string, object: string) => `exists (select 1 from pg_catalog.pg_depend d
  where d.classid = 'pg_catalog.${kind}'::pg_catalog.regclass and d.objid ${object}
    and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass`
const ofRules = madeBy('pg_rewrite', 'in (select w.oid from pg_catalog.pg_rewrite w where w.ev_class = c.oid)')

const relationsSql = (locked: readonly number[]) => `select c.oid, ${schema}, c.relname, c.relkind,
  case when c.relkind in ('v', 'm') and n.nspname not in ('pg_catalog', 'information_schema')
    or c.relkind in ('v', 'm') and c.oid >= 16384
    then ${printed(locked, 'c.oid', 'pg_catalog.pg_get_viewdef(c.oid)', ofRules)} end,
  (select pg_catalog.string_agg(inhparent::pg_catalog.text, ',') from pg_catalog.pg_inherits where inhrelid = c.oid),
  exists (select 1 from pg_catalog.pg_rewrite r where r.ev_class = c.oid and r.rulename <> '_RETURN'
    and n.nspname <> 'pg_catalog'),
  (select pg_catalog.json_agg(${printed(locked, 'c.oid', 'pg_catalog.pg_get_ruledef(r.oid)', ofRules)} order by r.oid) from pg_catalog.pg_rewrite r
    where r.ev_class = c.oid and r.rulename <> '_RETURN' and n.nspname <> 'pg_catalog'),
  (select pg_catalog.json_agg(pg_catalog.json_build_array(t.tgfoid::pg_catalog.int8, t.tgtype,
    t.tgattr::pg_catalog.text, pg_catalog.json_build_array(t.tgoldtable, t.tgnewtable)) order by t.oid)
    from pg_catalog.pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal)
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'v', 'm', 'f', 'p', 'S', 'c') and ${seen} order by c.oid`

const columnsSql = (locked: readonly number[]) => `select a.attrelid, a.attnum, a.attname, a.atttypid,
  case when a.attgenerated <> '' then ${printed(locked, 'd.adrelid', 'pg_catalog.pg_get_expr(d.adbin, d.adrelid)')} end,
  case when a.attgenerated = '' and (exists (select 1 from pg_catalog.pg_depend p
      join pg_catalog.pg_proc f on f.oid = p.refobjid join pg_catalog.pg_namespace n on n.oid = f.pronamespace
      where p.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass and p.objid = d.oid
        and p.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass and n.nspname <> 'pg_catalog')
      or d.adbin::pg_catalog.text like '%:funcid ' || 'pg_catalog.set_config(text,text,boolean)'::pg_catalog.regprocedure::pg_catalog.oid || ' %'
      or d.adbin::pg_catalog.text like '%:funcid ' || 'pg_catalog.current_setting(text)'::pg_catalog.regprocedure::pg_catalog.oid || ' %'
      or d.adbin::pg_catalog.text like '%:funcid ' || 'pg_catalog.current_setting(text,boolean)'::pg_catalog.regprocedure::pg_catalog.oid || ' %')
    then ${printed(locked, 'd.adrelid', 'pg_catalog.pg_get_expr(d.adbin, d.adrelid)')} end, a.attnotnull, a.atttypmod
  from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid
  left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'v', 'm', 'f', 'p', 'S', 'c')
  order by a.attrelid, a.attnum`

/** A pure function in C that an extension brought is as good as a built-in one; so is all of these extensions. */
const trusted = `exists (select 1 from pg_catalog.pg_depend d join pg_catalog.pg_extension e on e.oid = d.refobjid
    where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.objid = p.oid and d.deptype = 'e'
    and ((p.provolatile = 'i' and p.prolang = (select oid from pg_catalog.pg_language where lanname = 'c'))
      or e.extname in ('btree_gin', 'btree_gist', 'citext', 'cube', 'earthdistance', 'fuzzystrmatch', 'hstore',
      'intarray', 'isn', 'ltree', 'pg_trgm', 'pgcrypto', 'seg', 'unaccent', 'uuid-ossp')))`

const functionsSql = (
  locked: readonly number[],
) => `select p.oid, n.nspname, p.proname, p.prokind, l.lanname, p.provolatile, p.prosrc,
  case when p.prosqlbody is not null
    then ${printed(locked, '0', 'pg_catalog.pg_get_functiondef(p.oid)', madeBy('pg_proc', '= p.oid'))} end,
  pg_catalog.array_to_json(p.proargnames), pg_catalog.array_to_json(p.proargmodes::pg_catalog.text[]),
  p.prorettype, p.proretset,
  (select s from pg_catalog.unnest(p.proconfig) s where s like 'search_path=%' limit 1),
  ${trusted}, p.pronargs,
  p.prorettype = 'pg_catalog.trigger'::pg_catalog.regtype,
  case when p.pronargdefaults > 0 then pg_catalog.pg_get_expr(p.proargdefaults, 0) end,
  (select pg_catalog.json_agg(pg_catalog.json_build_array(q.oid::pg_catalog.int8, m.nspname, q.proname) order by q.oid)
    from pg_catalog.pg_aggregate a join pg_catalog.pg_proc q on q.oid in (a.aggtransfn, a.aggfinalfn, a.aggcombinefn,
      a.aggserialfn, a.aggdeserialfn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn)
    join pg_catalog.pg_namespace m on m.oid = q.pronamespace where a.aggfnoid = p.oid),
  p.proargtypes::pg_catalog.text
  from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  join pg_catalog.pg_language l on l.oid = p.prolang
  where n.nspname not in ('pg_catalog', 'information_schema') or p.oid >= 16384 order by p.oid`

const builtinsSql = `select p.proname, pg_catalog.array_to_json(p.proargnames),
  pg_catalog.array_to_json(p.proargmodes::pg_catalog.text[])
  from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where n.nspname = 'pg_catalog' and p.proname in (select q.proname from pg_catalog.pg_proc q
    where q.proargmodes is not null and q.pronamespace = 'pg_catalog'::pg_catalog.regnamespace) order by p.oid`

const typesSql = `select t.oid, n.nspname, t.typname, t.typrelid,
  case t.typtype when 'd' then t.typbasetype
    when 'r' then (select r.rngsubtype from pg_catalog.pg_range r where r.rngtypid = t.oid)
    when 'm' then (select r.rngtypid from pg_catalog.pg_range r where r.rngmultitypid = t.oid)
    else t.typelem end, t.typtype = 'e'
  from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace
  where t.typrelid <> 0 or t.typtype in ('d', 'e') or t.typelem <> 0 or t.oid >= 16384 order by t.oid`

const referencesSql = `select c.conrelid, k.a, c.confrelid, k.b, c.conname,
  c.confdeltype not in ('a', 'r') or c.confupdtype not in ('a', 'r') from pg_catalog.pg_constraint c,
  unnest(c.conkey, c.confkey) k(a, b) where c.contype = 'f' order by c.oid, k.a`

const notTrusted = `not ${trusted}`

const operatorsSql = `select o.oprname, p.oid, exists (select 1 from pg_catalog.pg_type t
    where t.oid in (o.oprleft, o.oprright) and (t.oid < 16384 or t.typtype = 'd')) from pg_catalog.pg_operator o
  join pg_catalog.pg_proc p on p.oid = o.oprcode join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where (n.nspname <> 'pg_catalog' or o.oid >= 16384) and ${notTrusted} order by 1, 2`

const castsSql = `select t.typname, coalesce(p.oid, 0), s.oid is not null, c.castcontext = 'i'
  from pg_catalog.pg_cast c
  left join pg_catalog.pg_proc p on p.oid = c.castfunc left join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  join pg_catalog.pg_type t on c.casttarget in (t.oid, t.typarray)
  left join pg_catalog.pg_type s on s.oid = c.castsource and (s.oid < 16384 or s.typtype = 'd')
  where (n.nspname <> 'pg_catalog' or c.oid >= 16384) and ${notTrusted} and not exists (select 1
    from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_cast'::pg_catalog.regclass and d.objid = c.oid
      and d.deptype = 'e') order by 1, 2`

/**
 * Conditions (of triggers, too), policies, indexes, keys of partitions, domains and their defaults, casts of people's own types
 * and defaults of arguments; policies read relations as well.
 */
const dependentsSql = `select distinct case when p.oid is null or d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass
      then d.refobjid else 0 end, coalesce(c.relname, t.typname, f.proname),
    case when d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass then d.refobjid else 0 end
  from pg_catalog.pg_depend d
  left join pg_catalog.pg_constraint k on d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass and k.oid = d.objid
  left join pg_catalog.pg_policy p on d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass and p.oid = d.objid
  left join pg_catalog.pg_index i on d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and i.indexrelid = d.objid
  left join pg_catalog.pg_trigger g on d.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass and g.oid = d.objid
    and g.tgfoid <> d.refobjid
  left join pg_catalog.pg_partitioned_table h on d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
    and h.partrelid = d.objid
  left join pg_catalog.pg_cast x on d.classid = 'pg_catalog.pg_cast'::pg_catalog.regclass and x.oid = d.objid
  left join pg_catalog.pg_class c
    on c.oid = coalesce(nullif(k.conrelid, 0), p.polrelid, i.indrelid, g.tgrelid, h.partrelid)
  left join pg_catalog.pg_type t on t.oid = coalesce(k.contypid, x.castsource,
    case when d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass then d.objid end) and t.oid >= 16384
  left join pg_catalog.pg_proc f on d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and f.oid = d.objid
  where (d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass or p.oid is not null and d.refobjid <> p.polrelid
      and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass) and d.refobjid >= 16384
    and coalesce(c.relname, t.typname, f.proname) is not null order by 1, 2, 3`

export async function loadCatalog(run: RunQuery): Promise<Catalog> {
  await run(`set search_path = ''`)
  const locked = (await run(lockedSql)).map(([oid]) => int(oid))
  const [relations, columns, functions, builtins, types, operators, casts, references, dependents] = [
    await run(relationsSql(locked)),
    await run(columnsSql(locked)),
    await run(functionsSql(locked)),
    await run(builtinsSql),
    await run(typesSql),
    await run(operatorsSql),
    await run(castsSql),
    await run(referencesSql),
    await run(dependentsSql),
  ]
  const seen = [locked, relations, columns, functions, types, operators, casts, references, dependents]
  const digest = createHash('sha256').update(JSON.stringify(seen))
  return index({
    ...(locked.length > 0 ? { partial: true } : {}),
    version: digest.digest('base64url'),
    relations: relationsOf(relations, columns),
    functions: functionsOf(functions),
    types: new Map(types.map(row => [int(row[0]), typeOf(row)])),
    builtinColumns: builtinsOf(builtins),
    ownOperators: functionsBy(operators),
    shadowed: new Set(operators.filter(row => truth(row[2])).map(([name]) => name ?? '')),
    ownCasts: functionsBy(casts),
    bentTo: new Set(casts.filter(row => truth(row[2])).map(([name]) => name ?? '')),
    bends: casts.some(row => truth(row[2]) && truth(row[3])),
    dependents: dependents.map(([oid, name, relation]) => ({
      function: int(oid),
      name: name ?? '',
      relation: int(relation),
    })),
    references: references.map(([relation, attribute, toRelation, toAttribute, constraint, follows]) => ({
      constraint: constraint ?? '',
      follows: truth(follows),
      relation: int(relation),
      attribute: int(attribute),
      toRelation: int(toRelation),
      toAttribute: int(toAttribute),
    })),
  })
}

function functionsBy(rows: readonly Row[]): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>()
  for (const [name, oid] of rows) found.set(name ?? '', [...(found.get(name ?? '') ?? []), int(oid)])
  return found
}

function int(value: string | null | undefined): number {
  return Number(value ?? 0)
}

function oidsOf(text: string | null | undefined, between: string): readonly number[] {
  return (text ?? '')
    .split(between)
    .filter(part => part !== '')
    .map(Number)
}

function relationsOf(rows: readonly Row[], columnRows: readonly Row[]): ReadonlyMap<number, CatalogRelation> {
  const columns = new Map<number, CatalogColumn[]>()
  for (const [relation, attribute, name, type, generated, preset, notNull, room] of columnRows) {
    const found = columns.get(int(relation)) ?? []
    found.push({
      attribute: int(attribute),
      name: name ?? '',
      type: int(type),
      room: int(room),
      generated: generated ?? null,
      preset: preset ?? null,
      notNull: truth(notNull),
    })
    columns.set(int(relation), found)
  }
  return new Map(
    rows.map(([oid, schema, name, kind, definition, parents, hasRules, rules, triggers]) => [
      int(oid),
      {
        oid: int(oid),
        schema: schema ?? '',
        name: name ?? '',
        kind: kind ?? '',
        columns: columns.get(int(oid)) ?? [],
        definition: definition ?? null,
        parents: oidsOf(parents, ','),
        hasRules: truth(hasRules),
        rules: names(rules),
        triggers: triggersOf(triggers),
      },
    ]),
  )
}

/** Bits of pg_trigger.tgtype. */
const events = [
  ['insert', 4],
  ['delete', 8],
  ['update', 16],
  ['truncate', 32],
] as const

function triggersOf(json: string | null | undefined): readonly CatalogTrigger[] {
  const parsed: unknown = JSON.parse(json ?? '[]')
  return (Array.isArray(parsed) ? parsed : []).map(([oid, bits, columns, transitions]: readonly unknown[]) => ({
    function: Number(oid),
    columns: oidsOf(String(columns ?? ''), ' '),
    transitions: (Array.isArray(transitions) ? transitions : []).flatMap(name => (name === null ? [] : [String(name)])),
    on: events.flatMap(([name, bit]) => ((Number(bits) & bit) === 0 ? [] : [name])),
  }))
}

function truth(value: string | null | undefined): boolean {
  return value === 't' || value === 'true'
}

function names(json: string | null | undefined): readonly string[] {
  const parsed: unknown = JSON.parse(json ?? '[]')
  return Array.isArray(parsed) ? parsed.map(String) : []
}

function outNames(argumentNames: readonly string[], modes: readonly string[]): readonly string[] {
  return modes.flatMap((mode, at) => (mode === 'o' || mode === 't' || mode === 'b' ? [argumentNames[at] ?? ''] : []))
}

function functionsOf(rows: readonly Row[]): ReadonlyMap<string, readonly CatalogFunction[]> {
  const found = new Map<string, CatalogFunction[]>()
  for (const row of rows) {
    const argumentNames = names(row[8])
    const modes = names(row[9])
    const name = row[2] ?? ''
    const all = found.get(name) ?? []
    all.push({
      oid: int(row[0]),
      schema: row[1] ?? '',
      name,
      kind: row[3] ?? '',
      language: row[4] ?? '',
      volatility: row[5] === 'i' || row[5] === 's' ? row[5] : 'v',
      source: row[6] ?? '',
      definition: row[7] ?? null,
      argumentNames: argumentNames.filter((_, at) => modes.length === 0 || /[ibv]/.test(modes[at] ?? 'i')),
      outNames: outNames(argumentNames, modes),
      resultType: int(row[10]),
      returnsSet: truth(row[11]),
      searchPath: row[12]?.slice('search_path='.length) ?? null,
      trusted: truth(row[13]),
      argumentCount: int(row[14]),
      trigger: truth(row[15]),
      defaults: row[16] ?? null,
      parts: partsOf(row[17]),
      argumentTypes: oidsOf(row[18], ' '),
    })
    found.set(name, all)
  }
  return found
}

function partsOf(json: string | null | undefined): NonNullable<CatalogFunction['parts']> {
  const parsed: unknown = JSON.parse(json ?? '[]')
  const all: readonly (readonly unknown[])[] = Array.isArray(parsed) ? parsed : []
  return all.map(([oid, schema, name]) => ({ oid: Number(oid), schema: String(schema), name: String(name) }))
}

/** Of overloads with different columns, none: their columns are then not known by name. */
function builtinsOf(rows: readonly Row[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>()
  const several = new Set<string>()
  for (const [name, argumentNames, modes] of rows) {
    const out = outNames(names(argumentNames), names(modes))
    const known = found.get(name ?? '')
    found.set(name ?? '', known !== undefined && known.join() !== out.join() ? [] : out)
    if (out.length > 0) several.add(name ?? '')
  }
  return new Map([...found].filter(([name]) => several.has(name)))
}

function typeOf(row: Row): CatalogType {
  return {
    oid: int(row[0]),
    schema: row[1] ?? '',
    name: row[2] ?? '',
    relation: int(row[3]),
    inner: int(row[4]),
    listed: truth(row[5]),
  }
}
