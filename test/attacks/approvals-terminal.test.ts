// What an approver or an auditor reads on a terminal, against callers and servers who write for it. Promise: nothing that
// is asked is left out of what an approver is shown, and no text moves the cursor, hides, or adds a line of its own.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { facts, paint } from '../../src/cli/output.ts'
import { stepText } from '../../src/cli/replay-text.ts'
import { payload } from '../../src/cli/text.ts'

/** Of a module of the command line, as it stands in an import. */
const url = (name: string) => JSON.stringify(new URL(`../../src/cli/${name}`, import.meta.url).href)

const shown = (params: object, target: string) => {
  const text = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
  return payload({ text, bytes: text.length, cut: false }, '', target)
}

describe('what is asked', () => {
  it('has its tool, where the record does not name it', () => {
    const call = { name: 'delete_everything', arguments: { id: 7 } }
    assert.match(shown(call, 'unlisted'), /delete_everything.*"id": 7/s)
    assert.match(shown(call, 'get_patient'), /delete_everything/)
    assert.deepEqual(JSON.parse(shown(call, 'delete_everything')), { id: 7 })
  })

  it('has what stands beside the arguments', () => {
    const call = { name: 'get_a', arguments: { id: 7 }, task: { ttl: 1 }, also: 'drop', _meta: { progressToken: 1 } }
    assert.deepEqual(JSON.parse(shown(call, 'get_a')), {
      name: 'get_a',
      arguments: { id: 7 },
      task: { ttl: 1 },
      also: 'drop',
    })
  })

  it('has no member that another one of the same name could cover', () => {
    const text = JSON.stringify({ content: [{ text: '{"amount": 5}', 'text (JSON)': { amount: 1 } }] })
    const lines = payload({ text, bytes: text.length, cut: false }, '', null)
    assert.match(lines, /amount\W+5/)
    assert.match(lines, /amount\W+1/)
  })
})

describe('a terminal', () => {
  // Control sequences in seven and eight bits, direction, and what takes no room.
  const odd = [
    '\u001b[2J',
    '\u009b2J',
    '\u202egnp',
    '\u2066',
    '\u200b',
    '\u00ad',
    '\ufeff',
    '\u{e0041}',
    '\u2028',
    '\r',
    '\b',
  ]
  const unseen = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

  it('gets no line more in a list of facts or in what was painted, whatever a value holds', () => {
    const forged = 'delete_all\n  answers   approve by carla'
    assert.equal(facts([['what', forged]]).split('\n').length, 1)
    const step = {
      ...{ seq: '1', at: '', offsetMs: 0, kind: 'question', from: 'caller', exchange: null, parent: null },
      ...{
        operation: 'tools/call',
        target: forged,
        decision: 'hold',
        rules: [],
        outcome: null,
        approval: null,
        by: [],
      },
      ...{ hidden: {}, shown: null, unreadable: false },
    } as const
    assert.equal(stepText(step as unknown as Parameters<typeof stepText>[0]).split('\n').length, 1)
  })

  it('gets nothing that moves it or is not seen', () => {
    for (const text of odd) {
      assert.doesNotMatch(paint('bold', text), unseen, JSON.stringify(text))
      assert.doesNotMatch(facts([['what', `a${text}b`]]), unseen, JSON.stringify(text))
    }
  })

  it('gets none of it in JSON either, which says the same', () => {
    const script = `import { printJson } from ${url('output.ts')}; printJson(JSON.parse(process.argv[1]))`
    const value = { said: odd.join('|'), [odd.join('|')]: 1, smile: '😀 é' }
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script, JSON.stringify(value)], {
      encoding: 'utf8',
    })
    assert.deepEqual(JSON.parse(stdout), value)
    assert.doesNotMatch(stdout, unseen)
    assert.ok(stdout.includes('😀 é'))
  })

  it('that is a pipe and is closed early ends the command without a word', async () => {
    const file = new URL('../../src/cli/main.ts', import.meta.url).pathname
    const child = spawn(process.execPath, [file, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    let said = ''
    child.stderr.on('data', part => (said += part))
    const [code] = await once(child, 'close')
    assert.deepEqual([code, said], [1, ''])
  })
})

it('a gateway of another version is said to be one, whatever it answers', async t => {
  const server = createServer((_, response) => response.end('{"approvals":{"a":1},"sessions":7,"session":null}'))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const commands = ['approvals ls', 'approvals show x_1', 'sessions ls', 'sessions show s_1', 'whoami', 'log show']
  const script = `import { main } from ${url('main.ts')}
    const codes = []
    for (const line of process.argv.slice(1)) codes.push(await main(line.split(' ')))
    process.exitCode = codes.every(code => code === 1) ? 0 : 9`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, ...commands], {
    env: { SALLYPORT_API: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, SALLYPORT_TOKEN: 'a.b.c' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', part => (said += part))
  const [code] = await once(child, 'close')
  assert.equal(code, 0, said)
  assert.equal(said.match(/not of this version/g)?.length, commands.length, said)
  assert.equal(said.split('\n').length, 2 * commands.length + 1, said)
})
