// The resolver against a real server. Promise: wherever a planted value really comes out of the unmasked database, the
// plan made beforehand had marked it; harmless queries keep every column.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { type Postgres, startPostgres } from '../../examples/clinic/postgres.ts'
import { protectionOf, type Snapshot, snapshotOf } from '../../src/postgres/catalogs.ts'
import { type DescribedColumn, originsOf } from '../../src/postgres/lineage/origins.ts'
import type { Plan } from '../../src/postgres/lineage/resolve.ts'
import { loadParser } from '../../src/postgres/statement/parser.ts'
import { unplanted } from '../support/planted.ts'
import { leaks, plantLineage } from './planted.ts'
import { type Step, stepsOf } from './steps.ts'
import { lines, masking } from './through-door.ts'

/** One server serves all test files of a run. */
const DATABASE = `lineage_${process.pid}`
const folder = join(import.meta.dirname, '.')

interface Outcome {
  readonly described: readonly (readonly DescribedColumn[])[]
  /** Of each result, the positions of columns in which a planted value stood. */
  readonly columns: readonly (readonly number[])[]
  readonly words: boolean
}

let home: string
let server: Postgres
let snapshot: Snapshot

before(async () => {
  plantLineage()
  await loadParser()
  home = mkdtempSync(join(tmpdir(), 'sallyport-lineage-'))
  server = await startPostgres({ dir: home })
  const client = await connect()
  await client.query(`CREATE DATABASE ${DATABASE}`)
  await client.end()
  const loader = await connect(DATABASE)
  await loader.query(readFileSync(join(folder, 'lineage-schema.sql'), 'utf8'))
  snapshot = await snapshotOf(
    async sql =>
      (await loader.query<(string | null)[]>({ text: sql, rowMode: 'array', types: { getTypeParser: () => String } }))
        .rows,
  )
  await loader.end()
})

after(async () => {
  await server.stop()
  rmSync(home, { recursive: true, force: true })
})

async function connect(database = 'postgres'): Promise<pg.Client> {
  const client = new pg.Client({ ...parts(), database })
  await client.connect()
  return client
}

function parts() {
  return { host: server.host, port: server.port, user: server.user, password: server.password }
}

/** Statement by statement, in a transaction that is rolled back. */
async function run(statements: readonly string[]): Promise<Outcome> {
  const client = await connect(DATABASE)
  const heard: string[] = []
  client.on('notice', notice => heard.push(`${notice.message} ${notice.detail ?? ''}`))
  client.on('notification', message => heard.push(message.payload ?? ''))
  const found: number[][] = []
  const described: DescribedColumn[][] = []
  try {
    await client.query('BEGIN')
    const started = statements.some(text => text.includes('pg_notify'))
    if (started) await client.query('LISTEN c')
    for (const text of statements) {
      const copied: string[] = []
      const listen = (message: { chunk: Buffer }) => copied.push(message.chunk.toString())
      const wire = (client as unknown as { connection: NodeJS.EventEmitter }).connection
      wire.on('copyData', listen)
      const result = await client.query<(string | null)[]>({
        text,
        rowMode: 'array',
        types: { getTypeParser: () => String },
      })
      wire.off('copyData', listen)
      const rows =
        copied.length > 0 ? copied.map(row => row.trimEnd().split(text.includes('csv') ? ',' : '\t')) : result.rows
      found.push(columnsThatLeak(rows))
      described.push(
        result.fields.map(({ name, tableID, columnID }) => ({ name, table: tableID, attribute: columnID })),
      )
    }
    if (started) await client.query('COMMIT')
  } catch (error) {
    const { message, detail, where, hint } = error as pg.DatabaseError
    heard.push([message, detail, where, hint].join(' '))
  }
  await client.end()
  return { described, columns: found, words: heard.some(leaks) }
}

function columnsThatLeak(rows: readonly (readonly (string | null)[])[]): number[] {
  const width = rows[0]?.length ?? 0
  return Array.from({ length: width }, (_, at) => at).filter(
    at => rows.some(row => leaks(readable(row[at] ?? ''))) || leaks(rows.map(row => row[at]).join('')),
  )
}

/** Binary values arrive as hex. */
function readable(cell: string): string {
  return cell.startsWith('\\x') ? `${cell} ${Buffer.from(cell.slice(2), 'hex').toString()}` : cell
}

async function planLine(sql: string): Promise<readonly Step[]> {
  const steps = await stepsOf(sql, snapshot, masking)
  assert.ok(steps !== null, unplanted(sql))
  return steps
}

function marked(plan: Plan, column: number): boolean {
  return plan.columns === null || plan.columns[column]?.form !== 'clean'
}

/** Whether policy is told anything by which it could hold or stop the line. */
function noticed({ statement, plan }: Step): boolean {
  const columns = plan.columns === null || plan.columns.some(({ form }) => form !== 'clean')
  const told = plan.oracles.length > 0 || plan.flows.length > 0
  return columns || told || statement.refusal !== null || statement.effects.has('define')
}

