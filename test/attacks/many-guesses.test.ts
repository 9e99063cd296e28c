// Attacks by trying many values of a hidden column at once, in a form that does not look like a list. Promise: what is
// beyond the limit of a minute is refused, however it is written.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { limits } from '../../src/gateway/limits.ts'
import { compileMasking } from '../../src/masking/plan.ts'
import { front } from '../../src/postgres/frames.ts'
import { frame, int16Bytes, uint32Bytes } from '../../src/postgres/messages.ts'
import { field, RawClient, say } from '../../src/postgres/testing/raw-client.ts'
import { databaseWith, Rig, rule, stopTestPostgres } from '../../src/postgres/testing/rig.ts'

const DATABASE = `guesses_${process.pid}`
const masking = compileMasking({
  labels: { 'phi.other': { sql: ['public.people.age', 'public.people.woken'] } },
  clean: {},
  transforms: { default: 'redact', byLabel: {} },
})
const many = Array.from({ length: limits.guessesPerMinute + 20 }, (_, at) => at + 1)
const BY_AGE = 'select id from people where age = any($1)'

let rig: Rig

before(async () => {
  const postgres = await databaseWith(DATABASE, [
    `create table people (id text, age int, woken time); insert into people values ('one', 44, '06:44')`,
    `create type span as (low int, high int); create function spread(span) returns int[] language sql immutable
      as 'select array_agg(n) from generate_series($1.low, $1.high) n'; create cast (span as int[]) with function spread(span)`,
  ])
  const rules = [rule('all', 'allow', {})]
  rig = await Rig.start({ postgres, masking, database: DATABASE, rules })
})

after(async () => {
  await rig?.stop()
  await stopTestPostgres()
})

const refused = (work: Promise<unknown>) => assert.rejects(work, { code: /^(42501|53400)$/ })

const arrays: Readonly<Record<string, string>> = {
  plain: `{${many}}`,
  'after a space': ` {${many}}`,
  'with bounds': `[1:${many.length}]={${many}}`,
  'of two dimensions': `{{${many}},{${many}}}`,
  quoted: `{${many.map(value => `"${value}"`)}}`,
}

for (const [name, array] of Object.entries(arrays)) {
  test(`an array that is bound, ${name}`, async () => {
    await rig.withClient(client => refused(client.query(BY_AGE, [array])))
  })

  test(`an array given to EXECUTE, ${name}`, async () => {
    await rig.withClient(async client => {
      await client.query(`prepare g as ${BY_AGE}`)
      await refused(client.query(`execute g('${array}')`))
      await refused(client.query(`execute g('${array}'::int[])`))
      await refused(client.query(`explain analyze execute g('${array}')`))
    })
  })
}

test('an array whose elements have colons', async () => {
  const times = many.map(minute => `06:${minute}`)
  await rig.withClient(client => refused(client.query('select id from people where woken = any($1)', [`{${times}}`])))
})

test('an array that EXECUTE is to make itself', async () => {
  await rig.withClient(async client => {
    await client.query(`prepare g as ${BY_AGE}`)
    await refused(client.query(`execute g(array[${many}])`))
    await refused(client.query('execute g((select array_agg(n) from generate_series(1, 99) n)::int[])'))
    assert.equal((await client.query('execute g(array[43, 44])')).rowCount, 1)
    assert.equal((await client.query("execute g('{45}')")).rowCount, 0)
  })
})

test('arrays of several parameters', async () => {
  const half = `{${many.slice(0, limits.guessesPerMinute - 5)}}`
  const text = 'select id from people where age = any($1) or age = any($2)'
  await rig.withClient(client => refused(client.query(text, [half, half])))
})

test('an array in binary', async () => {
  const elements = many.flatMap(value => [uint32Bytes(4), uint32Bytes(value)])
  const header = [1, 0, 23, many.length, 1].map(uint32Bytes)
  const array = Buffer.concat([...header, ...elements])
  const client = await RawClient.signedIn(rig.port)
  const bind = [int16Bytes(1), int16Bytes(1), int16Bytes(1), uint32Bytes(array.length), array, int16Bytes(0)]
  client.send(say.parse('', BY_AGE), frame(front.bind, '\0\0', ...bind), say.execute(''), say.sync())
  await client.until('Z')
  client.socket.destroy()
  assert.match(client.types, /EZ$/)
  assert.equal(field(client.heard.at(-2) as never, 'C'), '42501')
  assert.ok(!client.types.includes('D'))
})

