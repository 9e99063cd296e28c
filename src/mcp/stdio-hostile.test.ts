import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { limits } from '../gateway/limits.ts'
import { alive, answer, ask, fault, gone, lost, next, processes, script, start, tell } from './stdio-harness.fixture.ts'

const GRANDCHILD = `const { pid } = require('node:child_process').spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1_000)'], { stdio: 'inherit' })`

describe('what a hostile server writes', () => {
  test('a line without end is given up at the limit, and so is the process', async () => {
    const { upstream, recorded } = await start(
      script(
        `heard(() => { const more = () => { while (process.stdout.write('x'.repeat(65_536))); process.stdout.once('drain', more) }; more() })`,
      ),
    )
    await assert.rejects(next(await ask(upstream, { id: 1 })), fault('too-large'))
    await lost(upstream)
    assert.ok(recorded().length <= limits.stderrBytes)
  })

  test('words on standard output go to the record and to nobody else', async () => {
    const code = `console.log('Server ready 123-45-6789'); console.log('[info] x'); console.log('5'); console.log('[]')
      heard(({ id }) => { say({ id: 99, result: { stolen: true } }); say({ id: String(id), result: {} }); say({ id, result: {} }) })`
    const { upstream, recorded } = await start(script(code))
    const events = await ask(upstream, { id: 1 })
    assert.deepEqual(await next(events), { jsonrpc: '2.0', id: 1, result: {} })
    assert.equal(await next(events), 'end')
    await upstream.close({})
    assert.match(recorded(), /^Server ready 123-45-6789\n\[info\] x\n5\n\[\]\n.*stolen.*\n.*"id":"1".*\n$/)
  })

  test('a message that cannot be read strictly fails what is under way', async () => {
    for (const line of [
      '{"jsonrpc":"2.0","id":1,"id":2,"result":{}}',
      '{"jsonrpc":"2.0","id":1,"result":5}',
      '{"id":1,"result":{}}',
      `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`,
      '{"jsonrpc":"2.0","id":1,"result":{}',
      '\ufeff{"jsonrpc":"2.0","id":1,"result":{}}',
      ' \t{"jsonrpc":"2.0","id":1,"result":{}}x',
      '[{"jsonrpc":"2.0","id":1,"result":{}}]',
    ]) {
      const { upstream } = await start(
        script(
          `heard(({ method }) => method === 'tools/call' && process.stdout.write(${JSON.stringify(`${line}\n`)}))`,
        ),
      )
      await assert.rejects(next(await ask(upstream, { id: 1 })), fault('malformed'), line)
      await upstream.close({})
    }
  })

  test('an answer to nobody in particular is not an answer', async () => {
    const { upstream } = await start(script(`heard(() => say({ id: null, error: { code: -32700, message: 'x' } }))`))
    await assert.rejects(next(await ask(upstream, { id: 1 })), fault('malformed'))
    await upstream.close({})
  })

  test('standard error goes to the record alone, whole lines, bounded', async () => {
    const code = `heard(({ id }) => { process.stderr.write('patient 123-4'); setTimeout(() => { process.stderr.write('5-6789\\n')
      const line = 'y'.repeat(999) + '\\n'; for (let n = 0; n < 3_000; n++) process.stderr.write(line)
      process.stderr.write('', () => say({ id, result: {} })) }, 5) })`
    const { upstream, recorded } = await start(script(code))
    assert.deepEqual((await answer(await ask(upstream, { id: 1 }))).result, {})
    await upstream.close({})
    assert.ok(recorded().startsWith('patient 123-45-6789\n'))
    assert.ok(recorded().length <= limits.stderrBytes * 1.01)
  })
})

describe('how a hostile server ends', () => {
  test('in the middle of an answer: the request fails, and half a line is only recorded', async () => {
    const { upstream, recorded } = await start(
      script(`heard(() => process.stdout.write('{"jsonrpc":"2.0","id":1,"result":{"mrn":', () => process.exit(3)))`),
    )
    await assert.rejects(next(await ask(upstream, { id: 1 })), fault('exited'))
    await lost(upstream)
    assert.equal(recorded(), '{"jsonrpc":"2.0","id":1,"result":{"mrn":\n')
  })

  test('after an answer: the answer still arrives', async () => {
    const { upstream } = await start(
      script(
        `heard(({ id }) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result: { pad: 'x'.repeat(200_000) } }) + '\\n', () => process.exit(0)))`,
      ),
    )
    const events = await ask(upstream, { id: 1 })
    assert.ok((await next(events)) !== 'end')
    await lost(upstream)
  })

  test('not by itself and not when asked: it is killed, and its descendants', async () => {
    const code = `${GRANDCHILD}; process.on('SIGTERM', () => {}); setInterval(() => {}, 1_000)
      heard(({ id }) => id === 1 && say({ id, result: { own: process.pid, other: pid } }))`
    const { upstream } = await start(script(code))
    const { own, other } = (await answer(await ask(upstream, { id: 1 }))).result as { own: number; other: number }
    const waiting = assert.rejects(next(await ask(upstream, { id: 2 })), fault('cut'))
    assert.ok(alive(own) && alive(other))
    const from = performance.now()
    const closing = upstream.close({})
    await waiting
    await closing
    assert.ok(performance.now() - from < limits.stdinEndMs + limits.processEndMs + 2_000)
    await Promise.all([gone(own), gone(other)])
  })

  test('by itself, leaving a descendant that holds its output: both are gone', async () => {
    const { upstream } = await start(
      script(
        `${GRANDCHILD}; heard(({ id }) => { say({ id, result: { pid } }); process.exitCode = 0; setTimeout(() => process.exit(), 20) })`,
      ),
    )
    const { pid } = (await answer(await ask(upstream, { id: 1 }))).result as { pid: number }
    await lost(upstream)
    await gone(pid)
  })

  test('closing its input: it is stopped', async () => {
    const { upstream } = await start(
      script(
        `process.stdin.destroy(); require('node:fs').closeSync(0); setInterval(() => {}, 1_000); say({ method: 'notifications/message', params: {} })`,
      ),
    )
    const listening = await upstream.listen(null, {}, new AbortController().signal)
    assert.ok(listening.kind === 'messages')
    assert.ok((await next(listening.messages[Symbol.asyncIterator]())) !== 'end')
    await tell(upstream, 'notifications/initialized').catch(fault('exited'))
    await lost(upstream)
  })

  test('closing its output: it is stopped, and nobody waits for its answer', async () => {
    const { upstream } = await start(
      script(`setInterval(() => {}, 1_000); heard(() => require('node:fs').closeSync(1))`),
    )
    await assert.rejects(next(await ask(upstream, { id: 1 })), fault('exited'))
    await lost(upstream)
  })

  test('when the gateway ends without a word, it is killed', async () => {
    const program = `
      import { StdioProcesses } from ${JSON.stringify(new URL('./upstream-stdio.ts', import.meta.url).href)}
      const code = 'process.on("SIGTERM", () => {}); process.stdin.resume(); setInterval(() => {}, 1_000); console.error(process.pid)'
      const command = [process.execPath, '-e', code]
      await new StdioProcesses().open({ kind: 'stdio', command, env: {}, workingDirectory: null }, bytes => {
        console.log(Buffer.from(bytes).toString())
        throw new Error('crash')
      })`
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', program])
    const { stdout } = await run.catch((error: { stdout: string }) => error)
    const pid = Number(stdout)
    assert.ok(pid > 0)
    await gone(pid)
  })

  test('and none is left', () => assert.equal(processes.count, 0))
})
