// A hostile server that plays with HTTP itself: encodings, pieces, headers, trailers and methods of its own. Promise: however
// an answer is carried, no labelled value comes out, and the gateway goes on serving.
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { type Asked, AttackRig, answer } from '../support/attack-rig.ts'
import type { Era, McpCaller } from '../support/mcp-caller.ts'
import { plant } from '../support/planted.ts'

const S = '219-09-9999'
const R = 'Qzxabc7'
const full = `${S} patient_ref: ${R}`
const result = { content: [{ type: 'text', text: `arrived ${full}` }], structuredContent: { patient_ref: R } }

type Said = (asked: Asked, response: ServerResponse) => object | null
type Row = readonly [name: string, said: Said]

const json = (asked: Asked): string => answer(asked, result)
const sse = { 'content-type': 'text/event-stream' }

/** Writes each piece after the one before has left. */
function pieces(response: ServerResponse, ...list: readonly (string | Uint8Array)[]): null {
  response.flushHeaders()
  const next = (at: number): void => {
    if (at === list.length) response.end()
    else response.write(list[at], () => setImmediate(next, at + 1))
  }
  next(0)
  return null
}

const body = (headers: Record<string, string>, made: (asked: Asked) => string | Uint8Array, status = 200): Said => {
  return (asked, response) => {
    response.writeHead(status, headers).end(made(asked))
    return null
  }
}

const rows: readonly Row[] = [
  [
    'compressed, though nobody asked',
    body({ 'content-type': 'application/json', 'content-encoding': 'gzip' }, asked => gzipSync(json(asked))),
  ],
  [
    'another encoding',
    body({ 'content-type': 'application/json; charset=utf-16le' }, asked => Buffer.from(json(asked), 'utf16le')),
  ],
  ['a byte-order mark', body({ 'content-type': 'application/json' }, asked => `\ufeff${json(asked)}`)],
  ['no type', body({}, json)],
  ['HTML', body({ 'content-type': 'text/html' }, () => `<h1>${full}</h1>`)],
  ['plain text with an error', body({ 'content-type': 'text/plain' }, () => full, 500)],
  [
    'JSON of its own with an error',
    body({ 'content-type': 'application/problem+json' }, () => JSON.stringify({ detail: full }), 422),
  ],
  ['two answers', body({ 'content-type': 'application/json' }, asked => `${json(asked)}\n${json(asked)}`)],
  ['a list of answers', body({ 'content-type': 'application/json' }, asked => `[${json(asked)}]`)],
  ['words before the answer', body({ 'content-type': 'application/json' }, asked => `${full}\n${json(asked)}`)],
  ['accepted, with a body', body({ 'content-type': 'application/json' }, () => JSON.stringify({ x: full }), 202)],
  ['a redirect', body({ location: `http://h/${S}?patient_ref=${R}` }, () => full, 302)],
  ['no right to it', body({ 'www-authenticate': `Bearer error_description="${full}"` }, () => full, 401)],
  [
    'a body that is cut off',
    (asked, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' })
      response.write(json(asked), () => setTimeout(() => response.destroy(), 20))
      return null
    },
  ],
  [
    'a reason phrase',
    (asked, response) => {
      response.writeHead(200, full, { 'content-type': 'application/json' }).end(json(asked))
      return null
    },
  ],
  [
    'trailers and hints',
    (asked, response) => {
      response.writeEarlyHints({ link: `</${R}>; rel=preload`, 'x-hint': full })
      response.writeHead(200, { 'content-type': 'application/json', trailer: 'x-more' })
      response.write(json(asked))
      response.addTrailers({ 'x-more': full })
      response.end()
      return null
    },
  ],
  [
    'events byte by byte',
    (asked, response) => {
      response.writeHead(200, sse)
      return pieces(response, ...Array.from(Buffer.from(`data: ${json(asked)}\n\n`), byte => Buffer.of(byte)))
    },
  ],
  [
    'an event cut inside a character',
    (asked, response) => {
      response.writeHead(200, sse)
      const bytes = Buffer.from(`data: ${json(asked).replace('arrived', 'arrived é𝟐')}\n\n`)
      const at = bytes.indexOf(0xc3) + 1
      return pieces(response, bytes.subarray(0, at), bytes.subarray(at, at + 3), bytes.subarray(at + 3))
    },
  ],
  [
    'events with carriage returns alone',
    (asked, response) => {
      response.writeHead(200, sse)
      return pieces(response, `: ${full}\revent: message\rdata: ${json(asked)}\r\r`)
    },
  ],
  [
    'an event behind a byte-order mark',
    (asked, response) => {
      response.writeHead(200, sse)
      return pieces(response, `\ufeffdata: ${json(asked)}\n\n`)
    },
  ],
  [
    'an event without its end',
    (asked, response) => {
      response.writeHead(200, sse)
      return pieces(response, `data: ${json(asked)}`)
    },
  ],
  [
    'an event of another name',
    (asked, response) => {
      response.writeHead(200, sse)
      return pieces(response, `event: ${R}\ndata: ${full}\n\ndata: ${json(asked)}\n\n`)
    },
  ],
  [
    'an event that is no JSON',
    (asked, response) => {
      response.writeHead(200, sse)
      return pieces(response, `data: ${full}\n\n`, `data: ${json(asked)}\n\n`)
    },
  ],
  [
    'an answer to something else',
    (asked, response) => {
      response.writeHead(200, sse)
      const other = JSON.stringify({ jsonrpc: '2.0', id: R, result: { x: full } })
      return pieces(response, `data: ${other}\n\n`, `data: ${json(asked)}\n\n`)
    },
  ],
  [
    'words behind the answer',
    (asked, response) => {
      response.writeHead(200, sse)
      const notice = JSON.stringify({
        jsonrpc: '2.0',
        method: 'notifications/message',
        params: { level: 'info', data: { patient_ref: R, S } },
      })
      return pieces(response, `data: ${json(asked)}\n\n`, `data: ${notice}\n\n`, `data: ${json(asked)}\n\n`)
    },
  ],
  [
    'a value in many log messages',
    (asked, response) => {
      response.writeHead(200, sse)
      const notice = (data: unknown) =>
        `data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data } })}\n\n`
      return pieces(
        response,
        notice(full),
        notice({ patient_ref: R }),
        notice([full, { patient_ref: [R] }]),
        `data: ${json(asked)}\n\n`,
      )
    },
  ],
  [
    'a result of a wrong form',
    body(
      { 'content-type': 'application/json' },
      asked => `{"jsonrpc":"2.0","id":${JSON.stringify(asked.id)},"result":"${full}"}`,
    ),
  ],
  [
    'a result and an error',
    body(
      { 'content-type': 'application/json' },
      asked =>
        `{"jsonrpc":"2.0","id":${JSON.stringify(asked.id)},"result":{"x":"${full}"},"error":{"code":1,"message":"${full}"}}`,
    ),
  ],
  [
    'an error of a wrong form',
    body(
      { 'content-type': 'application/json' },
      asked => `{"jsonrpc":"2.0","id":${JSON.stringify(asked.id)},"error":"${full}"}`,
    ),
  ],
  [
    'an error code that is a text',
    body(
      { 'content-type': 'application/json' },
      asked => `{"jsonrpc":"2.0","id":${JSON.stringify(asked.id)},"error":{"code":"${S}","message":"${full}"}}`,
    ),
  ],
  [
    'an id that is not the one asked',
    body({ 'content-type': 'application/json' }, () => `{"jsonrpc":"2.0","id":"${S}","result":{"x":"${full}"}}`),
  ],
  [
    'duplicate members',
    body(
      { 'content-type': 'application/json' },
      asked => `{"jsonrpc":"2.0","id":${JSON.stringify(asked.id)},"result":{"a":1},"result":{"x":"${full}"}}`,
    ),
  ],
  [
    'deep nesting',
    body(
      { 'content-type': 'application/json' },
      asked =>
        `{"jsonrpc":"2.0","id":${JSON.stringify(asked.id)},"result":${'{"a":'.repeat(100)}"${full}"${'}'.repeat(100)}}`,
    ),
  ],
  [
    'a broken surrogate',
    body(
      { 'content-type': 'application/json' },
      asked =>
        `{"jsonrpc":"2.0","id":${JSON.stringify(asked.id)},"result":{"content":[{"type":"text","text":"\\ud800 ${full}"}]}}`,
    ),
  ],
]

