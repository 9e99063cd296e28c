import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readJsonText } from '../json/document.ts'
import { effectsOf } from '../policy/effects.ts'
import { callerAction } from './action.ts'
import { Catalog } from './catalog.ts'
import type { McpConnectionConfig } from './connection-config.ts'
import { type Request, readMessage } from './envelope.ts'
import { maskerDouble } from './testing/gateway-double.ts'

const limits = { depth: 64, values: 1_000 }
const declared = { read: ['get_*', 'both'], write: ['both', '*_now'] }
const config: McpConnectionConfig = {
  connection: { name: 'clinic', kind: 'mcp', retention: 'phi' },
  system: { kind: 'http', url: 'http://127.0.0.1/mcp', credential: () => null },
  effectsOf: effectsOf({ effects: declared, trustAnnotations: false }),
  passesMethod: () => false,
}

function catalogOf(...tools: object[]): Catalog {
  const catalog = new Catalog()
  catalog.learnTools(readJsonText(JSON.stringify({ result: { tools } }), limits))
  return catalog
}

function actionOf(
  params: string,
  catalog = catalogOf(),
  change: Partial<McpConnectionConfig> = {},
  method = 'tools/call',
) {
  const json = readJsonText(`{"jsonrpc":"2.0","id":1,"method":"${method}","params":${params}}`, limits)
  const context = { shape: { members: [] }, edits: [], token: null, outputSchema: null }
  const question = maskerDouble(false).message(json, context)
  const request = readMessage(json) as Request
  const { name } = request.params
  return callerAction(
    request,
    question,
    { config: { ...config, ...change }, catalog },
    method === 'tools/call' ? String(name) : null,
  )
}

const exact = (...given: Parameters<typeof actionOf>) => Buffer.from(actionOf(...given).exact()).toString()

describe('actions', () => {
  it('name a tool only when the system lists it', () => {
    assert.equal(actionOf('{"name":"get_a"}').target, 'unlisted')
    assert.equal(actionOf('{"name":"get_a"}', catalogOf({ name: 'get_a' })).target, 'get_a')
    assert.equal(actionOf('{"name":"of 123-45-6789"}', catalogOf({ name: 'of 123-45-6789' })).target, 'unlisted')
    assert.equal(actionOf('{"name":"get_a"}').subjectMatter, 'get_a')
    assert.equal(actionOf('{"uri":"fhir://Patient/1"}', catalogOf(), {}, 'resources/read').target, 'unlisted')
  })

  it('write unless the configuration or a trusted hint says otherwise', () => {
    const listed = catalogOf({ name: 'look', annotations: { readOnlyHint: true } })
    const effects = (name: string, change = {}) => [...actionOf(`{"name":"${name}"}`, listed, change).effects]
    const trusting = { effectsOf: effectsOf({ effects: declared, trustAnnotations: true }) }
    assert.deepEqual(effects('get_a'), ['read'])
    assert.deepEqual(effects('both'), ['read', 'write'])
    assert.deepEqual(effects('get_it_now'), ['read', 'write'])
    assert.deepEqual(effects('other'), ['write'])
    assert.deepEqual(effects('look'), ['write'])
    assert.deepEqual(effects('look', trusting), ['read'])
    assert.deepEqual(effects('other', trusting), ['write'])
  })

  it('tell policy the arguments and the labels found', () => {
    const action = actionOf('{"name":"get_a","arguments":{"who":"SECRET-1"}}')
    assert.deepEqual(action.facts, { name: 'get_a', args: { who: 'SECRET-1' } })
    assert.deepEqual([...action.found], ['phi.secret'])
    assert.equal(actionOf('{"name":"get_a"}').found.size, 0)
  })

  it('are exact in arguments, digits and definition, and in nothing else', () => {
    const catalog = catalogOf({ name: 'a', description: 'one' })
    const same = exact('{"name":"a","arguments":{"x":1,"y":2}}', catalog)
    assert.equal(exact('{ "arguments":{"y":2, "x":1},"_meta":{"progressToken":7},"name":"a"}', catalog), same)
    assert.notEqual(exact('{"name":"a","arguments":{"x":1,"y":3}}', catalog), same)
    assert.notEqual(exact('{"name":"a","arguments":{"x":1.0,"y":2}}', catalog), same)
    assert.notEqual(exact('{"name":"b","arguments":{"x":1,"y":2}}', catalog), same)
    assert.notEqual(exact('{"name":"a","arguments":{"x":1,"y":2},"task":{}}', catalog), same)
    assert.notEqual(exact('{"name":"a","arguments":{"x":1,"y":2}}', catalogOf({ name: 'a', description: 'two' })), same)
    const big = (digits: string) => exact(`{"name":"a","arguments":{"x":${digits}}}`, catalog)
    assert.notEqual(big('9007199254740993'), big('9007199254740992'))
  })
})
