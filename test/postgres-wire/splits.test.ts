// What one side says comes out the same on the other however the network cuts it. Promise: for every byte boundary of what
// callers send and of what a real server answered (replayed), in each part of the protocol, unmasked and masked.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { limits } from '../../src/gateway/limits.ts'
import { RawClient, say } from '../../src/postgres/testing/raw-client.ts'
import { Rig, rule, stopTestPostgres, testPostgres } from '../../src/postgres/testing/rig.ts'
import { readByName } from '../interop/postgres/read-by-name.ts'
import { FalseSystem, type Peer } from './false-system.ts'
import { recordAnswers, type Script, type Step, scripts } from './scripts.ts'

let system: FalseSystem
let answers: ReadonlyMap<Step, Buffer>
let transparent: Rig
let masked: Rig
let real: Rig

before(async () => {
  answers = await recordAnswers(await testPostgres())
  system = await FalseSystem.listen()
  transparent = await Rig.start({ postgres: system.at })
  const rules = [rule('all', 'allow', {})]
  masked = await Rig.start({ postgres: system.at, read: readByName, rules })
  real = await Rig.start({ postgres: await testPostgres(), read: readByName, rules, notices: false })
})
after(async () => {
  await transparent?.stop()
  await masked?.stop()
  await real?.stop()
  system?.close()
  await stopTestPostgres()
})

/** How long the network stops in the middle; 0: only until what came has been read. */
let stopMs = 0

/** Long enough for what was written to be read on its own. */
async function read(): Promise<void> {
  if (stopMs > 0) await delay(stopMs)
  for (let turns = 0; turns < 2; turns++) await new Promise(resolve => setImmediate(resolve))
}

async function writeSplit(socket: { write(bytes: Uint8Array): unknown }, bytes: Buffer, at: number): Promise<void> {
  if (at > 0) {
    socket.write(bytes.subarray(0, at))
    await read()
  }
  socket.write(bytes.subarray(at))
}

/** Says the steps, one of them and its answer cut at an offset; gives all that was heard. */
async function play(client: RawClient, script: Script, cut: { step: number; caller: number; system: number }) {
  const heard: Buffer[] = []
  for (const [index, one] of script.steps.entries()) {
    const answer = answers.get(one) as Buffer
    const here = index === cut.step
    let due = one.bytes.length
    let spoken = Promise.resolve()
    system.onPiece = ({ socket }: Peer, piece) => {
      due -= piece.length
      if (due === 0) spoken = writeSplit(socket, answer, here ? cut.system : 0)
      assert.ok(due >= 0, 'the system is sent no more than the caller said')
    }
    client.heard.length = 0
    await writeSplit(client.socket, one.bytes, here ? cut.caller : 0)
    await client.until(String.fromCharCode(one.until), one.times ?? 1)
    await spoken
    heard.push(...client.heard.map(({ type, body }) => Buffer.concat([Buffer.from(type), body])))
  }
  system.onPiece = () => undefined
  // Each exchange has a reference of its own.
  return Buffer.concat(heard)
    .toString('latin1')
    .replaceAll(/x_[0-9a-z]{26}/g, 'x_')
}

for (const script of scripts) {
  test(`${script.name}: the same at every split`, async () => {
    for (const rig of script.transparentOnly ? [transparent] : [transparent, masked]) {
      const client = await RawClient.signedIn(rig.port)
      const whole = await play(client, script, { step: -1, caller: 0, system: 0 })
      const said = script.steps.map(one => answers.get(one) as Buffer)
      if (rig === transparent) assert.ok(whole.length > 0 && whole.length <= Buffer.concat(said).length)
      for (const [step, one] of script.steps.entries()) {
        const most = Math.max(one.bytes.length, said[step]?.length ?? 0)
        for (let at = 1; at < most; at++) {
          const caller = at < one.bytes.length ? at : 0
          const system = at < (said[step]?.length ?? 0) ? at : 0
          const heard = await play(client, script, { step, caller, system })
          assert.equal(heard, whole, `step ${step} split at ${caller} and ${system}`)
        }
      }
      client.socket.destroy()
    }
  })
}

test('an answer that stops in the middle for longer than a part of it waits is told whole', async () => {
  const [script] = scripts as [Script]
  const [first] = script.steps as [Step]
  const client = await RawClient.signedIn(masked.port)
  const whole = await play(client, script, { step: -1, caller: 0, system: 0 })
  assert.match(whole, /1 value is hidden from you: phi\.ssn/)
  stopMs = limits.answerPauseMs * 2
  try {
    for (let at = 2; at < (answers.get(first)?.length ?? 0); at += 4) {
      assert.equal(await play(client, script, { step: 0, caller: 0, system: at }), whole, `split at ${at}`)
    }
  } finally {
    stopMs = 0
    client.socket.destroy()
  }
})

test('a refusal in the middle of a flight: the same at every split', async () => {
  const bytes = Buffer.concat([
    ...[say.parse('', 'select 1 as n'), say.bind('', ''), say.execute('')],
    ...[say.parse('', 'frobnicate'), say.bind('', ''), say.execute('')],
    ...[say.parse('', 'select 3 as n'), say.bind('', ''), say.execute(''), say.sync()],
    ...[say.query('frobnicate'), say.query('select 4 as n')],
  ])
  const client = await RawClient.signedIn(real.port)
  const heardAt = async (at: number) => {
    client.heard.length = 0
    await writeSplit(client.socket, bytes, at)
    await client.until('Z', 3)
    return client.heard.map(({ type, body }) => type + body.toString('latin1').replace(/[xs]_[0-9a-z]{26}/g, 'REF'))
  }
  const whole = await heardAt(0)
  assert.equal(whole.map(([type]) => type).join(''), '12DCEZEZTDCZ')
  for (let at = 1; at < bytes.length; at++) assert.deepEqual(await heardAt(at), whole, `split at ${at}`)
  client.socket.destroy()
})
