// A caller with a valid token who wants past its rules. Promise: what a rule blocks or holds never reaches the protected
// system, however the request is written; the system is the judge of what came.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { AttackRig, tool } from '../support/attack-rig.ts'
import { LEGACY, type McpCaller, MODERN } from '../support/mcp-caller.ts'
import type { Heard } from '../support/raw-http.ts'

const only = { who: ['staff'], on: ['clinic'] }
const rules = [
  { id: 'use', allow: ['*'], ...only },
  {
    id: 'secret',
    block: ['tools/call:get_secret', 'tools/call:Drop*', 'prompts/get:secret', 'resources/read:ehr://secret/**'],
    ...only,
  },
  { id: 'large', block: ['tools/call:get_rows'], when: 'args.limit > 50', ...only },
  { id: 'vip', block: ['tools/call:get_by_id'], when: 'args.id == 9007199254740993', ...only },
  { id: 'forced', block: ['tools/call:get_text'], when: 'has(args.force)', ...only },
  { id: 'labelled', block: ['tools/call:send_*'], found: ['phi.ssn'], ...only },
]
/** Of the caller of few rights. */
const few = [
  { id: 'one', allow: ['tools/call:get_one'], who: ['few'], on: ['clinic'], when: 'args.id == 9007199254740992' },
  { id: 'public', allow: ['resources/read:ehr://public/**'], who: ['few'], on: ['clinic'] },
]

type Params = Record<string, unknown>
type Row = readonly [name: string, method: string, params: Params, person?: 'ann' | 'eve']
const call = (name: unknown, args: unknown = {}, more: object = {}): Params => ({ name, arguments: args, ...more })
const named = (title: string, name: unknown): Row => [`a tool as ${title}`, 'tools/call', call(name)]
const read = (title: string, uri: unknown, person?: 'eve'): Row =>
  [`an address ${title}`, 'resources/read', { uri }, ...(person ? ([person] as const) : ([] as const))] as Row
const completes = (title: string, ref: unknown): Row => [
  `a completion ${title}`,
  'completion/complete',
  { ref, argument: { name: 'a', value: 'b' } },
]

