// Thousands of synthetic identifiers in every place a protected system can put one, for a caller who may see none of them.
// Promise: not one comes out, in any form, to the caller, to the record or to the output; and the answers did come.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { loadKeys, loadSealPrivateKey } from '../../src/recording/keys.ts'
import { openRecord } from '../../src/recording/read.ts'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { type Era, McpCaller, messagesOf, refusalOf } from '../support/mcp-caller.ts'
import { plant } from '../support/planted.ts'
import type { Heard } from '../support/raw-http.ts'
import { FRAMING, type Hostile, PLACE, startHostile } from './hostile-server.ts'
import { labels, Planter } from './identifiers.ts'
import { describeLeaks, LeakSearch } from './leaks.ts'
import { arrived, type Framing, framings, type Place } from './place.ts'
import { listPlaces } from './places-lists.ts'
import { toolPlaces } from './places-tools.ts'
import { transportPlaces } from './places-transport.ts'

const places = [...toolPlaces, ...listPlaces, ...transportPlaces]
const ROUNDS = 2

interface Walked {
  readonly place: Place
  readonly era: Era
  readonly framing: Framing
  readonly heard: Heard
}

describe('seeded values', () => {
  const planter = new Planter(20_260_728)
  const walked: Walked[] = []
  const heardBeside: Buffer[] = []
  let hostile: Hostile
  let gateway: Gateway

  async function walk(caller: McpCaller, place: Place, framing: Framing): Promise<void> {
    const meta = { [PLACE]: place.name, [FRAMING]: framing, progressToken: 'token' }
    planter.place = `arguments of ${place.name}`
    const said = place.method === 'tools/call' ? { arguments: { of: planter.sentence() } } : {}
    const params = { ...place.params, ...said, _meta: meta }
    // Each handshake is a session of its own.
    const by = place.method === 'initialize' ? new McpCaller(caller.url, caller.era, caller.token) : caller
    walked.push({ place, era: caller.era, framing, heard: await by.ask(place.method, params) })
  }

  async function standingStream(caller: McpCaller): Promise<void> {
    const stream = caller.listen()
    await stream.until(heard => heard.body.includes(arrived('the standing stream')))
    heardBeside.push((await stream.cut()).raw)
  }

  before(async () => {
    hostile = await startHostile(planter, places)
    gateway = await startGateway({
      connections: { clinic: { mcp: hostile.url, keep: 'phi' } },
      people: { nobody: { groups: ['blind'] } },
      rules: [
        {
          id: 'all-masked',
          allow: ['*', 'elicitation/create', 'sampling/*', 'roots/list'],
          who: ['blind'],
          on: ['clinic'],
        },
      ],
      config: { labels },
    })
    for (const era of ['legacy', 'modern'] as const) {
      const caller = await McpCaller.connect(gateway, 'clinic', era, 'nobody')
      for (let round = 0; round < ROUNDS; round++) {
        for (const place of places.filter(({ eras }) => eras?.includes(era) ?? true))
          for (const framing of place.framings ?? framings) await walk(caller, place, framing)
      }
      if (era === 'modern') continue
      await standingStream(caller)
      const { Accept: _, ...headers } = caller.headers
      const ended = caller.post('', { ...headers, Accept: '*/*' })
      heardBeside.push((await ended.done).raw)
    }
    plant(...planter.planted.map(({ value }) => value))
  })

  after(async () => {
    await gateway?.stop()
    await hostile?.close()
  })

  function search(): LeakSearch {
    return new LeakSearch(planter.planted)
  }

  it('reach no caller in any form', t => {
    const found = search()
    for (const { heard } of walked) found.look(heard.raw)
    // Chunks of the transfer encoding may cut a value in two.
    for (const { heard } of walked) found.look(heard.body)
    for (const raw of heardBeside) found.look(raw)
    const where = new Set(planter.planted.map(({ place }) => place))
    const count = `planted ${planter.planted.length} values in ${where.size} places, leaked ${found.found.length}`
    t.diagnostic(`${count}; searched ${walked.length + heardBeside.length} answers, ${found.bytes} bytes`)
    assert.deepEqual(describeLeaks(found.found), [])
    assert.ok(planter.planted.length > 5_000, `only ${planter.planted.length} values were planted`)
  })

  it('cover all thirty places that flow towards a caller', () => {
    const covered = new Set([...places.flatMap(({ rows }) => rows), 30])
    // 1, 2 and 27 are what the caller itself sends; 30 is a test of its own.
    const missing = [...Array(30).keys()]
      .map(at => at + 1)
      .filter(row => !covered.has(row) && ![1, 2, 27].includes(row))
    assert.deepEqual(missing, [])
  })

  it('leave the answers standing: each one arrived, masked or refused as it should', () => {
    const wrong = walked.flatMap(({ place, era, framing, heard }) => {
      const fault = faultOf(place, heard)
      return fault === null ? [] : [`${place.name}, ${era}, ${framing}: ${fault}`]
    })
    assert.deepEqual(wrong, [])
  })

  it('are in no transcript, no entry and no output, and are all in the seal', async t => {
    const record = openRecord(gateway.dataDir, loadKeys(gateway.dataDir))
    const key = loadSealPrivateKey(`${gateway.dataDir}/../seal-keys`)
    const found = search()
    let transcripts = 0
    let sealed = ''
    try {
      for (const session of record.sessions({ limit: 1_000 })) {
        for (const recorded of record.session(session.id)) {
          // Digests and times hold eight digits in a row by chance.
          found.look(Buffer.from(JSON.stringify(recorded.entry).replaceAll(/[0-9a-f]{64}|"(?:at|until)":\d{13}/g, '')))
          const transcript = record.transcript(recorded)
          if (transcript === null) continue
          transcripts++
          found.look(transcript)
          // One in ten is enough to show that what was hidden had been there.
          if (transcripts % 10 === 0) sealed += record.unseal(recorded, key)?.raw.toString()
        }
      }
    } finally {
      record.close()
    }
    found.look(Buffer.from(gateway.printed()))
    t.diagnostic(`searched ${transcripts} transcripts`)
    assert.deepEqual(describeLeaks(found.found), [])
    assert.ok(transcripts > walked.length, 'questions and answers are in the record')
    assert.ok(new LeakSearch(planter.planted).look(Buffer.from(sealed)).length > 100, 'the seal holds what came')
  })
})

function faultOf({ name, outcome, comes = [] }: Place, heard: Heard): string | null {
  const messages = messagesOf(heard)
  const last = messages.at(-1) ?? {}
  const came = heard.body.includes(arrived(name))
  if (outcome === 'refused') {
    if (came) return 'the answer came'
    return refusalOf(last) ? null : `no refusal, HTTP status ${heard.status}`
  }
  if (!came) return `the answer did not come, HTTP status ${heard.status}, ${refusalOf(last)?.code}`
  const before = messages.flatMap(({ method }) => method ?? [])
  if (before.join() !== comes.join()) return `before the answer came: ${before.length} messages, not ${comes.length}`
  return outcome === 'masked' && !heard.body.includes('[phi.') ? 'nothing in it is masked' : null
}
