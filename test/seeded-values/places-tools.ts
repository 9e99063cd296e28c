// Places in what a tool answers, and in what comes along with its answer. Promise: each is an answer a server could give.
import type { Planter, Row } from './identifiers.ts'
import { type Place, streamed } from './place.ts'

const text = (words: string) => ({ type: 'text', text: words })
const says = (...words: string[]) => ({ result: { content: words.map(text) } })

export const outputSchema = {
  type: 'object',
  properties: {
    rows: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          patient_name: { type: 'string', minLength: 1 },
          ssn: { type: 'string', pattern: '^[^ ]+' },
          seen: { type: 'string' },
        },
        required: ['patient_name', 'ssn', 'mrn'],
      },
    },
    total: { type: 'integer' },
  },
  required: ['rows', 'total'],
}

function csv(rows: readonly Row[]): string {
  const names = Object.keys(rows[0] ?? {})
  return [names.join(','), ...rows.map(row => names.map(name => JSON.stringify(row[name])).join(','))].join('\n')
}

function markdown(rows: readonly Row[]): string {
  const names = ['patient_name', 'ssn', 'mrn', 'phone', 'email']
  const line = (cells: readonly unknown[]) => `| ${cells.join(' | ')} |`
  return [line(names), line(names.map(() => '---')), ...rows.map(row => line(names.map(name => row[name])))].join('\n')
}

const link = (p: Planter) => ({
  type: 'resource_link',
  uri: p.uri(),
  name: p.sentence(),
  title: p.sentence(),
  description: p.sentence(),
  mimeType: `text/plain; of=${p.email()}`,
  icons: [{ src: p.url(), sizes: [p.sentence()] }],
  annotations: { audience: ['user'], lastModified: p.date() },
  _meta: { [p.ssn()]: p.sentence() },
})

type Tell = Place['tell']

function tool(name: string, rows: readonly number[], tell: Tell, more: Partial<Place> = {}): Place {
  return { name, rows, method: 'tools/call', params: { name: `get_${name}` }, outcome: 'masked', tell, ...more }
}

