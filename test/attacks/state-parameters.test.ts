// Attacks by types that parameters are given beside the text, and by portals that are bound and not run. Promise: no protected
// value comes out of any of them, and whoever gives types of people's own is answered as ever.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { front } from '../../src/postgres/frames.ts'
import { frame, int16Bytes, uint32Bytes } from '../../src/postgres/messages.ts'
import { RawClient, say } from '../../src/postgres/testing/raw-client.ts'
import { type Rig, stopTestPostgres } from '../../src/postgres/testing/rig.ts'
import { openTwins, type Twins } from '../postgres/twins.ts'
import { ward } from '../postgres/ward.ts'

const SECRET = 'xqolvent'
const sets = `perform set_config('search_path', 'med, pg_temp', false)`
const code = '(select code from med.people where id = 1)'
const definitions = [
  'create table public.people (id int, code text)',
  `create function app.sp(text) returns boolean immutable language plpgsql as $$ begin ${sets}; return true; end $$`,
  `create function app.lk(text) returns boolean immutable language plpgsql as $$ begin raise notice '%', ${code}; return true; end $$`,
  `create function app.pr(text) returns boolean immutable language sql as 'select exists (select 1 from med.people where code::text like $1)'`,
  'create domain app.sets as text check (app.sp(value))',
  'create domain app.says as text check (app.lk(value))',
  'create domain app.tells as text check (app.pr(value))',
  "create domain app.plain as text check (value <> '')",
  "create type app.en as enum ('a', 'b')",
  'create table app.rr (a int); create table app.said (a app.says)',
  `create function app.bb(app.rr) returns text stable language plpgsql as $$ begin return ${code}; end $$`,
  `create function app.ec(app.en) returns text stable language plpgsql as $$ begin return ${code}; end $$`,
  'create cast (app.en as text) with function app.ec(app.en) as implicit',
]

let twins: Twins
before(async () => {
  twins = await openTwins(undefined, ward)
  for (const { settings } of [twins.clear[0], twins.clear[1]]) {
    const client = new (await import('pg')).default.Client(settings)
    await client.connect()
    for (const text of definitions) await client.query(text)
    await client.end()
  }
})
after(async () => {
  await twins?.close()
  await stopTestPostgres()
})

type Frames = readonly Uint8Array[]
const parse = (name: string, sql: string, types: readonly number[]) =>
  frame(front.parse, `${name}\0${sql}\0`, int16Bytes(types.length), ...types.map(uint32Bytes))
const asked = (sql: string, types: readonly number[] = [], values: readonly string[] = []) => [
  parse('', sql, types),
  say.bind('', '', values),
  say.describe('P', ''),
  say.execute(''),
]
const SEEN = asked("select code || '' from people")
const BEGUN = ['begin', 'create temp table people (id int, code text)', 'set search_path = public'].map(sql => [
  say.query(sql),
])

async function oidOf(type: string): Promise<number> {
  const client = await twins.clear[0].client()
  const { rows } = await client.query(`select '${type}'::regtype::oid as oid`)
  await client.end()
  return rows[0].oid
}

async function heard(rig: Rig, flights: readonly Frames[]): Promise<string> {
  const client = await RawClient.signedIn(rig.port)
  for (const [number, frames] of flights.entries()) {
    client.send(...frames)
    await client.until('Z', number + 1)
  }
  client.socket.destroy()
  return client.heard.map(({ type, body }) => type + body.toString('latin1')).join('\n')
}

