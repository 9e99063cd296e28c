// Settings whose value is bound, as drivers do it to feed row-level security. Promise: they take what the caller bound, they
// are believed as if it were written, and nothing but that comes into a setting.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import postgres from 'postgres'
import { compileMasking } from '../../src/masking/plan.ts'
import { front } from '../../src/postgres/frames.ts'
import { frame, int16Bytes, uint32Bytes } from '../../src/postgres/messages.ts'
import { field, RawClient, say } from '../../src/postgres/testing/raw-client.ts'
import { databaseWith, Rig, rule, stopTestPostgres } from '../../src/postgres/testing/rig.ts'

const masking = compileMasking({
  labels: { 'phi.name': { sql: ['public.people.name'] } },
  clean: {},
  transforms: { default: 'redact', byLabel: {} },
})
const SECRET = 'xqolvent'
let rig: Rig

before(async () => {
  const database = `bound_${process.pid}`
  const postgres = await databaseWith(database, [
    `create table people (id int, name text, ward text); insert into people values (1, '${SECRET}', 'east'), (2, 'b', 'west');
     create type own as enum ('a'); create function said(own) returns text language sql stable as 'select name from people limit 1';
     create cast (own as text) with function said(own) as implicit;
     create function told(int) returns text language sql stable as 'select name from people where id = $1';
     create cast (int as text) with function told(int) as implicit`,
  ])
  rig = await Rig.start({ postgres, masking, database, rules: [rule('all', 'allow', {})] })
})
after(async () => {
  await rig?.stop()
  await stopTestPostgres()
})

const ROWS = "select id from people where ward = current_setting('app.ward', true)"

test('node-postgres binds the value of a setting', async () => {
  await rig.withClient(async client => {
    await client.query('begin')
    const { rows } = await client.query("select set_config('app.ward', $1, true)", ['east'])
    assert.deepEqual(rows, [{ set_config: 'east' }])
    assert.deepEqual((await client.query(ROWS)).rows, [{ id: 1 }])
    await client.query("select set_config('app.ward', $1, $2)", ['west', true])
    assert.deepEqual((await client.query(ROWS)).rows, [{ id: 2 }])
    await client.query('commit')
    assert.deepEqual((await client.query(ROWS)).rows, [])
    const both =
      "select set_config('app.ward', $1, false) as w, pg_catalog.set_config('statement_timeout', $2, false), set_config('app.b', 'c', false)"
    for (const ward of ['east', 'west']) {
      const { rows: set } = await client.query({ name: 'both', text: both, values: [ward, '9s'] })
      assert.equal(set[0].w, ward)
      assert.equal((await client.query("select current_setting('app.ward') as w")).rows[0].w, ward)
    }
    assert.equal((await client.query('show statement_timeout')).rows[0].statement_timeout, '9s')
    await client.query("select set_config('jit', $1, false)", ['off'])
    assert.equal((await client.query('show jit')).rows[0].jit, 'off')
    await client.query("select set_config('app.ward', $1, false)", [null])
    assert.deepEqual((await client.query(ROWS)).rows, [])
  })
})

test('postgres.js binds the value of a setting', async () => {
  const { host, port, user, password, database } = rig.settings
  const sql = postgres({ host, port, username: user, password, database, max: 1, onnotice: () => undefined })
  try {
    const rows = await sql.begin(async within => {
      await within`select set_config('app.ward', ${'east'}, true)`
      return within.unsafe(ROWS)
    })
    assert.deepEqual([...rows], [{ id: 1 }])
    const [{ w }] = (await sql`select current_setting('app.ward', true) as w`) as unknown as [{ w: string }]
    assert.equal(w, '')
  } finally {
    await sql.end()
  }
})