for (const [name, text, value] of [
  ['a list of blanks between', 'select id from people where age = any($1::int2vector)', many.join(' ')],
  ['such a list that is a text first', 'select id from people where age = any($1::text::int2vector)', many.join(' ')],
  ['an array that is a text first', 'select id from people where age = any($1::text::int[])', `{${many}}`],
] as const) {
  test(`${name}, bound as text and in binary`, async () => {
    for (const format of name.includes('text first') ? [0, 1] : [0]) {
      const client = await RawClient.signedIn(rig.port)
      const bind = [int16Bytes(1), int16Bytes(format), int16Bytes(1), uint32Bytes(value.length), value, int16Bytes(0)]
      client.send(say.parse('', text), frame(front.bind, '\0\0', ...bind), say.execute(''), say.sync())
      await client.until('Z')
      client.socket.destroy()
      assert.match(client.types, /EZ$/)
      assert.ok(!client.types.includes('D'))
    }
  })
}

test('a list of blanks between that is given to EXECUTE', async () => {
  await rig.withClient(async client => {
    await client.query('prepare v as select id from people where age = any($1::int2vector)')
    await refused(client.query(`execute v('${many.join(' ')}')`))
    assert.equal((await client.query("execute v('43 44')")).rowCount, 1)
  })
})

test('an array that a cast of people makes', async () => {
  await rig.withClient(async client => {
    for (const type of ['int[]', '_int4'])
      await refused(client.query(`select id from people where age = any($1::span::${type})`, ['(1,50)']))
    assert.equal((await client.query('select id from people where woken = any($1::time[])', ['{06:44}'])).rowCount, 1)
  })
})

test('many statements in one text', async () => {
  const text = many.map(age => `select id from people where age = ${age}`).join(';')
  await rig.withClient(client => refused(client.query(text)))
})

const half = `select id from people where age in (${many.slice(0, limits.guessesPerMinute / 2)})`

for (const [name, first, again] of [
  ['in a list', half, half],
  ['one by one', half.replaceAll(',', ' or age = ').replace(/in \((.*)\)/, '= $1'), half],
  ['in a list that was prepared', `prepare h as ${half}; execute h`, 'execute h'],
  ['in a cursor', `begin; declare c cursor for ${half}; fetch c; commit`, half],
] as const) {
  test(`values that are written in one statement, ${name}, are so many guesses`, async () => {
    await rig.withClient(async client => {
      await client.query(first)
      await client.query(half)
      await refused(client.query(again))
    })
  })
}

const united = (values: readonly number[]) =>
  `select count(*) from (select id, age from people union values ${values.map(value => `('one', ${value})`)}) q`

test('values that rows are united with are so many guesses', async () => {
  const some = many.slice(0, limits.guessesPerMinute / 2)
  await rig.withClient(client => refused(client.query(united(many))))
  await rig.withClient(async client => {
    await client.query(united(some))
    await client.query(united(some))
    await refused(client.query(united([44])))
  })
  for (const once of [
    `select count(*) from (select id, age from people union select 'one', 44) q`,
    `with recursive r(id, age) as (select id, age from people union select 'one', 44) select id from r`,
  ])
    await rig.withClient(async client => {
      for (let guess = 0; guess < limits.guessesPerMinute; guess++) await client.query(once)
      await refused(client.query(once))
    })
  const nested = many.reduce((query, value) => `select 'one', ${value} union (${query})`, `select 'one', 0`)
  for (const text of [`select id, age from people union (${nested})`, `${nested} union select id, age from people`])
    await rig.withClient(client => refused(client.query(`select count(*) from (${text}) q`)))
})

test('values that rows are united with and nobody can count', async () => {
  const made = ['unnest(array[43, 44])', 'g.n', '(select max(n) from generate_series(1, 44) n)']
  await rig.withClient(async client => {
    for (const value of made)
      await refused(
        client.query(
          `select g.n, (select count(*) from (select 'one', age from people union select 'one', ${value}) q) from generate_series(1, 99) g(n)`,
        ),
      )
    await refused(client.query(`select age from people intersect select 44`))
    await client.query(`select id, age from people union all select 'one', 44`)
  })
})

test('questions whether somebody exists, each in a column of its own', async () => {
  const asked = (values: readonly number[]) =>
    `select ${values.map(age => `exists (select 1 from people where age = ${age})`).join(', ')}`
  await rig.withClient(client => refused(client.query(asked(many))))
  await rig.withClient(async client => {
    await client.query(asked(many.slice(0, limits.guessesPerMinute)))
    await refused(client.query(asked([44])))
  })
})

test('somebody is looked up as before', async () => {
  await rig.withClient(async client => {
    for (const value of ['{44}', '{43,44}']) assert.equal((await client.query(BY_AGE, [value])).rowCount, 1)
    assert.equal(
      (await client.query('select id from people where age = $1 and id <> $2', [44, '{"a": [1,2]}'])).rowCount,
      1,
    )
  })
})
