// Identifiers that a stdio server says on its standard error, and on its output between messages.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { loadKeys } from '../../src/recording/keys.ts'
import { openRecord } from '../../src/recording/read.ts'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { McpCaller } from '../support/mcp-caller.ts'
import { plant } from '../support/planted.ts'
import { rawHttp } from '../support/raw-http.ts'
import type { Script } from './hostile-stdio.ts'
import { labels, Planter } from './identifiers.ts'
import { describeLeaks, LeakSearch } from './leaks.ts'

const server = new URL('hostile-stdio.ts', import.meta.url).pathname
const SENTINEL = 'the tool has answered'

describe('seeded values of a stdio server', () => {
  const planter = new Planter(30)
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-stdio-'))
  const heard: Buffer[] = []
  let gateway: Gateway
  let caller: McpCaller

  before(async () => {
    planter.place = 'standard error'
    const stderr = [
      ...[...Array(20)].map(() => `warn: ${planter.sentence()}\n`),
      `${JSON.stringify(planter.row())}\n`,
      // Two writes, one line.
      `of ${planter.ssn()} `,
      `and ${planter.email()}\n`,
    ]
    planter.place = 'standard output'
    const noise = [`${planter.sentence()}\n`, `row: {"patient_name": "${planter.name()}"}\n`]
    const before = [
      { method: 'notifications/message', params: { level: 'info', data: planter.row() } },
      { method: 'notifications/message', params: { level: 'info', data: 'the log line came' } },
    ]
    const content = [{ type: 'text', text: `${SENTINEL} ${planter.sentence()}` }]
    const script: Script = { stderr, noise, before, result: { content, structuredContent: { rows: planter.rows(5) } } }
    const file = join(dir, 'script.json')
    writeFileSync(file, JSON.stringify(script))
    plant(...planter.planted.map(({ value }) => value))
    gateway = await startGateway({
      connections: { desk: { mcp: { command: [process.execPath, server, file] }, keep: 'phi' } },
      people: { nobody: { groups: ['blind'] } },
      rules: [{ id: 'all-masked', allow: ['*'], who: ['blind'], on: ['desk'] }],
      config: { labels },
    })
    caller = new McpCaller(gateway.connectionUrl('desk'), 'legacy', await gateway.token('nobody'))
    heard.push((await caller.initialize()).raw)
    for (let call = 0; call < 3; call++)
      heard.push((await caller.ask('tools/call', { name: 'get_it', arguments: {} })).raw)
  })

  after(async () => {
    await gateway?.stop()
    rmSync(dir, { recursive: true, force: true })
  })

  it('reach no caller', t => {
    const found = new LeakSearch(planter.planted)
    for (const bytes of heard) found.look(bytes)
    const where = new Set(planter.planted.map(({ place }) => place))
    t.diagnostic(`planted ${planter.planted.length} values in ${where.size} places, leaked ${found.found.length}`)
    assert.deepEqual(describeLeaks(found.found), [])
    const answers = Buffer.concat(heard).toString()
    assert.equal(answers.split(SENTINEL).length, 4, 'three calls were answered')
    assert.ok(answers.includes('the log line came') && answers.includes('[phi.ssn]'))
  })

  it('are masked in the record and not in the output', async () => {
    // What a process says last is in the record once its session has ended.
    const ended = await rawHttp(caller.url, { method: 'DELETE', headers: caller.headers })
    assert.equal(ended.status, 200)
    const found = new LeakSearch(planter.planted)
    const keys = loadKeys(gateway.dataDir)
    const late = Date.now() + 10_000
    let transcripts: Buffer[] = []
    // Nothing waits for these entries, so that they come when they come.
    while (!transcripts.some(transcript => transcript.includes('warn: The patient: '))) {
      assert.ok(Date.now() < late, 'standard error is in the record')
      const record = openRecord(gateway.dataDir, keys)
      const entries = record.sessions().flatMap(({ id }) => record.session(id))
      transcripts = entries.flatMap(entry => record.transcript(entry) ?? [])
      record.close()
      await delay(20)
    }
    for (const transcript of transcripts) found.look(transcript)
    found.look(Buffer.from(gateway.printed()))
    assert.deepEqual(describeLeaks(found.found), [])
  })
})
