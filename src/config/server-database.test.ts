// What is said of a database behind an MCP server, and where.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readConfig } from './load.ts'

function read(connection: string, more = '', listen = 'listen: { postgres: "127.0.0.1:7432" }') {
  const text = `version: 1
${listen}
providers: { idp: { issuer: https://idp.example.org } }
groups: { staff: { idp: [staff] } }
connections:
  db: { postgres: "postgres://127.0.0.1/ward", logins: { default: { user: ro, password: { env: RO } } } }
  ward: ${connection}${more}
`
  return readConfig(Buffer.from(text), '/etc/sallyport.yaml')
}

function problems(connection: string, more?: string, listen?: string): string[] {
  const read_ = read(connection, more, listen)
  return read_.ok ? [] : read_.problems.map(({ line, message }) => `${line} ${message}`)
}

const program = (database: string, env = '{}') => `{ mcp: { command: [ward], env: ${env} }, database: ${database} }`
const server = (database: string, credential = '{ bearer: { env: WARD } }') =>
  `{ mcp: https://ward.example.org/mcp, credential: ${credential}, database: ${database} }`

test('a database is told the caller in the way that fits its server', () => {
  for (const [connection, caller] of [
    [program('{ connection: db, caller: env }'), { kind: 'env' }],
    [server('{ connection: db, caller: { header: X-Database-Url } }'), { kind: 'header', name: 'x-database-url' }],
    [
      server('{ connection: db, caller: traceparent, service: idp|ward }'),
      { kind: 'traceparent', service: 'idp|ward' },
    ],
  ] as const) {
    const loaded = read(connection)
    assert.ok(loaded.ok)
    const ward = loaded.config.connections.get('ward')
    assert.deepEqual(ward?.kind === 'mcp' && ward.database, { connection: 'db', caller })
  }
  const asItself = read(server('{ connection: db }'))
  const ward = asItself.ok && asItself.config.connections.get('ward')
  assert.equal(ward && ward.kind === 'mcp' && ward.database, null)
})

test('each fault says what to write, at its line', () => {
  const header = '{ connection: db, caller: { header: x-database-url } }'
  assert.deepEqual(problems(server('{ connection: dv, caller: { header: x-db } }')), [
    '7 unknown connection "dv" (did you mean "db"?): declare it under connections:',
  ])
  assert.deepEqual(problems(server('{ connection: ward, caller: { header: x-db } }')), [
    '7 "ward" is no PostgreSQL connection: name one with postgres:',
  ])
  assert.deepEqual(problems(server(header), '', ''), [
    '7 the server reaches the database through the gateway: write listen: { postgres: 127.0.0.1:7432 }',
  ])
  assert.deepEqual(problems(server('{ connection: db, caller: env }')), [
    '7 a server at a URL has no environment of ours: write { header: x-database-url } or traceparent',
  ])
  assert.deepEqual(problems(program(header)), ['7 a program is sent no headers: write caller: env'])
  assert.deepEqual(problems(program('{ connection: db, caller: env }', '{ PGHOST: db, LOG: info }')), [
    '7 the gateway sets PGHOST for the caller: remove it here, or write caller: none',
  ])
  for (const taken of ['Authorization', 'mcp-session-id', 'Host', 'traceparent', 'X-Key']) {
    const credential = '{ header: { name: x-key, value: { env: WARD } } }'
    assert.deepEqual(problems(server(`{ connection: db, caller: { header: ${taken} } }`, credential)), [
      `7 ${taken} says something else already: write a header of its own, such as x-database-url`,
    ])
  }
  assert.deepEqual(problems(server('{ connection: db, caller: traceparent }')), [
    '7 say as which service the server signs in: write service: "idp|…", the sub of its tokens',
  ])
  assert.deepEqual(problems(server('{ connection: db, caller: traceparent, service: ipd|ward }')), [
    '7 unknown provider "ipd" (did you mean "idp"?): declare it under providers:',
  ])
  assert.deepEqual(problems(server('{ connection: db, service: idp|ward }')), [
    '7 service is for caller: traceparent: remove it',
  ])
  assert.deepEqual(problems(server('{ connection: db, caller: headers }')), [
    '7 write env, { header: x-database-url }, traceparent or none',
  ])
  const onDatabase =
    '{ postgres: "postgres://127.0.0.1/x", logins: { default: { user: ro, password: { env: RO } } }, database: { connection: db } }'
  assert.deepEqual(problems(onDatabase), ['7 database is for MCP: remove it'])
})
