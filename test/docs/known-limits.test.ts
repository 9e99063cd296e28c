// What docs/limits.md says is not covered, shown. A test that fails here is good news: the page can promise more.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readConfig } from '../../src/config/load.ts'
import { issuerFault } from '../../src/identity/provider.ts'
import { createMasker } from '../../src/masking/masker.ts'
import { compileMasking } from '../../src/masking/plan.ts'
import { isLegacyVersion } from '../../src/mcp/versions.ts'

const SSN = '900-55-1234'

function masked(text: string, transforms = {}): { released: string; transcript: string } {
  const plan = compileMasking({ labels: null, clean: {}, transforms: { default: 'redact', byLabel: transforms } })
  const { released, payload } = outcome(createMasker(plan, new Set()).text(Buffer.from(text)))
  return { released, transcript: payload }
}

function outcome(one: { readonly released: Uint8Array; readonly transcript: Uint8Array }) {
  return { released: Buffer.from(one.released).toString(), payload: Buffer.from(one.transcript).toString() }
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

  it('a transcript is masked as the label says, last four included', () => {
    const { transcript } = masked(`number ${SSN}`, { 'phi.ssn': 'last-four' })
    assert.equal(transcript, 'number ***-**-1234')
  })

  it('a budget on an MCP server is refused rather than ignored', () => {
    const rules = [{ id: 'a', allow: ['*'], who: ['*'], on: ['clinic'], limits: { rows: { stop: 5 } } }]
    assert.match(problems({ rules }), /never counts: it is about statements of PostgreSQL/)
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