const others: readonly (readonly [method: string, params: Record<string, unknown>, result: object])[] = [
  [
    'completion/complete',
    { ref: { type: 'ref/prompt', name: 'p' }, argument: { name: 'a', value: 'x' } },
    { completion: { values: [full, { patient_ref: R }] } },
  ],
  [
    'prompts/get',
    { name: 'p' },
    {
      description: full,
      messages: [
        { role: 'user', content: { type: 'text', text: full, annotations: { [S]: 1 } } },
        { role: S, content: [{ type: 'text', text: full }] },
      ],
    },
  ],
  [
    'prompts/list',
    {},
    { prompts: [{ name: 'p', title: full, description: full, arguments: [{ name: `a ${S}`, description: full }] }] },
  ],
  [
    'resources/list',
    {},
    {
      resources: [{ uri: `ehr://p/219%2D09%2D9999?patient_ref=${R}`, name: full, mimeType: S }],
      nextCursor: full,
    },
  ],
  [
    'resources/templates/list',
    {},
    { resourceTemplates: [{ uriTemplate: `ehr://${S}/{id}?patient_ref=${R}`, name: full, description: full }] },
  ],
  [
    'resources/read',
    { uri: 'ehr://p/1' },
    { contents: [{ uri: `ehr://p/${S}`, text: `patient_ref,ward\n${R},4`, _meta: { patient_ref: R } }] },
  ],
]

describe('what a hostile server does with HTTP', () => {
  let rig: AttackRig
  const callers = new Map<Era, McpCaller>()

  before(async () => {
    plant(S, R)
    rig = await AttackRig.start({
      config: { labels: { 'acme.ref': { json: ['**.patient_ref'] }, 'phi.ssn': { shape: 'ssn' } } },
    })
    for (const era of ['legacy', 'modern'] as const) callers.set(era, await rig.caller(era))
  })
  after(() => rig?.stop())

  for (const era of ['legacy', 'modern'] as const) {
    const asks = async (said: Said, method: string, params: Record<string, unknown>): Promise<void> => {
      rig.tells(said)
      const ann = callers.get(era) as McpCaller
      const heard = await ann.ask(method, params)
      const text = `${heard.raw.toString()}\n${heard.body.toString()}`
      for (const value of [S, R, '219%2D09'])
        assert.ok(!text.includes(value), `a labelled value came out, HTTP status ${heard.status}`)
      rig.tells(() => ({ content: [{ type: 'text', text: 'still here' }] }))
      assert.match((await ann.ask('tools/call', { name: 'get_text', arguments: {} })).body.toString(), /still here/)
    }
    describe(era, () => {
      for (const [name, said] of rows) {
        it(name, async () => {
          await asks(said, 'tools/call', { name: 'get_text', arguments: {} })
        })
      }
      for (const [method, params, told] of others) {
        it(method, async () => {
          await asks(() => told, method, params)
        })
      }
    })
  }
})
