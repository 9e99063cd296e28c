// Identifiers that a caller puts into its questions. Promise: wherever they stand, policy knows that they are there before
// anything is forwarded, and the record hides them.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { loadKeys } from '../../src/recording/keys.ts'
import { openRecord } from '../../src/recording/read.ts'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { answerOf, McpCaller, refusalOf } from '../support/mcp-caller.ts'
import { type PlainServer, startPlainServer } from '../support/plain-server.ts'
import { plant } from '../support/planted.ts'
import { labels, Planter } from './identifiers.ts'
import { describeLeaks, LeakSearch } from './leaks.ts'

type Members = Record<string, unknown>
type Question = readonly [where: string, method: string, params: (p: Planter) => Members]

const call = (members: (p: Planter) => Members) => (p: Planter) => ({ name: 'get_text', arguments: {}, ...members(p) })

const questions: readonly Question[] = [
  ['an argument', 'tools/call', call(p => ({ arguments: { who: p.ssn() } }))],
  ['the name of an argument', 'tools/call', call(p => ({ arguments: { [p.ssn()]: true } }))],
  ['a row', 'tools/call', call(p => ({ arguments: { rows: p.rows(3) } }))],
  ['a name under a configured path', 'tools/call', call(p => ({ arguments: { patient_name: p.name() } }))],
  ['JSON in an argument', 'tools/call', call(p => ({ arguments: { query: JSON.stringify({ of: [p.row()] }) } }))],
  ['SQL in an argument', 'tools/call', call(p => ({ arguments: { sql: `SELECT 1 FROM a WHERE b = '${p.ssn()}'` } }))],
  ['_meta', 'tools/call', call(p => ({ _meta: { 'example.org/of': p.sentence() } }))],
  ['the progress token', 'tools/call', call(p => ({ _meta: { progressToken: p.ssn() } }))],
  ['a version where there is none', 'tools/call', call(p => ({ protocolVersion: p.ssn() }))],
  ['an unknown member', 'tools/call', call(p => ({ future: { of: p.email() } }))],
  ['a task', 'tools/call', call(p => ({ task: { ttl: 1, of: p.phone() } }))],
  ['the name of a tool', 'tools/call', p => ({ name: `get_${p.ssn()}`, arguments: {} })],
  ['an address', 'resources/read', p => ({ uri: p.uri() })],
  ['an argument of a prompt', 'prompts/get', p => ({ name: 'summary', arguments: { of: p.email() } })],
  [
    'what is to be completed',
    'completion/complete',
    p => ({
      ref: { type: 'ref/prompt', name: 'a' },
      argument: { name: 'who', value: p.ssn() },
      context: { arguments: p.row() },
    }),
  ],
]

describe('seeded values in questions', () => {
  const planter = new Planter(1_996)
  let server: PlainServer
  let gateway: Gateway

  before(async () => {
    server = await startPlainServer(['get_text'])
    gateway = await startGateway({
      connections: { clinic: { mcp: server.url, keep: 'phi' } },
      people: { ann: { groups: ['staff'] } },
      rules: [
        { id: 'all', allow: ['*'], who: ['staff'], on: ['clinic'] },
        { id: 'nothing-out', block: ['*'], found: ['phi.*'], on: ['clinic'] },
      ],
      config: { labels },
    })
  })

  after(async () => {
    await gateway?.stop()
    await server?.close()
  })

  for (const era of ['legacy', 'modern'] as const) {
    for (const [where, method, params] of questions) {
      it(`${era}: ${where} is known to policy`, async () => {
        const caller = await McpCaller.connect(gateway, 'clinic', era, 'ann')
        planter.place = where
        const made = params(planter)
        const answer = answerOf(await caller.ask(method, made))
        assert.equal(refusalOf(answer)?.code, 'blocked')
        assert.deepEqual(
          server.received.filter(received => received.method === method),
          [],
        )
      })
    }
  }

  it('the record hides all of them', () => {
    const { planted } = planter
    plant(...planted.map(({ value }) => value))
    const record = openRecord(gateway.dataDir, loadKeys(gateway.dataDir))
    const found = new LeakSearch(planted)
    let blocked = 0
    for (const one of record.sessions().flatMap(({ id }) => record.session(id))) {
      if (one.entry.kind === 'question' && one.entry.decision === 'block') blocked++
      // Digests and times hold eight digits in a row by chance.
      found.look(Buffer.from(JSON.stringify(one.entry).replaceAll(/[0-9a-f]{64}|"(?:at|until)":\d{13}/g, '')))
      found.look(record.transcript(one) ?? Buffer.alloc(0))
    }
    record.close()
    found.look(Buffer.from(gateway.printed()))
    assert.deepEqual(describeLeaks(found.found), [])
    assert.equal(blocked, 2 * questions.length)
  })
})
