// What policy decides of statements that stand for others, of functions and of tables of a session, through the door.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { compileMasking } from '../masking/plan.ts'
import { Rig, rule, stopTestPostgres, subjectOf, testPostgres } from './testing/rig.ts'

const masking = compileMasking({
  labels: { 'phi.mrn': { sql: ['public.wards.mrn'] } },
  clean: {},
  transforms: { default: 'redact', byLabel: {} },
})
const approvers = { groups: ['officers'], people: 1, withinMs: 60_000, holdMs: 20_000 }

let rig: Rig

before(async () => {
  const postgres = await testPostgres()
  const { host, port, user, password } = postgres
  const direct = new pg.Client({ host, port, user, password, database: 'postgres' })
  await direct.connect()
  await direct.query(`create table wards (id int primary key, mrn text, n int);
    insert into wards select n, 'mrn-' || n, n from generate_series(1, 300) n; analyze wards;
    create table salaries (id int); insert into salaries values (1);
    create table beds (id int); create schema annex; create table annex.beds (id int); insert into beds values (7);
    create schema "a.b"; create table "a.b".c (id int); insert into "a.b".c values (1);
    create schema a; create table a."b.c" (id int); insert into a."b.c" values (2);
    create function bump(i int) returns int language sql volatile as 'update wards set n = n where id = i returning n';
    create function annex.bump(i int) returns int language sql volatile as 'update public.wards set n = -1 where id = i returning n';
    create function peek() returns bigint language sql stable as 'select count(*) from salaries'`)
  await direct.end()
  rig = await Rig.start({
    postgres,
    masking,
    rules: [
      rule('wards', 'allow', { patterns: ['sql.select:public.wards', 'sql.declare:public.wards'] }),
      rule('beds', 'allow', { patterns: ['sql.select:public.beds'] }),
      rule('dotted', 'allow', { patterns: ['sql.select:"a.b".c'] }),
      rule('own', 'allow', { patterns: ['sql.*:pg_temp.*'] }),
      rule('bump', 'allow', { patterns: ['sql.call:public.bump', 'sql.update:public.wards'] }),
      rule('large', 'hold', {
        patterns: ['sql.select:public.wards'],
        when: 'sql.estimatedRows > 100',
        approvers: { ...approvers, holdMs: 50 },
      }),
      rule('written', 'hold', { patterns: ['sql.do', 'sql.define'], approvers }),
    ],
  })
})
after(async () => {
  await rig?.stop()
  await stopTestPostgres()
})

/** Of each text: the rows of its last result, or the state of its error. */
async function asked(
  ...texts: readonly (string | pg.QueryConfig)[]
): Promise<readonly (readonly unknown[][] | string)[]> {
  const client = new pg.Client(rig.settings)
  await client.connect()
  const heard: (readonly unknown[][] | string)[] = []
  for (const text of texts) {
    const query = typeof text === 'string' ? { text } : text
    await client.query({ ...query, rowMode: 'array' }).then(
      result => heard.push([result].flat().at(-1)?.rows ?? []),
      (error: pg.DatabaseError) => heard.push(error.code ?? ''),
    )
  }
  await client.end()
  return heard
}

test('a name means what the path of its own text says', async () => {
  assert.deepEqual(await asked('select id from annex.beds'), ['42501'])
  for (const before of ['set', 'set local', 'begin; set local'])
    assert.deepEqual(await asked(`${before} search_path = annex; select id from beds`), ['42501'], before)
  assert.deepEqual(await asked('set local search_path = public; select id from beds'), [[[7]]])
  assert.deepEqual(await asked('set search_path = annex; select bump(1)'), ['42501'], 'of a function, too')
  const lost = 'set search_path = annex; set search_path from current;'
  for (const then of ['select id from beds', 'delete from beds'])
    assert.deepEqual(await asked(`${lost} ${then}`), ['42501'], then)
})

