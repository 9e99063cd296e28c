// Facts as conditions read them: members of their own, and the fingerprint only where somebody asks for it.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { compileCondition } from '../policy/condition.ts'
import { index } from './lineage/catalog.ts'
import { namesOf } from './lineage/names.ts'
import { protect } from './lineage/protection.ts'
import { columnsOf } from './lineage/resolve.ts'
import { newSession } from './lineage/session.ts'
import { loadParser } from './statement/parser.ts'
import { readSql } from './statement/read-sql.ts'
import { actionOf } from './statement-action.ts'

before(loadParser)

const catalog = index({
  version: '1',
  relations: new Map(),
  functions: new Map(),
  types: new Map(),
  builtinColumns: new Map(),
  ownOperators: new Map(),
  ownCasts: new Map(),
})
const protection = protect(catalog, [])
const path = ['public']

function factsOf(sql: string) {
  const names = namesOf(catalog, path)
  const read = readSql(sql, { names })
  assert.equal(read.kind, 'read')
  if (read.kind !== 'read') return { sql: {}, asked: () => 0 }
  let asked = 0
  const planned = read.statements.map(one => {
    const fingerprint = () => {
      asked++
      return one.fingerprint()
    }
    const statement = { ...one, fingerprint }
    return { statement, decided: statement, plan: columnsOf(one.tree, protection, newSession({ name: 'me', path })) }
  })
  const { facts } = actionOf(planned, { catalog, protection, path, names })
  return { sql: facts.sql as Record<string, unknown>, asked: () => asked }
}

test('the fingerprint is a member like the others, and worked out when it is read', () => {
  const { sql, asked } = factsOf('select 1; select 2')
  assert.equal(Object.keys(sql).at(-1), 'fingerprint')
  assert.equal(asked(), 0)
  const { fingerprint } = sql
  assert.equal(asked(), 2)
  assert.equal(fingerprint, factsOf('select 3; select 4').sql.fingerprint)
  assert.notEqual(fingerprint, factsOf('select 3').sql.fingerprint)
  assert.equal({ ...sql }.fingerprint, fingerprint)
})

test('all of them are read through one getter, which keeps nothing of a statement', () => {
  const getter = (sql: string) => Object.getOwnPropertyDescriptor(factsOf(sql).sql, 'fingerprint')?.get
  assert.ok(getter('select 1'))
  assert.equal(getter('select 1'), getter('select 2'))
})

test('a condition reads it', () => {
  const { sql } = factsOf('select 1')
  const compiled = compileCondition(`sql.fingerprint == '${sql.fingerprint}'`)
  assert.equal(compiled.kind, 'condition')
  if (compiled.kind !== 'condition') return
  const bindings = { args: {}, uri: null, subject: {}, connection: '', operation: '', target: '', tool: null }
  const rest = { found: new Set(), purpose: null, via: null, now: 0 }
  assert.equal(compiled.condition.evaluate({ ...bindings, ...rest, sql }), 'true')
  assert.equal(compiled.condition.evaluate({ ...bindings, ...rest, sql: factsOf('select now()').sql }), 'false')
})
