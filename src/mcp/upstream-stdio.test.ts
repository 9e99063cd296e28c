import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { authored } from '../gateway/authored.ts'
import { limits } from '../gateway/limits.ts'
import { answer, ask, fault, lost, next, processes, script, sending, start, tell } from './stdio-harness.fixture.ts'

const echo = `heard(({ id, params }) => id !== undefined && say({ id, result: { params } }))`

describe('messages', () => {
  test('a response goes to its own request, in whatever order', async () => {
    const { upstream } = await start(
      script(
        `const all = []; heard(m => { all.push(m); if (all.length === 3) for (const { id } of all.reverse()) say({ id, result: { for: id } }) })`,
      ),
    )
    const asked = await Promise.all([1, '1', 'b'].map(id => ask(upstream, { id })))
    assert.deepEqual(
      (await Promise.all(asked.map(answer))).map(({ result }) => result),
      [{ for: 1 }, { for: '1' }, { for: 'b' }],
    )
    await upstream.close({})
  })

  test('line ends inside a message do not end it, and its bytes are otherwise kept', async () => {
    const { upstream } = await start(script(`heard((m, line) => say({ id: m.id, result: { line } }))`))
    const pretty = '{\r\n "jsonrpc": "2.0",\n "id": 7, "method": "x", "n": 9007199254740993.10 }'
    const sent = await upstream.send(authored(pretty), sending('request', 7))
    assert.ok(sent.kind === 'messages')
    const { result } = await answer(sent.messages[Symbol.asyncIterator]())
    assert.deepEqual(result, { line: pretty.replace(/[\r\n]/g, ' ') })
    await upstream.close({})
  })

  test('bytes may be cut anywhere and lines may end with CR LF', async () => {
    const code = `heard(({ id }) => { const bytes = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, result: { text: 'é€😀' } }) + '\\r\\n')
      let at = 0; const one = () => { if (at < bytes.length) process.stdout.write(bytes.subarray(at, ++at), one) }; one() })`
    const { upstream } = await start(script(code))
    assert.deepEqual((await answer(await ask(upstream, { id: 1 }))).result, { text: 'é€😀' })
    await upstream.close({})
  })

  test('a large message comes whole in both directions', async () => {
    const { upstream } = await start(script(echo))
    const text = 'x'.repeat(3 << 20)
    const { result } = await answer(await ask(upstream, { id: 1, params: { text } }))
    assert.deepEqual(result, { params: { text } })
    await upstream.close({})
  })

  test('progress goes by its token, other messages to the oldest request that is no subscription', async () => {
    const code = `heard(({ id }) => { if (id !== 'b') return
      say({ method: 'notifications/progress', params: { progressToken: 't-b', progress: 1 } })
      say({ method: 'notifications/message', params: { level: 'info', data: 1 } })
      say({ method: 'notifications/tools/list_changed', params: { _meta: { 'io.modelcontextprotocol/subscriptionId': 'sub' } } })
      say({ id: 's1', method: 'elicitation/create', params: {} })
      say({ id: 'b', result: {} }); say({ id: 'a', result: {} }); say({ id: 'sub', result: {} }) })`
    const { upstream } = await start(script(code))
    const subscription = await ask(upstream, { id: 'sub', method: 'subscriptions/listen' })
    const a = await ask(upstream, { id: 'a' }, { progressToken: 't-a' })
    const b = await ask(upstream, { id: 'b' }, { progressToken: 't-b' })
    const methods = async (of: typeof a) => {
      const seen: unknown[] = []
      for (let event = await next(of); event !== 'end'; event = await next(of)) seen.push(event.method ?? event.id)
      return seen
    }
    assert.deepEqual(await Promise.all([subscription, a, b].map(methods)), [
      ['notifications/tools/list_changed', 'sub'],
      ['notifications/message', 'elicitation/create', 'a'],
      ['notifications/progress', 'b'],
    ])
    await upstream.close({})
  })

  test('what is said unasked goes to whoever listens', async () => {
    const { upstream } = await start(
      script(`heard(({ method }) => say({ method: 'notifications/message', params: { method } }))`),
    )
    const stop = new AbortController()
    const listening = await upstream.listen(null, {}, stop.signal)
    assert.ok(listening.kind === 'messages')
    const events = listening.messages[Symbol.asyncIterator]()
    await tell(upstream, 'notifications/initialized')
    const said = await next(events)
    assert.deepEqual(said, {
      jsonrpc: '2.0',
      method: 'notifications/message',
      params: { method: 'notifications/initialized' },
    })
    stop.abort()
    assert.equal(await next(events), 'end')
    assert.deepEqual(await upstream.listen('7', {}, stop.signal), { kind: 'absent', status: 405 })
    await upstream.close({})
  })

  test('two requests under way with one id are refused', async () => {
    const { upstream } = await start(script(`heard(() => {})`))
    await ask(upstream, { id: 1 })
    await assert.rejects(ask(upstream, { id: 1 }), fault('malformed'))
    await upstream.close({})
  })

  test('a reader that takes its time holds the process back', async () => {
    const code = `heard(({ id }) => { let n = 0; const more = () => { while (n < 4_000) { n++
      if (!process.stdout.write(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: { n, pad: 'x'.repeat(1_000) } }) + '\\n')) return process.stdout.once('drain', more) }
      process.stderr.write('all written\\n'); say({ id, result: {} }) }; more() })`
    const { upstream, recorded } = await start(script(code))
    const events = await ask(upstream, { id: 1 })
    assert.ok((await next(events)) !== 'end')
    assert.equal(recorded(), '')
    let seen = 1
    for (let event = await next(events); event !== 'end'; event = await next(events)) seen++
    assert.equal(seen, 4_001)
    await upstream.close({})
    assert.equal(recorded(), 'all written\n')
  })
})