describe('a statement behind a name', () => {
  test('EXECUTE is what was prepared', async () => {
    const read = await asked('prepare p as select id, mrn from wards where id = $1', 'execute p(7)')
    assert.deepEqual(read[1], [[7, '[phi.mrn]']])
    assert.deepEqual(await asked('prepare p as select id from salaries', 'execute p'), [[], '42501'])
    assert.deepEqual(await asked('prepare p as delete from wards', 'execute p'), [[], '42501'])
  })

  test('FETCH is what its cursor was declared for', async () => {
    const fetched = await asked(
      'begin',
      'declare c cursor for select id, mrn from wards where id < 9',
      'fetch 1 from c',
    )
    assert.deepEqual(fetched[2], [[1, '[phi.mrn]']])
    assert.deepEqual((await asked('begin', 'declare c cursor for select id from salaries')).at(-1), '42501')
  })

  test('rows of FETCH are estimated, with a cursor of parameters too', async () => {
    const all = { text: 'declare c cursor for select id from wards where id > $1 and id < $1 + 3', values: [1] }
    const few = await asked('begin', all, 'fetch 2 from c', 'fetch all from c', 'commit')
    assert.deepEqual(few.slice(2, 4), [[[2], [3]], []])
    assert.deepEqual((await asked('begin', 'declare c cursor for select id from wards')).at(-1), '42501')
  })

  test('errors of FETCH and of COMMIT quote nothing of what is hidden', async () => {
    const client = new pg.Client(rig.settings)
    await client.connect()
    for (const [hold, last] of [
      ['', 'fetch c'],
      ['with hold', 'commit'],
    ]) {
      await client.query(`begin; declare c cursor ${hold} for select mrn, ('seen-' || n)::int from wards where id = 5`)
      await assert.rejects(client.query(last ?? ''), (error: pg.DatabaseError) => {
        assert.equal(error.code, '22P02')
        assert.doesNotMatch(JSON.stringify(error) + error.message, /(mrn|seen)-5/)
        return true
      })
      await client.query('rollback')
    }
    await client.end()
  })
})

test('a name with a dot in it is not another name', async () => {
  assert.deepEqual(await asked('select id from "a.b".c', 'select id from a."b.c"'), [[[1]], '42501'])
})

test('a function is named with its schema, and what it reads counts', async () => {
  assert.deepEqual(await asked('select bump(1)', 'select peek()', "select nextval('x')"), [[[1]], '42501', '42501'])
})

test('tables of the session are its own', async () => {
  const own = await asked('create temp table t as select id from wards where id < 3', 'select id from t order by id')
  assert.deepEqual(own[1], [[1], [2]])
  assert.deepEqual((await asked('truncate wards')).at(-1), '42501')
})

test('what the database cannot plan fails as it does there', async () => {
  const client = new pg.Client(rig.settings)
  await client.connect()
  const failing = client.query('select nothing from wards')
  await assert.rejects(failing, { code: '42703', position: '8', message: 'column "nothing" does not exist' })
  await client.query('begin')
  await assert.rejects(client.query({ text: 'select id from wards where id = 1 / 0', values: [] }), { code: '22012' })
  await assert.rejects(client.query('select id from wards'), { code: '25P02' })
  await client.query('rollback')
  await client.end()
})

test('a block or a function that could carry protected data is taken when people have looked at it', async () => {
  const client = new pg.Client(rig.settings)
  await client.connect()
  const notices: string[] = []
  client.on('notice', ({ message }) => notices.push(message ?? ''))
  const block = `do $$ begin raise notice '%', (select mrn from wards where id = 5); end $$`
  const made = `create function carry() returns void language plpgsql as $$ begin
    insert into salaries select id from wards where mrn > ''; end $$`
  const asks = [block, made].flatMap(sql => (['deny', 'approve'] as const).map(vote => ({ sql, vote })))
  for (const { sql, vote } of asks) {
    notices.length = 0
    const held = new Promise<string>(resolve =>
      client.once('notice', ({ message }) => resolve(/approval (x_\w+)/.exec(message ?? '')?.[1] ?? 'none')),
    )
    const running = client.query(`${sql} -- ${vote}`)
    running.catch(() => undefined)
    await rig.approvals.vote(await held, subjectOf('otto', ['officers']), vote, 'looked at it')
    if (vote === 'deny') await assert.rejects(running, { code: '42501' })
    else await running
    assert.doesNotMatch(notices.join(), /mrn-5/)
  }
  await client.end()
})
