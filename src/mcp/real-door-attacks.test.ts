// The door with a real record under callers and systems that misbehave: each exchange ends once, none is confused with
// another, and nothing takes long.
import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { rule } from '../policy/decide-fixture.ts'
import { all, codeOf, getText, questionsOf, RealBench, SSN } from './testing/real-bench.ts'
import { unended } from './testing/real-rig.ts'
import { LegacyCaller, legacyScript, type Script } from './testing/scripted-server.ts'

const bench = new RealBench()
afterEach(() => bench.clear())

describe('an exchange ends once, wherever its caller leaves', () => {
  const points: [what: string, script: Script, ready: (text: Promise<Response>) => Promise<unknown>][] = [
    ['before the answer begins', () => null, () => bench.server.until(() => bench.sent.includes('tools/call'))],
    [
      'in the middle of its events',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        const notice = { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: SSN } }
        response.write(`id: 1\ndata: ${JSON.stringify(notice)}\n\ndata: ${JSON.stringify(notice).slice(0, 20)}`)
        return null
      },
      async answer => (await answer).body?.getReader().read(),
    ],
    [
      'in the middle of a body',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).write('{"jsonrpc":"2.0",')
        return null
      },
      () => bench.server.until(() => bench.sent.includes('tools/call')),
    ],
  ]
  for (const [what, script, ready] of points) {
    it(what, async () => {
      const { url } = await bench.behind(legacyScript([getText], script))
      const ann = await LegacyCaller.open(url, 'ann')
      const leave = new AbortController()
      const answer = ann.send(1, 'tools/call', { name: 'get_text' }, leave.signal)
      answer.catch(() => undefined)
      await ready(answer)
      leave.abort()
      assert.deepEqual((await ann.ask(2, 'ping', {})).result, {})
      const recorded = await bench.finish()
      assert.deepEqual(unended(recorded), [])
      assert.deepEqual(
        recorded.transcripts.filter(text => text.includes(SSN)),
        [],
      )
    })
  }

  it('while people think', async () => {
    const rules = [all, rule('hold', 'wait', ['tools/call'])]
    const { url } = await bench.behind(
      legacyScript([getText], () => ({ content: [] })),
      { rules },
    )
    const ann = await LegacyCaller.open(url, 'ann')
    const leave = new AbortController()
    const params = { name: 'get_text', _meta: { progressToken: 1 } }
    const held = await ann.send(1, 'tools/call', params, leave.signal)
    assert.match(Buffer.from((await held.body?.getReader().read())?.value ?? []).toString(), /waiting/)
    leave.abort()
    const recorded = await bench.finish()
    assert.deepEqual(unended(recorded), [])
    assert.ok(!bench.sent.includes('tools/call'))
  })
})

describe('one session', () => {
  it('has one request of an id under way', async () => {
    const release = Promise.withResolvers<void>()
    const { url } = await bench.behind(
      legacyScript([getText], ({ id }, response) => {
        const text = JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } })
        void release.promise.then(() => response.writeHead(200, { 'content-type': 'application/json' }).end(text))
        return null
      }),
    )
    const ann = await LegacyCaller.open(url, 'ann')
    const first = ann.ask(7, 'tools/call', { name: 'get_text' })
    await bench.server.until(() => bench.sent.includes('tools/call'))
    const second = await ann.ask(7, 'tools/call', { name: 'get_text' })
    assert.deepEqual([second.error?.code, codeOf(second)], [-32600, 'unreadable'])
    release.resolve()
    assert.deepEqual((await first).result, { content: [] })
    assert.deepEqual((await ann.ask(7, 'tools/call', { name: 'get_text' })).result, { content: [] })
  })

  it('is decided by the groups of the newest token', async () => {
    const groups: Record<string, string[]> = { old: ['nurse'], new: ['visitor'] }
    const issuedAt = { old: 1, new: 2 }
    const { url } = await bench.behind(
      legacyScript([getText], () => ({ content: [] })),
      {
        rules: [all, rule('allow', 'visitors', ['resources/list'], { who: ['visitor'] })],
        subject: token => ({
          id: 'ann',
          groups: new Set(groups[token]),
          issuedAt: issuedAt[token as 'old' | 'new'],
          // The newer token ends sooner.
          notAfter: Date.now() + (token === 'old' ? 3_600_000 : 1_800_000),
        }),
      },
    )
    const ann = await LegacyCaller.open(url, 'old')
    assert.equal(codeOf(await ann.ask(1, 'tools/call', { name: 'get_text' })), undefined)
    const renewed = ann.as('new')
    assert.equal(codeOf(await renewed.ask(2, 'tools/call', { name: 'get_text' })), 'blocked')
    assert.equal(
      codeOf(await ann.ask(3, 'tools/call', { name: 'get_text' })),
      'blocked',
      'the old token no longer counts',
    )
  })
})

