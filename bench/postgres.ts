// What the gateway costs between pgbench and PostgreSQL, against the server itself, pgbouncer (session mode), a bare relay on
// Node and one that writes a block durably each way, in one run: with strict recording, and without the disk, which only
// this benchmark can leave out. Then a million rows of eight columns, one of them masked. Needs Linux, pgbench, psql and
// pgbouncer (Debian: postgresql-client, pgbouncer).
// `node bench/postgres.ts [--seconds N] [--rounds N] [--clients N] [--only pgbench,bulk] [--node=OPTIONS]`
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startPostgres } from '../examples/clinic/postgres.ts'
import { type OpenGatewayOptions, startOpenGateway } from '../test/interop/postgres/open-gateway.ts'
import { nodeFlags } from '../tools/node-flags.mjs'
import { startBareNode } from './bare-node.ts'
import { type CpuTime, cpuTime, peakMemoryMiB, since, threadTimes } from './cpu.ts'
import { pgbouncerVersion, startPooler } from './pgbouncer.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    clients: { type: 'string', default: '8' },
    only: { type: 'string', default: 'pgbench,latency,bulk' },
    modes: { type: 'string', default: 'simple,extended,prepared' },
    targets: { type: 'string', default: 'direct,pgbouncer,bare Node,bare log,no disk,strict' },
    node: { type: 'string', default: nodeFlags.join(' ') },
  },
})
const parts = values.only.split(',')
const modes = values.modes.split(',')
const wantedTargets = values.targets.split(',')

/** Of each target in each mode: a gateway runs for days, and its first seconds are the compiler's. */
const WARM_UP_SECONDS = '8'

interface Target {
  readonly name: string
  readonly port: number
  /** Whose processor time counts; null for the server itself. */
  readonly pid: number | null
}

interface Round {
  readonly perSecond: number
  readonly transactions: number
  readonly cpu: CpuTime
}

const dir = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
const postgres = await startPostgres({ dir })
const { host, port, user, password } = postgres
const env = {
  PATH: process.env.PATH,
  PGHOST: '127.0.0.1',
  PGUSER: user,
  PGPASSWORD: password,
  PGDATABASE: 'postgres',
  PGSSLMODE: 'disable',
  PGGSSENCMODE: 'disable',
}

function run(program: string, args: readonly string[], at: number, cwd = dir): Promise<string> {
  const child = spawn(program, args, { cwd, env: { ...env, PGPORT: String(at) } })
  let said = ''
  let failed = ''
  child.stdout.on('data', piece => {
    said += piece
  })
  child.stderr.on('data', piece => {
    failed += piece
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => (code === 0 ? resolve(said) : reject(new Error(`${program}: ${failed}`))))
  })
}

async function round(target: Target, mode: string, seconds = values.seconds): Promise<Round> {
  const before = target.pid === null ? null : cpuTime(target.pid)
  const args = ['-n', '-S', '-s', '10', '-M', mode, '-c', values.clients, '-j', '2', '-T', seconds]
  const said = await run('pgbench', args, target.port)
  const cpu = before === null ? { allMs: 0, mainMs: 0 } : since(before, cpuTime(target.pid as number))
  return { perSecond: found(said, /tps = ([\d.]+)/), transactions: found(said, /processed: (\d+)/), cpu }
}

function found(said: string, what: RegExp): number {
  return Number(what.exec(said)?.[1] ?? Number.NaN)
}

function median(of: readonly number[]): number {
  return [...of].sort((left, right) => left - right)[Math.floor(of.length / 2)] ?? Number.NaN
}

async function pgbench(targets: readonly Target[]): Promise<void> {
  for (const mode of modes) {
    const rounds = new Map<string, Round[]>(targets.map(({ name }) => [name, []]))
    for (const target of targets) await round(target, mode, WARM_UP_SECONDS)
    for (let at = 0; at < Number(values.rounds); at++) {
      for (const target of targets) rounds.get(target.name)?.push(await round(target, mode))
    }
    const rate = (name: string) => median((rounds.get(name) ?? []).map(({ perSecond }) => perSecond))
    console.log(`\npgbench -S -M ${mode}, ${values.clients} clients`)
    for (const { name, pid } of targets) {
      const all = rounds.get(name) ?? []
      const perTransaction = (part: keyof CpuTime) =>
        median(all.map(({ cpu, transactions }) => (cpu[part] * 1000) / transactions)).toFixed(1)
      const cpu = pid === null ? '' : `CPU ${perTransaction('allMs')} µs (event loop ${perTransaction('mainMs')})`
      const ratios = `${(rate(name) / rate('direct')).toFixed(2)}× direct, ${(rate(name) / rate('pgbouncer')).toFixed(2)}× pgbouncer`
      console.log(`  ${name.padEnd(10)} ${rate(name).toFixed(0).padStart(7)}/s  ${ratios}  ${cpu}`)
    }
  }
}

/** Of one client, from pgbench's own log of each transaction. */
async function latency(targets: readonly Target[]): Promise<void> {
  console.log('\none client, p50 / p99 of a transaction')
  for (const mode of modes) {
    const told: string[] = []
    for (const { name, port: at } of targets) {
      const logs = mkdtempSync(join(dir, 'log-'))
      await run('pgbench', ['-n', '-S', '-s', '10', '-M', mode, '-c', '1', '-T', values.seconds, '-l'], at, logs)
      const [file] = readdirSync(logs)
      const times = readFileSync(join(logs, file as string), 'latin1')
        .trim()
        .split('\n')
        .map(line => Number(line.split(' ')[2]) / 1000)
        .sort((left, right) => left - right)
      const share = (of: number) => (times[Math.floor(times.length * of)] ?? Number.NaN).toFixed(3)
      told.push(`${name} ${share(0.5)} / ${share(0.99)} ms`)
    }
    console.log(`  ${mode.padEnd(9)} ${told.join(', ')}`)
  }
}

