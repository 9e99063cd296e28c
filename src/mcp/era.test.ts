import assert from 'node:assert/strict'
import type { IncomingHttpHeaders } from 'node:http'
import { describe, it } from 'node:test'
import { readJsonText } from '../json/document.ts'
import { type Message, readMessage } from './envelope.ts'
import { classify } from './era.ts'

const limits = { depth: 64, values: 1_000 }
const message = (value: object) =>
  readMessage(readJsonText(JSON.stringify({ jsonrpc: '2.0', ...value }), limits)) as Message
const claiming = (version: unknown, method = 'tools/list') =>
  message({ id: 1, method, params: { _meta: { 'io.modelcontextprotocol/protocolVersion': version } } })
const header = (version: string, method = 'tools/list'): IncomingHttpHeaders => ({
  'mcp-protocol-version': version,
  'mcp-method': method,
})

function outcome(given: Message, headers: IncomingHttpHeaders, over: 'http' | 'stdio' = 'http'): string {
  const classified = classify(given, headers, over)
  return classified.kind === 'fault'
    ? `${classified.own.status} ${classified.own.code}`
    : `${classified.kind} ${classified.version}`
}

describe('eras', () => {
  const plain = message({ id: 1, method: 'tools/list' })
  const initialize = message({ id: 1, method: 'initialize', params: { protocolVersion: '2026-07-28' } })
  const cases: [what: string, given: Message, headers: IncomingHttpHeaders, expected: string][] = [
    ['no version at all', plain, {}, 'legacy 2025-03-26'],
    ['a legacy header', plain, header('2025-06-18'), 'legacy 2025-06-18'],
    ['a version before the first known', plain, header('2024-11-05'), '400 -32600'],
    ['a version after the last known', plain, header('2027-01-01'), '400 -32022'],
    ['a modern header without a claim', plain, header('2026-07-28'), '400 -32602'],
    ['a claim that agrees', claiming('2026-07-28'), header('2026-07-28'), 'modern 2026-07-28'],
    ['a claim without a header', claiming('2026-07-28'), {}, '400 -32020'],
    ['a claim against the header', claiming('2026-07-28'), header('2025-11-25'), '400 -32020'],
    ['a claim of an unknown version', claiming('2030-01-01'), header('2030-01-01'), '400 -32022'],
    ['a claim of a legacy version', claiming('2025-11-25'), header('2025-11-25'), '400 -32022'],
    ['a claim that is no text', claiming(7), header('2026-07-28'), '400 -32602'],
    ['initialize, whatever it asks for', initialize, {}, 'legacy 2025-03-26'],
    ['initialize with a modern header', initialize, header('2026-07-28', 'initialize'), '400 -32020'],
    ['a response', message({ id: 1, result: {} }), header('2025-11-25'), 'legacy 2025-11-25'],
    ['a response with a modern header', message({ id: 1, result: {} }), header('2026-07-28'), '400 -32600'],
    [
      'a notification with a modern header',
      message({ method: 'notifications/x' }),
      header('2026-07-28', 'notifications/x'),
      'modern 2026-07-28',
    ],
  ]
  for (const [what, given, headers, expected] of cases) {
    it(`reads ${what}`, () => assert.equal(outcome(given, headers), expected))
  }

  it('reads the first version only where a process is behind it', () => {
    assert.equal(outcome(plain, header('2024-11-05'), 'stdio'), 'legacy 2024-11-05')
    assert.equal(outcome(initialize, header('2024-11-05'), 'stdio'), 'legacy 2024-11-05')
    assert.equal(outcome(initialize, header('2024-11-05'), 'http'), '400 -32600')
    assert.equal(outcome(initialize, header('123-45-6789'), 'stdio'), '400 -32600')
  })

  it('echoes only what has the form of a version', () => {
    const classified = classify(claiming('123 45 6789'), header('123 45 6789'), 'http')
    assert.deepEqual(classified.kind === 'fault' && classified.data, { supported: ['2026-07-28'], requested: null })
  })
})
