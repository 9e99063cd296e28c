// A session of 100,000 entries is replayed while somebody works. Promise: the reader waits for the record, the caller does
// not wait for the reader.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { newId } from '../src/gateway/ids.ts'
import { Inbox } from '../src/recording/inbox.ts'
import { loadKeys } from '../src/recording/keys.ts'
import { type Gateway, startGateway } from './support/gateway.ts'
import { McpCaller, textOf } from './support/mcp-caller.ts'
import { type PlainServer, startPlainServer } from './support/plain-server.ts'

const ENTRIES = 100_000
const BATCH = 2_000
/** Reading the session on the thread that carries the calls would keep each of them for longer than this. */
const STALL_MS = 1_000

let server: PlainServer
let gateway: Gateway
const session = newId('s')

async function writeLongSession(): Promise<void> {
  const keys = loadKeys(gateway.dataDir, { sealDir: join(gateway.dataDir, '..', 'seal-keys') })
  const inbox = await Inbox.open({ dir: gateway.dataDir, instance: 'gateway', keys })
  const record = (body: Parameters<Inbox['record']>[0]['body'], said: string | null = null) => {
    const bytes = said === null ? null : Buffer.from(said)
    return inbox.record({ session, body, payload: bytes && { raw: bytes, transcript: bytes }, released: null })
  }
  const who = { subject: 'bob', provider: 'test', subjectKind: 'human', person: 'bob@example.org' } as const
  const where = { connection: 'clinic', connectionKind: 'mcp', retention: 'phi' } as const
  await record({ kind: 'session.open', ...who, onBehalfOf: null, purpose: null, ...where })
  for (let made = 1; made < ENTRIES; made += BATCH) {
    const some = Math.min(BATCH, ENTRIES - made)
    const exchange = newId('x')
    await Promise.all(
      Array.from({ length: some }, (_, part) =>
        record({ kind: 'answer', exchange, part, last: false, door: 'system', findings: {} }, `row ${made + part}`),
      ),
    )
  }
  await inbox.close()
}

before(async () => {
  server = await startPlainServer(['get_text'])
  gateway = await startGateway({
    connections: { clinic: { mcp: server.url, keep: 'phi' } },
    people: { ann: { groups: ['staff'] }, audrey: { groups: ['auditors'] } },
    rules: [{ id: 'use', allow: ['*'], who: ['staff'], on: ['clinic'] }],
    config: { roles: { auditor: ['auditors'] } },
  })
  await gateway.kill('SIGTERM')
  await writeLongSession()
  await gateway.start()
})
after(async () => {
  await gateway?.stop()
  await server?.close()
})

describe('the replay of a long session', () => {
  it('is whole, in pages, and keeps no call waiting', async t => {
    const ann = await McpCaller.connect(gateway, 'clinic', 'modern', 'ann')
    const authorization = `Bearer ${await gateway.token('audrey')}`
    let reading = true
    let pages = 0
    const replay = (async () => {
      let seen = 0
      for (let from: number | null = 0; from !== null && pages < 40; pages++) {
        const answer: Response = await fetch(
          `${gateway.url}/api/v1/sessions/${session}/replay?from=${from}&limit=200`,
          {
            headers: { authorization },
          },
        )
        const text = await answer.text()
        assert.equal(answer.status, 200, text)
        const page = JSON.parse(text) as {
          steps: { seq: string; shown: { text: string } | null }[]
          next: number | null
        }
        seen += page.steps.length
        // The last page too: the other pages are as this one.
        from = page.next !== null && pages === 38 ? ENTRIES - 10 : page.next
        if (page.next === null) assert.equal(page.steps.at(-1)?.shown?.text, `row ${ENTRIES - 1}`)
      }
      reading = false
      return seen
    })()
    const took: number[] = []
    while (reading) {
      const began = performance.now()
      assert.equal(textOf(await ann.call('get_text', {})), 'get_text ran')
      took.push(performance.now() - began)
    }
    assert.equal(await replay, 39 * 200 + 10)
    const sorted = took.sort((left, right) => left - right)
    const ms = (part: number) => (sorted[Math.floor(part * (sorted.length - 1))] as number).toFixed(1)
    t.diagnostic(`${took.length} calls during ${pages} pages: p50 ${ms(0.5)} p99 ${ms(0.99)} worst ${ms(1)} ms`)
    assert.ok(took.length > 20, `only ${took.length} calls`)
    assert.ok(Number(ms(1)) < STALL_MS, `a call took ${ms(1)} ms`)
  })
})
