import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { limits } from '../gateway/limits.ts'
import { compileMasking } from '../masking/plan.ts'
import { RawClient, say } from './testing/raw-client.ts'
import { Rig, rule, stopTestPostgres, testPostgres } from './testing/rig.ts'

const masking = compileMasking({
  labels: { 'phi.mrn': { sql: ['*.people.mrn', '*.crowd.mrn', '*.audited.mrn'] } },
  clean: {},
  transforms: { default: 'redact', byLabel: {} },
})
const approvers = { groups: ['officers'], people: 1, withinMs: 60_000, holdMs: 50 }

let rig: Rig
let notices: string[] = []

before(async () => {
  const server = await testPostgres()
  const { host, port, user, password } = server
  const direct = new pg.Client({ host, port, user, password, database: 'postgres' })
  await direct.connect()
  await direct.query(`create table people (id int primary key, mrn text, ward text);
    insert into people select n, 'secret-' || n, 'north' from generate_series(1, 500) n; analyze people;
    create view shown as select id, ward from people; create table notes (line text);
    create table crowd as select * from people; analyze crowd;
    create table crowd_wards (ward text primary key);
    create table uneven as select n, case when n > 100 then 1 else n end as kind from generate_series(1, 500) n;
    analyze uneven; create table audited (like people); create table audit_lines (n int);
    create function audit() returns trigger language plpgsql as $$ begin
      if new.mrn is distinct from old.mrn then insert into audit_lines values (new.id); end if; return new; end $$;
    create trigger audit before update on audited for each row execute function audit();
    insert into audited values (1, 'secret-1', 'north')`)
  await direct.end()
  rig = await Rig.start({
    postgres: server,
    masking,
    rules: [
      rule('all', 'allow', {}),
      rule('large', 'hold', {
        patterns: ['sql.select:public.crowd', 'sql.select:public.uneven', 'sql.select:public.crowd_wards'],
        when: 'sql.estimatedRows > 100',
        approvers,
      }),
    ],
  })
})
after(async () => {
  await rig?.stop()
  await stopTestPostgres()
})

async function asked(...texts: readonly string[]): Promise<readonly (readonly unknown[][] | string)[]> {
  const client = new pg.Client(rig.settings)
  notices = []
  client.on('notice', ({ message }) => notices.push(message ?? ''))
  await client.connect()
  const heard: (readonly unknown[][] | string)[] = []
  for (const text of texts) {
    await client.query({ text, rowMode: 'array' }).then(
      result => heard.push([result].flat().at(-1)?.rows ?? []),
      (error: pg.DatabaseError) => heard.push(error.code ?? ''),
    )
  }
  await client.end()
  return heard
}

test('a labelled column is hidden, and the caller is told how much was', async () => {
  assert.deepEqual(await asked('select mrn, ward from people where id = 1'), [[['[phi.mrn]', 'north']]])
  assert.match(notices[0] ?? '', /^1 value is hidden from you: phi\.mrn \(1\)\.$/)
})

test('what a text redefines is unknown to the rest of it, and known afterwards', async () => {
  const redefined = 'create or replace view shown as select id, mrn as ward from people'
  const one = await asked(`${redefined}; select ward from shown where id = 1`, 'select ward from shown where id = 1')
  assert.deepEqual(one, [[['[unknown]']], [['[phi.mrn]']]])
  assert.deepEqual(await asked(`${redefined}; insert into notes select ward from shown`), ['42501'])
  const inside = await asked('begin', redefined, 'select ward from shown where id = 1', 'rollback')
  assert.deepEqual(inside[2], [['[phi.mrn]']])
})

test('protected data is neither written elsewhere nor asked for by its order', async () => {
  const refused = await asked(
    'insert into notes select mrn from people',
    'create table copied as select mrn as x from people',
    "do $$ begin execute 'insert into notes select m' || 'rn from people'; end $$",
    "select id from people where id < 9 and mrn > 'secret-2'",
    'select id from people where id < 9 order by mrn',
  )
  assert.deepEqual(refused, ['42501', '42501', '42501', '42501', '42501'])
})

test('the settings of the gateway are there and cannot be changed', async () => {
  const heard = await asked(
    'show sallyport.subject',
    "set sallyport.subject = 'mallory'",
    'reset sallyport.groups',
    "select set_config('sallyport.purpose', 'x', false)",
    'set role postgres',
    'show sallyport.subject',
  )
  assert.deepEqual(heard, [[['alice']], '42501', '42501', '42501', '42501', [['alice']]])
})