const CODE = '42501'
for (const text of [
  "select set_config('search_path', $1, false)",
  "select set_config('SEARCH_PATH', $1, false)",
  "select set_config('role', $1, false)",
  "select set_config('session_authorization', $1, false)",
  "select set_config('sallyport.subject', $1, false)",
  "select set_config('Sallyport.purpose', $1, true)",
  "select set_config('row_security', $1, false)",
  "select set_config('client_encoding', $1, false)",
  "select set_config('standard_conforming_strings', $1, false)",
  "select set_config('session_replication_role', $1, false)",
  "select set_config('transaction_isolation', $1, false)",
  "select set_config('default_transaction_isolation', $1, false)",
  "select set_config('local_preload_libraries', $1, false)",
  "select set_config('auto_explain.log_min_duration', $1, false)",
  "select set_config($1, 'x', false)",
  "select set_config('app.ward', $1 || 'x', false)",
  "select set_config('app.ward', $1::text, false)",
  "select set_config('app.ward', upper($1), false)",
  "select set_config('app.ward', $1, false) from people",
  "select set_config('app.ward', $1, false) where true",
  "select set_config('app.ward', $1, false), name from people",
  "select set_config('app.ward', $1, (select true))",
  "select set_config('app.ward', $1, false), 1",
  "select set_config('app.ward', $1, false) limit 1",
  "select set_config('app.ward', $1, false) union select 'x'",
  "select upper(set_config('app.ward', $1, false))",
  "select * from set_config('app.ward', $1, false)",
  "select (select set_config('app.ward', $1, false))",
  "with w as (select set_config('app.ward', $1, false)) select * from w",
  "values (set_config('app.ward', $1, false))",
  "select set_config('app.ward', $1, false) into temp t",
  "explain analyze select set_config('app.ward', $1, false)",
  "declare c cursor with hold for select set_config('app.ward', $1, false)",
  "create temp table t as select set_config('app.ward', $1, false)",
  "select set_config(new_value => $1, setting_name => 'app.ward', is_local => false)",
  "select set_config('app.ward', $1, false) over ()",
] as const) {
  test(`not bound: ${text}`, async () => {
    await rig.withClient(async client => {
      await assert.rejects(client.query(text, ['x']), { code: CODE })
    })
  })
}

test('PREPARE takes none', async () => {
  await rig.withClient(client =>
    assert.rejects(client.query("prepare p as select set_config('app.ward', $1, false)"), { code: CODE }),
  )
})

async function given(oid: number, value: string | Buffer, format = 0): Promise<RawClient> {
  const client = await RawClient.signedIn(rig.port)
  const sql = "select set_config('app.ward', $1, false)"
  const bytes = Buffer.from(value)
  client.send(
    frame(front.parse, `\0${sql}\0`, int16Bytes(1), uint32Bytes(oid)),
    frame(
      front.bind,
      '\0\0',
      int16Bytes(1),
      int16Bytes(format),
      int16Bytes(1),
      uint32Bytes(bytes.length),
      bytes,
      int16Bytes(0),
    ),
    say.execute(''),
    say.sync(),
  )
  await client.until('Z')
  client.send(say.query("select current_setting('app.ward', true)"))
  await client.until('Z', 2)
  client.socket.destroy()
  return client
}

const heard = (client: RawClient) => client.heard.map(({ body }) => body.toString('latin1')).join()

test('a parameter that is text takes text and binary', async () => {
  for (const oid of [0, 25, 705, 1043])
    for (const format of [0, 1]) {
      const client = await given(oid, 'east', format)
      assert.ok(!client.types.includes('E'), `${oid} ${format}`)
      assert.ok(heard(client).includes('east'))
    }
})

test('a parameter of another type takes nothing: a cast could be what people wrote', async () => {
  const client = await rig.client()
  const { rows } = await client.query("select 'own'::regtype::oid as oid")
  await client.end()
  for (const [oid, value] of [
    [rows[0].oid, 'a'],
    [23, '1'],
    [20, '1'],
    [19, 'x'],
    [17, 'x'],
  ] as const) {
    const told = await given(oid, value)
    assert.equal(field(told.heard.find(({ type }) => type === 'E') as never, 'C'), CODE, String(oid))
    assert.ok(!heard(told).includes(SECRET))
  }
})

test('how the server plans is known to be chosen', async () => {
  const grouped = 'select min(id) as id from people group by name'
  await rig.withClient(async client => {
    assert.equal((await client.query(grouped)).rowCount, 2)
    await client.query("select set_config('enable_hashagg', $1, false)", ['off'])
    await assert.rejects(client.query(grouped), { code: CODE })
  })
})
