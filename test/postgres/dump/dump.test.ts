// What pg_dump asks, statement by statement and in its order, by a driver: no pg_dump is needed. Promise: what it asks of the
// catalog is answered as by the database or refused in words of the gateway; no hidden value comes out of the rows, by COPY or
// by cursor, for a caller who may not see it; and one who may gets them as they are.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import pg from 'pg'
import { compileMasking } from '../../../src/masking/plan.ts'
import { databaseWith, Rig, stopTestPostgres } from '../../../src/postgres/testing/rig.ts'
import { plant, unplanted } from '../../support/planted.ts'
import { rulesOfInit } from '../init-rules.ts'
import { ask, section, type Told, text } from './captured.ts'

const DATABASE = `dumped_${process.pid}`
const hidden = [
  'Ondrabelle Quistwater',
  'Thessaly Vornhaupt',
  'Ruprecht Oddlestone',
  '900-61-4471',
  '900-61-4472',
  '900-61-4473',
]
const LABELLED = ['phi.name', 'phi.ssn']
/** As pg_dump begins, in one statement; see the last test for why. */
const BEGIN = 'BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY'

/** What the rules of init, or the gateway whatever the rules, do not let pass, with the code it is told by. */
const refusals: readonly (readonly [why: string, statement: RegExp, code: string])[] = [
  ['rows of others could come', /^SET row_security = off$/, '42501'],
  ['a setting whose name is worked out', /^SELECT set_config\(name, /, '42501'],
  ['nothing lets this caller lock', /^LOCK TABLE public\.\w+ IN ACCESS SHARE MODE/, '42501'],
  ['options of foreign servers hold passwords', /\bpg_options_to_table\(srvoptions\)/, '42501'],
  ['others could go on by what this session sees', /\bpg_export_snapshot\(\)/, '42501'],
]

const kinds = {
  class: 'select relname, oid from pg_class',
  type: 'select typname, oid from pg_type',
  proc: 'select proname, oid from pg_proc where oid >= 16384',
  constraint: 'select conname, oid from pg_constraint',
  database: "select 'clinic', oid from pg_database where datname = current_database()",
}

let server: pg.ClientConfig
let oids: ReadonlyMap<string, string>
/** For callers who may see nothing, and for those who may see all. */
let blind: Rig
let seeing: Rig

before(async () => {
  plant(...hidden)
  const postgres = await databaseWith(DATABASE, [text('schema.sql')])
  server = { ...postgres, database: DATABASE, options: '-c standard_conforming_strings=on' }
  const client = await connected(server)
  const found = new Map<string, string>()
  for (const [kind, sql] of Object.entries(kinds))
    for (const [name, oid] of (await client.query<[string, number]>({ text: sql, rowMode: 'array' })).rows)
      found.set(`{${kind} ${name}}`, String(oid))
  oids = found
  await client.end()
  const masking = compileMasking({
    labels: { 'phi.name': { sql: ['public.patients.full_name'] }, 'phi.ssn': { sql: ['public.patients.ssn'] } },
    clean: {},
    transforms: { default: 'redact', byLabel: {} },
  })
  const rules = rulesOfInit('public')
  const started = { postgres, database: DATABASE, masking }
  blind = await Rig.start({ ...started, rules })
  seeing = await Rig.start({ ...started, rules: rules.map(rule => ({ ...rule, reveal: LABELLED })) })
})
after(async () => {
  await blind?.stop()
  await seeing?.stop()
  await stopTestPostgres()
})

async function connected(settings: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client(settings)
  client.on('error', () => undefined)
  await client.connect()
  return client
}

interface Walked {
  readonly sql: string
  readonly direct: Told
  readonly through: Told
}

/** Both sessions say the same, one after the other; what failed for one begins anew for both. */
async function walk(
  rig: Rig,
  statements: readonly string[],
  first: readonly string[] = [],
): Promise<readonly Walked[]> {
  const direct = await connected(server)
  const through = await connected(rig.settings)
  const walked: Walked[] = []
  for (const sql of first) for (const client of [direct, through]) await client.query(sql)
  let open = first.includes(BEGIN)
  for (const sql of statements) {
    // In two statements it does not work through the gateway.
    if (sql.startsWith('SET TRANSACTION ISOLATION')) continue
    const asked = sql === 'BEGIN' ? BEGIN : sql
    open ||= sql === 'BEGIN'
    const one = { sql, direct: await ask(direct, asked, oids), through: await ask(through, asked, oids) }
    walked.push(one)
    if (one.direct.code === null && one.through.code === null) continue
    for (const client of [direct, through]) {
      await client.query('ROLLBACK')
      if (open) await client.query(BEGIN)
    }
  }
  await direct.end()
  await through.end()
  return walked
}

const short = (sql: string) => sql.replaceAll(/\s+/g, ' ').slice(0, 80)

/** Answered otherwise than by the database, and not for a reason that is known. */
function unexpected(walked: readonly Walked[]): readonly string[] {
  return walked.flatMap(({ sql, direct, through }) => {
    const [why, , code] = refusals.find(([, statement]) => statement.test(sql)) ?? []
    if (why !== undefined)
      return through.code === code ? [] : [`${through.code} and not ${code}, ${why}: ${short(sql)}`]
    // A newer server no longer has what an older pg_dump asks for.
    if (direct.code !== null)
      return direct.code === '42703' && through.code !== null ? [] : [`${direct.code}: ${short(sql)}`]
    return through.said === direct.said ? [] : [unplanted(`${short(sql)}\n${through.said}`)]
  })
}

function leaked(walked: readonly Walked[]): readonly string[] {
  return walked.filter(({ through }) => hidden.some(value => through.said.includes(value))).map(({ sql }) => short(sql))
}

const rowsOf = (walked: readonly Walked[]) => walked.filter(({ sql }) => /^(COPY|FETCH)/.test(sql))

describe('pg_dump', () => {
  it('was captured whole', () => {
    assert.ok(section('catalog').length > 80)
    assert.deepEqual(
      ['data', 'inserts'].map(title => section(title).filter(sql => /^(COPY|FETCH)/.test(sql)).length),
      [3, 6],
    )
  })

  for (const who of ['blind', 'seeing'] as const)
    it(`asks the catalog as the database itself is asked (${who})`, { timeout: 60_000 }, async t => {
      const walked = await walk(who === 'blind' ? blind : seeing, section('catalog'))
      assert.deepEqual(unexpected(walked), [])
      assert.deepEqual(leaked(walked), [])
      const refused = walked.filter(({ through }) => through.code !== null).length
      t.diagnostic(`${walked.length} statements, of which ${refused} refused or unknown to this server`)
    })

  it('asks of the database as a whole', async () => {
    assert.deepEqual(
      unexpected(await walk(blind, section('the database itself, asked of it in the formats of jobs'))),
      [],
    )
  })

  for (const title of ['data', 'inserts'])
    for (const path of ['', 'public'])
      it(`carries off no hidden value (${title}, with ${path || 'no'} path)`, async () => {
        const first = [`SELECT pg_catalog.set_config('search_path', '${path}', false)`, BEGIN]
        const walked = await walk(blind, section(title), first)
        assert.ok(walked.every(({ direct, through }) => direct.code === null && through.code === null))
        assert.deepEqual(leaked(walked), [])
        const patients = rowsOf(walked).filter(({ direct }) => hidden.some(value => direct.said.includes(value)))
        assert.equal(patients.length, 1, 'they come out of the database itself')
        for (const { direct, through } of patients) {
          const expected = direct.said
            .replaceAll(/900-61-447\d/g, '[phi.ssn]')
            .replaceAll(/Ondrabelle Quistwater|Thessaly Vornhaupt|Ruprecht Oddlestone/g, '[phi.name]')
          assert.equal(unplanted(through.said), expected, 'all else does come')
          assert.deepEqual(through.hints, ['6 values are hidden from you: phi.name (3), phi.ssn (3).'])
        }
        assert.deepEqual(unexpected(walked.filter(one => !patients.includes(one))), [])
      })

  it('gets the rows as they are for a caller who may see them', async () => {
    for (const title of ['data', 'inserts']) {
      const walked = await walk(seeing, section(title), [BEGIN])
      assert.ok(leaked(walked).length > 0)
      assert.deepEqual(unexpected(walked), [])
    }
  })
})

describe('pg_dump with jobs', () => {
  it('is given no snapshot to share', async () => {
    const walked = await walk(blind, section('jobs, first session'))
    assert.deepEqual(unexpected(walked), [])
    assert.ok(walked.at(-1)?.sql.includes('pg_export_snapshot') && walked.at(-1)?.through.code === '42501')
  })

  it('reads by a snapshot that was exported past the gateway, and no hidden value comes of it', async () => {
    const exporter = await connected(server)
    await exporter.query(BEGIN)
    const { rows } = await exporter.query('select pg_export_snapshot() as snapshot')
    const through = await connected(blind.settings)
    await through.query(BEGIN)
    const [set = '', , copy = ''] = section('jobs, worker 1').slice(-5)
    assert.match(set, /^SET TRANSACTION SNAPSHOT/)
    assert.equal((await ask(through, set, oids, rows[0].snapshot)).code, null)
    const { code, said } = await ask(through, copy, oids)
    assert.equal(code, null)
    assert.ok(said.includes('[phi.ssn]') && !hidden.some(value => said.includes(value)))
    await through.end()
    await exporter.end()
  })

  it('locks nothing that it is not let', async () => {
    const through = await connected(blind.settings)
    await through.query(BEGIN)
    const lock = section('jobs, worker 1').find(sql => sql.startsWith('LOCK TABLE')) ?? ''
    const { code } = await ask(through, lock, oids)
    assert.equal(code, '42501')
    await through.end()
  })
})

// It begins with no path, and then what the gateway asks before a statement would be the transaction's first query.
it('a transaction of a session without a path takes its isolation in a statement of its own', async () => {
  const through = await connected(blind.settings)
  const begins = section('catalog').filter(sql => /search_path|^BEGIN$|^SET TRANSACTION/.test(sql))
  const codes = []
  for (const sql of begins) codes.push((await ask(through, sql, oids)).code)
  await through.end()
  assert.deepEqual(
    codes,
    begins.map(() => null),
  )
})
