// Actions as the rules read them: the real policy decides what a real message was read as.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readJsonText } from '../json/document.ts'
import { person, rule, ruled } from '../policy/decide-fixture.ts'
import { effectsOf } from '../policy/effects.ts'
import { callerAction } from './action.ts'
import { Catalog } from './catalog.ts'
import type { McpConnectionConfig } from './connection-config.ts'
import { type Request, readMessage } from './envelope.ts'
import { maskerDouble } from './testing/gateway-double.ts'

const limits = { depth: 64, values: 1_000 }
const config: McpConnectionConfig = {
  connection: { name: 'clinic', kind: 'mcp', retention: 'phi' },
  system: { kind: 'http', url: 'http://127.0.0.1/mcp', credential: () => null },
  effectsOf: effectsOf({ effects: { read: ['get_*'] }, trustAnnotations: false }),
  passesMethod: () => false,
}

function asked(method: string, params: object, tool: string | null = null) {
  const json = readJsonText(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }), limits)
  const context = { shape: { members: [] }, edits: [], token: null, outputSchema: null }
  const question = maskerDouble(false).message(json, context)
  return callerAction(readMessage(json) as Request, question, { config, catalog: new Catalog() }, tool)
}

type Rules = Parameters<typeof ruled>[0]
const decided = (rules: Rules, ...question: Parameters<typeof asked>) =>
  ruled(rules, asked(...question), person('nurse')).kind

const charts: Rules = [rule('allow', 'charts', ['resources/read:fhir://chart/**'], { effects: ['read'] })]
const notes: Rules = [rule('allow', 'notes', ['prompts/get:note_*'], { effects: ['read'] })]
const readers: Rules = [rule('allow', 'readers', ['tools/call:get_*'], { effects: ['read'] })]

const promptRef = (name: string, more = {}) => ({ ref: { type: 'ref/prompt', name, ...more }, argument })
const resourceRef = (uri: string, more = {}) => ({ ref: { type: 'ref/resource', uri, ...more }, argument })
const argument = { name: 'limit', value: '7' }

describe('resources', () => {
  it('are subscribed to only by who may read them', () => {
    for (const method of ['resources/read', 'resources/subscribe', 'resources/unsubscribe']) {
      assert.equal(decided(charts, method, { uri: 'fhir://chart/1' }), 'allow', method)
      assert.equal(decided(charts, method, { uri: 'fhir://staff/1' }), 'block', method)
      assert.equal(decided(charts, method, { uri: 'fhir://chart/../staff/1' }), 'block', method)
      assert.equal(decided(charts, method, {}), 'block', method)
    }
  })

  it('are listened to only when every one may be read', () => {
    const listen = (...uris: string[]) =>
      decided(charts, 'subscriptions/listen', { notifications: { resourceSubscriptions: uris } })
    assert.equal(listen('fhir://chart/1', 'fhir://chart/2'), 'allow')
    assert.equal(listen('fhir://chart/1', 'fhir://staff/2'), 'block')
    assert.equal(listen(), 'allow')
    assert.equal(decided(charts, 'subscriptions/listen', { notifications: { toolsListChanged: true } }), 'allow')
  })
})

describe('completions', () => {
  it('are of prompts that may be got and of resources that may be read', () => {
    assert.equal(decided(notes, 'completion/complete', promptRef('note_a')), 'allow')
    assert.equal(decided(notes, 'completion/complete', promptRef('letter')), 'block')
    assert.equal(decided(charts, 'completion/complete', resourceRef('fhir://chart/{id}')), 'allow')
    assert.equal(decided(charts, 'completion/complete', resourceRef('fhir://staff/{id}')), 'block')
  })

  it('are judged by the type the system reads, whatever else is beside it', () => {
    assert.equal(decided(notes, 'completion/complete', resourceRef('fhir://staff/{id}', { name: 'note_a' })), 'block')
    const both = [...notes, ...charts]
    assert.equal(decided(both, 'completion/complete', resourceRef('fhir://staff/{id}', { name: 'note_a' })), 'block')
    assert.equal(decided(both, 'completion/complete', promptRef('letter', { uri: 'fhir://chart/1' })), 'block')
    const odd = { ref: { type: 'ref/Prompt', name: 'note_a', uri: 'fhir://staff/1' }, argument }
    assert.equal(decided(both, 'completion/complete', odd), 'block')
  })

  it('show conditions what is filled in so far', () => {
    const small = [rule('allow', 'small', ['prompts/get:note_a'], { when: 'args.limit == "7" && args.of == "ward"' })]
    const complete = (of: string) =>
      decided(small, 'completion/complete', { ...promptRef('note_a'), context: { arguments: { of } } })
    assert.equal(complete('ward'), 'allow')
    assert.equal(complete('all'), 'block')
    const { facts } = asked('completion/complete', {
      ...promptRef('note_a'),
      argument: { name: '__proto__', value: 'x' },
    })
    assert.deepEqual(Object.keys(facts.args as object), ['__proto__'])
  })
})

describe('tasks', () => {
  it('belong to their tool', () => {
    for (const method of ['tasks/get', 'tasks/result']) {
      assert.equal(decided(readers, method, { taskId: 't' }, 'get_chart'), 'allow', method)
      assert.equal(decided(readers, method, { taskId: 't' }, 'delete_chart'), 'block', method)
      assert.equal(decided(readers, method, { taskId: 't' }), 'block', `${method} of a task nobody knows`)
    }
    const noDeletes = [rule('allow', 'all', ['*']), rule('block', 'no', ['tools/call:delete_*'])]
    assert.equal(decided(noDeletes, 'tasks/update', { taskId: 't' }, 'delete_chart'), 'block')
  })
})

describe('arguments', () => {
  const bounded = [rule('allow', 'few', ['tools/call:get_*'], { when: 'has(args.limit) && args.limit <= 50.0' })]
  const call = (text: string, rules = bounded) => {
    const json = readJsonText(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${text}}`, limits)
    const context = { shape: { members: [] }, edits: [], token: null, outputSchema: null }
    const request = readMessage(json) as Request
    const question = maskerDouble(false).message(json, context)
    return ruled(rules, callerAction(request, question, { config, catalog: new Catalog() }, 'get_a')).kind
  }
  for (const [text, kind] of [
    ['{"name":"get_a","arguments":{"limit":50}}', 'allow'],
    ['{"name":"get_a","arguments":{"limit":51}}', 'block'],
    ['{"name":"get_a","arguments":{"limit":"5"}}', 'block'],
    ['{"name":"get_a","arguments":{"__proto__":{"limit":5}}}', 'block'],
    ['{"name":"get_a","arguments":{"constructor":{"prototype":{"limit":5}}}}', 'block'],
    ['{"name":"get_a","arguments":[5]}', 'block'],
    ['{"name":"get_a","arguments":{"limit":1e400}}', 'block'],
    ['{"name":"get_a"}', 'block'],
  ] as const) {
    it(`${text} is ${kind}`, () => assert.equal(call(text), kind))
  }

  it('are those the system reads, however their names are written and whatever was asked before', () => {
    const all = [
      rule('allow', 'all', ['tools/call:get_*']),
      rule('block', 'no', ['tools/call:get_*'], { when: 'has(args.ward)' }),
    ]
    assert.equal(call('{"name":"get_a","arguments":{"limit":1,"\\\\u00":2}}', all), 'allow')
    assert.equal(call('{"name":"get_a","arguments":{"limit":1,"\\u0077ard":2}}', all), 'block')
  })
})