export const toolPlaces: readonly Place[] = [
  tool('prose', [3], p => says(p.sentence(), `${p.sentence()}\n${p.sentence()}`)),
  tool('json-in-text', [3], p => says(JSON.stringify(p.rows(3)), JSON.stringify({ one: p.row() }, null, 2))),
  tool('json-in-json-in-json', [3], p =>
    says(JSON.stringify({ data: JSON.stringify([{ inner: JSON.stringify(p.row()) }]) })),
  ),
  tool('json-in-prose', [3], p =>
    says(`Found these: ${JSON.stringify(p.rows(2))} and ${JSON.stringify(p.row())} in all.`),
  ),
  tool('csv', [3], p => says(csv(p.rows(4)))),
  tool('markdown', [3], p => says(`Patients:\n\n${markdown(p.rows(4))}\n`)),
  tool('structured', [4], p => {
    const structuredContent = { rows: p.rows(3), total: 3 }
    return { result: { content: [text(JSON.stringify(structuredContent))], structuredContent } }
  }),
  tool('structured-free', [4], p => ({
    result: { content: [], structuredContent: { ...p.row(), list: [p.ssn(), p.row()], [p.email()]: p.sentence() } },
  })),
  tool('structured-array', [4], p => ({ result: { content: [], structuredContent: p.rows(2) } }), { eras: ['modern'] }),
  tool(
    'binary',
    [5],
    p => ({
      result: {
        content: [
          { type: 'image', mimeType: `image/png; of=${p.ssn()}`, data: Buffer.from(p.sentence()).toString('base64') },
          { type: 'audio', mimeType: p.email(), data: Buffer.from(p.sentence()).toString('base64') },
          {
            type: 'resource',
            resource: { uri: p.uri(), mimeType: p.ssn(), blob: Buffer.from(p.sentence()).toString('base64') },
          },
          { type: 'x-ray', pixels: p.sentence(), of: p.row() },
        ],
      },
    }),
    { outcome: 'whole' },
  ),
  tool('embedded', [6], p => ({
    result: {
      content: [
        {
          type: 'resource',
          resource: {
            uri: p.uri(),
            mimeType: 'text/plain',
            text: p.sentence(),
            _meta: { of: p.row() },
            title: p.sentence(),
          },
        },
      ],
    },
  })),
  tool('link', [7, 26], p => ({ result: { content: [link(p)] } })),
  tool('error-result', [14], p => ({
    result: { content: [text(p.sentence()), text(JSON.stringify(p.row()))], isError: true },
  })),
  tool('meta-and-unknown', [24, 25], p => ({
    result: {
      content: [
        { ...text(p.sentence()), future: p.row(), annotations: { [p.ssn()]: p.sentence() }, _meta: { a: [p.row()] } },
      ],
      _meta: {
        'example.org/of': p.row(),
        [p.email()]: 1,
        ui: { resourceUri: p.uri(), csp: { connectDomains: [p.url()] } },
      },
      future: { deep: [[[{ [p.phone()]: p.row() }]]] },
      nextCursor: p.sentence(),
      [p.ssn()]: true,
    },
  })),
  tool(
    'numbers',
    [3, 4],
    p => ({
      result: { content: [], structuredContent: { card: Number(p.card().replaceAll(/\D/g, '')) } },
    }),
    { outcome: 'whole' },
  ),
  tool('own-words', [24, 29], p => ({
    result: {
      content: [text(p.sentence())],
      protocolVersion: p.ssn(),
      supportedVersions: [p.ssn(), p.email()],
      jsonrpc: p.ssn(),
      method: p.sentence(),
      id: p.ssn(),
      action: p.sentence(),
      data: p.sentence(),
      blob: p.sentence(),
    },
  })),
  tool('result-type', [24, 29], p => ({ result: { content: [text(p.sentence())], resultType: p.ssn() } }), {
    eras: ['modern'],
    outcome: 'refused',
  }),
  tool('error', [14], p => ({
    error: {
      code: -32000,
      message: p.sentence(),
      data: { detail: p.sentence(), row: p.row(), hint: [JSON.stringify(p.row())] },
    },
  })),
  tool('error-unknown-members', [14, 24], p => ({
    error: { code: 1_001, message: `Key (ssn)=(${p.ssn()}) already exists`, stack: p.sentence(), data: p.sentence() },
  })),
  tool(
    'url-elicitation-error',
    [14, 16],
    p => ({
      error: {
        code: -32042,
        message: p.sentence(),
        data: { elicitations: [{ mode: 'url', elicitationId: p.ssn(), url: p.url(), message: p.sentence() }] },
      },
    }),
    { eras: ['legacy'] },
  ),
  tool(
    'notices',
    [12, 13, 20, 21, 28],
    p => ({
      before: [
        { method: 'notifications/message', params: { level: 'info', logger: p.sentence(), data: p.row() } },
        { method: 'notifications/message', params: { level: p.ssn(), data: [p.sentence(), { [p.email()]: p.row() }] } },
        { method: 'notifications/progress', params: { progressToken: 'token', progress: 1, message: p.sentence() } },
        {
          method: 'notifications/progress',
          params: { progressToken: p.ssn(), progress: 2, total: 3, message: p.sentence() },
        },
        {
          method: 'notifications/tasks/status',
          params: { taskId: p.ssn(), status: p.sentence(), statusMessage: p.sentence() },
        },
        { method: 'notifications/resources/updated', params: { uri: p.uri(), title: p.sentence() } },
        { method: 'notifications/elicitation/complete', params: { elicitationId: p.ssn(), of: p.row() } },
        { method: 'notifications/cancelled', params: { requestId: p.ssn(), reason: p.sentence() } },
        { method: `notifications/${p.ssn()}`, params: { of: p.sentence() } },
        { method: 'notifications/prompts/list_changed', params: { _meta: p.row() } },
      ],
      result: { content: [text(p.sentence())] },
    }),
    {
      framings: streamed,
      comes: [
        'notifications/message',
        'notifications/message',
        'notifications/progress',
        'notifications/progress',
        'notifications/tasks/status',
        'notifications/resources/updated',
        'notifications/elicitation/complete',
        'notifications/prompts/list_changed',
      ],
    },
  ),
  tool(
    'questions',
    [15, 16, 17, 18],
    p => ({
      before: [
        {
          id: p.ssn(),
          method: 'elicitation/create',
          params: {
            mode: 'form',
            message: p.sentence(),
            requestedSchema: {
              type: 'object',
              properties: {
                [p.ssn()]: { type: 'string', title: p.sentence(), description: p.sentence(), default: p.email() },
                which: { type: 'string', enum: [p.ssn(), p.phone()], enumNames: [p.sentence()], default: p.ssn() },
                other: { type: 'string', oneOf: [{ const: p.email(), title: p.sentence() }], examples: [p.date()] },
              },
            },
            _meta: p.row(),
          },
        },
        {
          id: 7,
          method: 'elicitation/create',
          params: { mode: 'url', url: p.url(), elicitationId: p.ssn(), message: p.sentence() },
        },
        {
          id: 8,
          method: 'sampling/createMessage',
          params: {
            systemPrompt: p.sentence(),
            messages: [
              { role: 'user', content: text(p.sentence()) },
              {
                role: 'user',
                content: { type: 'image', data: Buffer.from(p.sentence()).toString('base64'), mimeType: 'image/png' },
              },
              { role: 'assistant', content: [{ type: 'tool_use', id: p.ssn(), name: 'get_x', input: p.row() }] },
              { role: 'user', content: [{ type: 'tool_result', toolUseId: p.ssn(), content: [text(p.sentence())] }] },
            ],
            tools: [{ name: `find-${p.ssn()}`, description: p.sentence(), inputSchema: { default: p.row() } }],
            metadata: p.row(),
            maxTokens: 5,
          },
        },
        { id: 9, method: 'roots/list', params: { _meta: { of: p.row() } } },
        { id: 10, method: `${p.ssn()}/ask`, params: p.row() },
      ],
      result: { content: [text(p.sentence())] },
    }),
    {
      eras: ['legacy'],
      framings: streamed,
      comes: ['elicitation/create', 'elicitation/create', 'sampling/createMessage', 'roots/list'],
    },
  ),
  tool(
    'input-required',
    [15, 16, 17, 19],
    p => ({
      result: {
        resultType: 'input_required',
        requestState: p.sentence(),
        inputRequests: {
          [`about ${p.ssn()}`]: {
            method: 'elicitation/create',
            params: {
              mode: 'form',
              message: p.sentence(),
              requestedSchema: {
                type: 'object',
                properties: { a: { type: 'string', default: p.ssn(), enum: [p.ssn()] } },
              },
            },
          },
          b: { method: 'elicitation/create', params: { mode: 'url', url: p.url(), message: p.sentence() } },
          c: {
            method: 'sampling/createMessage',
            params: {
              messages: [{ role: 'user', content: text(p.sentence()) }],
              systemPrompt: p.sentence(),
              maxTokens: 1,
            },
          },
          d: { method: 'roots/list', params: { _meta: p.row() } },
        },
      },
    }),
    { eras: ['modern'] },
  ),
  tool('task', [20, 29], p => ({
    result: {
      resultType: 'task',
      taskId: p.ssn(),
      task: { taskId: p.ssn(), status: 'working', statusMessage: p.sentence(), createdAt: p.date(), of: p.row() },
      status: 'working',
      statusMessage: p.sentence(),
      _meta: { 'io.modelcontextprotocol/related-task': { taskId: p.ssn(), of: p.row() } },
    },
  })),
  tool('foreign-id', [29], p => ({ id: `for ${p.ssn()}`, result: { content: [text(p.sentence())] } }), {
    outcome: 'refused',
  }),
]
