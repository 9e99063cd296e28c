// The door before a server that is a process of its own.
import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { limits } from '../gateway/limits.ts'
import { type Rig, rig } from './testing/rig.ts'
import type { OpenStdio, StdioSystem } from './upstream.ts'
import { StdioProcesses } from './upstream-stdio.ts'

const script = `
  process.stderr.write('started with SECRET-0\\n')
  require('node:readline').createInterface({ input: process.stdin }).on('line', line => {
    const { id, method, params } = JSON.parse(line)
    const say = message => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n')
    if (method === 'initialize') say({ id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'process', version: '1' } } })
    if (method === 'tools/list') say({ id, result: { tools: [{ name: 'get_text', inputSchema: { type: 'object' } }] } })
    if (method === 'tools/call') {
      const { progressToken } = params._meta ?? {}
      if (progressToken !== undefined) say({ method: 'notifications/progress', params: { progressToken, progress: 1, message: 'SECRET-1' } })
      say({ id, result: { content: [{ type: 'text', text: 'of SECRET-2' }] } })
    }
  })`

let gate: Rig
const processes = new StdioProcesses()
const openStdio: OpenStdio = (system, stderr) => processes.open(system, stderr)

describe('stdio', () => {
  afterEach(async () => {
    await gate.close()
    await processes.close()
  })

  it('lists, calls and masks, and stderr goes to the record alone', async () => {
    const system: StdioSystem = {
      kind: 'stdio',
      command: [process.execPath, '-e', script],
      env: {},
      workingDirectory: null,
    }
    gate = await rig('http://unused', { system }, openStdio)
    const client = new Client({ name: 'test', version: '1' }, { capabilities: {} })
    const requestInit = { headers: { authorization: 'Bearer ann' } }
    const transport = new StreamableHTTPClientTransport(new URL(gate.url), { requestInit })
    await client.connect(transport as Parameters<Client['connect']>[0])
    assert.equal((await client.listTools()).tools.length, 1)
    const progress: unknown[] = []
    const onprogress = (step: { message?: string | undefined }) => void progress.push(step.message)
    const result = await client.callTool({ name: 'get_text' }, undefined, { onprogress })
    assert.deepEqual(result.content, [{ type: 'text', text: 'of [hidden]' }])
    assert.deepEqual(progress, ['[hidden]'])
    await gate.gateway.when(({ standing, text }) => standing === true && text?.includes('started with') === true)
    await client.close()
  })

  it('says so when the program cannot be started', async () => {
    const system: StdioSystem = { kind: 'stdio', command: ['/nonexistent/program'], env: {}, workingDirectory: null }
    gate = await rig('http://unused', { system }, openStdio)
    const body =
      '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}'
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: 'Bearer ann',
    }
    const response = await fetch(gate.url, { method: 'POST', headers, body })
    assert.equal(response.status, 502)
    assert.match(await response.text(), /"code":502001/)
  })

  it('gives one subject so many processes and leaves the others to the rest', async () => {
    const command = [process.execPath, '-e', script]
    gate = await rig(
      'http://unused',
      { system: { kind: 'stdio', command, env: {}, workingDirectory: null } },
      openStdio,
    )
    const body =
      '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}'
    const open = (who: string) =>
      fetch(gate.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          authorization: `Bearer ${who}`,
        },
        body,
      })
    const opened = await Promise.all(Array.from({ length: limits.processesPerSubject }, () => open('ann')))
    assert.ok(opened.every(({ status }) => status === 200))
    const refused = await open('ann')
    assert.equal(refused.status, 429)
    assert.match(await refused.text(), /Too many sessions of yours with local servers.*"code":"limit"/)
    assert.equal((await open('bob')).status, 200)
    const name = opened[0]?.headers.get('mcp-session-id') ?? ''
    const headers = { authorization: 'Bearer ann', 'mcp-session-id': name }
    assert.equal((await fetch(gate.url, { method: 'DELETE', headers })).status, 200)
    assert.equal((await open('ann')).status, 200)
  })

  it('keeps requests apart that share a process, an id and a progress token', async () => {
    // Answers the last of two first.
    const pairs = `
      let first = null
      const say = message => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n')
      const answer = ({ id, params }) => {
        const { progressToken } = params._meta
        say({ method: 'notifications/progress', params: { progressToken, progress: 1, message: params.name } })
        say({ id, result: { resultType: 'complete', content: [{ type: 'text', text: params.name }] } })
      }
      require('node:readline').createInterface({ input: process.stdin }).on('line', line => {
        const message = JSON.parse(line)
        if (message.method === 'tools/list') say({ id: message.id, result: { resultType: 'complete', tools: [] } })
        else if (first === null) first = message
        else { answer(message); answer(first) }
      })`
    const command = [process.execPath, '-e', pairs]
    const system: StdioSystem = { kind: 'stdio', command, env: {}, workingDirectory: null }
    gate = await rig('http://unused', { system }, openStdio)
    const call = async (name: string, id: string) => {
      const _meta = {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
        progressToken: 'same',
      }
      const response = await fetch(gate.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          authorization: 'Bearer ann',
          'mcp-protocol-version': '2026-07-28',
          'mcp-method': 'tools/call',
          'mcp-name': name,
        },
        body: JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: {}, _meta } }),
      })
      const lines = (await response.text()).split('\n').filter(line => line.startsWith('data: {'))
      return lines.map(line => JSON.parse(line.slice(6)))
    }
    for (const [progress, answer] of await Promise.all([call('get_a', '1'), call('get_b', '1')])) {
      assert.equal(progress.params.progressToken, 'same')
      assert.equal(answer.id, '1')
      assert.equal(progress.params.message, answer.result.content[0].text)
    }
    const told = gate.gateway.told.filter(({ kind, operation }) => kind === 'asked' && operation === 'tools/call')
    assert.equal(new Set(told.map(({ text }) => JSON.parse(text ?? '').id)).size, 2)
  })

  it('speaks the first version of all with a process', async () => {
    const command = [process.execPath, '-e', script]
    gate = await rig(
      'http://unused',
      { system: { kind: 'stdio', command, env: {}, workingDirectory: null } },
      openStdio,
    )
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: 'Bearer ann',
    }
    const post = (method: string, params: object) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
      return fetch(gate.url, { method: 'POST', headers, body })
    }
    const info = { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: { name: 'old', version: '1' } }
    const opened = await post('initialize', info)
    assert.match(await opened.text(), /"protocolVersion":"2024-11-05"/)
    headers['mcp-session-id'] = opened.headers.get('mcp-session-id') ?? ''
    headers['mcp-protocol-version'] = '2024-11-05'
    assert.match(await (await post('tools/call', { name: 'get_text' })).text(), /of \[hidden\]/)
    const ended = await fetch(gate.url, { method: 'DELETE', headers })
    assert.equal(ended.status, 200)
  })
})
