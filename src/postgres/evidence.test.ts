import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type pg from 'pg'
import { Refusal } from '../gateway/errors.ts'
import { newId } from '../gateway/ids.ts'
import type { Draft } from '../recording/entry.ts'
import { field, RawClient, say } from './testing/raw-client.ts'
import { Rig, stopTestPostgres, testPostgres } from './testing/rig.ts'

let rig: Rig

before(async () => {
  rig = await Rig.start({ postgres: await testPostgres() })
  await withClient(client => client.query('create table if not exists evidence (n int)'))
})
after(async () => {
  await rig?.stop()
  await stopTestPostgres()
})

const withClient = <T>(work: (client: pg.Client) => Promise<T>) => rig.withClient(work)

/** The record fails for such entries while the work is done. */
async function withoutRecordOf(kind: Draft['body']['kind'], work: () => Promise<void>): Promise<void> {
  const { inbox } = rig
  const { record, clear } = inbox
  const failing = (draft: Draft) => draft.body.kind === kind
  const failure = () => Promise.reject(new Refusal('unrecorded', newId('x')))
  inbox.record = draft => (failing(draft) ? failure() : record.call(inbox, draft))
  inbox.clear = (door, part, draft) => (failing(draft) ? failure() : clear.call(inbox, door, part, draft)) as never
  try {
    await work()
  } finally {
    Object.assign(inbox, { record, clear })
  }
}

test('a question that cannot be recorded never reaches the database', async () => {
  const client = await RawClient.signedIn(rig.port)
  await withoutRecordOf('question', async () => {
    client.send(say.query('insert into evidence values (1)'))
    await client.until('Z')
  })
  assert.equal(client.types, 'EZ')
  assert.equal(field(client.heard[0] as never, 'C'), '58030')
  client.heard.length = 0
  client.send(say.query('select count(*) from evidence where n = 1'))
  const heard = await client.until('Z')
  assert.equal(heard[1]?.body.toString('latin1').slice(-1), '0')
  client.socket.destroy()
})

test('an answer that cannot be recorded never reaches the caller', async () => {
  const client = await RawClient.signedIn(rig.port)
  await withoutRecordOf('answer', async () => {
    client.send(say.query("select 'not to be seen'"))
    await client.end()
  })
  assert.equal(client.types, 'E')
  assert.equal(field(client.heard[0] as never, 'C'), '58030')
  assert.equal(field(client.heard[0] as never, 'S'), 'FATAL')
})

test('rows that cannot be recorded are not copied in', async () => {
  const client = await RawClient.signedIn(rig.port)
  client.send(say.query('copy evidence from stdin'))
  await client.until('G')
  await withoutRecordOf('answer', async () => {
    client.send(Buffer.from([0x64, 0, 0, 0, 6]), Buffer.from('2\n'), Buffer.from([0x63, 0, 0, 0, 4]))
    await client.end()
  })
  const { rows } = await withClient(other => other.query('select count(*)::int as n from evidence where n = 2'))
  assert.equal(rows[0].n, 0)
})

test('a caller that does not read holds the database back, and misses nothing', async () => {
  const client = await RawClient.signedIn(rig.port)
  client.send(say.query("select i, repeat('x', 200) from generate_series(1, 200000) i"))
  await client.until('T')
  client.socket.pause()
  const sending =
    "select wait_event as event from pg_stat_activity where query like 'select i, repeat%' and state = 'active'"
  for (let event = ''; event !== 'ClientWrite'; ) {
    event = await withClient(async other => (await other.query(sending)).rows[0]?.event)
  }
  client.socket.resume()
  const heard = await client.until('Z')
  assert.equal(heard.filter(({ type }) => type === 'D').length, 200_000)
  client.socket.destroy()
})

const partly = [say.parse('', 'select generate_series(1, 9)'), say.bind('', ''), say.execute('', 1)]
const whole = [say.parse('', 'select 1'), say.bind('', ''), say.execute(''), say.sync()]
const halfRead: Readonly<Record<string, readonly (readonly Uint8Array[])[]>> = {
  'at the end of its transaction': [[...partly, say.sync()]],
  'where its portal is closed at once': [[say.query('begin')], [...partly, say.close('P', ''), say.sync()]],
  'where its portal is closed later': [[say.query('begin')], [...partly, say.sync()], [say.close('P', ''), say.sync()]],
  'where another takes the place of its portal': [[say.query('begin')], [...partly, say.sync()], whole],
  'where another takes it in the same flight': [[say.query('begin')], [...partly, ...whole]],
}

function unended(): readonly string[] {
  const entries = rig.entries().map(({ entry }) => entry)
  const ended = new Set(entries.map(entry => (entry.kind === 'end' ? entry.exchange : '')))
  const asked = entries.flatMap(entry => (entry.kind === 'question' ? [entry.exchange] : []))
  return asked.filter(one => !ended.has(one))
}

for (const [how, flights] of Object.entries(halfRead)) {
  test(`an answer that is not read to its end has an end in the record: ${how}`, async () => {
    const before = new Set(unended())
    const client = await RawClient.signedIn(rig.port)
    let answered = 0
    const play = async (flight: readonly Uint8Array[]) => {
      client.send(...flight)
      await client.until('Z', ++answered)
    }
    for (const flight of flights) await play(flight)
    assert.match(client.types, /s/)
    // What ends is written down with what comes after it.
    let left = Number.POSITIVE_INFINITY
    for (let more = 0; left > 1 && more < 9; more++) {
      await play([say.query('select 2')])
      left = unended().filter(one => !before.has(one)).length
    }
    assert.ok(left <= 1, `${left} have no end`)
    client.socket.destroy()
  })
}

test('when the door closes, callers are told and their sessions end in the record', async () => {
  const own = await Rig.start({ postgres: await testPostgres() })
  const client = await RawClient.signedIn(own.port)
  await own.door.close()
  const heard = await client.end()
  assert.equal(field(heard[heard.length - 1] as never, 'C'), '57P01')
  await own.stop()
})
