// What recording costs. Prints entries per second, processor time per entry of the event loop and of the commit thread,
// and the time to durability, at 1, 32 and 256 callers with payloads of 1 KB. Run: node bench/recording.ts [seconds]
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { newId } from '../src/gateway/ids.ts'
import { masked } from '../src/masking/masked.ts'
import { Inbox } from '../src/recording/inbox.ts'
import { loadKeys } from '../src/recording/keys.ts'

const seconds = Number(process.argv[2] ?? 3)
const TICKS_PER_SECOND = 100

const record = { mrn: '0012345', name: 'Example Person', note: 'Seen for follow-up; continue present treatment.' }
const raw = Buffer.from(JSON.stringify(Array.from({ length: 12 }, (_, id) => ({ id, ...record }))).slice(0, 1024))
const shown = Buffer.from(raw.toString().replaceAll('0012345', '[phi.mrn]').slice(0, 1024))
const findings = { 'phi.mrn': { count: 10, transform: 'redact', detector: 'path' } }
const part = masked(raw, shown, shown, findings)

/** Processor time by thread name in ms, from the operating system where it tells. */
function threadTimes(): Map<string, number> {
  const times = new Map<string, number>()
  try {
    for (const id of readdirSync('/proc/self/task')) {
      const stat = readFileSync(`/proc/self/task/${id}/stat`, 'utf8')
      const name = Number(id) === process.pid ? 'event loop' : stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      const ticks = Number(fields[11]) + Number(fields[12])
      times.set(name, (times.get(name) ?? 0) + (ticks * 1000) / TICKS_PER_SECOND)
    }
  } catch {
    return times
  }
  return times
}

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

function percentile(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(2)
}

const dir = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
const inbox = await Inbox.open({ dir, instance: 'bench', keys: loadKeys(dir) })
console.log(
  `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}; per call: 2 commits of 1 KB and 1 lazy entry`,
)
for (const callers of [1, 32, 256]) {
  const commits: number[] = []
  const threadsBefore = threadTimes()
  const cpuBefore = process.cpuUsage()
  const entriesBefore = inbox.health().entries
  const began = performance.now()
  const until = began + seconds * 1000
  const calls = await Promise.all(Array.from({ length: callers }, () => caller(inbox, until, commits)))
  const tookMs = performance.now() - began
  const cpu = process.cpuUsage(cpuBefore)
  const total = calls.reduce((sum, one) => sum + one, 0)
  const entries = inbox.health().entries - entriesBefore
  commits.sort((left, right) => left - right)
  const threads = [...threadTimes()]
    .map(([name, ms]) => [name, ms - (threadsBefore.get(name) ?? 0)] as const)
    .filter(([, ms]) => ms >= 20)
    .map(([name, ms]) => `${name} ${((ms * 1000) / entries).toFixed(1)}`)
  console.log(
    [
      `${String(callers).padStart(3)} callers`,
      `${Math.round((entries * 1000) / tookMs)} entries/s`,
      `CPU per entry ${((cpu.user + cpu.system) / entries).toFixed(1)} us (${threads.join(', ')})`,
      `CPU per call ${((cpu.user + cpu.system) / total).toFixed(1)} us`,
      `commit p50 ${percentile(commits, 0.5)} ms p99 ${percentile(commits, 0.99)} ms`,
    ].join('; '),
  )
}
console.log(`RSS ${Math.round(process.memoryUsage().rss / 2 ** 20)} MB; state ${JSON.stringify(inbox.health())}`)
await inbox.close()
rmSync(dir, { recursive: true, force: true })
