import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { declaredHeaders, decodeHeader, encodeHeader, mirrorFault, paramHeaders } from './mirrored-headers.ts'

const V = '2026-07-28'

describe('mirrored headers', () => {
  it('name what differs from the body', () => {
    const message = { method: 'tools/call', params: { name: 'get' } }
    const good = { 'mcp-protocol-version': V, 'mcp-method': 'tools/call', 'mcp-name': 'get' }
    assert.equal(mirrorFault(good, message, V), null)
    assert.equal(mirrorFault({ ...good, 'mcp-protocol-version': '2025-11-25' }, message, V), 'MCP-Protocol-Version')
    assert.equal(mirrorFault({ ...good, 'mcp-method': 'TOOLS/CALL' }, message, V), 'Mcp-Method')
    assert.equal(mirrorFault({ ...good, 'mcp-name': 'Get' }, message, V), 'Mcp-Name')
    assert.equal(mirrorFault({ ...good, 'mcp-name': 'get, get' }, message, V), 'Mcp-Name')
    const { 'mcp-name': _, ...nameless } = good
    assert.equal(mirrorFault(nameless, message, V), 'Mcp-Name')
    const read = { method: 'resources/read', params: { uri: 'a://ü' } }
    const headers = { ...good, 'mcp-method': 'resources/read', 'mcp-name': encodeHeader('a://ü') }
    assert.equal(mirrorFault(headers, read, V), null)
    assert.equal(
      mirrorFault({ 'mcp-protocol-version': V, 'mcp-method': 'tools/list' }, { method: 'tools/list', params: {} }, V),
      null,
    )
  })

  it('carry any text through the sentinel', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), text => assert.equal(decodeHeader(encodeHeader(text)), text)),
    )
    assert.equal(decodeHeader('=?base64?////?='), undefined, 'no UTF-8')
    assert.equal(decodeHeader('=?base64?YQ?='), undefined, 'not canonical')
    assert.equal(decodeHeader('=?base64?YR==?='), undefined, 'not canonical')
    assert.equal(decodeHeader(' plain '), 'plain')
  })

  it('of arguments are sent on only when they agree', () => {
    const declared = declaredHeaders({
      type: 'object',
      properties: {
        region: { type: 'string', 'x-mcp-header': 'Region' },
        deep: { type: 'object', properties: { n: { type: 'integer', 'x-mcp-header': 'N' } } },
        bad: { type: 'string', 'x-mcp-header': 'no token' },
        plain: { type: 'string' },
      },
    })
    assert.deepEqual(
      declared.map(({ header }) => header),
      ['mcp-param-region', 'mcp-param-n'],
    )
    const args = { region: 'west', deep: { n: 42 } }
    assert.deepEqual(
      paramHeaders({ 'mcp-param-region': 'west', 'mcp-param-n': '42.0', 'mcp-param-other': 'x' }, declared, args),
      {
        'mcp-param-region': 'west',
        'mcp-param-n': '42.0',
      },
    )
    assert.equal(paramHeaders({ 'mcp-param-region': 'east', 'mcp-param-n': '42' }, declared, args), null)
    assert.equal(paramHeaders({ 'mcp-param-region': 'west' }, declared, args), null)
    assert.deepEqual(paramHeaders({ 'mcp-param-region': 'west' }, declared, {}), {}, 'nothing in the body: not sent on')
    assert.deepEqual(paramHeaders({}, declared, { region: null }), {})
  })
})