/** Kept from running, or all it shows is hidden. */
function halted({ plan, refused }: Step): boolean {
  const columns = plan.columns ?? [{ form: 'derived' }]
  return refused || (columns.length > 0 && columns.every(({ form }) => form !== 'clean'))
}

describe('lineage', () => {
  test('every attack that leaks is marked', { timeout: 240_000 }, async t => {
    let leaked = 0
    let quiet = 0
    let refused = 0
    const paths = new Set<string>()
    const missed: string[] = []
    for (const line of lines('lineage-attacks.sql')) {
      const [, path = '', kind = '', sql = ''] = /^\/\* (\d+) ?(\w*) \*\/ (.*)$/.exec(line) ?? []
      assert.notEqual(sql, '', unplanted(line))
      paths.add(path)
      const planned = await planLine(sql)
      for (const { plan } of planned)
        if (plan.flows.some(flow => flow.target === 'unknown')) missed.push(`not worked out: ${line}`)
      const flows = planned.some(({ plan }) => plan.flows.length > 0)
      if (['9', '21'].includes(path) && !flows) missed.push(`no flow: ${line}`)
      if (path === '22' && !planned.some(({ plan }) => plan.oracles.length > 0 || marked(plan, 0)))
        missed.push(`no oracle: ${line}`)
      if (kind === 'stopped' && !planned.some(halted)) missed.push(`not stopped: ${line}`)
      if (kind === 'refused') {
        refused++
        if (!planned.some(({ statement }) => statement.refusal !== null)) missed.push(`not refused: ${line}`)
        continue
      }
      if (!planned.some(noticed) && planned.every(({ plan }) => plan.touches.length === 0))
        missed.push(`unnoticed: ${line}`)
      if (planned.some(({ statement }) => statement.refusal !== null)) missed.push(`refused, not run: ${line}`)
      const outcome = await run(planned.map(({ text }) => text))
      const really = outcome.words || outcome.columns.some(columns => columns.length > 0)
      if (kind === 'quiet' || kind === 'stopped') quiet++
      else if (really) leaked++
      else missed.push(`no attack, nothing came out: ${line}`)
      // What stops a statement before it runs stops the ones after it in the same line.
      let stopped = false
      for (const [at, columns] of outcome.columns.entries()) {
        const step = planned[at]
        if (step === undefined) continue
        const { plan, statement } = step
        if (step.refused || (statement.effects.has('define') && !statement.effects.has('read'))) stopped = true
        for (const column of columns)
          if (!stopped && !marked(plan, column)) missed.push(`column ${column} of ${at}: ${line}`)
      }
      const spoke = planned.every(
        ({ plan, statement }) =>
          plan.touches.length === 0 && plan.flows.length === 0 && !statement.effects.has('define'),
      )
      if (outcome.words && spoke) missed.push(`words: ${line}`)
    }
    t.diagnostic(`${leaked} attacks leaked, ${quiet} quiet ones noticed, ${refused} refused, ${paths.size} leak paths`)
    assert.deepEqual(missed.map(unplanted), [])
    assert.ok(leaked + quiet + refused >= 150)
  })

  test('what a caller may see stops nothing, what it may not see does', async () => {
    const sql = 'SELECT id FROM patients ORDER BY ssn'
    for (const [label, refused] of [
      ['phi.ssn', false],
      ['phi.name', true],
    ] as const) {
      const steps = await stepsOf(sql, snapshot, masking, new Set([label]))
      assert.deepEqual(
        steps?.map(step => step.refused),
        [refused],
        label,
      )
    }
  })

  test('harmless queries keep every column', { timeout: 60_000 }, async t => {
    const wrong: string[] = []
    const all = lines('lineage-harmless.sql')
    for (const line of all) {
      const planned = await planLine(line)
      const outcome = await run(planned.map(({ text }) => text))
      if (outcome.columns.length !== planned.length) wrong.push(`did not run: ${line}`)
      const protection = protectionOf(snapshot, masking)
      for (const { plan, statement, refused } of planned) {
        const bad =
          plan.columns === null
            ? plan.allClean
              ? []
              : ['?']
            : plan.columns.filter(({ form }) => form !== 'clean').map(c => c.name)
        const fields = outcome.described[planned.findIndex(step => step.plan === plan)] ?? []
        const hidden = originsOf(plan, protection, fields).some(({ labels }) => labels === 'unknown' || labels.size > 0)
        if (refused) wrong.push(`stopped: ${line}`)
        if (
          /^(SELECT|WITH \w+ AS \(SELECT)/.test(line) &&
          statement.effects.has('write') &&
          !/FOR UPDATE|INTO TEMP|nextval/.test(line)
        )
          wrong.push(`writes: ${line}`)
        if (hidden) wrong.push(`description does not fit: ${line}`)
        if (bad.length > 0 || plan.flows.length > 0 || statement.refusal !== null) wrong.push(`${bad.join()}: ${line}`)
      }
    }
    t.diagnostic(`${all.length} harmless lines`)
    assert.deepEqual(wrong.map(unplanted), [])
  })
})
