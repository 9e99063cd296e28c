// A fast subset of what test/interop/postgres runs whole: both JavaScript clients do a day's work directly and through the
// gateway with a transparent connection. Promise: what they are given is the very same.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import pg from 'pg'
import postgres from 'postgres'
import { Rig, stopTestPostgres, testPostgres } from '../../src/postgres/testing/rig.ts'

interface Settings {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

type Day = (settings: Settings) => Promise<unknown[]>

const outcome = (error: unknown) => {
  const { code, severity, message, position } = error as pg.DatabaseError
  return { code, severity, message, position }
}

/** Without the number of the table, which each run makes anew. */
const typeOf = ({ name, columnID, dataTypeID, format }: pg.FieldDef) => [name, columnID, dataTypeID, format]

const nodePostgres: Day = async settings => {
  const client = new pg.Client(settings)
  await client.connect()
  const seen: unknown[] = []
  const ask = async (query: string | pg.QueryConfig, values?: unknown[]) => {
    const result = await client.query(query as string, values).catch(outcome)
    const several = Array.isArray(result) ? result : [result]
    seen.push(several.map(one => ('rows' in one ? [one.command, one.rowCount, one.fields.map(typeOf), one.rows] : one)))
  }
  client.on('notice', ({ message }) => seen.push(message))
  const notified = new Promise(resolve => client.on('notification', ({ payload }) => resolve(payload)))
  await ask('create temp table day (id serial, name text, at timestamptz, doc jsonb, list int[], raw bytea)')
  for (const at of [1, 2, 3, 4, 5, 6]) {
    const text = 'insert into day (name, at, doc, list, raw) values ($1, $2, $3, $4, $5) returning id'
    const values = [`name ${at}`, new Date(at * 1e12), { at }, [at, null], Buffer.from([at, 0, 255])]
    await ask(at % 2 ? { text, values, name: 'insert' } : { text, values })
  }
  await ask('select * from day order by id; select count(*)::int from day; select 1/0; select 2')
  await ask({ text: 'select id, name, at from day order by id', rowMode: 'array' } as pg.QueryConfig)
  await ask({ text: 'select $1::int4 as n, $2::float8 as f', values: [1, 2.5], binary: true } as pg.QueryConfig)
  await ask('begin')
  await ask('select $1::int', ['x'])
  await ask('select 1')
  await ask('rollback')
  await ask('')
  await ask("do $$ begin raise notice 'told'; end $$")
  await ask('listen day')
  await ask("notify day, 'payload'")
  seen.push(await notified)
  await ask("select repeat('x', 3000000) as large")
  await ask('select i, md5(i::text) from generate_series(1, 20000) i')
  await client.end()
  return seen
}

const postgresJsDay: Day = async ({ host, port, user, password, database }) => {
  const sql = postgres({ host, port, user, password, database, max: 1 })
  const seen: unknown[] = []
  await sql`create temp table day_js (id int, name text)`
  // Pipelined: it sends all of these without waiting.
  seen.push(
    await Promise.all(
      Array.from({ length: 20 }, (_, at) => sql`insert into day_js values (${at}, ${`n ${at}`}) returning id`),
    ),
  )
  for await (const rows of sql`select * from day_js order by id`.cursor(7)) seen.push([...rows])
  seen.push(await sql`select 1 as a; select 2 as b`.simple())
  seen.push(await sql`select 1/0`.catch(outcome))
  seen.push(await sql.begin(inner => inner`select ${'x'}::text as x`))
  seen.push(await sql.begin(async inner => void (await inner`select 1/0`)).catch(outcome))
  const pieces: Buffer[] = []
  for await (const piece of await sql`copy day_js to stdout`.readable()) pieces.push(piece)
  seen.push(Buffer.concat(pieces).toString())
  const into = await sql`copy day_js from stdin`.writable()
  await new Promise(resolve => into.once('finish', () => resolve(null)).end('100\tcopied\n'))
  seen.push(await sql`select count(*)::int as n from day_js`)
  await sql.end()
  return JSON.parse(JSON.stringify(seen)) as unknown[]
}

describe('clients of PostgreSQL, direct and through the gateway', () => {
  let rig: Rig
  let direct: Settings

  before(async () => {
    const { host, port, user, password } = await testPostgres()
    direct = { host, port, user, password, database: 'postgres' }
    rig = await Rig.start({ postgres: direct })
  })
  after(async () => {
    await rig?.stop()
    await stopTestPostgres()
  })

  it('node-postgres', async () => {
    const seen = await nodePostgres(direct)
    assert.ok(seen.length > 20)
    assert.deepEqual(await nodePostgres(rig.settings), seen)
  })

  it('postgres.js', async () => {
    const seen = await postgresJsDay(direct)
    assert.ok(seen.length > 8)
    assert.deepEqual(await postgresJsDay(rig.settings), seen)
  })
})
