// Triggers that fire each other. Promise: what they put elsewhere is found however they are entangled, in bounded time.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { loadParser } from '../statement/parser.ts'
import { readSql } from '../statement/read-sql.ts'
import { type CatalogFunction, type CatalogRelation, index } from './catalog.ts'
import { protect } from './protection.ts'
import { columnsOf } from './resolve.ts'
import { newSession } from './session.ts'

before(loadParser)

const tables = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']

function relation(name: string, at: number): CatalogRelation {
  return {
    oid: at + 1,
    schema: 'public',
    name,
    kind: 'r',
    columns: ['id', 'held'].map((column, n) => ({ attribute: n + 1, name: column, type: 25, generated: null })),
    definition: null,
    parents: [],
    hasRules: false,
    triggers: [{ function: 100 + at, on: ['insert', 'update', 'delete'] }],
  }
}

/** Writes to every table; the last one also puts what it is given where nothing is protected. */
function fired(name: string, at: number): CatalogFunction {
  const updates = tables.map(other => `update ${other} set id = new.id where held = new.held;`)
  const leaks = at === tables.length - 1 ? 'update a set id = new.held;' : ''
  return {
    oid: 100 + at,
    schema: 'public',
    name: `fired_${name}`,
    kind: 'f',
    language: 'plpgsql',
    volatility: 'v',
    source: `begin ${updates.join(' ')} ${leaks} return new; end`,
    definition: null,
    argumentNames: [],
    argumentCount: 0,
    outNames: [],
    resultType: 2279,
    returnsSet: false,
    searchPath: null,
    trusted: false,
    trigger: true,
  }
}

const functions = tables.map(fired)
const catalog = index({
  version: '1',
  relations: new Map(tables.map(relation).map(one => [one.oid, one])),
  functions: new Map(functions.map(one => [one.name, [one]])),
  types: new Map(),
  builtinColumns: new Map(),
  ownOperators: new Map(),
  ownCasts: new Map(),
})
const protection = protect(
  catalog,
  tables.map(name => ({ schema: 'public', relation: name, column: 'held', label: 'phi.ssn' })),
)

test('triggers that all fire each other are read to the end', () => {
  const read = readSql('delete from a')
  assert.ok(read.kind === 'read' && read.statements[0] !== undefined)
  const { flows } = columnsOf(read.statements[0].tree, protection, newSession({ name: 'me', path: ['public'] }))
  assert.deepEqual(flows, [{ to: 'column', target: 'a.id', labels: ['phi.ssn'] }])
})
