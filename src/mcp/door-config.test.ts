// A configuration that changes under open sessions.
import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { type Rig, rig } from './testing/rig.ts'
import { LegacyCaller, legacyScript, type ScriptedServer, scriptedServer } from './testing/scripted-server.ts'
import type { OpenStdio, Upstream } from './upstream.ts'
import { StdioProcesses } from './upstream-stdio.ts'

let gate: Rig
const servers: ScriptedServer[] = []
const processes = new StdioProcesses()

async function server(): Promise<ScriptedServer> {
  const made = await scriptedServer(legacyScript([], (_, __, { headers }) => ({ with: headers.authorization })))
  servers.push(made)
  return made
}

const bearer = (word: string) => () => ({ name: 'authorization', value: `Bearer ${word}` })

afterEach(async () => {
  await gate.close()
  await processes.close()
  for (const one of servers.splice(0)) await one.close()
})

describe('a changed configuration', () => {
  it('gives an open session the new credential and leaves it at its system', async () => {
    const [first, second] = [await server(), await server()]
    gate = await rig(first.url)
    const ann = await LegacyCaller.open(gate.url, 'ann')
    gate.config = { ...gate.config, system: { kind: 'http', url: first.url, credential: bearer('rotated') } }
    assert.deepEqual((await ann.ask(1, 'prompts/list', {})).result, { with: 'Bearer rotated' })
    gate.config = { ...gate.config, system: { kind: 'http', url: second.url, credential: bearer('of-another') } }
    assert.deepEqual((await ann.ask(2, 'prompts/list', {})).result, { with: 'Bearer rotated' })
    assert.equal(second.got.length, 0)
    await LegacyCaller.open(gate.url, 'ann')
    assert.equal(second.got[0]?.method, 'initialize')
  })

  it('moves who has no session of their own, and ends the process they leave', async () => {
    const opened: Upstream[] = []
    const openStdio: OpenStdio = async (system, stderr) => {
      const upstream = await processes.open(system, stderr)
      opened.push(upstream)
      return upstream
    }
    const echo = (word: string) => {
      const code = `require('node:readline').createInterface({ input: process.stdin }).on('line', line => {
        const { id } = JSON.parse(line)
        console.log(JSON.stringify({ jsonrpc: '2.0', id, result: { resultType: 'complete', word: '${word}' } }))
      })`
      return { kind: 'stdio', command: [process.execPath, '-e', code], env: {}, workingDirectory: null } as const
    }
    gate = await rig('http://unused', { system: echo('one') }, openStdio)
    const ask = async () => {
      const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' }
      const response = await fetch(gate.url, {
        method: 'POST',
        headers: {
          authorization: 'Bearer ann',
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-protocol-version': '2026-07-28',
          'mcp-method': 'prompts/list',
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'prompts/list', params: { _meta: meta } }),
      })
      return /"word":"(\w+)"/.exec(await response.text())?.[1]
    }
    assert.equal(await ask(), 'one')
    gate.config = { ...gate.config, system: echo('two') }
    assert.equal(await ask(), 'two')
    assert.deepEqual(
      opened.map(({ lost }) => lost.aborted),
      [true, false],
    )
    assert.ok(!gate.gateway.told.some(({ kind }) => kind === 'closed'), 'the session lives on')
  })
})
