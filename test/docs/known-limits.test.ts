// What docs/limits.md says is not covered, shown. A test that fails here is good news: the page can promise more.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readConfig } from '../../src/config/load.ts'
import { limits } from '../../src/gateway/limits.ts'
import { issuerFault } from '../../src/identity/provider.ts'
import { createMasker } from '../../src/masking/masker.ts'
import { compileMasking } from '../../src/masking/plan.ts'
import { isLegacyVersion } from '../../src/mcp/versions.ts'
import { type Bindings, compileCondition } from '../../src/policy/condition.ts'

const SSN = '900-55-1234'

function masked(text: string, transforms = {}): { released: string; transcript: string } {
  const plan = compileMasking({ labels: null, clean: {}, transforms: { default: 'redact', byLabel: transforms } })
  const { released, payload } = outcome(createMasker(plan, new Set()).text(Buffer.from(text)))
  return { released, transcript: payload }
}

function outcome(one: { readonly released: Uint8Array; readonly transcript: Uint8Array }) {
  return { released: Buffer.from(one.released).toString(), payload: Buffer.from(one.transcript).toString() }
}

/** What a condition makes of these arguments. */
function decided(source: string, args: unknown): string {
  const compiled = compileCondition(source)
  return compiled.kind === 'condition' ? compiled.condition.evaluate({ ...asked, args }) : 'fault'
}

const asked: Omit<Bindings, 'args'> = {
  uri: null,
  subject: { id: 'ann', provider: 'idp', kind: 'human', groups: new Set(), person: null, purpose: null },
  connection: 'clinic',
  operation: 'tools/call',
  target: 'get_chart',
  tool: 'get_chart',
  found: new Set(),
  purpose: null,
  via: null,
  now: 0,
  sql: undefined,
}

function problems(change: object): string {
  const file = {
    version: 1,
    providers: { idp: { issuer: 'https://login.example.org' } },
    connections: { clinic: { mcp: 'https://mcp.example.org/mcp' } },
    ...change,
  }
  const loaded = readConfig(Buffer.from(JSON.stringify(file)), '/etc/sallyport.yaml')
  return loaded.ok ? '' : loaded.problems.map(problem => problem.message).join('\n')
}

describe('docs/limits.md', () => {
  it('a shape is found in text, the same in base64 is not', () => {
    assert.ok(!masked(`number ${SSN}`).released.includes(SSN))
    const encoded = Buffer.from(`number ${SSN}`).toString('base64')
    assert.ok(masked(`attachment ${encoded}`).released.includes(encoded))
  })

  it('a name in prose is not found', () => {
    const text = 'Hannelore Brinkmann of Lindenweg 4 was seen today'
    assert.equal(masked(text).released, text)
  })

  it('JSON in strings is searched four levels deep, a fifth is withheld', () => {
    const nested = (levels: number): string =>
      levels === 0 ? `number ${SSN}` : JSON.stringify({ of: nested(levels - 1), beside: 'kept' })
    const deepest = masked(nested(limits.nestedJsonDepth)).released
    assert.ok(deepest.includes('[phi.ssn]') && !deepest.includes('[unreadable]'))
    const deeper = masked(nested(limits.nestedJsonDepth + 1)).released
    assert.ok(deeper.includes('[unreadable]') && !deeper.includes(SSN))
  })

  it('a record number is found beside a word for it, and in no other way', () => {
    assert.ok(!masked('MRN: 48213377').released.includes('48213377'))
    assert.equal(masked('parcel 48213377').released, 'parcel 48213377')
  })

  it('days of the year, days in words and seconds since 1970 are no dates', () => {
    assert.notEqual(masked('seen 2021-03-04').released, 'seen 2021-03-04')
    for (const text of ['seen 2021-063', 'seen last Friday', 'seen on the fourth of March', 'seen 1614816000'])
      assert.equal(masked(text).released, text)
  })

  it('a transcript is masked as the label says, last four included', () => {
    const { transcript } = masked(`number ${SSN}`, { 'phi.ssn': 'last-four' })
    assert.equal(transcript, 'number ***-**-1234')
  })

  it('a budget on an MCP server is refused rather than ignored', () => {
    const rules = [{ id: 'a', allow: ['*'], who: ['*'], on: ['clinic'], limits: { rows: { stop: 5 } } }]
    assert.match(problems({ rules }), /never counts: it is about statements of PostgreSQL/)
  })

  it('a number and a text are never equal, so that a rule against one does not see the other', () => {
    assert.equal(decided('args.id == 1', { id: 1 }), 'true')
    assert.equal(decided('args.id == 1', { id: '1' }), 'false')
  })

  it('a number beyond 2^53 makes a condition an error', () => {
    assert.equal(decided('args.id > 1.0', { id: 2 ** 53 - 1 }), 'true')
    assert.equal(decided('args.id > 1.0', { id: 2 ** 54 }), 'error')
  })

  it('a version before 2025-03-26 is not passed over HTTP', () => {
    assert.equal(isLegacyVersion('2024-11-05', 'http'), false)
    assert.equal(isLegacyVersion('2024-11-05', 'stdio'), true)
    assert.equal(isLegacyVersion('2025-03-26', 'http'), true)
  })

  it('an issuer without TLS is for loopback only', () => {
    assert.equal(issuerFault('http://127.0.0.1:8080'), null)
    assert.notEqual(issuerFault('http://login.example.org'), null)
  })
})
