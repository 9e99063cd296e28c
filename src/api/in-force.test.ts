import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Subject } from '../gateway/seam.ts'
import { compilePolicy } from '../policy/compile.ts'
import type { PolicySource, Rule } from '../policy/rules.ts'
import { human } from './api.fixture.ts'
import { explainQuestion, type InForce, postgresAddress, usableConnections } from './in-force.ts'
import type { ExplainQuestion } from './options.ts'
import { Problem } from './problem.ts'

const bare = { who: ['nurses'], on: ['clinic', 'clinic-db'], effects: null, found: null, carries: null, when: null }
const more = { reveal: [], conceal: [], passBinary: false, approvers: null }
const rules: Rule[] = [
  { id: 'read', kind: 'allow', patterns: ['tools/call:get_*'], ...bare, effects: ['read'], ...more },
  { id: 'pages', kind: 'allow', patterns: ['tools/call:list_*'], ...bare, when: 'args.limit <= 50.0', ...more },
  { id: 'no-ssn', kind: 'block', patterns: ['*'], ...bare, who: null, found: ['phi.ssn'], ...more },
  { id: 'named', kind: 'allow', patterns: ['tools/call:find_*'], ...bare, carries: ['phi.name'], ...more },
  { id: 'no-delete', kind: 'block', patterns: ['tools/call:delete_*'], ...bare, who: null, ...more },
]
const open = {
  kind: 'mcp' as const,
  effects: { read: ['get_*'] },
  trustAnnotations: false,
  transparent: false,
  purpose: 'TREAT',
}
const database = { ...open, kind: 'postgres' as const, effects: {} }
const source: PolicySource = {
  rules,
  labels: ['phi.ssn', 'phi.name'],
  connections: [
    { name: 'clinic', transparent: false },
    { name: 'lab', transparent: true },
    { name: 'clinic-db', transparent: false },
  ],
}
const inForce: InForce = {
  policy: compilePolicy(source),
  connections: new Map<string, typeof open | typeof database>([
    ['clinic', open],
    ['lab', { ...open, transparent: true }],
    ['clinic-db', database],
  ]),
  postgres: null,
}

const ours = 'an operation of this connection: it'

function decided(subject: Subject, about: string, more: Partial<ExplainQuestion> = {}) {
  const asked = { subject, connection: 'clinic', operation: 'tools/call', about }
  const { decision } = explainQuestion(inForce, { ...asked, ...more })
  return [decision.kind, ...decision.rules]
}

describe('what is in force', () => {
  it('names the connections some rule lets a subject use, and those with masking off', () => {
    const names = (subject: Subject) =>
      usableConnections(inForce, subject, 'https://gate.example.org').map(each => each.name)
    assert.deepEqual(names(human('alice', ['nurses'])), ['clinic', 'lab', 'clinic-db'])
    assert.deepEqual(names(human('dan', ['devs'])), ['lab'])
    const [clinic] = usableConnections(inForce, human('alice', ['nurses']), 'https://gate.example.org')
    assert.equal(clinic?.url, 'https://gate.example.org/mcp/clinic')
  })

  it('names databases with the address their clients connect to, where there is one', () => {
    const listen = { publicUrl: 'https://gate.example.org', tls: {} }
    const at = (host: string, over: object = {}) =>
      usableConnections(
        { ...inForce, postgres: postgresAddress({ ...listen, ...over }, { host, port: 7432 }) },
        human('alice', ['nurses']),
        listen.publicUrl,
      ).find(({ kind }) => kind === 'postgres')?.url
    assert.equal(at('0.0.0.0'), 'postgresql://gate.example.org:7432/clinic-db?sslmode=verify-full')
    assert.equal(at('127.0.0.1'), 'postgresql://127.0.0.1:7432/clinic-db?sslmode=disable')
    assert.equal(at('::1'), 'postgresql://[::1]:7432/clinic-db?sslmode=disable')
    assert.equal(postgresAddress(listen, null), null)
    const unreachable = usableConnections(inForce, human('alice', ['nurses']), listen.publicUrl)
    assert.deepEqual(unreachable[2], { name: 'clinic-db', kind: 'postgres', url: null })
  })

  it('explains with the declared effects; what nobody declared writes', () => {
    assert.deepEqual(decided(human('alice', ['nurses']), 'get_patient'), ['allow', 'read'])
    assert.deepEqual(decided(human('alice', ['nurses']), 'delete_patient'), ['block', 'no-delete'])
    assert.deepEqual(decided(human('alice', ['nurses']), 'odd'), ['block'])
    assert.deepEqual(decided(human('dan', ['devs']), 'get_patient'), ['block'])
  })

  it('says of an operation that the connection does not have what may be meant, and repeats nothing', () => {
    const expected = (operation: string, connection = 'clinic') => {
      try {
        const nurse = human('alice', ['nurses'])
        explainQuestion(inForce, { subject: nurse, connection, operation, about: '' })
        return null
      } catch (error) {
        return error instanceof Problem ? error.faults[0]?.expected : error
      }
    }
    const example = 'write for example "tools/call:get_chart"'
    assert.equal(expected('tools/call'), null)
    assert.equal(expected('tools/cal'), `${ours} is not known (did you mean "tools/call"?): ${example}`)
    assert.equal(expected('acme/do'), `${ours} is not known: ${example}`)
    assert.equal(expected('acme/do', 'lab'), null)
    assert.equal(expected('sql.select'), `${ours} is about PostgreSQL, and this connection is not`)
    assert.equal(expected('tools/call', 'clinic-db'), `${ours} is about MCP, and this connection is not`)
  })

  it('explains a statement as the worst it can be, and as it is said to be', () => {
    const rules: Rule[] = [
      {
        ...source.rules[0],
        id: 'update',
        kind: 'allow',
        patterns: ['sql.update:*'],
        on: ['clinic-db'],
        when: 'sql.hasWhere',
      },
    ].map(rule => ({ ...rule, effects: null }) as Rule)
    const policy = compilePolicy({ ...source, rules })
    const kind = (sql?: { hasWhere: boolean }) =>
      explainQuestion(
        { ...inForce, policy },
        {
          subject: human('alice', ['nurses']),
          connection: 'clinic-db',
          operation: 'sql.update',
          about: 'public.visits',
          ...(sql ? { sql } : {}),
        },
      ).decision.kind
    assert.deepEqual([kind(), kind({ hasWhere: false }), kind({ hasWhere: true })], ['block', 'block', 'allow'])
  })

  it('explains with arguments and labels, of the request and of the answer', () => {
    const nurse = human('alice', ['nurses'])
    assert.deepEqual(decided(nurse, 'list_all', { args: { limit: 50 } }), ['allow', 'pages'])
    assert.deepEqual(decided(nurse, 'list_all', { args: { limit: 51 } }), ['block'])
    assert.deepEqual(decided(nurse, 'list_all'), ['block', 'pages'])
    assert.deepEqual(decided(nurse, 'get_patient', { found: ['phi.ssn'] }), ['block', 'no-ssn'])
    assert.deepEqual(decided(nurse, 'find_all', { carries: ['phi.name'] }), ['allow', 'named'])
    assert.deepEqual(decided(nurse, 'find_all', { carries: [] }), ['block'])
  })
})