test('a name of the protocol that SQL gives to another statement is forgotten', async () => {
  const client = await RawClient.signedIn(rig.port)
  client.send(say.parse('x', 'select concat(ward) as w from people where id = 1'), say.describe('S', 'x'), say.sync())
  await client.until('Z')
  client.send(say.query('deallocate x; prepare x as select concat(mrn) as w from people where id = 1'))
  await client.until('Z', 2)
  client.send(say.bind('', 'x'), say.execute(''), say.sync())
  const heard = await client.until('Z', 3)
  assert.doesNotMatch(Buffer.concat(heard.map(({ body }) => body)).toString('latin1'), /secret/)
  client.socket.destroy()
})

test('rows are estimated where a rule asks, with the parameters of Bind', async () => {
  const client = new pg.Client(rig.settings)
  await client.connect()
  const text = 'select ward from crowd where id < $1'
  assert.equal((await client.query({ text, values: [3] })).rowCount, 2)
  await assert.rejects(client.query({ text, values: [400] }), { code: '42501' })
  await client.query('begin')
  await assert.rejects(client.query({ text, values: [400] }), { code: '42501' })
  await assert.rejects(client.query('select 1'), { code: '25P02' })
  await client.query('rollback')
  assert.equal((await client.query('select 1 as n')).rows[0].n, 1)
  await client.end()
  const probes = rig.replays().filter(({ text }) => text?.startsWith('explain (format json)'))
  assert.ok(probes.length >= 3)
})

test('a view or a foreign key on a large table is defined where reading it is held', async () => {
  const heard = await asked(
    'begin',
    'create view crowded as select id, ward from crowd',
    'create table flocks (id int primary key, ward text references crowd_wards)',
    'create table herds (ward text)',
    'alter table herds add constraint herd_ward foreign key (ward) references crowd_wards on delete cascade',
    'select id from crowd',
    'rollback',
  )
  assert.deepEqual(heard, [[], [], [], [], [], '42501', []])
})

test('copied rows are hidden in text, CSV and binary', async () => {
  const client = new pg.Client(rig.settings)
  await client.connect()
  const copied: string[] = []
  const wire = (client as unknown as { connection: NodeJS.EventEmitter }).connection
  wire.on('copyData', ({ chunk }: { chunk: Buffer }) => copied.push(chunk.toString('latin1')))
  const from = '(select id, mrn, ward from people where id = 1)'
  await client.query(`copy ${from} to stdout`)
  await client.query(`copy ${from} to stdout (format csv, header, quote '|')`)
  await client.query(`copy ${from} to stdout (format binary)`)
  await client.end()
  assert.deepEqual(copied.slice(0, 3), ['1\t[phi.mrn]\tnorth\n', 'id,mrn,ward\n', '1,|[phi.mrn]|,north\n'])
  assert.doesNotMatch(copied.join(''), /secret/)
})

test('the rows of a text are estimated with its own numbers, not with those of one like it', async () => {
  const one = 'select kind from uneven where kind = '
  assert.deepEqual(await asked(`${one}7`, `${one}1`, `${one}8`), [[[7]], '42501', [[8]]])
})

test('what was made past the gateway is known when it is first asked for', async () => {
  const { host, port, user, password } = await testPostgres()
  const direct = new pg.Client({ host, port, user, password, database: 'postgres' })
  await direct.connect()
  const client = new pg.Client(rig.settings)
  await client.connect()
  const ward = async (sql: string) => (await client.query({ text: sql, rowMode: 'array' })).rows
  try {
    assert.deepEqual(await ward('select ward from people where id = 2'), [['north']])
    await delay(limits.catalogAgainMs)
    await direct.query('create view late as select mrn as code, ward from people where id = 2')
    assert.deepEqual(await ward('select * from late'), [['[phi.mrn]', 'north']])
    await direct.query('create or replace view late as select mrn as code, mrn as ward from people where id = 2')
    await delay(limits.catalogMs)
    assert.deepEqual(await ward('select * from late'), [['[phi.mrn]', '[phi.mrn]']])
  } finally {
    await direct.query('drop view if exists late')
    await direct.end()
    await client.end()
  }
})

test('a table whose trigger compares what is written is written as ever', async () => {
  assert.deepEqual(await asked("update audited set ward = 'south' where id = 1", 'select ward from audited'), [
    [],
    [['south']],
  ])
})
