import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { authored } from '../gateway/authored.ts'
import { answer, ask, next, sending, start, tell } from './stdio-harness.fixture.ts'
import type { Upstream } from './upstream.ts'

const require = createRequire(import.meta.url)
const server = (name: string) =>
  join(dirname(require.resolve(`@modelcontextprotocol/${name}/package.json`)), 'dist', 'index.js')

async function initialize(upstream: Upstream, protocolVersion: string, capabilities: object = {}): Promise<unknown> {
  const params = { protocolVersion, capabilities, clientInfo: { name: 'test', version: '1' } }
  const opened = await answer(await ask(upstream, { id: 0, method: 'initialize', params }))
  await tell(upstream, 'notifications/initialized')
  return (opened.result as { protocolVersion: unknown }).protocolVersion
}

describe('real servers', () => {
  for (const version of ['2024-11-05', '2025-06-18', '2025-11-25']) {
    test(`server-filesystem lists and reads, ${version}`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'stdio-'))
      await writeFile(join(folder, 'note.txt'), 'hello é')
      const command = [process.execPath, server('server-filesystem'), folder]
      const { upstream, recorded } = await start({ kind: 'stdio', command, env: {}, workingDirectory: folder })
      assert.equal(await initialize(upstream, version), version)
      const listed = await answer(await ask(upstream, { id: 1, method: 'tools/list' }))
      assert.ok((listed.result as { tools: unknown[] }).tools.length >= 10)
      const params = { name: 'read_text_file', arguments: { path: join(folder, 'note.txt') } }
      const read = await answer(await ask(upstream, { id: 2, params }))
      assert.deepEqual((read.result as { content: unknown }).content, [{ type: 'text', text: 'hello é' }])
      await upstream.close({})
      assert.match(recorded(), /Filesystem/)
      await rm(folder, { recursive: true })
    })
  }

  test('server-everything: progress, a question of the server answered, many calls at once', async () => {
    const command = [process.execPath, server('server-everything'), 'stdio']
    const { upstream } = await start({ kind: 'stdio', command, env: {}, workingDirectory: null })
    assert.equal(await initialize(upstream, '2025-11-25', { sampling: {}, elicitation: {} }), '2025-11-25')

    const slow = {
      name: 'trigger-long-running-operation',
      arguments: { duration: 0.2, steps: 2 },
      _meta: { progressToken: 'p' },
    }
    const progress = await ask(upstream, { id: 'slow', params: slow }, { progressToken: 'p' })
    let steps = 0
    for (let event = await next(progress); event !== 'end'; event = await next(progress))
      if (event.method === 'notifications/progress') steps++
    assert.equal(steps, 2)

    const sampling = await ask(upstream, {
      id: 'sample',
      params: { name: 'trigger-sampling-request', arguments: { prompt: 'p', maxTokens: 5 } },
    })
    let question = await next(sampling)
    while (question !== 'end' && question.method !== 'sampling/createMessage') question = await next(sampling)
    assert.ok(question !== 'end')
    const result = { role: 'assistant', content: { type: 'text', text: 'sampled-text' }, model: 'm' }
    const reply = authored(JSON.stringify({ jsonrpc: '2.0', id: question.id, result }))
    assert.deepEqual(await upstream.send(reply, sending('response', question.id as number)), { kind: 'accepted' })
    assert.match(JSON.stringify(await answer(sampling)), /sampled-text/)

    const echoes = Array.from({ length: 50 }, async (_, n) => {
      const done = await answer(
        await ask(upstream, { id: `e${n}`, params: { name: 'echo', arguments: { message: `m-${n}-` } } }),
      )
      assert.match(JSON.stringify(done.result), new RegExp(`m-${n}-`))
    })
    await Promise.all(echoes)
    assert.equal(await upstream.close({}), 'closed')
  })
})
