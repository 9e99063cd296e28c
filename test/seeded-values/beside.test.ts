// Identifiers that a caller puts beside its question: into `Mcp-Param-*` headers, into baggage, into what it says of itself. A
// server that tells everybody all it has heard makes them come back. Promise: none comes out to a caller who may not see it, nor
// into the record or the output, and what was not compared with the question does not even reach the server.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { loadKeys } from '../../src/recording/keys.ts'
import { openRecord } from '../../src/recording/read.ts'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { answerOf, type Era, LEGACY, McpCaller, refusalOf, textOf } from '../support/mcp-caller.ts'
import { type PlainServer, startPlainServer } from '../support/plain-server.ts'
import { plant } from '../support/planted.ts'
import { rawHttp } from '../support/raw-http.ts'
import { labels, Planter } from './identifiers.ts'
import { describeLeaks, LeakSearch } from './leaks.ts'

const eras: readonly Era[] = ['legacy', 'modern']
const CLIENT = 'io.modelcontextprotocol/clientInfo'
const TOLD = 'all that was heard: '

type Made = Record<string, unknown>

/** What a program may say of itself; the last one has the form of a version. */
const selves: Readonly<Record<string, (p: Planter) => Made>> = {
  'a name': p => ({ name: p.sentence(), version: '1' }),
  'a version': p => ({ name: 'test', version: p.ssn() }),
  'a title and a site': p => ({ name: 'test', version: '1', title: p.sentence(), websiteUrl: p.url() }),
  'an icon': p => ({ name: 'test', version: '1', icons: [{ src: p.url() }] }),
  'a member that nobody knows': p => ({ name: 'test', version: '1', [p.ssn(['-'])]: p.row() }),
  'a version with a date behind it': p => ({ name: 'test', version: `1.0.0 of ${p.email()}` }),
}

