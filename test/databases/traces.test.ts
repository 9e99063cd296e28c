// The caller behind an MCP server that has one login of its own, from outside: known by a trace that the server passes on,
// and nobody without.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import pg from 'pg'
import { asks, clear, type Headers, hidden, patients, same, Ward } from './ward.fixture.ts'

let ward: Ward
let serviceToken: string
before(async () => {
  ward = await Ward.start()
  serviceToken = await ward.gateway.token('ward')
})
after(() => ward?.stop())

describe('a server that passes a trace on', () => {
  const service = () => ({
    host: '127.0.0.1',
    port: ward.port,
    database: 'ward-db',
    user: 'ward',
    password: serviceToken,
  })
  const trace = (headers: Headers) => String(headers.traceparent)
  const comment = (sql: string, traceparent: string) => `${sql} /*db_driver='pg',traceparent='${traceparent}'*/`

  it('is whoever called it for a session that names the trace as its application', async () => {
    ward.inCall = headers => asks({ ...service(), application_name: trace(headers) })
    same(JSON.parse(await ward.tool('traced', 'ann')), clear)
    same(JSON.parse(await ward.tool('traced', 'ben')), hidden)
    assert.deepEqual(
      ward.askedFor('traced').map(({ subject, kind }) => [subject, kind]),
      [
        ['ann', 'human'],
        ['ben', 'human'],
      ],
    )
  })

  it('is whoever called it for a statement whose last comment has the trace, in one pooled connection', async () => {
    const before = ward.askedFor('traced').length
    const pooled = new pg.Client(service())
    await pooled.connect()
    ward.inCall = async headers => {
      // The span may be the server's own.
      const own = trace(headers).replace(/-[0-9a-f]{16}-/, '-00f067aa0ba902b7-')
      const { rows } = await pooled.query(comment(patients, own))
      const visits = await pooled.query(comment('select who from visits where id > $1', own), [0])
      await pooled.query(comment('reset all', own))
      await pooled
        .query(comment('select who from visits', own))
        .then(again => assert.deepEqual(again.rows, visits.rows))
      await pooled.query('begin')
      const inside = await pooled.query(comment('select who from visits', own))
      await pooled.query('rollback')
      return [rows, visits.rows, inside.rows]
    }
    same(JSON.parse(await ward.tool('traced', 'ann')), [clear, [{ who: 'ann' }], [{ who: 'ann' }]])
    same(JSON.parse(await ward.tool('traced', 'ben')), [hidden, [{ who: 'ben' }], [{ who: 'ben' }]])
    assert.deepEqual((await pooled.query('select who from visits')).rows, [], 'without a trace it is the service again')
    same((await pooled.query(patients)).rows, hidden)
    await pooled.end()
    const asked = ward.askedFor('traced').slice(before)
    assert.deepEqual(
      asked.map(({ subject, caller }) => [subject, caller]),
      ['ann', 'ann', 'ann', 'ann', 'ben', 'ben', 'ben', 'ben'].map(name => [name, name]),
    )
  })

  it('is refused with a trace that was made up, is over, or was given to another', async () => {
    let given = ''
    const madeUp = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const otherToken = await ward.gateway.token('other')
    const pooled = new pg.Client(service())
    await pooled.connect()
    ward.inCall = async headers => {
      given = trace(headers)
      await assert.rejects(pooled.query(comment(patients, madeUp)), { code: '28000' })
      await assert.rejects(pooled.query(comment(patients, 'none')), { code: '28000' })
      await assert.rejects(asks({ ...service(), application_name: madeUp }), { code: '28000' })
      // Of a service that is not the one of the connection it is a text, and the service is itself.
      const other = { ...service(), user: 'other', password: otherToken }
      return [
        await asks({ ...other, application_name: given }),
        await asks(other, comment(patients, given)),
        await asks({ ...service(), database: 'strict-db', application_name: given }).catch(error => error.code),
      ]
    }
    same(JSON.parse(await ward.tool('traced', 'ann')), [hidden, hidden, '42501'])
    await assert.rejects(asks({ ...service(), application_name: given }), { code: '28000' })
    await assert.rejects(pooled.query(comment(patients, given)), { code: '28000' })
    same((await pooled.query(patients)).rows, hidden)
    await pooled.end()
  })
})

describe('a server that asks as itself', () => {
  it('is recorded as a service for no human, which a rule may refuse', async () => {
    const settings = { host: '127.0.0.1', port: ward.port, user: 'ward', password: serviceToken }
    same(await asks({ ...settings, database: 'ward-db' }), hidden)
    await assert.rejects(asks({ ...settings, database: 'strict-db' }), { code: '42501' })
    const opened = ward.openings().filter(({ subject }) => subject === 'ward')
    assert.ok(opened.length > 1)
    assert.ok(
      opened.every(({ subjectKind, onBehalfOf, person }) => subjectKind === 'service' && !onBehalfOf && !person),
    )
  })
})
