// Places in lists, resources, prompts, completions, tasks and in what a server says about itself.
import type { Planter } from './identifiers.ts'
import { type Place, streamed } from './place.ts'

const text = (words: string) => ({ type: 'text', text: words })
const icons = (p: Planter) => [{ src: p.url(), mimeType: p.sentence(), sizes: ['any', p.ssn()] }]
const cached = { ttlMs: 10, cacheScope: 'public' }

const about = (p: Planter) => ({
  title: p.sentence(),
  description: p.sentence(),
  icons: icons(p),
  annotations: { audience: [p.sentence()], title: p.sentence() },
  _meta: { of: p.row(), [p.ssn()]: 1 },
  future: p.sentence(),
})

const capabilities = (p: Planter) => ({
  tools: { of: p.sentence() },
  experimental: { [p.email()]: p.row() },
  extensions: { 'org.example/of': p.row() },
})

const server = (p: Planter) => ({
  name: p.sentence(),
  version: p.ssn(),
  title: p.sentence(),
  description: p.sentence(),
  websiteUrl: p.url(),
  icons: icons(p),
})

const content = (p: Planter) => [
  text(p.sentence()),
  { type: 'image', data: Buffer.from(p.sentence()).toString('base64'), mimeType: 'image/png' },
  { type: 'resource', resource: { uri: p.uri(), text: JSON.stringify(p.row()), mimeType: p.sentence() } },
  { type: 'resource_link', uri: p.uri(), name: p.sentence(), ...about(p) },
  { type: p.ssn(), of: p.row() },
]