const baggage = (p: Planter) => `patient=${p.ssn(['-'])},mail=${p.email()};seen=${p.date()}`
const sentinel = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`

describe('seeded values beside questions', () => {
  const planter = new Planter(27_072_026)
  const heard: Buffer[] = []
  let server: PlainServer
  let gateway: Gateway

  before(async () => {
    server = await startPlainServer(['get_text'], ({ params, headers }) => {
      const beside = Object.entries(headers).filter(([name]) => /^(mcp-param|baggage|trace)/.test(name))
      const text = `${TOLD}${JSON.stringify([server.received.map(({ body }) => body), beside, params])}`
      return { content: [{ type: 'text', text }], structuredContent: { params, beside } }
    })
    server.tools = [
      {
        name: 'get_text',
        inputSchema: { type: 'object', properties: { who: { type: 'string', 'x-mcp-header': 'Who' } } },
      },
    ]
    gateway = await startGateway({
      connections: { clinic: { mcp: server.url, keep: 'phi' } },
      people: { ann: { groups: ['staff'] }, ben: { groups: ['staff'] } },
      rules: [{ id: 'all', allow: ['*'], who: ['staff'], on: ['clinic'] }],
      config: { labels },
    })
  })

  after(async () => {
    await gateway?.stop()
    await server?.close()
  })

  async function connect(era: Era, person: string): Promise<McpCaller> {
    return McpCaller.connect(gateway, 'clinic', era, person)
  }

  /** The answer came, and the server was told what it then told. */
  function told(answer: Awaited<ReturnType<McpCaller['ask']>>): void {
    heard.push(answer.raw, answer.body)
    const message = answerOf(answer)
    assert.equal(refusalOf(message), null)
    assert.ok(textOf(message).startsWith(TOLD))
    assert.ok(answer.body.includes('[phi.'), 'something in it is masked')
  }

  for (const [where, made] of Object.entries(selves)) {
    it(`legacy: ${where} of a client`, async () => {
      planter.place = `clientInfo, ${where}`
      const caller = new McpCaller(gateway.connectionUrl('clinic'), 'legacy', await gateway.token('ann'))
      const params = { protocolVersion: LEGACY, capabilities: {}, clientInfo: made(planter) }
      const begun = await caller.ask('initialize', params)
      assert.equal(begun.status, 200)
      heard.push(begun.raw)
      caller.session = begun.headers['mcp-session-id'] ?? null
      told(await caller.ask('tools/call', { name: 'get_text', arguments: {} }))
    })

    it(`modern: ${where} of a client`, async () => {
      planter.place = `clientInfo, ${where}`
      const caller = await connect('modern', 'ann')
      told(await caller.ask('tools/call', { name: 'get_text', arguments: {}, _meta: { [CLIENT]: made(planter) } }))
    })
  }

  for (const era of eras) {
    it(`${era}: baggage in a header goes no further`, async () => {
      planter.place = 'the baggage header'
      const caller = await connect(era, 'ann')
      const headers = { Baggage: [baggage(planter), baggage(planter)], Tracestate: `of=${planter.ssn(['-'])}` } as const
      const { raw } = await rawHttp(caller.url, {
        method: 'POST',
        headers: { ...caller.headers, ...caller.mirrored('tools/call', { name: 'get_text' }), ...headers },
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/call',
          params: era === 'modern' ? caller.modernParams({ name: 'get_text', arguments: {} }) : { name: 'get_text' },
        }),
      })
      heard.push(raw)
      assert.ok(raw.includes(TOLD), 'it was answered')
      assert.ok(server.received.every(one => one.headers.baggage === undefined && one.headers.tracestate === undefined))
    })

    it(`${era}: baggage in the message comes back hidden`, async () => {
      planter.place = 'baggage in _meta'
      const caller = await connect(era, 'ann')
      const _meta = { baggage: baggage(planter), tracestate: `of=${planter.ssn(['-'])}` }
      told(await caller.ask('tools/call', { name: 'get_text', arguments: {}, _meta }))
    })

    it(`${era}: a parameter in a header that nobody declared goes no further`, async () => {
      planter.place = 'an undeclared Mcp-Param header'
      const caller = await connect(era, 'ann')
      const headers = {
        'Mcp-Param-Other': planter.ssn(['-']),
        'Mcp-Param-Encoded': sentinel(planter.sentence()),
        [`Mcp-Param-${planter.ssn(['-'])}`]: 'x',
        // Only the newer era has this one.
        ...(era === 'legacy' ? { 'Mcp-Param-Who': planter.email() } : {}),
      }
      heard.push((await caller.ask('tools/call', { name: 'get_text', arguments: {} }, { headers })).raw)
      assert.ok(heard.at(-1)?.includes(TOLD), 'it was answered')
      assert.ok(!server.received.some(one => Object.keys(one.headers).some(name => name.startsWith('mcp-param-'))))
    })
  }

  it('modern: a parameter in a header that differs from the question is refused, and not quoted', async () => {
    planter.place = 'a Mcp-Param header that differs'
    const caller = await connect('modern', 'ann')
    const calls = server.calls.length
    for (const value of [planter.ssn(['-']), sentinel(planter.sentence()), `=?base64?${planter.ssn(['-'])}?=`]) {
      const params = { name: 'get_text', arguments: { who: planter.email() } }
      const answer = await caller.ask('tools/call', params, { headers: { 'Mcp-Param-Who': value } })
      heard.push(answer.raw)
      assert.equal(answer.status, 400)
    }
    assert.equal(server.calls.length, calls)
  })

  it('modern: a parameter that is in header and question comes back hidden', async () => {
    planter.place = 'a Mcp-Param header'
    const caller = await connect('modern', 'ann')
    for (const who of [planter.ssn(['-']), planter.email(), planter.sentence()]) {
      const headers = { 'Mcp-Param-Who': who }
      told(await caller.ask('tools/call', { name: 'get_text', arguments: { who } }, { headers }))
      assert.ok(server.calls.at(-1)?.headers['mcp-param-who'] === who, 'the server was told')
    }
  })

  for (const era of eras) {
    it(`${era}: another caller hears all of it, hidden`, async () => {
      const caller = await connect(era, 'ben')
      told(await caller.ask('tools/call', { name: 'get_text', arguments: {} }))
    })
  }

  it('none came out to a caller', t => {
    plant(...planter.planted.map(({ value }) => value))
    const found = new LeakSearch(planter.planted)
    for (const bytes of heard) found.look(bytes)
    t.diagnostic(`planted ${planter.planted.length} values, searched ${heard.length} answers, ${found.bytes} bytes`)
    assert.deepEqual(describeLeaks(found.found), [])
    const told = new LeakSearch(planter.planted).look(Buffer.from(server.received.map(({ body }) => body).join()))
    const known = new Set(told.map(({ planted }) => planted))
    const forwarded = planter.planted.filter(({ place }) => /^clientInfo|_meta$|^a Mcp-Param header$/.test(place))
    assert.ok(forwarded.length > 50 && forwarded.every(one => known.has(one)), 'the server knew them')
  })

  it('none is in a transcript, an entry or the output', () => {
    const record = openRecord(gateway.dataDir, loadKeys(gateway.dataDir))
    const found = new LeakSearch(planter.planted)
    let known = 0
    for (const one of record.sessions({ limit: 1_000 }).flatMap(({ id }) => record.session(id))) {
      if (one.entry.kind === 'question' && Object.keys(one.entry.findings).length > 0) known++
      // Digests and times hold eight digits in a row by chance.
      found.look(Buffer.from(JSON.stringify(one.entry).replaceAll(/[0-9a-f]{64}|"(?:at|until)":\d{13}/g, '')))
      found.look(record.transcript(one) ?? Buffer.alloc(0))
    }
    record.close()
    found.look(Buffer.from(gateway.printed()))
    assert.deepEqual(describeLeaks(found.found), [])
    assert.ok(known >= 2 * Object.keys(selves).length + eras.length, 'policy knows of what stands in messages')
  })
})