/** What is measured is what is said to be: of eight columns a gateway hides the second, and nothing else. */
async function oneMasked(name: string, at: number): Promise<void> {
  const told = (await run('psql', ['-XAtqc', 'select * from bulk where id = 1'], at)).trim().split('|')
  const shown = told.map((cell, column) => (column === 1 ? '' : cell)).join('|')
  const expected = '1||Given Family 1|1|2020-01-02|c4ca4238a0b923820dcc509a6f75849b|1.25|note number 1'
  const second = name === 'no disk' || name === 'strict' ? '[phi.ssn]' : '000000001'
  if (shown !== expected || told[1] !== second) throw new Error(`${name} does not answer as this benchmark assumes`)
}

async function bulk(targets: readonly Target[]): Promise<void> {
  await run(
    'psql',
    [
      '-Xqc',
      `create unlogged table bulk as select i as id, lpad(i::text, 9, '0') as ssn, 'Given Family ' || i as name, i % 90 as age,
        date '2020-01-01' + i % 1000 as seen, md5(i::text) as hash, i * 1.25 as amount, 'note number ' || i as note
        from generate_series(1, 1000000) i`,
    ],
    port,
  )
  await run('psql', ['-Xqc', 'vacuum analyze bulk'], port)
  console.log('\n1,000,000 rows of eight columns to psql, one of them masked by the gateway')
  for (const { name, port: to } of targets) await oneMasked(name, to)
  const times = new Map<string, number[]>(targets.map(({ name }) => [name, []]))
  const cpu = new Map<string, number>()
  for (let at = 0; at < Number(values.rounds); at++) {
    for (const { name, port: to, pid } of targets) {
      const before = pid === null ? 0 : cpuTime(pid).allMs
      const began = performance.now()
      await run('psql', ['-XAtq', '-o', '/dev/null', '-c', 'select * from bulk'], to)
      times.get(name)?.push(performance.now() - began)
      if (pid !== null) cpu.set(name, cpuTime(pid).allMs - before)
    }
  }
  const ms = (name: string) => median(times.get(name) ?? [])
  for (const { name, pid } of targets) {
    const rows = (1_000_000 / ms(name)).toFixed(0)
    const spent = pid === null ? '' : `CPU ${((cpu.get(name) ?? 0) / 1000).toFixed(2)} s`
    console.log(
      `  ${name.padEnd(10)} ${(ms(name) / 1000).toFixed(2)} s  ${rows} k rows/s  ${(ms('direct') / ms(name)).toFixed(2)}× direct  ${spent}`,
    )
  }
}

const version = pgbouncerVersion()
if (version === null) throw new Error('This benchmark needs pgbouncer on the PATH (Debian: apt-get install pgbouncer).')
const node = values.node.split(' ').filter(Boolean)
const login = { user, password }
const masks = { host, port, login, transparent: false, ssn: ['public.bulk.ssn'] }
const gateways: { name: string; options: OpenGatewayOptions }[] = [
  { name: 'no disk', options: { ...masks, withoutDisk: true } },
  { name: 'strict', options: masks },
]
const stops: (() => unknown)[] = []
try {
  const pooler = await startPooler(postgres)
  stops.push(pooler.stop)
  const relay = await startBareNode('tcp', port)
  stops.push(relay.stop)
  const logging = await startBareNode('log', port)
  stops.push(logging.stop)
  const targets: Target[] = [
    { name: 'direct', port, pid: null },
    { name: 'pgbouncer', port: pooler.port, pid: pooler.pid },
    { name: 'bare Node', port: relay.port, pid: relay.pid },
    { name: 'bare log', port: logging.port, pid: logging.pid },
  ]
  for (const { name, options } of gateways) {
    if (!wantedTargets.includes(name)) continue
    const gateway = await startOpenGateway(options, node)
    stops.push(gateway.stop)
    targets.push({ name, port: gateway.port, pid: gateway.pid })
  }
  const used = targets.filter(({ name }) => wantedTargets.includes(name))
  await run('pgbench', ['-i', '-q', '-s', '10'], port)
  console.log(`${new Date().toISOString()} ${cpus()[0]?.model} × ${cpus().length}, Node ${process.version}, ${version}`)
  console.log(
    `${values.seconds} s each after ${WARM_UP_SECONDS} s of warming up, medians of ${values.rounds} interleaved rounds`,
  )
  const memory = () => {
    const peaks = used.flatMap(({ name, pid }) => (pid === null ? [] : [`${name} ${peakMemoryMiB(pid)}`]))
    console.log(`  peak memory so far, MiB: ${peaks.join(', ')}`)
  }
  if (parts.includes('pgbench')) {
    await pgbench(used)
    memory()
  }
  if (parts.includes('latency')) await latency(used)
  if (parts.includes('bulk')) {
    await bulk(used)
    memory()
  }
  for (const { name, pid } of used.filter(({ name }) => name === 'strict')) {
    const threads = Object.entries(threadTimes(pid as number)).filter(([, ms]) => ms > 100)
    console.log(`  ${name}, seconds by thread: ${threads.map(([thread, ms]) => `${thread} ${ms / 1000}`).join(', ')}`)
  }
} finally {
  for (const stop of stops.reverse()) await stop()
  await postgres.stop()
  rmSync(dir, { recursive: true, force: true })
}