export const listPlaces: readonly Place[] = [
  {
    name: 'tools-list',
    rows: [22, 26, 29],
    method: 'tools/list',
    outcome: 'masked',
    tell: p => ({
      result: {
        ...cached,
        nextCursor: `after ${p.ssn()} ${p.sentence()}`,
        tools: [
          {
            name: `get_${p.ssn()}`,
            ...about(p),
            inputSchema: {
              type: 'object',
              description: p.sentence(),
              properties: {
                [p.email()]: {
                  type: 'string',
                  description: p.sentence(),
                  enum: [p.ssn(), p.phone()],
                  default: p.ssn(),
                },
                deep: { type: 'object', properties: { at: { const: p.card(), examples: [p.row(), p.date()] } } },
              },
              $defs: { [p.ssn()]: { $ref: p.url(), pattern: p.sentence() } },
              $comment: p.sentence(),
            },
            outputSchema: { type: 'object', title: p.sentence(), properties: { a: { default: p.row() } } },
            execution: { taskSupport: p.sentence() },
          },
        ],
        ...about(p),
      },
    }),
  },
  {
    name: 'resources-list',
    rows: [8, 26, 29],
    method: 'resources/list',
    outcome: 'masked',
    tell: p => ({
      result: {
        ...cached,
        nextCursor: JSON.stringify(p.row()),
        resources: [
          { uri: p.uri(), name: p.sentence(), mimeType: p.sentence(), size: 1, ...about(p) },
          { uri: `file:///charts/${encodeURIComponent(p.email())}.txt`, name: p.email() },
        ],
      },
    }),
  },
  {
    name: 'templates-list',
    rows: [8],
    method: 'resources/templates/list',
    outcome: 'masked',
    tell: p => ({
      result: {
        ...cached,
        resourceTemplates: [{ uriTemplate: `${p.uri()}/{id}`, name: p.sentence(), mimeType: p.ssn(), ...about(p) }],
      },
    }),
  },
  {
    name: 'resources-read',
    rows: [5, 9],
    method: 'resources/read',
    params: { uri: 'file:///chart' },
    outcome: 'masked',
    tell: p => ({
      result: {
        ...cached,
        contents: [
          { uri: p.uri(), mimeType: 'text/plain', text: p.sentence(), _meta: { of: p.row() } },
          { uri: p.uri(), mimeType: 'application/json', text: JSON.stringify(p.rows(2)) },
          { uri: p.uri(), mimeType: p.ssn(), blob: Buffer.from(p.sentence()).toString('base64') },
          {
            uri: 'ui://card',
            mimeType: 'text/html;profile=mcp-app',
            text: `<b title="${p.email()}">${p.sentence()}</b>`,
          },
        ],
      },
    }),
  },
  {
    name: 'prompts-list',
    rows: [10, 22],
    method: 'prompts/list',
    outcome: 'masked',
    tell: p => ({
      result: {
        ...cached,
        prompts: [
          { name: `about-${p.ssn()}`, ...about(p), arguments: [{ name: p.email(), description: p.sentence() }] },
        ],
      },
    }),
  },
  {
    name: 'prompts-get',
    rows: [10],
    method: 'prompts/get',
    params: { name: 'summary', arguments: {} },
    outcome: 'masked',
    tell: p => ({
      result: {
        description: p.sentence(),
        messages: [
          ...content(p).map(block => ({ role: 'user', content: block })),
          { role: p.sentence(), content: content(p) },
        ],
      },
    }),
  },
  {
    name: 'completion',
    rows: [11],
    method: 'completion/complete',
    params: { ref: { type: 'ref/prompt', name: 'summary' }, argument: { name: 'who', value: 'a' } },
    outcome: 'masked',
    tell: p => ({ result: { completion: { values: [p.ssn(), p.email(), p.sentence()], total: 3, of: p.row() } } }),
  },
  {
    name: 'initialize',
    rows: [23, 26, 29],
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
    eras: ['legacy'],
    outcome: 'masked',
    tell: p => ({
      result: {
        protocolVersion: '2025-11-25',
        capabilities: capabilities(p),
        serverInfo: server(p),
        instructions: p.sentence(),
        _meta: p.row(),
      },
    }),
  },
  {
    name: 'initialize-version',
    rows: [23],
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
    eras: ['legacy'],
    outcome: 'refused',
    tell: p => ({ result: { protocolVersion: p.ssn(), capabilities: {}, serverInfo: server(p) } }),
  },
  {
    name: 'discover',
    rows: [23, 24],
    method: 'server/discover',
    eras: ['modern'],
    outcome: 'masked',
    tell: p => ({
      result: {
        ...cached,
        supportedVersions: ['2026-07-28', p.ssn(), p.sentence()],
        capabilities: capabilities(p),
        instructions: p.sentence(),
        _meta: { 'io.modelcontextprotocol/serverInfo': server(p), 'io.modelcontextprotocol/protocolVersion': p.ssn() },
      },
    }),
  },
  {
    name: 'listen',
    rows: [21],
    method: 'subscriptions/listen',
    params: { notifications: { toolsListChanged: true } },
    eras: ['modern'],
    framings: streamed,
    outcome: 'whole',
    comes: ['notifications/subscriptions/acknowledged', 'notifications/resources/updated', 'notifications/tasks'],
    tell: p => ({
      before: [
        {
          method: 'notifications/subscriptions/acknowledged',
          params: {
            notifications: { resourceSubscriptions: [p.uri()], taskIds: [p.ssn()] },
            _meta: { 'io.modelcontextprotocol/subscriptionId': p.ssn() },
          },
        },
        { method: 'notifications/resources/updated', params: { uri: p.uri(), _meta: p.row() } },
        {
          method: 'notifications/tasks',
          params: { taskId: p.ssn(), result: { content: content(p) }, status: p.sentence() },
        },
      ],
      result: {},
    }),
  },
  {
    name: 'small-answers',
    rows: [24],
    method: 'ping',
    eras: ['legacy'],
    outcome: 'masked',
    tell: p => ({ result: { [p.ssn()]: p.sentence(), of: p.row() } }),
  },
  {
    name: 'set-level',
    rows: [24],
    method: 'logging/setLevel',
    params: { level: 'info' },
    eras: ['legacy'],
    outcome: 'masked',
    tell: p => ({ result: { of: p.row() } }),
  },
  {
    name: 'tasks-list',
    rows: [20, 29],
    method: 'tasks/list',
    eras: ['legacy'],
    outcome: 'masked',
    tell: p => ({
      result: {
        tasks: [{ taskId: p.ssn(), status: p.sentence(), statusMessage: p.sentence(), createdAt: p.date() }],
        nextCursor: p.sentence(),
      },
    }),
  },
]
