// A name stands for what the system has under it, whatever became of what was sent before and after.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { compileMasking } from '../masking/plan.ts'
import { type Changes, Names, type Portal, type Prepared } from './names.ts'
import { unread } from './reading.ts'
import { RawClient, say } from './testing/raw-client.ts'
import { databaseWith, Rig, rule, stopTestPostgres } from './testing/rig.ts'

describe('a name', () => {
  const none = Buffer.alloc(0)
  const one = (): Prepared => ({ sql: none, types: none, reading: unread, fields: null })
  const portal = (): Portal => ({
    prepared: one(),
    reading: unread,
    parameters: [],
    lists: new Map(),
    bound: none,
    values: none,
    resultFormats: [],
    asked: null,
  })

  function named(): { names: Names; first: Prepared; set: (value: Prepared | undefined) => Changes } {
    const names = new Names()
    const set = (value: Prepared | undefined) => {
      const changes: Changes = []
      names.setStatement('x', value, changes)
      return changes
    }
    const first = one()
    names.confirm(set(first))
    return { names, first, set }
  }

  for (const order of ['the first before the second', 'the second before the first']) {
    test(`that was changed twice is what it was where both are undone, ${order}`, () => {
      const { names, first, set } = named()
      const both = [set(one()), set(one())]
      for (const changes of order.startsWith('the first') ? both : both.reverse()) names.undo(changes)
      assert.equal(names.statement('x'), first)
      assert.equal(names.size, 1)
    })
  }

  test('is what the second change says where the first is undone, and the other way round', () => {
    const { names, set } = named()
    const [second, fourth] = [one(), one()]
    const undone = set(one())
    const done = set(second)
    names.undo(undone)
    assert.equal(names.statement('x'), second)
    names.confirm(done)
    const stays = set(fourth)
    const last = set(undefined)
    assert.equal(names.statement('x'), undefined)
    names.confirm(stays)
    names.undo(last)
    assert.equal(names.statement('x'), fourth)
  })

  test('is uncertain until its own last change is answered', () => {
    const { names, set } = named()
    const earlier = set(one())
    names.batch++
    const later = set(one())
    names.batch++
    names.confirm(earlier)
    assert.ok(names.uncertain('statement', 'x'))
    names.confirm(later)
    assert.ok(!names.uncertain('statement', 'x'))
  })

  test('of a portal ends with its transaction, and one that is still to be bound does not', () => {
    const names = new Names()
    const [over, next] = [portal(), portal()]
    const bound: Changes = []
    names.setPortal('p', over, bound)
    names.confirm(bound)
    names.setPortal('p', next, bound)
    assert.deepEqual(names.endPortals(), [over])
    assert.equal(names.portal('p'), next)
    names.undo(bound)
    assert.equal(names.portal('p'), undefined)
    assert.equal(names.size, 0)
  })
})