describe('what a caller named itself', () => {
  it('comes back in its own words, and stays out of the record where it is repeated', async () => {
    const token = `token of ${SSN}`
    const { url } = await bench.behind(
      legacyScript([getText], ({ id }, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        const said = (message: object) => response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`)
        said({ method: 'notifications/progress', params: { progressToken: token, progress: 1 } })
        said({ id, result: { content: [] } })
        response.end()
        return null
      }),
    )
    const ann = await LegacyCaller.open(url, 'ann')
    const text = await (await ann.send(1, 'tools/call', { name: 'get_text', _meta: { progressToken: token } })).text()
    assert.ok(text.includes(`"progressToken":"${token}"`))
    const { transcripts } = await bench.finish()
    assert.deepEqual(
      transcripts.filter(shown => shown.includes(SSN)),
      [],
    )
  })
})

describe('a batch', () => {
  it('of fifty held requests is fifty requests for approval, and leaves nothing when its caller does', async () => {
    const warnings: Error[] = []
    const warned = (warning: Error) => warnings.push(warning)
    process.on('warning', warned)
    const rules = [all, rule('hold', 'wait', ['tools/call'])]
    const { url } = await bench.behind(
      legacyScript([getText], () => ({ content: [] })),
      { rules },
    )
    const ann = await LegacyCaller.open(url, 'ann', '2025-03-26')
    const leave = new AbortController()
    const held = ann.post(
      Array.from({ length: 50 }, (_, id) => ({
        jsonrpc: '2.0',
        id,
        method: 'tools/call',
        params: { name: 'get_text', arguments: { id } },
      })),
      leave.signal,
    )
    const reader = (await held).body?.getReader()
    await reader?.read()
    leave.abort()
    const recorded = await bench.finish()
    process.off('warning', warned)
    assert.equal(questionsOf(recorded, 'tools/call').length, 50)
    assert.ok(questionsOf(recorded, 'tools/call').every(({ decision }) => decision === 'hold'))
    assert.ok(!bench.sent.includes('tools/call'))
    assert.deepEqual(warnings, [])
  })
})

describe('a text made to be slow', () => {
  const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
  const texts: [what: string, text: string][] = [
    ['a million levels', deep(1_000_000)],
    ['a million levels inside a text', JSON.stringify(deep(500_000))],
    ['brackets that open and never close', JSON.stringify('{"a":['.repeat(200_000))],
    ['a long run of digits', JSON.stringify('1-'.repeat(500_000))],
    ['escapes alone', JSON.stringify('\\u0031'.repeat(150_000))],
    ['references alone', JSON.stringify('&#'.repeat(500_000))],
    ['many small values', `[${'1,'.repeat(800_000)}1]`],
    ['at signs', JSON.stringify('a@'.repeat(500_000))],
  ]
  for (const [what, text] of texts) {
    it(`is dealt with in time: ${what}`, async () => {
      const { url } = await bench.behind(
        legacyScript([getText], ({ id }, response) => {
          response.writeHead(200, { 'content-type': 'application/json' })
          response.end(`{"jsonrpc":"2.0","id":${id},"result":{"content":[],"structuredContent":{"x":${text}}}}`)
          return null
        }),
      )
      const ann = await LegacyCaller.open(url, 'ann')
      const began = performance.now()
      const down = await ann.send(1, 'tools/call', { name: 'get_text' })
      await down.arrayBuffer()
      const up = await ann.post(
        `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"get_text","arguments":{"x":${text}}}}`,
      )
      await up.arrayBuffer()
      assert.ok(performance.now() - began < 5_000, `${Math.round(performance.now() - began)} ms`)
      assert.deepEqual(unended(await bench.finish()), [])
    })
  }
})

describe('what one session was given', () => {
  it('opens nothing for another subject, nor in another session where it is of that session alone', async () => {
    const script = legacyScript([getText], ({ method, id }, response) => {
      if (method === 'resources/list')
        return { resources: [{ name: 'a', uri: `fhir://Patient/${SSN}` }], nextCursor: 'next' }
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const ask = { jsonrpc: '2.0', id: 'q', method: 'elicitation/create', params: { message: 'well?' } }
      response.write(`id: 41\ndata: ${JSON.stringify(ask)}\n\n`)
      bench.server.notified = reply => {
        reply.writeHead(202).end()
        response.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } })}\n\n`)
      }
      return null
    })
    const { url } = await bench.behind(script, { rules: [rule('allow', 'all', ['*', 'elicitation/create'])] })
    const [ann, again, bob] = [
      await LegacyCaller.open(url, 'ann'),
      await LegacyCaller.open(url, 'ann'),
      await LegacyCaller.open(url, 'bob'),
    ]
    assert.equal((await ann.as('bob').ask(1, 'ping', {})).error?.code, -32001, 'a session')
    const { result } = await ann.ask(1, 'resources/list', {})
    const { resources, nextCursor } = result as { resources: { uri: string }[]; nextCursor: string }
    assert.equal((await bob.ask(1, 'resources/list', { cursor: nextCursor })).error?.code, -32602, 'a cursor')
    assert.equal((await bob.ask(2, 'resources/read', { uri: resources[0]?.uri })).error?.code, -32602, 'an address')
    assert.equal((await bob.ask(3, 'resources/read', { uri: 'sallyport://uri/forged' })).error?.code, -32602)

    const call = await ann.send(2, 'tools/call', { name: 'get_text' })
    const reader = call.body?.getReader()
    const told = Buffer.from((await reader?.read())?.value ?? []).toString()
    const { id } = JSON.parse(
      told
        .split('\n')
        .find(line => line.startsWith('data: {'))
        ?.slice(6) ?? '{}',
    )
    const eventId = /^id: (.*)$/m.exec(told)?.[1] ?? ''
    assert.ok(id && eventId && !told.includes('id: 41'))
    const reply = { jsonrpc: '2.0', id, result: { action: 'accept', content: {} } }
    for (const other of [bob, again]) {
      assert.equal((await other.post(reply)).status, 400, 'a question')
      const resumed = await other.listen({ 'last-event-id': eventId }, AbortSignal.timeout(5_000))
      assert.equal(resumed.status, 400, 'an event')
    }
    assert.ok(!bench.server.got.some(({ method }) => method === undefined), 'no reply went up')
    assert.equal((await ann.post(reply)).status, 202)
    assert.equal((await ann.post(reply)).status, 400, 'it is answered once')
    assert.deepEqual(unended(await bench.finish()), [])
  })

  it('is at most sixteen streams', async () => {
    const { url } = await bench.behind(legacyScript([getText], () => ({})))
    bench.server.listened = response =>
      void response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    const ann = await LegacyCaller.open(url, 'ann')
    const leave = new AbortController()
    const opened = await Promise.all(Array.from({ length: 20 }, () => ann.listen({}, leave.signal)))
    const statuses = opened.map(({ status }) => status).sort()
    assert.deepEqual(statuses, [...Array(16).fill(200), ...Array(4).fill(429)])
    leave.abort()
  })
})

describe('a system that misbehaves', () => {
  const call = { name: 'get_text' }

  it('cannot write digits of its own into the id of an answer', async () => {
    const { url } = await bench.behind(
      legacyScript([getText], (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end('{"jsonrpc":"2.0","id":7.0000000000000000219099999,"result":{"content":[]}}')
        return null
      }),
    )
    const ann = await LegacyCaller.open(url, 'ann')
    const text = await (await ann.send(7, 'tools/call', call)).text()
    assert.deepEqual(JSON.parse(text), { jsonrpc: '2.0', id: 7, result: { content: [] } })
    assert.ok(!text.includes('219099999'))
  })

  it('does not keep a notification open', async () => {
    const { url } = await bench.behind(legacyScript([getText], () => ({ content: [] })))
    const ann = await LegacyCaller.open(url, 'ann')
    bench.server.notified = response => void response.writeHead(200).write('never more')
    const response = await ann.post({ jsonrpc: '2.0', method: 'notifications/initialized' })
    assert.equal(response.status, 202)
    assert.deepEqual(unended(await bench.finish()), [])
  })

  it('cannot fill the memory with comments that a caller does not read', async () => {
    let written = 0
    const stalled = Promise.withResolvers<void>()
    const { url } = await bench.behind(
      legacyScript([getText], (_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        const comments = ': nothing\n\n'.repeat(4_000)
        const write = () => {
          while (written < 400_000_000) {
            written += comments.length
            if (response.write(comments)) continue
            const late = setTimeout(stalled.resolve, 1_500)
            response.once('drain', () => {
              clearTimeout(late)
              write()
            })
            return
          }
          stalled.resolve()
        }
        write()
        return null
      }),
    )
    const ann = await LegacyCaller.open(url, 'ann')
    const leave = new AbortController()
    const unread = await ann.send(1, 'tools/call', call, leave.signal)
    await stalled.promise
    assert.ok(written < 100_000_000, `${written} bytes were taken`)
    assert.equal(unread.bodyUsed, false)
    leave.abort()
    assert.deepEqual(unended(await bench.finish()), [])
  })

  it('gets no answer to a question whose caller has gone, and the question ends', async () => {
    const asks: Script = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const ask = { jsonrpc: '2.0', id: SSN, method: 'elicitation/create', params: { message: 'well?' } }
      response.write(`data: ${JSON.stringify(ask)}\n\n`)
      return null
    }
    const rules = [rule('allow', 'all', ['*', 'elicitation/create'])]
    const { url } = await bench.behind(legacyScript([getText], asks), { rules })
    const ann = await LegacyCaller.open(url, 'ann')
    const leave = new AbortController()
    const asked = await ann.send(1, 'tools/call', call, leave.signal)
    const told = Buffer.from((await asked.body?.getReader().read())?.value ?? []).toString()
    const { id } = JSON.parse(
      told
        .split('\n')
        .find(line => line.startsWith('data: {'))
        ?.slice(6) ?? '{}',
    )
    leave.abort()
    await bench.server.until(() => bench.sent.includes('notifications/cancelled'))
    const late = await ann.post({ jsonrpc: '2.0', id, result: { action: 'accept', content: {} } })
    assert.equal(late.status, 400)
    const recorded = await bench.finish()
    assert.deepEqual(unended(recorded), [])
    const [cancelled] = questionsOf(recorded, 'notifications/cancelled')
    assert.deepEqual(cancelled?.rules, ['builtin:gateway'])
    assert.deepEqual(
      recorded.transcripts.filter(text => text.includes(SSN)),
      [],
    )
  })
})
