// Spoilt frames of callers and of systems against the gateway. Promise of what it shows: no crash (nothing uncaught), no hang
// (both sides of every connection are closed soon after the caller leaves), and no byte passed unread (guard.ts); a seed
// gives the same run again.
import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { RawClient, say } from '../../src/postgres/testing/raw-client.ts'
import { Rig, rule } from '../../src/postgres/testing/rig.ts'
import { readByName } from '../interop/postgres/read-by-name.ts'
import { FalseSystem, framesOf, type Peer } from './false-system.ts'
import { guardWrites } from './guard.ts'
import { Dice, spoil } from './mutations.ts'
import { recordAnswers, type Script, type Step, scripts } from './scripts.ts'

export interface FuzzOptions {
  readonly seed: number
  /** Ends when both are reached. */
  readonly rounds: number
  readonly ms: number
  /** A real server, to record answers from. */
  readonly server: Parameters<typeof recordAnswers>[0]
}

export interface FuzzReport {
  readonly rounds: number
  readonly answered: number
  readonly ended: number
  readonly cleared: number
  readonly authored: number
}

/** A caller whose spoilt length is waited for gives up after this; one that is not let go by then hangs. */
const PATIENCE_MS = 40
const HANG_MS = 10_000
/** All of the record is read again at the end. */
const STOP_MS = 120_000

const pieces = (bytes: Buffer) => framesOf(bytes).map(({ start, end }) => bytes.subarray(start, end))

export async function fuzz({ seed, rounds, ms, server }: FuzzOptions): Promise<FuzzReport> {
  const answers = await recordAnswers(server)
  const system = await FalseSystem.listen()
  const clients = new Set<Socket>()
  const own = (socket: Socket) => clients.has(socket) || system.sockets.has(socket)
  const rigs = [
    await Rig.start({ postgres: system.at }),
    await Rig.start({ postgres: system.at, read: readByName, rules: [rule('all', 'allow', {})] }),
  ]
  const uncaught: unknown[] = []
  const onUncaught = (error: unknown) => uncaught.push(error)
  process.on('uncaughtException', onUncaught)
  process.on('unhandledRejection', onUncaught)
  const dice = new Dice(seed)
  const report = { rounds: 0, answered: 0, ended: 0 }
  const guard = guardWrites(own)
  const began = performance.now()
  try {
    while (report.rounds < rounds || performance.now() - began < ms) {
      const script = dice.of(scripts)
      const fromCaller = dice.roll(2) === 0
      const what = `seed ${seed}, round ${report.rounds}, ${fromCaller ? 'caller' : 'system'}, ${script.name}`
      const client = await soon(`${what}: not let in`, open(dice.of(rigs).port, clients))
      const answered = await round(client, script, { dice, fromCaller, system, answers })
      report.rounds++
      if (answered) report.answered++
      else report.ended++
      client.socket.end()
      await within(HANG_MS, `${what}: the caller was not let go`, () => client.closed)
      await within(HANG_MS, `${what}: the system was not let go`, () => system.sockets.size === 0)
      clients.delete(client.socket)
      assert.deepEqual(guard.faults, [], what)
      assert.deepEqual(uncaught, [], what)
    }
    for (const rig of rigs) await soon('not served afterwards', stillServes(rig, system, clients))
    return { ...report, ...guard.passed }
  } finally {
    guard.stop()
    process.off('uncaughtException', onUncaught)
    process.off('unhandledRejection', onUncaught)
    system.onPiece = () => undefined
    // Throws where the record is not whole.
    for (const rig of rigs) await soon('not stopped', rig.stop(), STOP_MS)
    system.close()
  }
}

async function open(port: number, clients: Set<Socket>): Promise<RawClient> {
  const client = await RawClient.open(port)
  clients.add(client.socket)
  await client.signIn()
  return client
}

interface Round {
  readonly dice: Dice
  readonly fromCaller: boolean
  readonly system: FalseSystem
  readonly answers: ReadonlyMap<Step, Buffer>
}

/** Whether all of the script was answered as far as its caller can tell. */
async function round(
  client: RawClient,
  script: Script,
  { dice, fromCaller, system, answers }: Round,
): Promise<boolean> {
  const spoiltStep = dice.roll(script.steps.length)
  for (const [index, one] of script.steps.entries()) {
    const answer = answers.get(one) as Buffer
    const spoils = index === spoiltStep
    const said = spoils && fromCaller ? spoil(pieces(one.bytes), dice) : one.bytes
    const told = spoils && !fromCaller ? spoil(pieces(answer), dice) : answer
    const cut = dice.roll(told.length + 1)
    let due = true
    system.onPiece = ({ socket }: Peer) => {
      if (!due) return
      due = false
      socket.write(told.subarray(0, cut))
      socket.write(told.subarray(cut))
    }
    client.heard.length = 0
    const at = dice.roll(said.length + 1)
    client.send(said.subarray(0, at))
    if (dice.roll(2) === 0) await new Promise(resolve => setImmediate(resolve))
    client.send(said.subarray(at))
    const heard = client.until(String.fromCharCode(one.until), one.times ?? 1)
    await Promise.race([heard, delay(PATIENCE_MS)])
    if (client.closed || client.heard.filter(({ type }) => type.charCodeAt(0) === one.until).length === 0) return false
  }
  return true
}

async function soon<Value>(what: string, work: Promise<Value>, ms = HANG_MS): Promise<Value> {
  const late = new AbortController()
  const hang = delay(ms, null, { signal: late.signal }).then(
    () => assert.fail(what),
    () => undefined as never,
  )
  try {
    return await Promise.race([work, hang])
  } finally {
    late.abort()
  }
}

async function within(ms: number, what: string, done: () => boolean): Promise<void> {
  const until = performance.now() + ms
  while (!done()) {
    assert.ok(performance.now() < until, what)
    await new Promise(resolve => setImmediate(resolve))
  }
}

async function stillServes(rig: Rig, system: FalseSystem, clients: Set<Socket>): Promise<void> {
  const one = scripts[0]?.steps[0] as Step
  const answer = Buffer.concat([Buffer.from('C\0\0\0\x0dSELECT 1\0', 'latin1'), Buffer.from('Z\0\0\0\x05I', 'latin1')])
  system.onPiece = ({ socket }) => void socket.write(answer)
  const client = await open(rig.port, clients)
  client.send(one.bytes)
  await client.until('Z')
  assert.equal(client.types, 'CZ')
  client.send(say.sync())
  client.socket.destroy()
}
