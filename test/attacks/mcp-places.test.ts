// A hostile server that puts labelled values where nobody looks. Promise: no place of the protocol carries one to a caller
// who may not see it, whatever carried the message.
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { type Asked, AttackRig, answer, hides, tool } from '../support/attack-rig.ts'
import type { Era, McpCaller } from '../support/mcp-caller.ts'
import { plant } from '../support/planted.ts'

const S = '219-09-9999'
const R = 'Qzxabc7'
const arrived = { type: 'text', text: 'arrived' }
const named = `patient_ref: ${R}`
const notice = (method: string, params: object) => JSON.stringify({ jsonrpc: '2.0', method, params })

type Said = (asked: Asked, response: ServerResponse) => object | null
type Row = readonly [name: string, said: object | Said, era?: Era]

/** Server-sent events as they are; `ANSWER` is the answer. */
function events(text: string, headers: object = {}): Said {
  return (asked, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', ...headers })
    response.end(text.replace('ANSWER', `data: ${answer(asked, { content: [arrived] })}\n\n`))
    return null
  }
}

const failing = (status: number, error: object): Said => {
  return (asked, response) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ jsonrpc: '2.0', id: asked.id, error: { code: -32000, ...error } }))
    return null
  }
}

const rows: readonly Row[] = [
  ['a block of an unknown type', { content: [arrived, { type: 'table', cells: [S, named] }] }],
  ['a text block with data beside it', { content: [{ ...arrived, data: `${S} ${named}` }] }],
  [
    'a link, all of it',
    {
      content: [
        arrived,
        { type: 'resource_link', uri: `x://${S}`, name: S, title: named, icons: [{ src: `http://h/${S}` }] },
      ],
    },
  ],
  [
    'an embedded resource',
    {
      content: [
        arrived,
        { type: 'resource', resource: { uri: `ehr://p/${S}`, mimeType: S, text: named, _meta: { [S]: named } } },
      ],
    },
  ],
  ['annotations', { content: [{ ...arrived, annotations: { audience: [S], lastModified: named, [S]: 1 } }] }],
  ['_meta at every level', { _meta: { a: { [S]: [named] } }, content: [{ ...arrived, _meta: { [named]: S } }] }],
  ['members nobody knows', { content: [arrived], [S]: named, more: { deep: [[[{ [S]: S }]]] } }],
  [
    'structured content unlike the text',
    { content: [arrived], structuredContent: { patient_ref: R, x: [S, { y: named }] } },
  ],
  [
    'a result of a task',
    { content: [arrived], result: { content: [{ type: 'image', data: S }], structuredContent: { patient_ref: R } } },
  ],
  ['an id of a task', { content: [arrived], task: { taskId: `${S} ${R}`, statusMessage: named } }],
  ['a cursor', { content: [arrived], nextCursor: `${S} ${R}` }],
  ['a state to be sent back', { content: [arrived], requestState: `${S} ${R}` }, 'modern'],
  ['a version', { content: [arrived], protocolVersion: S, supportedVersions: [S, { [R]: S }] }, 'legacy'],
  ['a time to live', { content: [arrived], ttlMs: S, cacheScope: named }, 'modern'],
  [
    'the name and version of a server',
    { content: [arrived], serverInfo: { name: named, version: S, websiteUrl: `http://h/${S}` } },
  ],
  ['an error', failing(200, { message: `arrived ${S}`, data: { patient_ref: R, detail: named, deep: [S] } })],
  ['an error with an HTTP status', failing(422, { message: `arrived Key (patient_ref)=(${R}) exists`, data: S })],
  [
    'comments, names and ids of events',
    events(`: ${S} ${named}\nevent: ${S}\nid: ${R} ${S}\nretry: 219099999\nwhat: ${S}\nANSWER`),
  ],
  ['headers', events('ANSWER', { 'x-patient': S, 'mcp-session-id': R, 'set-cookie': `a=${R}`, 'last-modified': S })],
  [
    'a log notification',
    events(
      `data: ${notice('notifications/message', { level: S, logger: named, data: { patient_ref: R, [S]: S } })}\n\nANSWER`,
    ),
  ],
  [
    'a progress message',
    events(`data: ${notice('notifications/progress', { progressToken: S, progress: 1, message: named })}\n\nANSWER`),
  ],
  [
    'a value split over lines of one event',
    events(
      `data: {"jsonrpc":"2.0","method":"notifications/message",\ndata: "params":{"level":"info","data":"${S}",\ndata: "patient_ref":"${R}"}}\n\nANSWER`,
    ),
  ],
  [
    'an address that changed',
    events(`data: ${notice('notifications/resources/updated', { uri: `ehr://${S}`, title: named })}\n\nANSWER`),
  ],
  ['a notification nobody knows', events(`data: ${notice(`notifications/${R}`, { patient_ref: R, x: S })}\n\nANSWER`)],
  [
    'a question to the caller',
    events(
      `data: ${JSON.stringify({ jsonrpc: '2.0', id: R, method: 'elicitation/create', params: { message: `${S} ${named}`, requestedSchema: { type: 'object', properties: { a: { type: 'string', description: named, default: S, title: `is ${S}` } } } } })}\n\nANSWER`,
    ),
  ],
  [
    'a question of an unknown kind',
    events(
      `data: ${JSON.stringify({ jsonrpc: '2.0', id: 1, method: `x/${R}`, params: { patient_ref: R } })}\n\nANSWER`,
    ),
    'legacy',
  ],
  [
    'questions in a result',
    {
      content: [arrived],
      inputRequests: {
        a: {
          method: 'elicitation/create',
          params: { message: `${S} ${named}`, requestedSchema: { type: 'object', description: named } },
        },
      },
    },
    'modern',
  ],
  ['values of a completion', { completion: { values: ['arrived', S, named], total: 219099999 } }],
]

describe('places that a hostile server may use', () => {
  let rig: AttackRig
  const callers = new Map<Era, McpCaller>()

  before(async () => {
    plant(S, R)
    rig = await AttackRig.start({
      config: { labels: { 'acme.ref': { json: ['**.patient_ref'] }, 'phi.ssn': { shape: 'ssn' } } },
      rules: [
        { id: 'use', allow: ['*', 'elicitation/create'], who: ['staff'], on: ['clinic'] },
        {
          id: 'images',
          allow: ['tools/call:get_image', 'resources/read'],
          who: ['staff'],
          on: ['clinic'],
          binary: 'pass',
        },
      ],
    })
    for (const era of ['legacy', 'modern'] as const) callers.set(era, await rig.caller(era))
  })
  after(() => rig?.stop())

  for (const era of ['legacy', 'modern'] as const) {
    describe(era, () => {
      for (const [name, said, only] of rows.filter(row => (row[2] ?? era) === era)) {
        it(name, async () => {
          rig.tells((asked, response) => (typeof said === 'function' ? said(asked, response) : said))
          const ann = callers.get(only ?? era) as McpCaller
          const heard = await ann.ask('tools/call', { name: 'get_text', arguments: {} })
          hides(heard, [S, R], name === 'a question of an unknown kind' ? '' : 'arrived')
        })
      }
    })
  }

  const definition = {
    title: named,
    description: `arrived ${S} ${named}`,
    inputSchema: {
      type: 'object',
      description: named,
      $comment: `{"patient_ref":"${R}"}`,
      properties: {
        a: { type: 'string', description: `as in {"patient_ref": "${R}"}`, default: S, examples: [named], enum: [S] },
        b: { type: 'object', example: { patient_ref: 'Qzxabc8' }, 'x-example': { patient_ref: 'Qzxabc9' } },
        [S]: { title: named, items: { anyOf: [{ description: named, 'x-note': [named] }] } },
      },
    },
    outputSchema: { type: 'object', properties: { b: { description: named } } },
    annotations: { title: named, [S]: true },
    icons: [{ src: `data:text/plain,${S}` }],
    _meta: { example: named },
  }
  for (const era of ['legacy', 'modern'] as const) {
    it(`${era}: a definition of a tool, in all its parts`, async () => {
      rig.lists(tool('get_text'), tool('get_image'), tool(`of ${S}`), tool('get_other', definition))
      hides(await (callers.get(era) as McpCaller).ask('tools/list'), [S, R, 'Qzxabc8', 'Qzxabc9'])
    })
  }

  for (const era of ['legacy', 'modern'] as const) {
    it(`${era}: values of a labelled argument that a completion offers`, async () => {
      rig.tells(() => ({ completion: { values: [R, 'Qzxabc8'], total: 2 }, x: 'arrived' }))
      const params = { ref: { type: 'ref/prompt', name: 'get_text' }, argument: { name: 'patient_ref', value: 'Q' } }
      hides(await (callers.get(era) as McpCaller).ask('completion/complete', params), [R, 'Qzxabc8'])
    })
  }

  const binary: readonly (readonly [name: string, method: string, result: object])[] = [
    ['text beside text', 'tools/call', { content: [{ ...arrived, data: `${S} ${named}` }] }],
    [
      'an object instead of bytes',
      'tools/call',
      { content: [arrived, { type: 'image', data: { patient_ref: R, x: S } }] },
    ],
    [
      'text instead of bytes',
      'tools/call',
      { content: [arrived, { type: 'image', mimeType: 'image/png', data: `${S} ${named}` }] },
    ],
    [
      'text instead of a blob',
      'tools/call',
      { content: [arrived, { type: 'resource', resource: { uri: 'x://y', blob: `${S} ${named}` } }] },
    ],
    [
      'an object instead of a blob',
      'resources/read',
      { contents: [{ uri: 'x://arrived', blob: [{ patient_ref: R }, S] }] },
    ],
  ]
  for (const [name, method, result] of binary) {
    it(`a rule that lets binary content pass lets no other pass: ${name}`, async () => {
      rig.tells(() => result)
      const params = method === 'tools/call' ? { name: 'get_image', arguments: {} } : { uri: 'x://y' }
      hides(await (callers.get('modern') as McpCaller).ask(method, params), [S, R])
    })
  }

  it('and bytes do pass where they may', async () => {
    rig.tells(() => ({ content: [{ type: 'image', mimeType: 'image/png', data: 'aGVsbG8=' }] }))
    const { result } = await (callers.get('modern') as McpCaller).call('get_image')
    assert.deepEqual(result?.content, [{ type: 'image', mimeType: 'image/png', data: 'aGVsbG8=' }])
  })
})
