// What the gateway costs on an MCP tools/call of 1 KB, with policy, masking and strict recording on, against the upstream
// itself, against nginx as a proxy and against a bare relay on Node, in one run. Needs nginx and Linux.
// `node bench/mcp.ts [--seconds N] [--callers 1,32,256] [--node=OPTIONS]`; OPTIONS are those of the gateway's Node.
import { fork } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { startGateway } from '../test/support/gateway.ts'
import { startBareNode } from './bare-node.ts'
import { type CpuTime, cpuTime, peakMemoryMiB, since, threadTimes } from './cpu.ts'
import type { LoadOptions, LoadResult } from './load.ts'
import { nginxVersion, startProxy, startUpstream } from './nginx.ts'
import { commitTimes } from './recording.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '6' },
    callers: { type: 'string', default: '1,32,256' },
    node: { type: 'string', default: '' },
  },
})
const ms = Number(values.seconds) * 1000
const VERSION = '2026-07-28'
/** For each target alike: a gateway runs for days, and for its first ten seconds the compiler takes as much as a fifth. */
const WARM_UP_MS = 10_000

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

interface Row extends LoadResult {
  readonly name: string
  readonly cpu: CpuTime
  readonly threads: string
}

/** CPU time of each thread in µs per call; those that did nothing are left out. */
function perCall(before: Readonly<Record<string, number>>, pid: number, calls: number): string {
  const spent = Object.entries(threadTimes(pid)).map(([thread, ms]) => {
    const microseconds = ((ms - (before[thread] ?? 0)) * 1000) / calls
    return microseconds < 0.5 ? '' : `${thread} ${microseconds.toFixed(0)}`
  })
  return spent.filter(text => text !== '').join(', ')
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
await new Promise<void>(resolve => catalog.listen(0, '127.0.0.1', resolve))
const upstream = await startUpstream(answer, (catalog.address() as AddressInfo).port)
const proxy = await startProxy(upstream.port)
const bare = await startBareNode('http', upstream.port)
const gateway = await startGateway({
  connections: {
    clinic: { mcp: `http://127.0.0.1:${upstream.port}/mcp`, keep: 'phi', effects: { read: ['get_*'] } },
  },
  people: { alice: { groups: ['clinical-read'] } },
  rules: [
    { id: 'read', allow: ['tools/call:get_*'], who: ['clinical-read'], on: ['clinic'], when: 'args.limit <= 50.0' },
  ],
  config: {
    labels: { 'phi.mrn': { json: ['**.mrn'] }, 'phi.name': { json: ['**.name'] }, 'phi.phone': { shape: 'phone' } },
  },
  env: { NODE_OPTIONS: values.node },
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
  { name: 'direct', port: upstream.port, path: '/mcp', headers, pid: upstream.worker, expect: 'Jane Roe' },
  { name: 'nginx', port: proxy.port, path: '/mcp', headers, pid: proxy.worker, expect: 'Jane Roe' },
  { name: 'bare Node', port: bare.port, path: '/mcp', headers, pid: bare.pid, expect: 'Jane Roe' },
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
console.log(
  `request ${Buffer.byteLength(call)} B, answer ${Buffer.byteLength(answer)} B, ${values.seconds} s each after ${WARM_UP_MS / 1000} s of warming up`,
)
try {
  for (const callers of values.callers.split(',').map(Number)) {
    const rows: Row[] = []
    for (const target of targets) {
      let before = { cpu: cpuTime(target.pid), threads: threadTimes(target.pid) }
      const { pid: _, name, ...where } = target
      const options = { host: '127.0.0.1', ...where, body: call, callers, warmUpMs: WARM_UP_MS, ms }
      const measured = await load(options, () => {
        before = { cpu: cpuTime(target.pid), threads: threadTimes(target.pid) }
      })
      const cpu = since(before.cpu, cpuTime(target.pid))
      rows.push({ name, ...measured, cpu, threads: perCall(before.threads, target.pid, measured.calls) })
    }
    const [direct, nginx, floor, ours] = rows as [Row, Row, Row, Row]
    console.log(`\n${callers} at once`)
    for (const row of rows) {
      const cpu = (row.cpu.allMs * 1000) / row.calls
      const main = (row.cpu.mainMs * 1000) / row.calls
      console.log(
        `  ${row.name.padEnd(9)} ${row.perSecond.toFixed(0).padStart(7)}/s  p50 ${row.p50Ms.toFixed(2)} ms  p99 ${row.p99Ms.toFixed(2)} ms  CPU ${cpu.toFixed(0)} µs/call (event loop ${main.toFixed(0)})`,
      )
    }
    const perCpu = (row: Row, part: 'allMs' | 'mainMs') => row.calls / row.cpu[part]
    const against = (row: Row) =>
      `all threads ${(perCpu(row, 'allMs') / perCpu(nginx, 'allMs')).toFixed(3)}, event loop ${(perCpu(row, 'mainMs') / perCpu(nginx, 'allMs')).toFixed(3)}`
    console.log(
      `  added p50 ${(ours.p50Ms - direct.p50Ms).toFixed(2)} ms, p99 ${(ours.p99Ms - direct.p99Ms).toFixed(2)} ms; calls per CPU-second against nginx: ${against(ours)}; of a bare relay: ${against(floor)}`,
    )
    console.log(`  gateway µs/call by thread: ${ours.threads}; peak memory so far ${peakMemoryMiB(pid)} MiB`)
  }
  const commit = await commitTimes({ concurrency: 1, seconds: 2 })
  console.log(`\ncommit alone, 1 at once: p50 ${commit.p50Ms.toFixed(2)} ms, p99 ${commit.p99Ms.toFixed(2)} ms`)
} finally {
  await gateway.stop()
  proxy.stop()
  bare.stop()
  upstream.stop()
  catalog.close()
}