const USED = 'select 1 where $1 is not null'
const attacks: Readonly<Record<string, readonly [string, (oid: number) => readonly Frames[]]>> = {
  'a domain whose check sets the path': [
    'app.sets',
    oid => [...BEGUN, [...asked(USED, [oid], ['a']), ...SEEN, say.sync()]],
  ],
  'such a domain, bound and not run': [
    'app.sets',
    oid => [...BEGUN, [parse('s', USED, [oid]), say.sync()], [say.bind('', 's', ['a']), ...SEEN, say.sync()]],
  ],
  'a domain whose check says something': ['app.says', oid => [[...asked(USED, [oid], ['a']), say.sync()]]],
  'such a domain, bound and not run after all': [
    'app.says',
    oid => [[parse('', USED, [oid]), say.bind('', '', ['a']), say.sync()]],
  ],
  'such a domain for what is not used': ['app.says', oid => [[...asked('select 1', [oid], ['a']), say.sync()]]],
  'such a domain for a second one': ['app.says', oid => [[...asked('select $1', [25, oid], ['a', 'b']), say.sync()]]],
  'such a domain beside a setting': ['app.says', oid => [[...asked("set work_mem = '5MB'", [oid], ['a']), say.sync()]]],
  'such a domain written in the text': ['text', () => [[say.query("select 1 where 'a'::app.says is not null")]]],
  'such a domain as a column': ['text', () => [[say.query("insert into app.said values ('a')")]]],
  'a row and a function that looks like its column': [
    'app.rr',
    oid => [[say.query('set search_path = app')], [...asked('select ($1).bb', [oid], ['(1)']), say.sync()]],
  ],
  'an enum with a cast of its own': ['app.en', oid => [[...asked('select lower($1)', [oid], ['a']), say.sync()]]],
  'a function that planning runs, bound and not run': [
    'text',
    () => [...BEGUN, [parse('', "select app.sp('a')", []), say.bind('', ''), ...SEEN, say.sync()]],
  ],
  'the same, with a parameter': [
    'text',
    () => [
      ...BEGUN,
      [parse('s', 'select app.sp($1)', [25]), say.sync()],
      [say.bind('', 's', ['a']), ...SEEN, say.sync()],
    ],
  ],
  'the same, described and then left': [
    'text',
    () => [
      ...BEGUN,
      [parse('', "select app.sp('a')", []), say.bind('', ''), say.describe('P', ''), say.flush(), ...SEEN, say.sync()],
    ],
  ],
}

for (const [name, [type, flights]] of Object.entries(attacks)) {
  test(`parameters: ${name}`, { timeout: 20_000 }, async () => {
    const oid = await oidOf(type)
    assert.ok((await heard(twins.clear[0], flights(oid))).includes(SECRET))
    assert.ok(!(await heard(twins.masked[0], flights(oid))).includes(SECRET))
  })
}

test('what a domain lets in is not tried by its number', { timeout: 20_000 }, async () => {
  const oid = await oidOf('app.tells')
  for (const tried of ['xqol%', 'zz%'])
    assert.match(await heard(twins.masked[0], [[...asked(USED, [oid], [tried]), say.sync()]]), /42501/)
})

test('types of people are taken by their numbers', { timeout: 20_000 }, async () => {
  const names = ['app.plain', 'hstore', 'citext', 'med.severity[]', 'med.contact', 'med.severity']
  const [plain = 0, store = 0, citext = 0, list = 0, contact = 0, severity = 0] = await Promise.all(names.map(oidOf))
  const all = asked(
    'select $1, $2, $3, $4, $5',
    [plain, store, citext, list, contact],
    ['a', 'a=>1', 'Ci', '{mild}', '(a,b)'],
  )
  const flights: readonly Frames[] = [
    [...all, say.sync()],
    [...asked('select id from med.wards where name = $1', [citext], ['WARD A']), say.sync()],
    [...asked('select alias from med.people where grade = $1 order by id', [severity], ['grave']), say.sync()],
    [
      ...asked('begin'),
      ...asked('insert into app.jobs (what) values ($1) returning what', [citext], ['x']),
      ...asked('rollback'),
      say.sync(),
    ],
    [parse('s', 'select $1', [severity]), say.describe('S', 's'), say.sync()],
    [say.bind('p', 's', ['mild']), say.describe('P', 'p'), say.flush(), say.execute('p'), say.sync()],
  ]
  assert.equal(await heard(twins.masked[0], flights), await heard(twins.clear[0], flights))
})

test('what is bound and described runs afterwards', { timeout: 20_000 }, async () => {
  const flights: readonly Frames[] = [
    [say.query('begin')],
    [parse('', 'create table app.later (a int)', []), say.bind('p', ''), say.describe('P', 'p'), say.flush()],
  ]
  const client = await RawClient.signedIn(twins.masked[0].port)
  client.send(...(flights[0] as Frames))
  await client.until('Z')
  client.send(...(flights[1] as Frames))
  await client.until('n')
  client.send(say.execute('p'), ...asked('select a from app.later'), say.sync())
  await client.until('Z', 2)
  client.socket.destroy()
  assert.ok(!client.heard.some(({ type }) => type === 'E'))
})
