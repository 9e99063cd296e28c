// Ways by which a database works something out where no statement says so. Promise: through the gateway none of them tells what
// is protected. Every second is tried in one mode: the long test tries them all, and that the database itself tells.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { front } from '../../src/postgres/frames.ts'
import { frame } from '../../src/postgres/messages.ts'
import { RawClient, say } from '../../src/postgres/testing/raw-client.ts'
import { type Rig, stopTestPostgres } from '../../src/postgres/testing/rig.ts'
import { inTurn, someLines } from '../postgres/through-door.ts'
import { openTwins, type Twins, telling } from '../postgres/twins.ts'
import { ward } from '../postgres/ward.ts'

let twins: Twins
before(async () => {
  twins = await openTwins(undefined, ward)
})
after(async () => {
  await twins?.close()
  await stopTestPostgres()
})

const SECRET = 'xqolvent'

test('twins answer alike', { timeout: 280_000 }, async () => {
  assert.deepEqual(await telling(twins.masked, someLines('ward-ways.sql', 2), inTurn), [])
})

/** Rows are copied into a table whose triggers put something else elsewhere. */
async function copied(rig: Rig, before: string, table: string): Promise<string> {
  const client = await RawClient.signedIn(rig.port)
  const texts = ['begin', before, `copy ${table} from stdin`, 'select t from app.sink', 'rollback']
  for (const [number, text] of texts.entries()) {
    client.send(say.query(text))
    if (text.startsWith('copy')) client.send(frame(front.copyData, '7\tx\n'), frame(front.copyDone))
    await client.until('Z', number + 1)
  }
  client.socket.destroy()
  return client.heard.map(({ body }) => body.toString('latin1')).join()
}

const trigger = 'create trigger zz after insert on app.parents for each row execute function app.trg_emptied()'

for (const [name, before, table] of [
  ['read', trigger, 'app.parents'],
  ['run as text', 'select 1', 'app.watched'],
] as const) {
  test(`rows copied in fire triggers that can be ${name}`, { timeout: 20_000 }, async () => {
    assert.ok((await copied(twins.clear[0], before, table)).includes(SECRET))
    assert.ok(!(await copied(twins.masked[0], before, table)).includes(SECRET))
  })
}

/** Sent before anything is answered. */
async function flown(rig: Rig, texts: readonly string[]): Promise<string> {
  const client = await RawClient.signedIn(rig.port)
  const before = ['create temp table people (id int, code text)', 'set search_path = med, pg_temp']
  for (const [number, text] of before.entries()) {
    client.send(say.query(text))
    await client.until('Z', number + 1)
  }
  client.send(
    ...texts.flatMap(text => [say.parse('', text), say.bind('', ''), say.describe('P', ''), say.execute('')]),
    say.sync(),
  )
  await client.until('Z', before.length + 1)
  client.socket.destroy()
  return client.heard.map(({ body }) => body.toString('latin1')).join()
}

for (const change of [
  "select set_config('search_path','public',false) where false",
  "explain select set_config('search_path','public',false)",
  "update pg_settings set setting = 'public' where name = 'search_path' and false",
  'set search_path = public ;; rollback',
  'begin ;; commit and chain ;; set search_path = public ;; rollback',
]) {
  test(`in one flight: ${change}`, { timeout: 20_000 }, async () => {
    const texts = [...change.split(' ;; '), "select code || '' from people"]
    assert.ok((await flown(twins.clear[0], texts)).includes(SECRET))
    assert.ok(!(await flown(twins.masked[0], texts)).includes(SECRET))
  })
}

const seen = "select code || '' from people"
const set = "select case when i = 3 then set_config('search_path','med, pg_temp',false) end from generate_series(1,3) i"
const asked = (text: string) => [say.parse('', text), say.bind('', ''), say.describe('P', ''), say.execute('')]
const PEOPLE = 'create temp table people (id int, code text)'

for (const [name, flights] of [
  [
    'a plan that was kept',
    [
      [say.query('create temp table zz (a int)')],
      [say.query('set search_path = med')],
      [say.parse('s', seen), say.sync()],
      [say.query(PEOPLE)],
      [say.bind('', 's'), say.describe('P', ''), say.execute(''), say.sync()],
    ],
  ],
  [
    'a portal that goes on',
    [
      [say.query(PEOPLE)],
      [say.query('set search_path = public')],
      [say.query('begin')],
      [say.parse('', set), say.bind('p', ''), say.execute('p', 1), say.sync()],
      [say.execute('p', 5), ...asked(seen), say.sync()],
    ],
  ],
  [
    'a portal that was bound before',
    [
      [say.query(PEOPLE)],
      [say.query('set search_path = public')],
      [say.query('begin')],
      [say.parse('s', "set application_name = 'x'"), say.bind('p', 's'), say.sync()],
      [say.query('set search_path = med, pg_temp')],
      [say.execute('p'), ...asked(seen), say.sync()],
    ],
  ],
] as const) {
  test(`another path, or another relation in front: ${name}`, { timeout: 20_000 }, async () => {
    const told = async (rig: Rig) => {
      const client = await RawClient.signedIn(rig.port)
      for (const [number, frames] of flights.entries()) {
        client.send(...frames)
        await client.until('Z', number + 1)
      }
      client.socket.destroy()
      return client.heard.some(({ body }) => body.toString('latin1').includes(SECRET))
    }
    assert.ok(await told(twins.clear[0]))
    assert.ok(!(await told(twins.masked[0])))
  })
}

test('nobody orders stored rows by what is hidden', { timeout: 20_000 }, async () => {
  const client = await twins.masked[0].client()
  for (const text of ['alter table med.people cluster on people_code_key', 'cluster'])
    await assert.rejects(client.query(text), { code: '42501' })
  await client.end()
})

test('nobody has sessions begin with another plan', { timeout: 20_000 }, async () => {
  const client = await twins.masked[0].client()
  for (const who of ['role current_user', 'database postgres'])
    await assert.rejects(client.query(`alter ${who} set enable_hashagg = off`), { code: '42501' })
  await client.end()
})