describe('what is hidden stays so where the name of a statement', () => {
  const hidden = 'select concat(mrn) as w from wards'
  const shown = 'select concat(ward) as w from wards'
  const execute = [say.describe('S', 'x'), say.bind('', 'x'), say.execute(''), say.sync()]
  const asked = (sql: string) => [say.parse('', sql), say.bind('', ''), say.execute('')]
  let rig: Rig

  before(async () => {
    const postgres = await databaseWith('named', [
      `create table wards (mrn text, ward text); insert into wards values ('secret', 'north');
        create table closed (id int)`,
    ])
    const masking = compileMasking({
      labels: { 'phi.mrn': { sql: ['public.wards.mrn'] } },
      clean: {},
      transforms: { default: 'redact', byLabel: {} },
    })
    const approvers = { groups: ['officers'], people: 1, withinMs: 60_000, holdMs: 50 }
    const many = { patterns: ['sql.select:public.wards'], when: 'sql.estimatedRows > 100000', approvers }
    rig = await Rig.start({
      postgres,
      database: 'named',
      masking,
      rules: [rule('wards', 'allow', { patterns: ['sql.*:public.wards'] }), rule('many', 'hold', many)],
    })
  })
  after(async () => {
    await rig?.stop()
    await stopTestPostgres()
  })

  function allHidden(client: RawClient): void {
    const heard = Buffer.concat(client.heard.map(({ body }) => body)).toString('latin1')
    assert.doesNotMatch(heard, /secret/)
    assert.match(heard, /\[phi\.mrn\]/)
  }

  async function played(...flights: readonly (readonly Uint8Array[])[]): Promise<RawClient> {
    const client = await RawClient.signedIn(rig.port)
    for (const [at, flight] of flights.entries()) {
      client.send(...flight)
      await client.until('Z', at + 1)
    }
    client.socket.destroy()
    allHidden(client)
    return client
  }

  test('is given again twice in one flight, and the system takes neither', async () => {
    const again = [say.parse('x', shown), say.parse('x', shown), say.sync()]
    const { types } = await played([say.parse('x', hidden), say.sync()], again, execute)
    assert.match(types, /^1ZEZ/)
  })

  test('is given again behind a statement that is refused', async () => {
    const again = [...asked('select id from closed'), say.parse('x', shown), say.bind('', 'x'), say.execute('')]
    const { types } = await played([say.parse('x', hidden), say.sync()], [...again, say.sync()], execute)
    assert.match(types, /^1ZEZ/)
  })

  test('is given again in a flight that fails, while the answer to the first is still to come', async () => {
    const client = await RawClient.signedIn(rig.port)
    const slow = [...asked('select pg_sleep(0.5) from wards'), say.parse('x', shown), say.sync()]
    client.send(say.parse('x', hidden), say.sync(), ...slow)
    await client.until('Z')
    client.send(...execute)
    await client.until('Z', 3)
    client.socket.destroy()
    assert.match(client.types, /EZ.*Z$/)
    allHidden(client)
  })

  test('is given again in a flight that goes on with a portal and fails', async () => {
    const client = await RawClient.signedIn(rig.port)
    client.send(say.parse('x', hidden), say.parse('slow', 'select pg_sleep(0.5) from wards'), say.sync())
    await client.until('Z')
    client.send(say.parse('', 'select ward from wards, generate_series(1, 3)'), say.bind('p', ''), say.execute('p', 1))
    client.send(say.flush())
    await client.until('s')
    const again = [say.bind('', 'slow'), say.execute(''), say.parse('x', shown), say.execute('p', 1), say.sync()]
    client.send(...again, say.bind('', 'x'), say.describe('P', ''), say.execute(''), say.sync())
    await client.until('Z', 3)
    client.socket.destroy()
    assert.match(client.types, /EZ.*Z$/)
    allHidden(client)
  })

  test('is a cursor that was declared: it is described, and not executed', async () => {
    const client = await RawClient.signedIn(rig.port)
    const query = (sql: string) => [...asked(sql), say.sync()]
    client.send(...query('begin'), ...query(`declare "C ""1" no scroll cursor for ${hidden}`))
    client.send(say.describe('P', 'C "1'), say.sync())
    client.send(
      say.parse('', 'fetch 1 from "C ""1"'),
      say.bind('', ''),
      say.describe('P', ''),
      say.execute(''),
      say.sync(),
    )
    await client.until('Z', 4)
    const described = client.heard.find(({ type }) => type === 'T')
    assert.equal(String(described?.body.subarray(2, 4)), 'w\0')
    assert.equal(client.types, '12CZ12CZTZ12TDNCZ')
    allHidden(client)
    client.send(say.execute('C "1'), say.sync(), say.describe('P', 'other'), say.sync())
    await client.until('Z', 6)
    const errors = client.heard.filter(({ type }) => type === 'E').map(({ body }) => /C(\w{5})/.exec(String(body))?.[1])
    assert.deepEqual(errors, ['34000', '34000'])
    client.socket.destroy()
  })
})
