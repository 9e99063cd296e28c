// Callers that leave, cancel, or say what has no place, in the moments between two messages. Promise: nothing of theirs runs
// on, is left without an end in the record, holds others up, or is believed to be over before it is.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { compileMasking } from '../masking/plan.ts'
import { front, startup } from './frames.ts'
import { frame, uint32Bytes } from './messages.ts'
import { field, RawClient, say } from './testing/raw-client.ts'
import { databaseWith, Rig, rule, stopTestPostgres, subjectOf } from './testing/rig.ts'

const DATABASE = `left_behind_${process.pid}`
const masking = compileMasking({
  labels: { 'phi.other': { sql: ['public.visits.note'] } },
  clean: {},
  transforms: { default: 'redact', byLabel: {} },
})
const approvers = { groups: ['officers'], people: 1, withinMs: 60_000, holdMs: 20_000 }

let rig: Rig
let direct: pg.Client
before(async () => {
  const postgres = await databaseWith(DATABASE, [
    "create table visits (id text, note text); insert into visits values ('one', 'zebra')",
    "create table plain (x text); insert into plain values ('tame'); create table kept (x text); create table heeded (x text)",
    'create view v as select x from plain; create view w as select x from plain; create schema early; create schema late',
  ])
  rig = await Rig.start({
    postgres,
    masking,
    database: DATABASE,
    rules: [rule('all', 'allow', {}), rule('heeded', 'hold', { patterns: ['sql.select:public.heeded'], approvers })],
  })
  direct = new pg.Client(postgres)
  await direct.connect()
})
after(async () => {
  await direct?.end()
  await rig?.stop()
  await stopTestPostgres()
})

const rows = (line: string) => frame(front.copyData, line)
const done = () => frame(front.copyDone)
const extended = (sql: string) => [say.parse('', sql), say.bind('', ''), say.execute('')]

async function runs(mark: string): Promise<boolean> {
  const { rowCount } = await direct.query(
    `select from pg_stat_activity where datname = $1 and state = 'active' and query like $2`,
    [DATABASE, `%${mark}`],
  )
  return rowCount !== 0
}

async function until(true_: () => Promise<boolean>): Promise<void> {
  for (const late = performance.now() + 4_000; performance.now() < late; await pause(20)) if (await true_()) return
  assert.fail('it has not come to that')
}

/** Whether a statement that went out has an end in the record, which is written down with what comes after it. */
async function hasEnded(statement: string): Promise<boolean> {
  await rig.withClient(client => client.query('select 1'))
  const steps = rig.replays()
  const asked = steps.find(({ kind, text }) => kind === 'question' && text?.includes(statement))
  return steps.some(({ exchange, kind }) => kind === 'ended' && exchange === asked?.exchange)
}

const ends: Readonly<Record<string, (client: RawClient) => void>> = {
  'says that it leaves, and does': client => {
    client.send(frame(front.terminate))
    client.socket.end()
  },
  'says what cannot be read': client => client.send(Buffer.from('zzzzzzzz')),
  'may not go on': () => rig.door.end(() => true),
}
for (const [how, end] of Object.entries(ends)) {
  test(`a statement does not run on when its caller ${how}`, async () => {
    const client = await RawClient.signedIn(rig.port)
    const mark = `-- ${how}`
    client.send(say.query(`select pg_sleep(30) ${mark}`))
    await until(() => runs(mark))
    end(client)
    await until(async () => !(await runs(mark)))
    client.socket.destroy()
  })
}

test('a caller that says that it leaves hears what it has asked for before', async () => {
  const client = await RawClient.signedIn(rig.port)
  client.send(say.query("select pg_sleep(0.2), 'last'"), frame(front.terminate))
  await client.end()
  assert.equal(client.types, 'TDCZ')
})

test('a caller that says that it leaves before it is asked for rows is not waited for', async () => {
  for (const asked of [[say.query('copy kept from stdin')], extended('copy kept from stdin')]) {
    const client = await RawClient.signedIn(rig.port)
    client.send(...asked, frame(front.terminate))
    await until(async () => client.closed)
  }
})

