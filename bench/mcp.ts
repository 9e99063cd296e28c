// What the gateway costs on an MCP tools/call of 1 KB, with policy, masking and strict recording on, against the upstream
// itself and against nginx as a proxy, in one run. `node bench/mcp.ts [--seconds N]`; needs nginx and Linux.
import { fork } from 'node:child_process'
import { createServer } from 'node:http'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { startGateway } from '../test/support/gateway.ts'
import { cpuTime, peakMemoryMiB, since, threadTimes } from './cpu.ts'
import type { LoadOptions, LoadResult } from './load.ts'
import { nginxVersion, startProxy, startUpstream } from './nginx.ts'
import { commitTimes } from './recording.ts'

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '6' } } })
const ms = Number(values.seconds) * 1000
const VERSION = '2026-07-28'
const UPSTREAM = 7391
const PROXY = 7392
const CATALOG = 7393

const meta = {
  'io.modelcontextprotocol/protocolVersion': VERSION,
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
}
const note = 'The patient was seen in clinic and is doing well. Continue the present plan and return in six weeks. '
const call = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'get_chart', arguments: { chart: 'c-1871', limit: 20, comment: note.repeat(6) }, _meta: meta },
})
const chart = { mrn: 'MRN-004512', name: 'Jane Roe', phone: '(555) 555-0142', plan: note.repeat(7) }
const answer = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  result: { resultType: 'complete', content: [{ type: 'text', text: JSON.stringify(chart) }] },
})
const tool = { name: 'get_chart', description: 'One chart', inputSchema: { type: 'object' } }
const list = { resultType: 'complete', tools: [tool], ttlMs: 60_000, cacheScope: 'private' }
const discover = {
  resultType: 'complete',
  supportedVersions: [VERSION],
  capabilities: { tools: {} },
  ttlMs: 60_000,
  cacheScope: 'private',
}

function load(options: LoadOptions, counting: () => void): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('load.ts', import.meta.url), [JSON.stringify(options)])
    child.on('message', message => (message === 'counting' ? counting() : resolve(message as LoadResult)))
    child.on('exit', code => code !== 0 && reject(new Error('the load generator failed')))
  })
}

const version = nginxVersion()
if (version === null) throw new Error('This benchmark needs nginx on the PATH (Debian: apt-get install nginx-light).')
const catalog = createServer(async (request, response) => {
  const asked = JSON.parse((await request.toArray()).join('')) as { id: unknown; method?: string }
  const result = asked.method === 'tools/list' ? list : discover
  const body = JSON.stringify({ jsonrpc: '2.0', id: asked.id ?? null, result })
  response.writeHead(200, { 'content-type': 'application/json' }).end(body)
})
await new Promise<void>(resolve => catalog.listen(CATALOG, '127.0.0.1', resolve))
const upstream = await startUpstream(UPSTREAM, answer, CATALOG)
const proxy = await startProxy(PROXY, UPSTREAM)
const gateway = await startGateway({
  connections: {
    clinic: { mcp: `http://127.0.0.1:${UPSTREAM}/mcp`, keep: 'phi', effects: { read: ['get_*'] } },
  },
  people: { alice: { groups: ['clinical-read'] } },
  rules: [
    { id: 'read', allow: ['tools/call:get_*'], who: ['clinical-read'], on: ['clinic'], when: 'args.limit <= 50.0' },
  ],
  config: {
    labels: { 'phi.mrn': { json: ['**.mrn'] }, 'phi.name': { json: ['**.name'] }, 'phi.phone': { shape: 'phone' } },
  },
})
const pid = gateway.process().pid as number
const headers = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': VERSION,
  'mcp-method': 'tools/call',
  'mcp-name': 'get_chart',
}
const token = await gateway.token('alice')
const through = { ...headers, authorization: `Bearer ${token}` }
const targets = [
  { name: 'direct', port: UPSTREAM, path: '/mcp', headers, pid: upstream.worker, expect: 'Jane Roe' },
  { name: 'nginx', port: PROXY, path: '/mcp', headers, pid: proxy.worker, expect: 'Jane Roe' },
  {
    name: 'gateway',
    port: Number(new URL(gateway.url).port),
    path: '/mcp/clinic',
    headers: through,
    pid,
    expect: 'phi.name',
  },
]

console.log(`${new Date().toISOString()} ${cpus()[0]?.model} × ${cpus().length}, Node ${process.version}, ${version}`)
console.log(`request ${Buffer.byteLength(call)} B, answer ${Buffer.byteLength(answer)} B, ${values.seconds} s each`)
try {
  for (const callers of [1, 32, 256]) {
    const rows = []
    for (const target of targets) {
      let before = cpuTime(target.pid)
      const { pid: _, name, ...where } = target
      const options = { host: '127.0.0.1', ...where, body: call, callers, warmUpMs: 2_000, ms }
      const measured = await load(options, () => {
        before = cpuTime(target.pid)
      })
      rows.push({ name, ...measured, cpu: since(before, cpuTime(target.pid)) })
    }
    const [direct, nginx, ours] = rows as [(typeof rows)[0], (typeof rows)[0], (typeof rows)[0]]
    console.log(`\n${callers} at once`)
    for (const row of rows) {
      const cpu = (row.cpu.allMs * 1000) / row.calls
      const main = (row.cpu.mainMs * 1000) / row.calls
      console.log(
        `  ${row.name.padEnd(8)} ${row.perSecond.toFixed(0).padStart(7)}/s  p50 ${row.p50Ms.toFixed(2)} ms  p99 ${row.p99Ms.toFixed(2)} ms  CPU ${cpu.toFixed(0)} µs/call (event loop ${main.toFixed(0)})`,
      )
    }
    const perCpu = (row: (typeof rows)[0], part: 'allMs' | 'mainMs') => row.calls / row.cpu[part]
    console.log(
      `  added p50 ${(ours.p50Ms - direct.p50Ms).toFixed(2)} ms, p99 ${(ours.p99Ms - direct.p99Ms).toFixed(2)} ms; calls per CPU-second against nginx: all threads ${(perCpu(ours, 'allMs') / perCpu(nginx, 'allMs')).toFixed(3)}, event loop ${(perCpu(ours, 'mainMs') / perCpu(nginx, 'allMs')).toFixed(3)}`,
    )
    console.log(`  gateway peak memory so far ${peakMemoryMiB(pid)} MiB; threads ${JSON.stringify(threadTimes(pid))}`)
  }
  const commit = await commitTimes({ concurrency: 1, seconds: 2 })
  console.log(`\ncommit alone, 1 at once: p50 ${commit.p50Ms.toFixed(2)} ms, p99 ${commit.p99Ms.toFixed(2)} ms`)
} finally {
  await gateway.stop()
  proxy.stop()
  upstream.stop()
  catalog.close()
}
