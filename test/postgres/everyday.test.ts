// Everyday statements under the rules that `sallyport init` writes. Promise: where nothing protected is in an answer, it is the
// database's own, with its errors and notices.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type pg from 'pg'
import { unplanted } from '../support/planted.ts'
import { rulesOfInit } from './init-rules.ts'
import { connected, DATABASE, type Door, lines, openDoor } from './through-door.ts'

let door: Door
before(async () => {
  door = await openDoor(rulesOfInit('public'))
})
after(() => door?.close())

/** All a client makes of the answers to a line. */
async function told(client: pg.Client, line: string): Promise<string> {
  const heard: unknown[] = []
  const onNotice = ({ message }: { message?: string | undefined }) => heard.push(message)
  const wire = (client as unknown as { connection: NodeJS.EventEmitter }).connection
  const onCopy = ({ chunk }: { chunk: Buffer }) => heard.push(chunk.toString())
  client.on('notice', onNotice)
  wire.on('copyData', onCopy)
  for (const part of ['begin', ...line.split(' ;; '), 'rollback']) {
    const [, text = part, values] = /^(.*) -- (\[.*\])$/.exec(part) ?? []
    const query = { text, rowMode: 'array' as const, ...(values === undefined ? {} : { values: JSON.parse(values) }) }
    await client.query(query).then(
      results => {
        for (const { rows, command, rowCount, fields } of [results].flat())
          heard.push(
            rows,
            command,
            rowCount,
            (fields ?? []).map(one => [one.name, one.dataTypeID, one.columnID]),
          )
      },
      ({ code, message, detail, hint, position }: pg.DatabaseError) =>
        heard.push(code, message, detail, hint, position),
    )
  }
  client.off('notice', onNotice)
  wire.off('copyData', onCopy)
  return JSON.stringify(heard)
}

test('a column that is not there is told as such, whatever is done with it', async () => {
  const client = await connected(door.rig.settings)
  const texts = [
    'select id from visits where reson > 5',
    'select * from visits order by reson',
    'select v.reson::int from visits v',
    'select p.id from patients p join visits v on v.patientid = p.id',
    'select reson, count(*) from visits group by reson having sum(idd) > 1',
    'delete from visits where reson like $$x%$$',
  ]
  for (const text of texts) await assert.rejects(client.query(text), { code: '42703' }, text)
  await assert.rejects(client.query("select id from patients where ssn > 'm' and reson = 1"), { code: /42501|42703/ })
  await assert.rejects(client.query("select id from patients where ssn > 'm'"), { code: '42501' })
  await client.end()
})

test('everyday statements answer as the database itself does', { timeout: 120_000 }, async t => {
  const { host, port, user, password } = door.server
  const wrong: string[] = []
  const all = lines('everyday.sql')
  for (const line of all) {
    const [direct, through] = await Promise.all([
      connected({ host, port, user, password, database: DATABASE }),
      connected(door.rig.settings),
    ])
    const expected = await told(direct, line)
    const heard = await told(through, line)
    if (heard !== expected) wrong.push(unplanted(`${line}\n  ${expected}\n  ${heard}`))
    await direct.end()
    await through.end()
  }
  t.diagnostic(`${all.length} lines`)
  assert.deepEqual(wrong, [])
})
