// Questions of the gateway's own that are not answered: the caller hears why, and its connection goes on.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { compileMasking } from '../masking/plan.ts'
import { field, RawClient, say } from './testing/raw-client.ts'
import { databaseWith, Rig, rule, stopTestPostgres } from './testing/rig.ts'

const DATABASE = `link_ask_${process.pid}`
const masking = compileMasking({ labels: {}, clean: {}, transforms: { default: 'redact', byLabel: {} } })

let rig: Rig
let direct: pg.Client
before(async () => {
  const postgres = await databaseWith(DATABASE, ['create table wards (id int)', 'insert into wards values (1)'])
  rig = await Rig.start({
    postgres,
    masking,
    database: DATABASE,
    rules: [
      rule('all', 'allow', {}),
      rule('many', 'block', { patterns: ['sql.select:public.wards'], when: 'sql.estimatedRows > 100000' }),
    ],
  })
  const { host, port, user, password } = postgres
  direct = new pg.Client({ host, port, user, password, database: DATABASE })
  await direct.connect()
})
after(async () => {
  await direct?.end()
  await rig?.stop()
  await stopTestPostgres()
})

const BLOCK = 'do $$begin end$$'
const extended = (sql: string) => [say.parse('', sql), say.bind('', ''), say.execute('')]

test('a statement that cannot be planned leaves nothing behind for the next one', async () => {
  await rig.withClient(async client => {
    await assert.rejects(client.query('select id from wards where id = 1 / 0'), { code: '22012' })
    assert.equal((await client.query('select id from wards')).rowCount, 1)
    await assert.rejects(client.query({ text: 'select id from wards where id = 1 / 0', values: [] }), { code: '22012' })
    assert.equal((await client.query({ text: 'select id from wards', values: [] })).rowCount, 1)
  })
})

/** Cancelled while the gateway asks what the block before it has changed. */
async function cancelled(before: string, ...asked: readonly Uint8Array[]): Promise<RawClient> {
  const client = await RawClient.signedIn(rig.port)
  client.send(say.query(before))
  await client.until('Z')
  await direct.query('begin; lock table pg_catalog.pg_policy in access exclusive mode')
  client.send(...asked)
  const waiting = `select pg_cancel_backend(pid) from pg_locks where not granted and relation = 'pg_policy'::regclass`
  while ((await direct.query(waiting)).rowCount === 0) await new Promise(resolve => setTimeout(resolve, 5))
  // The gateway reads the catalog elsewhere, too.
  await new Promise(resolve => setTimeout(resolve, 50))
  await direct.query('commit')
  return client
}

const told = (client: RawClient) => client.heard.filter(({ type }) => type === 'E').map(error => field(error, 'C'))

for (const [how, asked] of [
  ['a simple query', [say.query('select 7')]],
  ['a flight', [...extended('select 7'), ...extended('select 8'), say.sync()]],
] as const) {
  test(`${how} that is cancelled before it is read ends alone`, async () => {
    const client = await cancelled(BLOCK, ...asked)
    await client.until('Z', 2)
    client.send(say.query('select 42'))
    await client.until('Z', 3)
    assert.deepEqual(told(client), ['57014'])
    assert.match(client.types, /^CZEZTDCZ$/)
    client.socket.destroy()
  })
}

test('in a transaction it fails that, also where the flight has not ended', async () => {
  for (const sync of [[say.sync()], [say.flush()]]) {
    const client = await cancelled(`begin; ${BLOCK}`, ...extended('select 7'), ...sync)
    if (sync[0]?.[0] !== say.sync()[0]) client.send(say.sync())
    await client.until('Z', 2)
    client.send(say.query('rollback'), say.query('select 42'))
    await client.until('Z', 4)
    assert.deepEqual(told(client), ['57014'])
    assert.match(client.types, /^CCZEZCZTDCZ$/)
    client.socket.destroy()
  }
})

test('a session whose statements have too little time for our questions can still be given more', async () => {
  await rig.withClient(async client => {
    await client.query('create temp table few (id int)')
    await client.query('set statement_timeout = 1')
    await direct.query('begin; lock table pg_catalog.pg_policy in access exclusive mode')
    // What the block changed is asked first, and takes too long.
    await client.query(BLOCK).catch(() => undefined)
    await assert.rejects(client.query('select 1'), { code: '57014' })
    await direct.query('commit')
    await client.query('set statement_timeout = 0')
    assert.deepEqual((await client.query({ text: 'select 1 as one' })).rows, [{ one: 1 }])
  })
})
