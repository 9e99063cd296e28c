// Facts of a text of SQL, for conditions. Promise: they name what the catalog knows, and all of a relation where its columns
// cannot be told; each is a member of its own, as conditions see no others.
import type { ActionPart, Effect, SqlFacts } from '../gateway/seam.ts'
import { findRelation } from './lineage/catalog.ts'
import type { Protection } from './lineage/protection.ts'
import type { Plan } from './lineage/resolve.ts'
import { qualified } from './statement/qualified.ts'
import type { Statement } from './statement/statement.ts'
import type { Planned, Setting } from './statement-action.ts'

/** What its parts come to. */
interface Whole extends Pick<SqlFacts, 'hasWhere'> {
  readonly parts: readonly ActionPart[]
  readonly effects: ReadonlySet<Effect>
}

export function factsOf(planned: readonly Planned[], { parts, effects, hasWhere }: Whole, setting: Setting): SqlFacts {
  const relations = new Set<string>()
  const columns = new Set<string>()
  const guarded = new Set<string>()
  const labels = new Set<string>()
  for (const { decided: statement, plan } of planned) {
    const used = relationsOf(statement, plan, setting)
    const all =
      statement.columns.includes('*') || !statement.columns.every(name => used.some(one => has(one.columns, name)))
    for (const relation of used) {
      const name = qualified(relation.schema, relation.name)
      relations.add(name)
      const held = labelsIn(relation.oid, setting.protection)
      if (held.size > 0) guarded.add(name)
      if (all && !statement.columns.includes('*')) columns.add(`${name}.*`)
      for (const column of relation.columns) {
        if (!all && !statement.columns.includes(column.name)) continue
        columns.add(`${name}.${qualified(column.name)}`)
        for (const label of held.get(column.name) ?? []) labels.add(label)
      }
    }
    for (const { schema, name } of statement.relations)
      relations.add(schema === null ? qualified(name) : qualified(schema, name))
    if (plan.touches !== 'unknown') for (const label of plan.touches) labels.add(label)
  }
  return new Facts(planned, {
    operations: [...new Set(parts.map(({ operation }) => operation))],
    effects: [...effects],
    relations: [...relations].sort(),
    columns: [...columns].sort(),
    protected: [...guarded].sort(),
    labels: [...labels].sort(),
    hasWhere,
  })
}

/** The fingerprint is worked out when a rule asks for it. */
class Facts implements SqlFacts {
  static readonly #fingerprint: PropertyDescriptor & ThisType<Facts> = {
    enumerable: true,
    get() {
      return this.#planned.map(({ statement }) => statement.fingerprint()).join(';')
    },
  }
  readonly operations: readonly string[]
  readonly effects: readonly string[]
  readonly relations: readonly string[]
  readonly columns: readonly string[]
  readonly protected: readonly string[]
  readonly labels: readonly string[]
  readonly hasWhere: boolean
  readonly statements: number
  declare readonly fingerprint: string
  readonly #planned: readonly Planned[]

  constructor(planned: readonly Planned[], facts: Omit<SqlFacts, 'statements' | 'fingerprint'>) {
    this.operations = facts.operations
    this.effects = facts.effects
    this.relations = facts.relations
    this.columns = facts.columns
    this.protected = facts.protected
    this.labels = facts.labels
    this.hasWhere = facts.hasWhere
    this.statements = planned.length
    this.#planned = planned
    // One getter for all of them: V8 gives each getter of a literal a class of its own, which keeps what it closes over.
    Object.defineProperty(this, 'fingerprint', Facts.#fingerprint)
  }
}

function relationsOf(statement: Statement, plan: Plan, { catalog, path }: Setting) {
  const found = new Map(
    statement.relations.flatMap(({ schema, name }) => {
      const relation = findRelation(catalog, path, schema, name)
      return relation === null ? [] : [[relation.oid, relation] as const]
    }),
  )
  for (const oid of plan.relations) {
    const relation = catalog.relations.get(oid)
    if (relation !== undefined) found.set(oid, relation)
  }
  return [...found.values()]
}

function has(columns: readonly { readonly name: string }[], name: string): boolean {
  return columns.some(column => column.name === name)
}

/** Labels of a relation's columns by name: declared on them, and of what a view shows. */
function labelsIn(oid: number, protection: Protection): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  const add = (name: string, labels: Iterable<string>) => {
    const held = found.get(name) ?? new Set<string>()
    for (const label of labels) held.add(label)
    if (held.size > 0) found.set(name, held)
  }
  for (const [attribute, labels] of protection.labels.get(oid) ?? []) {
    const column = protection.catalog.relations.get(oid)?.columns.find(one => one.attribute === attribute)
    if (column !== undefined) add(column.name, labels)
  }
  for (const { name, taint } of protection.known.get(oid)?.columns ?? []) add(name, taint.labels)
  return found
}
