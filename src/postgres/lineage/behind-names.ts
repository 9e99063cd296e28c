// What runs when a name is used. Promise: a statement that could run a function of these, by whatever way (a view, a trigger, a
// default, a condition, an operator, another function), names something that is found here.
import { isSystemSchema } from '../statement/places.ts'
import type { Tree } from '../statement/tree.ts'
import type { Catalog, CatalogFunction, CatalogRelation } from './catalog.ts'

interface Behind {
  readonly names: readonly (readonly string[])[]
  readonly symbols: readonly string[]
}

/** Definitions, the path and other settings, prepared statements and cursors: what statements after it mean. */
const UNSETTLING =
  /\b(?:create|alter|drop|execute|set_config|pg_settings|search_path|schema|reset|discard|grant|revoke|reassign|import|prepare|deallocate|open|close|conforming\w*|standard_conforming_strings|\w*encoding|backslash_quote|role|authorization)\b|\bdo\s+(?:language\b|\$|')|u&"/i
/** How the server plans, and settings whose name cannot be told. */
const STEERING =
  /\bset_config\b"?\s*\((?!\s*'\w+\.[\w.]+')|\b(?:enable_\w+|\w+_cost|geqo\w*|\w+_collapse_limit|hash_mem_multiplier|work_mem|plan_cache_mode|pg_settings)\b/i
/** What is put into a setting may be worked out. */
const STORING = /\bset_config\b|\bpg_settings\b/i
/** Writing to what shows them changes them. */
const SETTINGS = ['pg_settings']
/** Said in a statement itself, it is seen. */
const SETTING = ['set_config']
const NOTHING: Behind = { names: [], symbols: [] }

const unsettling = new WeakMap<Catalog, Behind>()
const steering = new WeakMap<Catalog, Behind>()
const storing = new WeakMap<Catalog, Behind>()
const calling = new WeakMap<Catalog, Behind>()
const named = new WeakMap<Catalog, Map<string, Behind>>()

/** Whether it could run something after which other statements mean something else. */
export function unsettles(tree: Tree, catalog: Catalog): boolean {
  const starts = (one: CatalogFunction) =>
    !compiled(one) &&
    (!readable(one) || UNSETTLING.test(bodyOf(one)) || reaches(bodyOf(one), coming(catalog, SETTINGS)))
  return meets(tree, known(unsettling, catalog, starts, SETTING))
}

/** Whether it could run wherever something is defined. */
export function heedsDefinitions(catalog: Catalog): boolean {
  return eventTriggers(catalog).some(({ name }) => unsettles({ name }, catalog))
}

/** Whether it could run as somebody signs in. */
export function heedsLogins(catalog: Catalog): boolean {
  return eventTriggers(catalog).length > 0
}

function eventTriggers({ functionsByOid }: Catalog): readonly CatalogFunction[] {
  return [...functionsByOid.values()].filter(({ resultType }) => resultType === EVENT_TRIGGER)
}

const EVENT_TRIGGER = 3838

/** Whether it could change how statements after it are planned: a block by its own text, others by what they run. */
export function steersUnseen(tree: Tree, written: string, catalog: Catalog): boolean {
  if ('DoStmt' in tree && (STEERING.test(written) || /\bexecute\b|u&"/i.test(written))) return true
  const steers = (one: CatalogFunction) =>
    !compiled(one) && ((one.trigger !== true && (!readable(one) || runsText(one))) || STEERING.test(bodyOf(one)))
  return meets(tree, known(steering, catalog, steers))
}

/** Whether it could put anything into a setting, but for what is written in it: a block by its own text, others by what they run. */
export function storesUnseen(tree: Tree, written: string, catalog: Catalog): boolean {
  if ('DoStmt' in tree && (STORING.test(written) || /\bexecute\b|u&"/i.test(written))) return true
  const stores = (one: CatalogFunction) =>
    !compiled(one) && (!readable(one) || runsText(one) || STORING.test(bodyOf(one)))
  return meets(tree, known(storing, catalog, stores, SETTING))
}

/** Whether it could run what people wrote and may write anew while it goes on. */
export function callsOwn(tree: Tree, catalog: Catalog): boolean {
  return meets(
    tree,
    known(calling, catalog, one => !compiled(one)),
  )
}

/** Whether it could come to something of one of these names, whatever its kind and schema. */
export function comesTo(tree: Tree, catalog: Catalog, names: readonly string[]): boolean {
  return meets(tree, coming(catalog, names))
}

/** Whether it could read what a setting holds. */
export function readsSettings(tree: Tree, catalog: Catalog): boolean {
  return comesTo(tree, catalog, ['current_setting', 'pg_settings', 'pg_show_all_settings'])
}

function coming(catalog: Catalog, names: readonly string[]): Behind {
  const all = named.get(catalog) ?? new Map<string, Behind>()
  named.set(catalog, all)
  const key = JSON.stringify(names)
  const found = all.get(key) ?? behind(catalog, new Set(), withChildren(names, catalog))
  all.set(key, found)
  return found
}

/** Whether what is kept (a view, a condition, a default) reads the relation of this name, or one of this name, were there one. */
export function isBuiltOn(name: string, there: CatalogRelation | null, catalog: Catalog): boolean {
  const functions = new Map<string, readonly string[]>([[name, [...wordsOf(name)]]])
  const oids = new Set<number>()
  const meets = (words: ReadonlySet<string>, all: Iterable<readonly string[]>) =>
    [...all].some(one => one.every(word => words.has(word)))
  const written = [...catalog.functionsByOid.values()]
    .filter(one => !compiled(one))
    .map(one => ({ one, words: wordsOf(bodyOf(one)) }))
  for (let before = -1; before < oids.size; ) {
    before = oids.size
    for (const { one, words } of written) {
      if (oids.has(one.oid) || !meets(words, functions.values())) continue
      oids.add(one.oid)
      functions.set(one.name, [...wordsOf(one.name)])
    }
    for (const [type, casts] of catalog.ownCasts)
      if (casts.some(oid => oids.has(oid))) functions.set(type, [...wordsOf(type)])
  }
  const symbols = [...catalog.ownOperators]
    .filter(([, all]) => all.some(oid => oids.has(oid)))
    .map(([symbol]) => symbol)
  // What names relations is bound to those; a name that is new means something in texts of functions alone.
  const family = there === null ? [] : withChildren(withParents(there, catalog), catalog)
  const names = [...functions].filter(([one]) => one !== name).map(([, words]) => words)
  names.push(...family.map(one => [...wordsOf(one)]))
  const depends = (one: NonNullable<Catalog['dependents']>[number]) =>
    oids.has(one.function) || (there !== null && one.relation === there.oid)
  if (catalog.dependents?.some(depends)) return true
  return [...catalog.relations.values()].some(({ oid, schema, definition, columns }) => {
    if (isSystemSchema(schema) || oid === there?.oid) return false
    const texts = [definition ?? '', ...columns.flatMap(({ generated, preset }) => [generated ?? '', preset ?? ''])]
    const text = texts.join(' ')
    return definition === '' || meets(wordsOf(text), names) || symbols.some(symbol => text.includes(symbol))
  })
}

function withParents(relation: CatalogRelation, { relations }: Catalog): readonly string[] {
  const all = new Set([relation])
  for (const one of all)
    for (const oid of one.parents) {
      const parent = relations.get(oid)
      if (parent !== undefined) all.add(parent)
    }
  return [...all].map(({ name }) => name)
}

/** What becomes of a table becomes of those that inherit from it. */
function withChildren(names: readonly string[], { relations }: Catalog): readonly string[] {
  const all = new Set(names)
  const parents = new Set([...relations.values()].filter(({ name }) => all.has(name)).map(({ oid }) => oid))
  for (const oid of parents)
    for (const one of relations.values()) {
      if (!one.parents.includes(oid)) continue
      all.add(one.name)
      parents.add(one.oid)
    }
  return [...all]
}

const compiled = ({ trusted, language }: CatalogFunction) => trusted || language === 'c' || language === 'internal'
const readable = ({ language, definition }: CatalogFunction) => /^(?:sql|plpgsql)$/.test(language) && definition !== ''
const runsText = ({ language, source }: CatalogFunction) => language === 'plpgsql' && /\bexecute\b/i.test(source)
/** Of one with a body of parsed SQL the whole definition is printed: `CREATE` there says nothing. */
const bodyOf = ({ source, definition }: CatalogFunction) => definition?.replace(/^create\b/i, '') ?? source

/** `unseen`: what runs these built-in functions is meant, and not they themselves. */
function known(
  all: WeakMap<Catalog, Behind>,
  catalog: Catalog,
  starts: (one: CatalogFunction) => boolean,
  unseen: readonly string[] = [],
): Behind {
  const kept = all.get(catalog)
  if (kept !== undefined) return kept
  const { names, symbols } = behind(catalog, new Set([...catalog.functionsByOid.values()].filter(starts)), unseen)
  const found = { names: names.filter(([word, ...more]) => more.length > 0 || !unseen.includes(word ?? '')), symbols }
  all.set(catalog, found)
  return found
}

function meets(tree: Tree, { names, symbols }: Behind): boolean {
  if (names.length === 0) return false
  const printed = JSON.stringify(tree)
  // A name may hold what is printed with letters: a line's end as \n.
  const words = wordsOf(printed.replace(/\\(?:u[0-9a-f]{4}|.)/g, ' '))
  return names.some(name => name.every(word => words.has(word))) || symbols.some(one => printed.includes(`"${one}"`))
}

function reaches(text: string, { names, symbols }: Behind): boolean {
  const words = wordsOf(text)
  return names.some(name => name.every(word => words.has(word))) || symbols.some(one => text.includes(one))
}

function behind(catalog: Catalog, functions: Set<CatalogFunction>, first: readonly string[] = []): Behind {
  for (const one of catalog.functionsByOid.values()) if (first.includes(one.name)) functions.add(one)
  if (functions.size === 0 && first.length === 0) return NOTHING
  const names = new Map<string, readonly string[]>()
  const symbols = new Set<string>()
  const oids = new Set<number>()
  const add = (name: string) => {
    if (names.has(name)) return false
    names.set(name, [...wordsOf(name)])
    return true
  }
  for (const name of first) add(name)
  const reach = (texts: string, words: ReadonlySet<string>) =>
    [...names.values()].some(name => name.every(word => words.has(word))) ||
    [...symbols].some(symbol => texts.includes(symbol))
  const own = [...catalog.relations.values()].filter(({ schema }) => !isSystemSchema(schema))
  const relations = own.map(relation => ({ relation, ...textOf(relation, catalog) }))
  const written = [...catalog.functionsByOid.values()]
    .filter(one => !compiled(one))
    .map(one => {
      const texts = [bodyOf(one), ...ownNames(one.argumentTypes ?? [], catalog)].join(' ')
      return { one, texts, words: wordsOf(texts) }
    })
  for (let more = true; more; ) {
    more = false
    for (const one of functions) {
      oids.add(one.oid)
      more = add(one.name) || more
    }
    for (const [type, casts] of catalog.ownCasts) if (casts.some(oid => oids.has(oid))) more = add(type) || more
    for (const [symbol, all] of catalog.ownOperators) if (all.some(oid => oids.has(oid))) symbols.add(symbol)
    for (const { function: oid, name } of catalog.dependents ?? []) if (oids.has(oid)) more = add(name) || more
    // Domains of domains, arrays, ranges.
    for (const { inner, name } of catalog.types.values()) {
      const within = inner === 0 ? undefined : catalog.types.get(inner)
      if (within !== undefined && !isSystemSchema(within.schema) && names.has(within.name)) more = add(name) || more
    }
    for (const { relation, texts, words } of relations) {
      if (names.has(relation.name)) continue
      const triggered = relation.triggers?.some(trigger => oids.has(trigger.function)) === true
      if (triggered || relation.definition === '' || reach(texts, words)) more = add(relation.name) || more
    }
    for (const { one, texts, words } of written) {
      if (functions.has(one) || !reach(texts, words)) continue
      functions.add(one)
      more = true
    }
  }
  return { names: [...names.values()], symbols: [...symbols] }
}

/** All that says what takes part when it is used: rows of its children, and of what refers to it, too. */
function textOf(relation: CatalogRelation, catalog: Catalog) {
  const { definition, rules = [], columns } = relation
  const related = [...catalog.relations.values()].filter(({ parents }) => parents.includes(relation.oid))
  const referring = (catalog.references ?? []).filter(({ toRelation }) => toRelation === relation.oid)
  const children = [...related, ...referring.map(one => catalog.relations.get(one.relation))].map(
    one => one?.name ?? '',
  )
  const types = ownNames(
    columns.map(({ type }) => type),
    catalog,
  )
  const made = columns.flatMap(({ generated, preset }) => [generated ?? '', preset ?? ''])
  const texts = [definition ?? '', ...rules, ...made, ...children, ...types].join(' ')
  return { texts, words: wordsOf(texts) }
}

/** Of types that people made. */
function ownNames(types: readonly number[], catalog: Catalog): readonly string[] {
  const found = types.map(type => catalog.types.get(type))
  return found.flatMap(type => (type === undefined || isSystemSchema(type.schema) ? [] : [type.name]))
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}_$]+/gu) ?? [])
}
