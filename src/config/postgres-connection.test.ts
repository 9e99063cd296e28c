import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type PostgresConnection, secretsOf } from './config.ts'
import { type Loaded, readConfig } from './load.ts'
import { printProblem } from './problem.ts'

const GROUPS = '{ nurses: { idp: [n] }, writers: { idp: [w] }'
const ro = 'logins: { nurses: { user: ro, password: { env: RO } }, default: { user: none, password: { env: NONE } } }'

interface Parts {
  readonly listen?: string
  readonly providers?: string
  readonly groups?: string
  readonly labels?: string
}

function load(connection: string, parts: Parts = {}): Loaded {
  const text = `version: 1
listen: ${parts.listen ?? '{ postgres: 127.0.0.1:7432 }'}
providers: { idp: { issuer: https://idp.example.org }${parts.providers ?? ''} }
groups: ${GROUPS}${parts.groups ?? ''} }
connections: { db: { ${connection} } }
labels: ${parts.labels ?? '{ phi.mrn: { sql: ["*.*.mrn"] } }'}
rules: [{ id: read, allow: ["*"], who: [nurses], on: [db] }]
`
  return readConfig(Buffer.from(text), '/etc/sallyport/sallyport.yaml')
}

function said(loaded: Loaded): string[] {
  const list = loaded.ok ? loaded.warnings : loaded.problems
  return list.map(({ line, column, message }) => `${line}:${column} ${message}`)
}

function databaseOf(loaded: Loaded): PostgresConnection {
  assert.ok(loaded.ok, said(loaded).join('\n'))
  const found = loaded.config.connections.get('db')
  assert.equal(found?.kind, 'postgres')
  return found as PostgresConnection
}