const rows: readonly Row[] = [
  named('it is', 'get_secret'),
  named('capitals', 'GET_SECRET'),
  named('one capital', 'get_Secret'),
  named('full-width letters', 'ｇｅｔ_ｓｅｃｒｅｔ'),
  named('a long s', 'get_ſecret'),
  named('a Kelvin sign and a ligature, of another rule', 'DROP_TABLE'),
  named('blanks around', ' get_secret '),
  named('a zero-width space', 'get_\u200bsecret'),
  named('a soft hyphen', 'get_se\u00adcret'),
  named('a NUL', 'get_secret\u0000'),
  named('an accent', 'get_sécret'),
  named('another separator', 'get-secret'),
  named('a tag character', 'get_secret\u{e0020}'),
  named('a list of one', ['get_secret']),
  named('an object', { name: 'get_secret' }),
  ['an unlisted tool with another case', 'tools/call', call('dropIt')],
  ['an unlisted tool in full-width letters', 'tools/call', call('Ｄｒｏｐ_it')],
  ['a prompt', 'prompts/get', { name: 'secret' }],
  ['a prompt in capitals', 'prompts/get', { name: 'SECRET' }],
  ['a prompt with a zero-width joiner', 'prompts/get', { name: 'sec\u200dret' }],
  ['a prompt in a list', 'prompts/get', { name: ['secret'] }],
  completes('of a prompt', { type: 'ref/prompt', name: 'secret' }),
  completes('of a prompt with an innocent address', { type: 'ref/prompt', name: 'secret', uri: 'ehr://public/a' }),
  completes('of an unknown type', { type: 'Ref/Prompt', name: 'secret', uri: 'ehr://public/a' }),
  completes('without a type', { name: 'secret', uri: 'ehr://public/a' }),
  completes('of an address', { type: 'ref/resource', uri: 'ehr://secret/a' }),
  completes('of a list', [{ type: 'ref/prompt', name: 'secret' }]),
  read('as it is', 'ehr://secret/a'),
  read('percent-encoded', 'ehr://%73ecret/a'),
  read('percent-encoded twice', 'ehr://%2573ecret/a'),
  read('with dot segments', 'ehr://public/../secret/a'),
  read('with encoded dot segments', 'ehr://public/%2e%2e/secret/a'),
  read('in capitals', 'EHR://SECRET/a'),
  read('with a user and a port', 'ehr://me@secret:80/a'),
  read('with backslashes', 'ehr:\\\\secret\\a'),
  read('with one slash', 'ehr:/secret/a'),
  read('with more slashes', 'ehr:///secret//a'),
  read('with a closing dot', 'ehr://secret./a'),
  read('with a tab', 'ehr://sec\tret/a'),
  read('in full-width letters', 'ehr://ｓｅｃｒｅｔ/a'),
  read('in a list', ['ehr://secret/a']),
  ['a subscription', 'resources/subscribe', { uri: 'ehr://secret/a' }],
  ['a subscription with dot segments', 'resources/subscribe', { uri: 'ehr://public/../secret/a' }],
  read('out of what is allowed, with dots', 'ehr://public/../private/a', 'eve'),
  read('out of what is allowed, encoded', 'ehr://public/%2e%2e%2fprivate/a', 'eve'),
  read('out of what is allowed, by a user', 'ehr://public@private/a', 'eve'),
  ['an argument beyond a limit', 'tools/call', call('get_rows', { limit: 51 })],
  ['a limit as a text', 'tools/call', call('get_rows', { limit: '51' })],
  ['a limit in a list', 'tools/call', call('get_rows', { limit: [51] })],
  ['a limit that is null', 'tools/call', call('get_rows', { limit: null })],
  ['no limit', 'tools/call', call('get_rows', {})],
  ['arguments in a list', 'tools/call', call('get_rows', [{ limit: 51 }])],
  ['a limit in _meta alone', 'tools/call', call('get_rows', {}, { _meta: { arguments: { limit: 1 } } })],
  ['a presence that is null', 'tools/call', call('get_text', { force: null })],
  ['a label in an argument', 'tools/call', call('send_mail', { to: '219-09-9999' })],
  ['a label in full-width digits', 'tools/call', call('send_mail', { to: '２１９-０９-９９９９' })],
  ['a label in JSON in JSON', 'tools/call', call('send_mail', { a: JSON.stringify({ b: '{"ssn":219099999.0}' }) })],
  ['a label in a member name', 'tools/call', call('send_mail', { '219-09-9999': 1 })],
  ['a label in _meta', 'tools/call', call('send_mail', {}, { _meta: { note: '219-09-9999' } })],
  ['a label percent-encoded', 'tools/call', call('send_mail', { to: '219%2D09%2D9999' })],
  ['a method in capitals', 'Tools/Call', call('get_secret')],
  ['a method with a blank', 'tools/call ', call('get_secret')],
  ['a method of a later version', 'tools/execute', call('get_secret')],
  ['a method of the system', 'sampling/createMessage', { messages: [] }],
]

/** Numbers that JavaScript would round are written as they are. */
const written: readonly (readonly [name: string, args: string, tool: string, person: 'ann' | 'eve'])[] = [
  ['a large number', '{"id":9007199254740993}', 'get_by_id', 'ann'],
  ['a large number with an exponent', '{"id":9007199254740993e0}', 'get_by_id', 'ann'],
  ['a number beyond all', '{"limit":1e999}', 'get_rows', 'ann'],
  ['the neighbour of an allowed number', '{"id":9007199254740993}', 'get_one', 'eve'],
  ['a member named twice', '{"limit":1,"limit":99}', 'get_rows', 'ann'],
  ['a member named twice by an escape', '{"limit":1,"\\u006cimit":99}', 'get_rows', 'ann'],
  ['a number of 400 digits', `{"limit":${'9'.repeat(400)}}`, 'get_rows', 'ann'],
]

