// Kills a gateway again and again under load, and holds its record against what both sides saw. Promise: after each kill,
// whatever a caller was told and whatever the protected system received is in the record, and the log verifies.
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { loadKeys } from '../../src/recording/keys.ts'
import { openRecord } from '../../src/recording/read.ts'
import { verifyLog } from '../../src/recording/verify.ts'
import { type Caller, Load, marksIn, type Witness } from './crash-load.ts'
import type { Gateway } from './gateway.ts'
import { eachEntry } from './log-entries.ts'

/** A gateway with both its sides. */
export interface CrashScene {
  readonly gateway: Gateway
  readonly witness: Witness
  readonly callers: readonly Caller[]
  /** Of a question of the record. */
  isCall(operation: string): boolean
  /** The marks that the protected system holds, where it keeps some: each had to reach it. */
  kept?(): Promise<readonly string[]>
}

export interface CrashReport {
  readonly kills: number
  readonly calls: number
  readonly answered: number
  /** Calls that were cut in the middle: received above, not answered below. */
  readonly cut: number
  readonly entries: number
  readonly verified: number
}

/** What the record says of one call. */
interface Recorded {
  questions: number
  answers: number
  last: boolean
}

class RecordedCalls {
  readonly byMark = new Map<string, Recorded>()
  readonly #markOf = new Map<string, string>()
  readonly #isCall: (operation: string) => boolean
  #next = 0n

  constructor(isCall: (operation: string) => boolean) {
    this.#isCall = isCall
  }

  get entries(): number {
    return Number(this.#next)
  }

  /** Takes in what was recorded since. */
  read(dataDir: string): void {
    const record = openRecord(dataDir, loadKeys(dataDir))
    try {
      eachEntry(record, this.#next, one => {
        this.#next = one.ref.seq + 1n
        const { entry } = one
        if (entry.kind === 'question' && this.#isCall(entry.operation)) {
          const [mark] = marksIn(record.transcript(one)?.toString() ?? '')
          assert.ok(mark, 'a question of a call shows its mark')
          this.#markOf.set(entry.exchange, mark)
          this.byMark.set(mark, { questions: 1, answers: 0, last: false })
        } else if (entry.kind === 'answer') {
          const mark = this.#markOf.get(entry.exchange)
          const recorded = mark === undefined ? undefined : this.byMark.get(mark)
          if (!recorded) return
          recorded.answers++
          recorded.last ||= entry.last
          assert.deepEqual(
            marksIn(record.transcript(one)?.toString() ?? ''),
            [mark],
            'an answer is the one to its question',
          )
        }
      })
    } finally {
      record.close()
    }
  }
}

function hold(load: Load, witness: Witness, calls: RecordedCalls): void {
  for (const mark of witness.received)
    assert.ok(calls.byMark.has(mark), `${mark} was forwarded and its question is not recorded`)
  for (const [mark, { messages, answered }] of load.told) {
    const recorded = calls.byMark.get(mark)
    if (messages > 0) assert.ok(recorded, `${mark} was told something and its question is not recorded`)
    if (!recorded) continue
    assert.ok(recorded.answers >= messages, `${mark} was told ${messages} messages, ${recorded.answers} are recorded`)
    if (answered) assert.ok(recorded.last, `${mark} was answered and its answer is not recorded`)
  }
}

async function verify(gateway: Gateway, when: string): Promise<void> {
  const { intact, complete, faults } = await verifyLog(gateway.dataDir)
  assert.ok(intact && complete, `${when} the log does not verify: ${JSON.stringify(faults.slice(0, 5))}`)
}

/** The log is verified whole after each kill, so that its length is what a kill costs. */
export async function crash(scene: CrashScene, kills: number): Promise<CrashReport> {
  const { gateway, witness, callers } = scene
  const calls = new RecordedCalls(operation => scene.isCall(operation))
  const load = new Load(callers)
  let verified = 0
  try {
    for (let kill = 1; kill <= kills; kill++) {
      const before = load.answers
      load.resume()
      // Under load: calls are being answered, and more are on their way.
      while (load.answers < before + callers.length) await delay(5)
      await delay((kill * 7919) % 100)
      load.expectEnd()
      await gateway.kill('SIGKILL')
      calls.read(gateway.dataDir)
      hold(load, witness, calls)
      await verify(gateway, `after kill ${kill}`)
      verified++
      await gateway.start()
    }
    await load.stop()
    await gateway.kill('SIGTERM')
    calls.read(gateway.dataDir)
    hold(load, witness, calls)
    await verify(gateway, 'at the end')
    for (const mark of (await scene.kept?.()) ?? []) assert.ok(calls.byMark.has(mark), `${mark} ran unrecorded`)
  } finally {
    await load.stop()
    await gateway.stop()
    await witness.close()
  }
  const cut = [...witness.received].filter(mark => !load.told.get(mark)?.answered).length
  const { size } = load.told
  return { kills, calls: size, answered: load.answers, cut, entries: calls.entries, verified: verified + 1 }
}

export function together(reports: readonly CrashReport[]): CrashReport {
  const sum = (of: keyof CrashReport) => reports.reduce((total, report) => total + report[of], 0)
  return {
    kills: sum('kills'),
    calls: sum('calls'),
    answered: sum('answered'),
    cut: sum('cut'),
    entries: sum('entries'),
    verified: sum('verified'),
  }
}

export function describeCrash({ kills, calls, answered, cut, entries, verified }: CrashReport): string {
  return `${kills} kills, ${calls} calls of which ${answered} answered and ${cut} cut in the middle, ${entries} entries, log verified whole ${verified} times`
}
