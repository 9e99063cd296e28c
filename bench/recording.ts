// What recording costs. Prints entries per second, processor time per entry of the event loop and of the commit thread,
// and the time to durability, at 1, 32 and 256 callers with payloads of 1 KB. Run: node bench/recording.ts [seconds]
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { newId } from '../src/gateway/ids.ts'
import { masked } from '../src/masking/masked.ts'
import { Inbox } from '../src/recording/inbox.ts'
import { loadKeys } from '../src/recording/keys.ts'
import { cpuTime, peakMemoryMiB, since, threadTimes } from './cpu.ts'

const record = { mrn: '0012345', name: 'Example Person', note: 'Seen for follow-up; continue present treatment.' }
const raw = Buffer.from(JSON.stringify(Array.from({ length: 12 }, (_, id) => ({ id, ...record }))).slice(0, 1024))
const shown = Buffer.from(raw.toString().replaceAll('0012345', '[phi.mrn]').slice(0, 1024))
const findings = { 'phi.mrn': { count: 10, transform: 'redact', detector: 'path' } }
const part = masked(raw, shown, shown, findings)

async function caller(inbox: Inbox, until: number, commits: number[]): Promise<number> {
  const session = newId('s')
  const common = { session, payload: null, released: null }
  await inbox.record({
    ...common,
    body: {
      kind: 'session.open',
      subject: 'someone',
      provider: 'bench',
      subjectKind: 'human',
      person: null,
      onBehalfOf: null,
      purpose: 'TREAT',
      connection: 'clinic',
      connectionKind: 'mcp',
      retention: 'phi',
    },
  })
  let calls = 0
  for (; performance.now() < until; calls++) {
    const exchange = newId('x')
    const asked = performance.now()
    await inbox.clear('system', part, {
      ...common,
      body: {
        kind: 'question',
        exchange,
        parent: null,
        door: 'system',
        operation: 'tools/call',
        target: 'get_patient',
        decision: 'allow',
        rules: ['read'],
        policy: 'b'.repeat(64),
        findings,
        approval: null,
      },
    })
    const answered = performance.now()
    await inbox.clear('caller', part, {
      ...common,
      body: { kind: 'answer', exchange, part: 0, last: true, door: 'caller', findings },
    })
    commits.push(answered - asked, performance.now() - answered)
    inbox.lazy({ ...common, body: { kind: 'end', exchange, outcome: 'done', delivered: 1024 } })
  }
  return calls
}

interface Load {
  readonly calls: number
  readonly entries: number
  readonly tookMs: number
  /** Time to durability of each commit, ascending. */
  readonly commitMs: readonly number[]
}

async function load(inbox: Inbox, concurrency: number, seconds: number): Promise<Load> {
  const commitMs: number[] = []
  const before = inbox.health().entries
  const began = performance.now()
  const until = began + seconds * 1000
  const calls = await Promise.all(Array.from({ length: concurrency }, () => caller(inbox, until, commitMs)))
  const tookMs = performance.now() - began
  commitMs.sort((left, right) => left - right)
  return {
    calls: calls.reduce((sum, one) => sum + one, 0),
    entries: inbox.health().entries - before,
    tookMs,
    commitMs,
  }
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

async function withInbox<T>(work: (inbox: Inbox) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  const inbox = await Inbox.open({ dir, instance: 'bench', keys: loadKeys(dir) })
  try {
    return await work(inbox)
  } finally {
    await inbox.close()
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Time to durability of 1 KB payloads alone, for benchmarks that must tell it from their own. */
export function commitTimes(of: { concurrency: number; seconds: number }): Promise<{ p50Ms: number; p99Ms: number }> {
  return withInbox(async inbox => {
    const { commitMs } = await load(inbox, of.concurrency, of.seconds)
    return { p50Ms: percentile(commitMs, 0.5), p99Ms: percentile(commitMs, 0.99) }
  })
}

async function main(seconds: number): Promise<void> {
  console.log(
    `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}; a call: 2 commits of 1 KB, 1 lazy entry`,
  )
  await withInbox(async inbox => {
    for (const concurrency of [1, 32, 256]) {
      const before = { cpu: cpuTime(process.pid), threads: threadTimes(process.pid) }
      const { calls, entries, tookMs, commitMs } = await load(inbox, concurrency, seconds)
      const { allMs, mainMs } = since(before.cpu, cpuTime(process.pid))
      const commitThreadMs = (threadTimes(process.pid).commit ?? 0) - (before.threads.commit ?? 0)
      const perEntry = (ms: number) => `${((ms * 1000) / entries).toFixed(1)} us`
      console.log(`${concurrency} at once: ${Math.round((entries * 1000) / tookMs)} entries/s`)
      console.log(
        `  CPU per entry ${perEntry(allMs)}: event loop ${perEntry(mainMs)}, commit thread ${perEntry(commitThreadMs)}`,
      )
      console.log(`  CPU per call ${((allMs * 1000) / calls).toFixed(1)} us, all threads`)
      console.log(
        `  commit p50 ${percentile(commitMs, 0.5).toFixed(2)} ms, p99 ${percentile(commitMs, 0.99).toFixed(2)} ms`,
      )
    }
    console.log(`peak memory ${peakMemoryMiB(process.pid)} MiB; ${JSON.stringify(inbox.health())}`)
  })
}

if (import.meta.main) await main(Number(process.argv[2] ?? 3))