describe('a PostgreSQL connection of the file', () => {
  it('is read with its logins in the order of the file, and names where their secrets are', () => {
    const logins = `logins: { writers: { user: rw, password: { file: rw } }, default: { user: ro, password: { env: RO } },
      nurses: { user: n, password: { env: N } } }`
    const loaded = load(`postgres: "postgres://db.example.org/clinic%20x", ${logins}`, {
      listen: '{ postgres: "[::1]:7432" }',
    })
    const { name, host, port, database, tls, notices, md5, oauth, retention, ...rest } = databaseOf(loaded)
    assert.deepEqual([name, host, port, database], ['db', 'db.example.org', 5432, 'clinic x'])
    assert.deepEqual([tls, notices, oauth, retention], [{ ca: null, serverName: 'db.example.org' }, true, null, 'phi'])
    assert.equal(md5, false)
    assert.deepEqual(
      rest.logins.map(({ group, user }) => [group, user]),
      [
        ['writers', 'rw'],
        [null, 'ro'],
        ['nurses', 'n'],
      ],
    )
    assert.ok(loaded.ok)
    assert.deepEqual(loaded.config.listen.postgres, { host: '::1', port: 7432 })
    assert.deepEqual(secretsOf(loaded.config), [{ file: 'rw' }, { env: 'RO' }, { env: 'N' }])
    assert.deepEqual(said(loaded), [])
  })

  it('uses TLS and checks the certificate, unless the host is loopback or the file says otherwise', () => {
    const tls = (url: string, more = '') => databaseOf(load(`postgres: "${url}", ${ro}${more}`)).tls
    assert.deepEqual(tls('postgres://10.0.0.6:6000/d'), { ca: null, serverName: '10.0.0.6' })
    assert.deepEqual(tls('postgresql://[2001:db8::1]/d'), { ca: null, serverName: '2001:db8::1' })
    for (const host of ['127.0.0.1', 'localhost', '[::1]']) assert.equal(tls(`postgres://${host}/d`), null)
    assert.notEqual(tls('postgres://127.0.0.1/d?sslmode=verify-full'), null)
    assert.equal(tls('postgres://10.0.0.6/d?sslmode=disable'), null)
    assert.deepEqual(tls('postgres://h/d', ', tls: { ca: { file: ca.pem }, serverName: db.example.org }'), {
      ca: '/etc/sallyport/ca.pem',
      serverName: 'db.example.org',
    })
  })

  it('sends clients without a token to a provider', () => {
    const two = { providers: ', okta: { issuer: https://okta.example.org } ' }
    const oauth = (value: string, parts: Parts = {}) =>
      databaseOf(load(`postgres: postgres://h/d, ${ro}, oauth: ${value}`, parts)).oauth
    assert.equal(oauth('true'), 'https://idp.example.org')
    assert.equal(oauth('okta', two), 'https://okta.example.org')
    assert.equal(oauth('false', two), null)
    assert.match(said(load(`postgres: postgres://h/d, ${ro}, oauth: true`, two))[0] ?? '', /write the name of one/)
    assert.match(
      said(load(`postgres: postgres://h/d, ${ro}, oauth: idq`))[0] ?? '',
      /unknown provider "idq": it can be/,
    )
  })

  const faults: [string, string, RegExp, Parts?][] = [
    ['another scheme', `postgres: mysql://h/d, ${ro}`, /^5:32 write a URL such as postgres:/],
    ['no database', `postgres: postgres://h, ${ro}`, /^5:32 write a URL .* with the name of the database/],
    ['a second part of the path', `postgres: postgres://h/d/e, ${ro}`, /^5:32 write a URL .* nothing behind it/],
    ['an option of a driver', `postgres: "postgres://h/d?pool=1", ${ro}`, /^5:32 remove pool: only sslmode/],
    [
      'a certificate nobody checks',
      `postgres: "postgres://h/d?sslmode=require", ${ro}`,
      /^5:32 write sslmode=verify-full/,
    ],
    ['two systems', `postgres: postgres://h/d, mcp: https://x, ${ro}`, /^5:48 a connection leads to one system/],
    [
      'effects of tools',
      `postgres: postgres://h/d, effects: { read: [a] }, ${ro}`,
      /^5:48 effects is for MCP: remove it/,
    ],
    ['a certificate where there is no TLS', `postgres: postgres://127.0.0.1/d, tls: {}, ${ro}`, /^5:56 tls is for/],
    ['no login', 'postgres: postgres://h/d, logins: {}', /^5:48 write logins: \{ default:/],
    [
      'a login of nobody',
      'postgres: postgres://h/d, logins: { nurse: { user: a, password: { env: A } } }',
      /^5:58 unknown group "nurse": declare it under groups:, or write default/,
    ],
    [
      'a group that would be everyone',
      `postgres: postgres://h/d, ${ro}`,
      /^5:\d+ default is the login of everyone else/,
      { groups: ', default: { idp: [d] }' },
    ],
    [
      'groups that have no order',
      'postgres: postgres://h/d, logins: { "7": { user: a, password: { env: A } } }',
      /^5:58 a group with a login needs a name that is no number/,
      { groups: ', "7": { idp: [d] }' },
    ],
    [
      'a column that is none',
      `postgres: postgres://h/d, ${ro}`,
      /^6:28 write schema\.table\.column/,
      { labels: '{ phi.mrn: { sql: ["mrn"] } }' },
    ],
    [
      'logins of an MCP server',
      `mcp: https://x.example/mcp, ${ro}`,
      /^5:50 logins is for PostgreSQL: write credential/,
    ],
  ]
  for (const [what, connection, expected, parts] of faults) {
    it(`refuses ${what}`, () => {
      const loaded = load(connection, parts)
      assert.equal(loaded.ok, false)
      const lines = said(loaded)
      assert.ok(
        lines.some(line => expected.test(line)),
        lines.join('\n'),
      )
    })
  }

  it('refuses a credential that is written there, and does not repeat it', () => {
    const connections = [
      `postgres: postgres://ro:hunter2@h/d, ${ro}`,
      `postgres: "postgres://ro:hun/ter2@h/d", ${ro}`,
      `postgres: "postgres://h/d?password=hunter2", ${ro}`,
      'postgres: postgres://h/d, logins: { default: { user: ro, password: hunter2 } }',
    ]
    for (const connection of connections) {
      const loaded = load(connection)
      assert.equal(loaded.ok, false, connection)
      const text = loaded.ok ? '' : loaded.problems.map(printProblem).join('\n')
      assert.match(text, /never written here: write \{ env: NAME \} or \{ file: path \}/, connection)
      assert.doesNotMatch(text, /hun/, connection)
    }
  })

  it('warns of what is allowed and hardly meant', () => {
    const warned = (connection: string, parts: Parts = {}) => {
      const loaded = load(connection, parts)
      assert.ok(loaded.ok, said(loaded).join('\n'))
      return said(loaded).join('\n')
    }
    assert.match(warned(`postgres: "postgres://h/d?sslmode=disable", ${ro}`), /can be read on the way/)
    assert.match(warned(`postgres: postgres://h/d, ${ro}`, { listen: '{}' }), /nobody can connect to it: write listen/)
    assert.match(
      warned('postgres: postgres://h/d, logins: { nurses: { user: a, password: { env: A } } }'),
      /callers outside of nurses are refused: add default/,
    )
    assert.match(
      warned(`postgres: postgres://h/d, ${ro}`, { labels: '{ phi.ssn: { shape: ssn } }' }),
      /no phi\.\* label names its columns/,
    )
  })
})
