// What a database holds is read once for all who wait for it. Promise: who leaves meanwhile takes nobody along, and nothing is
// recorded of a session behind its end.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { compileMasking } from '../masking/plan.ts'
import { loadParser } from './statement/parser.ts'
import { RawClient, say } from './testing/raw-client.ts'
import { databaseWith, Rig, rule, stopTestPostgres } from './testing/rig.ts'

let rig: Rig
before(async () => {
  await loadParser()
  const postgres = await databaseWith('catalogs', ['create table people (id integer, name text)'])
  const masking = compileMasking({
    labels: { 'phi.name': { sql: ['public.people.name'] } },
    clean: {},
    transforms: { default: 'redact', byLabel: {} },
  })
  rig = await Rig.start({ postgres, masking, database: 'catalogs', rules: [rule('all', 'allow', {})] })
})
after(async () => {
  await rig.stop()
  await stopTestPostgres()
})

test('who leaves while the catalog is read takes nobody along', { timeout: 60_000 }, async () => {
  for (let round = 0; round < 30; round++) {
    const [maker, leaving, staying] = await Promise.all([1, 2, 3].map(() => RawClient.signedIn(rig.port)))
    // The catalog that was read is not the one that is there.
    maker?.send(say.query(`create table made_${round} (id integer)`))
    await maker?.until('Z')
    leaving?.send(say.query('select id from people'))
    staying?.send(say.query('select id from people'))
    await new Promise(resolve => setTimeout(resolve, round % 6))
    leaving?.socket.destroy()
    await staying?.until('Z')
    assert.equal(staying?.types, 'TCZ', `round ${round}`)
    for (const one of [maker, staying]) one?.socket.destroy()
  }
  assert.equal(rig.inbox.health().malformed, 0)
})