test('what is defined is not over at a Sync that comes while rows are copied in', async () => {
  const client = await RawClient.signedIn(rig.port)
  const define = extended('create view early.v as select note as x from visits')
  client.send(...define, ...extended('copy kept from stdin'), say.sync())
  await client.until('G')
  client.send(rows('one\n'), done(), say.flush())
  await client.until('C', 2)
  const other = await rig.client()
  await other.query('set search_path = early, public')
  assert.deepEqual((await other.query('select upper(x) as x from v')).rows, [{ x: 'TAME' }])
  client.send(say.sync())
  await client.until('Z')
  assert.deepEqual((await other.query('select upper(x) as x from v')).rows, [{ x: '[phi.other]' }])
  await other.end()
  client.socket.destroy()
})

test('rows that come after the last one hold nobody up', async () => {
  const client = await RawClient.signedIn(rig.port)
  client.send(...extended('copy kept from stdin'), say.flush())
  await client.until('G')
  client.send(say.sync(), rows('one\n'), done(), rows('late\n'), done(), say.sync())
  await client.until('Z')
  client.send(...extended("insert into kept values ('two')"), rows('astray\n'), say.sync())
  await client.until('Z', 2)
  assert.equal(client.types, '12GCZ12CZ')
  client.socket.destroy()
})

/** The first of them is admitted, and leaves with the second, which waits for what another defines. */
async function waitingForAnother(first: string, work: (client: RawClient, key: Buffer) => Promise<void>) {
  const definer = await rig.client()
  await definer.query('begin; create view late.w as select x from plain')
  const client = await RawClient.signedIn(rig.port)
  const { key } = client
  client.send(say.query('select 1'), say.query(first), say.query('insert into kept select x from w'))
  await client.until('Z')
  await pause(200)
  await work(client, key)
  await definer.query('rollback')
  return { definer, client }
}

test('what was admitted and is left behind has an end in the record', async () => {
  const { definer } = await waitingForAnother('select x as admitted from plain', async client => {
    client.socket.resetAndDestroy()
    await once(client.socket, 'close')
    await pause(100)
  })
  await until(() => hasEnded('as admitted'))
  await definer.end()
})

test('what was answered and has not left when its caller goes has one, too', async () => {
  const client = await RawClient.signedIn(rig.port)
  const { clear } = rig.inbox
  const answered = new Promise<void>(resolve => {
    rig.inbox.clear = async (door, part, draft) => {
      const cleared = await clear.call(rig.inbox, door, part, draft)
      if (draft.body.kind === 'answer') {
        client.socket.resetAndDestroy()
        await pause(100)
        resolve()
      }
      return cleared as never
    }
  })
  client.send(say.query('select x as answered from plain'))
  await answered
  rig.inbox.clear = clear
  await until(() => hasEnded('as answered'))
})

test('a cancel reaches what was admitted and waits for another, and nothing behind it', async () => {
  const { definer, client } = await waitingForAnother('select pg_sleep(30)', async (_, key) => {
    const other = await RawClient.open(rig.port)
    other.send(uint32Bytes(16), uint32Bytes(startup.cancel), key)
    await other.end()
  })
  await client.until('Z', 3)
  assert.equal(client.types, 'TDCZEZCZ')
  assert.equal(field(client.heard.find(({ type }) => type === 'E') as never, 'C'), '57014')
  client.socket.destroy()
  await definer.end()
})

test('what may not leave because the catalog cannot be read is refused, and the process goes on', async () => {
  const settled = await rig.client()
  await settled.query('begin; create view late.v as select x from plain')
  const { definer, client } = await waitingForAnother('select v.x from heeded, v', async client => {
    await client.until('N')
    await settled.query('commit')
    await direct.query(`alter database ${DATABASE} allow_connections false`)
    const [held] = await rig.approvals.list('open', 1)
    await rig.approvals.vote(held?.id ?? '', subjectOf('carol', ['officers']), 'approve', 'seen')
    // An unhandled rejection would be told by now.
    await pause(500)
    await direct.query(`alter database ${DATABASE} allow_connections true`)
  })
  await client.until('Z', 3)
  assert.equal(field(client.heard.find(({ type }) => type === 'E') as never, 'C'), '08006')
  client.socket.destroy()
  await definer.end()
  await settled.end()
})
