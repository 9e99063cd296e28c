// What the record shows of statements about labelled columns: a name has no form by which it could be found, only its place.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { compileMasking } from '../masking/plan.ts'
import { front } from './frames.ts'
import { frame } from './messages.ts'
import { RawClient, say } from './testing/raw-client.ts'
import { Rig, rule, stopTestPostgres, testPostgres } from './testing/rig.ts'

const masking = compileMasking({
  labels: { 'phi.name': { sql: ['*.untold_patrons.full_name', '*.untold_patrons.nick'] }, 'phi.ssn': { shape: 'ssn' } },
  clean: {},
  transforms: { default: 'redact', byLabel: {} },
})
const NAME = 'Zora Quimby'
const NICK = 'Zozo'

let rig: Rig

before(async () => {
  const server = await testPostgres()
  const { host, port, user, password } = server
  const direct = new pg.Client({ host, port, user, password, database: 'postgres' })
  await direct.connect()
  await direct.query(`create table untold_patrons (id int primary key, full_name text, nick text, ward text);
    create table untold_desks (id int, label text);
    create view untold_named as select id, full_name as called, ward as place from untold_patrons`)
  await direct.end()
  rig = await Rig.start({ postgres: server, masking, rules: [rule('all', 'allow', {})] })
})
after(async () => {
  await rig?.stop()
  await stopTestPostgres()
})

const asks: readonly (readonly [sql: string, values?: readonly unknown[]])[] = [
  [`insert into untold_patrons (id, full_name, nick, ward) values (4701, '${NAME}', '${NICK}', 'north')`],
  [`insert into untold_patrons values (4702, '${NAME}', E'${NICK}', 'north')`],
  [`insert into untold_patrons (id, full_name) values ($1, $2)`, [4703, NAME]],
  [`insert into untold_patrons (id, full_name) select 4704, '${NAME}'`],
  [
    `insert into untold_patrons (id, full_name) values (4701, '${NAME}') on conflict (id) do update set full_name = '${NAME}'`,
  ],
  [`select id from untold_patrons where full_name = '${NAME}'`],
  [`select id from untold_patrons where id = 4711 and full_name in ('${NAME}', 'x')`],
  [`select id from untold_patrons p where (p.id, p.full_name) = (4712, '${NAME}')`],
  [`select id from untold_patrons where full_name = $1 and ward = $2`, [NAME, 'south-ward']],
  [`select id from untold_named where called = '${NAME}' and place = 'west-ward'`],
  [`select 1 from (select full_name as x from untold_patrons) s where s.x = '${NAME}'`],
  [`with g(n) as (values ('${NAME}')) select id from untold_patrons join g on full_name = n`],
  [`with g as (select '${NAME}' as n) select id from untold_patrons where full_name in (select n from g)`],
  [`select id from untold_patrons where full_name = $$${NAME}$$ limit 7`],
  [`select id from untold_patrons where full_name = U&'${NAME}'`],
  [`select id from untold_patrons where lower(full_name) = lower('${NAME}')`],
  [`select id, case when full_name = '${NAME}' then 'found' end from untold_patrons`],
  [`update untold_patrons set full_name = '${NAME}', ward = 'east-ward' where id = 4713`],
  [`update untold_patrons set (full_name, ward) = ('${NAME}', 'n') where id = 4714`],
  [`delete from untold_patrons where full_name = '${NAME}' and ward = 'nowhere'`],
  [`explain select id from untold_patrons where full_name = '${NAME}'`],
  [`do $$ begin update untold_patrons set full_name = '${NAME}' where id = 4715; end $$`],
  [`do 'begin update untold_patrons set full_name = ''${NAME}'' where id = 4716; end'`],
  [`do $$ begin update untold_patrons set full_name = $a$${NAME}$a$ where id = 4718; end $$`],
  [`do e'begin update untold_patrons set full_name = \\'${NAME}\\' where id = 4719; end'`],
  [
    `create function named_so() returns text language sql as $f$ select ward from untold_patrons where full_name = '${NAME}' $f$`,
  ],
  [`select id from untold_patrons where (ward, '${NAME}') in (select ward, full_name from untold_patrons)`],
  [
    `select id from untold_patrons o where coalesce((select full_name from untold_patrons limit 1), o.ward) = '${NAME}'`,
  ],
  [`insert into untold_patrons (id, full_name) select 4721, coalesce(nullif(ward, ''), '${NAME}') from untold_patrons`],
  [`select ward||'' as c, nick, ''||ward as kept_alias from untold_patrons where id = 4722`],
  [`prepare by_name as select id from untold_patrons where full_name = $1`],
  [`execute by_name('${NAME}')`],
  [`declare c cursor with hold for select id from untold_patrons where full_name = '${NAME}'`],
  [`select label from untold_desks where label = 'desk-7' and id = 4717`],
]

test('what is compared with a labelled column or written to it is not in a transcript, and the rest is', async () => {
  await rig.withClient(async client => {
    for (const [text, values = []] of asks) await client.query(text, [...values]).catch(() => undefined)
    await client.query({ name: 'named', text: 'select id from untold_patrons where full_name = $1', values: [NAME] })
  })
  const raw = await RawClient.signedIn(rig.port)
  raw.send(say.query('copy untold_patrons (id, full_name) from stdin'))
  await raw.until('G')
  raw.send(Buffer.concat([frame(front.copyData, `4720\t${NAME}\n`), frame(front.copyDone)]))
  await raw.until('Z')
  raw.socket.destroy()
  const told = rig.replays().map(({ text }) => text ?? '')
  const leaks = told.filter(text => text.includes(NAME) || text.includes(NICK))
  assert.equal(leaks.length, 0, leaks.join('\n').replaceAll(NAME, '<name>').replaceAll(NICK, '<nick>'))
  for (const kept of [
    4711,
    4713,
    4717,
    'south-ward',
    'west-ward',
    'east-ward',
    'nowhere',
    'desk-7',
    'limit 7',
    'by_name',
    'kept_alias',
    ' nick, ',
  ])
    assert.ok(
      told.some(text => text.includes(String(kept))),
      `${kept} is not shown`,
    )
  assert.ok(told.some(text => text.includes('where full_name = [hidden]')))
})

test('what is found in a question is found in all of it', async () => {
  await rig.withClient(client =>
    client.query(`select id from untold_patrons where full_name = '123-45-6789'`).catch(() => undefined),
  )
  const found = rig.entries().flatMap(({ entry }) => (entry.kind === 'question' ? [Object.keys(entry.findings)] : []))
  assert.ok(found.some(labels => labels.includes('phi.ssn')))
  assert.ok(!rig.replays().some(({ text }) => text?.includes('6789')))
})
