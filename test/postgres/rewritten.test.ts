// The resolver beside the server's own rewritten tree, on the corpora and on queries that combine what they hold apart.
// Promise: no output column of a SELECT is less protected in the plan than in the tree.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { type Postgres, startPostgres } from '../../examples/clinic/postgres.ts'
import { loadCatalog } from '../../src/postgres/lineage/catalog-load.ts'
import { columnsOf } from '../../src/postgres/lineage/resolve.ts'
import { newSession } from '../../src/postgres/lineage/session.ts'
import { loadParser } from '../../src/postgres/statement/parser.ts'
import { readSql } from '../../src/postgres/statement/read-sql.ts'
import { compare, everyThird, newTally } from '../interop/postgres-oracle/compare.ts'
import { unplanted } from '../support/planted.ts'
import { plantLineage } from './planted.ts'

const DATABASE = 'rewritten'
const lines = (file: string) =>
  readFileSync(join(import.meta.dirname, file), 'utf8')
    .split('\n')
    .map(line => line.replace(/^\/\*.*?\*\/ /, ''))
    .filter(line => line !== '' && !line.startsWith('--'))

let home: string
let server: Postgres
let client: pg.Client

before(async () => {
  plantLineage()
  await loadParser()
  home = mkdtempSync(join(tmpdir(), 'sallyport-rewritten-'))
  server = await startPostgres({ dir: home })
  const { host, port, user, password } = server
  const admin = new pg.Client({ host, port, user, password, database: 'postgres' })
  await admin.connect()
  await admin.query(`DROP DATABASE IF EXISTS ${DATABASE}`)
  await admin.query(`CREATE DATABASE ${DATABASE}`)
  await admin.end()
  client = new pg.Client({ host, port, user, password, database: DATABASE })
  await client.connect()
  await client.query(readFileSync(join(import.meta.dirname, 'lineage-schema.sql'), 'utf8'))
})

after(async () => {
  await client?.end()
  await server?.stop()
  rmSync(home, { recursive: true, force: true })
})

test('no column is less protected than in the tree', { timeout: 120_000 }, async t => {
  const catalog = await loadCatalog(async sql => {
    const types = { getTypeParser: () => String }
    return (await client.query<(string | null)[]>({ text: sql, rowMode: 'array', types })).rows
  })
  await client.query(`SET search_path = public; SET debug_print_rewritten = on; SET debug_pretty_print = off;
    SET client_min_messages = log`)
  const protection = everyThird(catalog)
  const session = newSession({ name: 'postgres', path: ['public'] })
  const tally = newTally()
  let tree: string | null = null
  client.on('notice', ({ message, detail }) => {
    if (message === 'rewritten parse tree:') tree ??= detail ?? null
  })
  for (const sql of ['rewritten.sql', 'lineage-harmless.sql', 'lineage-attacks.sql'].flatMap(lines)) {
    const read = readSql(sql)
    const only = read.kind === 'read' && read.statements.length === 1 ? read.statements[0] : undefined
    if (only?.kind !== 'select' || only.refusal !== null) continue
    await client.query('BEGIN')
    tree = null
    await client.query(sql).catch(() => undefined)
    await client.query('ROLLBACK')
    if (tree !== null) compare(tally, sql, tree, columnsOf(only.tree, protection, session), protection)
  }
  const { selects, columns, carrying, more, unknown, missed } = tally
  t.diagnostic(
    `${selects} selects, ${columns} columns, ${carrying} carrying, ${more} hidden beyond it, ${unknown} unknown`,
  )
  assert.deepEqual(missed.map(unplanted), [])
  assert.ok(selects > 500 && carrying > 300)
})