describe('giving up', () => {
  const tellsCancelled = `let asked; heard(({ id, method, params }) => {
    if (method === 'notifications/cancelled') { process.stderr.write('cancelled ' + params.requestId + '\\n'); say({ id: asked, result: { late: true } }) }
    else if (method === 'tools/list') say({ id, result: {} }); else asked = id })`

  test('an asker that is gone ends its request, the server is told, and a late answer reaches nobody', async () => {
    const { upstream, recorded } = await start(script(tellsCancelled))
    const stop = new AbortController()
    const events = await ask(upstream, { id: 5 }, { signal: stop.signal })
    const waiting = next(events)
    stop.abort()
    await assert.rejects(waiting, fault('aborted'))
    await assert.rejects(ask(upstream, { id: 5 }), fault('malformed'))
    await answer(await ask(upstream, { id: 6, method: 'tools/list' }))
    await upstream.close({})
    assert.match(recorded(), /cancelled 5\n/)
    assert.match(recorded(), /"late":true/)
  })

  test('a request withdrawn before it was sent is never sent', async () => {
    const { upstream } = await start(
      script(
        `const seen = []; heard(m => { seen.push(m.id ?? m.method); if (m.id) say({ id: m.id, result: { seen } }) })`,
      ),
    )
    await assert.rejects(ask(upstream, { id: 1 }, { signal: AbortSignal.abort() }), fault('aborted'))
    assert.deepEqual((await answer(await ask(upstream, { id: 2 }))).result, { seen: [2] })
    await upstream.close({})
  })

  test('a process that says nothing is given up after a time', async t => {
    const { upstream } = await start(script(`heard(() => {})`))
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const waiting = next(await ask(upstream, { id: 1 }))
    t.mock.timers.tick(limits.answerStartMs)
    await assert.rejects(waiting, fault('timeout'))
    t.mock.timers.reset()
    await upstream.close({})
  })

  test('a process that does not read makes the sender wait, not the memory grow', async () => {
    const { upstream } = await start(script(`setInterval(() => {}, 1_000)`))
    const stop = new AbortController()
    const part = authored(JSON.stringify({ jsonrpc: '2.0', method: 'x', pad: 'x'.repeat(1 << 20) }))
    const notify = () => upstream.send(part, sending('notification', null, { signal: stop.signal }))
    await notify()
    const waiting = [notify(), notify()]
    stop.abort()
    for (const each of waiting) await assert.rejects(each, fault('aborted'))
    await upstream.close({})
  })
})

describe('the process', () => {
  test('has only the listed environment and PATH', async () => {
    process.env.SALLYPORT_TEST_SECRET = 'inherited'
    const { upstream } = await start(
      script(`heard(({ id }) => say({ id, result: { env: process.env } }))`, { LISTED: 'yes' }),
    )
    const { result } = await answer(await ask(upstream, { id: 1 }))
    delete process.env.SALLYPORT_TEST_SECRET
    assert.deepEqual(result, { env: { LISTED: 'yes', PATH: process.env.PATH } })
    await upstream.close({})
  })

  test('is not run by a shell, and one that is not there is unreachable', async () => {
    const command = [
      process.execPath,
      '-e',
      `process.stdin.once('data', d => console.log(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { args: process.argv.slice(1) } })))`,
      '$(id)',
      '; id',
      '*',
    ]
    const { upstream } = await start({ kind: 'stdio', command, env: {}, workingDirectory: '/' })
    assert.deepEqual((await answer(await ask(upstream, { id: 1 }))).result, { args: ['$(id)', '; id', '*'] })
    await upstream.close({})
    for (const missing of [['/nowhere/server'], [''], [], ['a\0b']]) {
      const system = { kind: 'stdio', command: missing, env: {}, workingDirectory: null } as const
      await assert.rejects(start(system), fault('unreachable'))
    }
    assert.equal(processes.count, 0)
  })

  test('counts against the limit until it is gone', async () => {
    const room = limits.processes - processes.count
    const openAll = Array.from({ length: room + 1 }, () =>
      start({ kind: 'stdio', command: ['cat'], env: {}, workingDirectory: null }),
    )
    const results = await Promise.allSettled(openAll)
    const refused = results.filter(result => result.status === 'rejected')
    assert.equal(refused.length, 1)
    assert.ok(fault('busy')(refused[0]?.reason))
    await processes.close()
    assert.equal(processes.count, 0)
  })

  test('once ended takes nothing more', async () => {
    const { upstream } = await start(script(echo))
    await upstream.close({})
    await lost(upstream)
    await assert.rejects(ask(upstream, { id: 1 }), fault('exited'))
    await assert.rejects(tell(upstream, 'notifications/initialized'), fault('exited'))
    await assert.rejects(upstream.listen(null, {}, new AbortController().signal), fault('exited'))
    assert.equal(await upstream.close({}), 'closed')
  })
})