describe('a caller who wants past its rules', () => {
  let rig: AttackRig
  const callers = new Map<string, McpCaller>()

  before(async () => {
    rig = await AttackRig.start({
      rules: [...rules, ...few],
      people: { ann: { groups: ['staff'] }, eve: { groups: ['few'] } },
    })
    const names = ['get_text', 'get_secret', 'drop_table', 'get_rows', 'get_by_id', 'get_one', 'send_mail']
    rig.lists(...names.map(name => tool(name)))
    rig.tells(() => ({ content: [{ type: 'text', text: 'ran' }] }))
    for (const era of ['legacy', 'modern'] as const) {
      callers.set(`ann ${era}`, await rig.caller(era))
      callers.set(`eve ${era}`, await rig.caller(era, 'eve'))
      await callers.get(`ann ${era}`)?.call('get_text')
      await callers.get(`eve ${era}`)?.call('get_text')
    }
  })
  after(() => rig?.stop())

  async function holds(send: () => Promise<Heard>): Promise<void> {
    const before = rig.got.length
    const heard = await send()
    const after = rig.got.slice(before).filter(({ method }) => method !== 'tools/list')
    assert.deepEqual(after, [], `it went up, and the answer was ${heard.body}`)
    assert.ok(heard.body.length > 0 && !heard.body.includes('ran"'))
  }

  for (const era of ['legacy', 'modern'] as const) {
    describe(era, () => {
      for (const [name, method, params, person = 'ann'] of rows) {
        it(name, () => holds(() => (callers.get(`${person} ${era}`) as McpCaller).ask(method, params, plain(params))))
      }
      for (const [name, args, toolName, person] of written) {
        it(name, () => {
          const caller = callers.get(`${person} ${era}`) as McpCaller
          const params = era === 'modern' ? caller.modernParams(call(toolName, '@')) : call(toolName, '@')
          const message = JSON.stringify({ jsonrpc: '2.0', id: 9999, method: 'tools/call', params })
          return holds(() => caller.ask('tools/call', call(toolName), { body: message.replace('"@"', args) }))
        })
      }
    })
  }

  it('what is allowed does go up', async () => {
    const ann = callers.get('ann modern') as McpCaller
    for (const [name, args] of [
      ['get_rows', { limit: 50 }],
      ['get_by_id', { id: 5 }],
      ['send_mail', { to: 'x' }],
    ] as const)
      assert.deepEqual((await ann.call(name, args)).result?.content, [{ type: 'text', text: 'ran' }])
  })

  describe('by headers and HTTP', () => {
    const body = (name: string, more: object = {}) =>
      JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: call(name), ...more })
    const ways: readonly (readonly [name: string, send: (ann: McpCaller, old: McpCaller) => Promise<Heard>])[] = [
      ['another Mcp-Name', ann => ann.ask('tools/call', call('get_secret'), { headers: { 'Mcp-Name': 'get_text' } })],
      [
        'a name of another tool in the header',
        ann => ann.ask('tools/call', call('get_text'), { headers: { 'Mcp-Name': 'get_secret' } }),
      ],
      [
        'an encoded name of another tool',
        ann => ann.ask('tools/call', call('get_text'), { headers: { 'Mcp-Name': '=?base64?Z2V0X3NlY3JldA==?=' } }),
      ],
      [
        'another Mcp-Method',
        ann => ann.ask('tools/call', call('get_secret'), { headers: { 'Mcp-Method': 'tools/list' } }),
      ],
      [
        'another version in the header',
        ann => ann.ask('tools/call', call('get_text'), { headers: { 'MCP-Protocol-Version': LEGACY } }),
      ],
      [
        'the later version in the header alone',
        (_, old) => old.post(body('get_text'), { 'MCP-Protocol-Version': MODERN }).done,
      ],
      ['a batch in a version without', (_, old) => old.post(`[${body('get_secret')}]`, {}).done],
      [
        'another method by override',
        (_, old) => old.post(body('get_secret'), { 'X-HTTP-Method-Override': 'GET' }).done,
      ],
      ['both a call and a result', (_, old) => old.post(body('get_text', { result: {} }), {}).done],
      ['parameters in a list', (_, old) => old.post(body('get_text', { params: [call('get_secret')] }), {}).done],
      [
        'a message inside parameters of none',
        (_, old) => old.post(body('get_text', { method: '', params: {} }), {}).done,
      ],
      ['another media type', (_, old) => old.post(body('get_text'), { 'Content-Type': 'text/plain' }).done],
      ['a compressed body', (_, old) => old.post(body('get_text'), { 'Content-Encoding': 'gzip' }).done],
      ['UTF-16', (_, old) => old.post(Buffer.from(body('get_text'), 'utf16le'), {}).done],
      [
        'two names of a session',
        (_, old) => old.post(body('get_text'), { 'mcp-session-id': `${old.session}, x` }).done,
      ],
    ]
    for (const [name, send] of ways) {
      it(name, () => holds(() => send(callers.get('ann modern') as McpCaller, callers.get('ann legacy') as McpCaller)))
    }
  })
})

/** A header can only be what HTTP allows; what is left out is refused all the same. */
function plain({ name, uri }: Params): { headers?: Record<string, string> } {
  const text = name ?? uri
  return typeof text === 'string' && !/^[\x21-\x7e]+$/.test(text)
    ? { headers: { 'Mcp-Name': `=?base64?${Buffer.from(text).toString('base64')}?=` } }
    : {}
}
