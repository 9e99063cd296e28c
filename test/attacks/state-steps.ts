// Attacks of several sessions as lists of steps. Promise: each is played against the database itself, where the protected
// value must come out, and through the gateway, where it must not.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { compileMasking } from '../../src/masking/plan.ts'
import { RawClient, say } from '../../src/postgres/testing/raw-client.ts'
import { databaseWith, Rig, rule, stopTestPostgres } from '../../src/postgres/testing/rig.ts'
import { plant, unplanted } from '../support/planted.ts'

const SECRET = 'zebra of the fen'

interface Attack {
  /** Definitions that are there before; `$` is the number of the attack. */
  readonly setup?: string
  /** `1: text`: session and text; `2~ text` does not wait for its answer; `2. ` ends the session. */
  readonly steps: readonly string[]
  /** Protocols in which it means something. */
  readonly modes?: readonly Mode[]
}

type Mode = 'simple' | 'extended' | 'named' | 'piped' | 'flight'
export type Attacks = Readonly<Record<string, Attack>>

const masking = compileMasking({
  labels: { 'phi.other': { sql: ['public.visits.note'] } },
  clean: {},
  transforms: { default: 'redact', byLabel: {} },
})

const base = [
  `create table visits (id text, note text); insert into visits values ('one', '${SECRET}')`,
  `create table plain (x text); insert into plain values ('tame'); create table spare (x text)`,
  'create view deep as select note as x from visits',
]

/** What one session hears, in one way of asking. */
interface Player {
  say(text: string): Promise<string>
  end(): Promise<void>
}

async function driver(settings: pg.ClientConfig, mode: Mode): Promise<Player> {
  const client = new pg.Client(settings)
  const heard: string[] = []
  client.on('error', () => undefined)
  client.on('notice', notice => heard.push(JSON.stringify([notice.message, notice.detail])))
  client.on('notification', ({ payload }) => heard.push(String(payload)))
  await client.connect()
  return {
    async say(text) {
      const name = mode === 'named' && /^(select|fetch|table)\b/.test(text) ? { name: text.slice(0, 60) } : {}
      const query = { text, ...name, ...(mode === 'extended' ? { queryMode: 'extended' } : {}) }
      const found = await client.query(query).then(
        result => JSON.stringify([result].flat().map(({ rows }) => rows)),
        (error: pg.DatabaseError) => JSON.stringify([error.code, error.message, error.detail, error.where]),
      )
      return found + heard.splice(0).join()
    },
    end: () => client.end(),
  }
}

/** Each text is sent before the one before it is answered, in a flight of its own or all in one. */
async function piper(port: number, mode: 'piped' | 'flight'): Promise<Player> {
  const client = await RawClient.signedIn(port)
  let flights = 0
  const all = () => client.heard.map(({ body }) => body.toString('latin1')).join()
  return {
    async say(text) {
      client.send(say.parse('', text), say.bind('', ''), say.describe('P', ''), say.execute(''))
      if (mode === 'flight') return ''
      client.send(say.sync())
      flights++
      return ''
    },
    async end() {
      if (mode === 'flight') client.send(say.sync())
      await client.until('Z', Math.max(1, flights))
      const found = all()
      client.socket.destroy()
      if (found.includes(SECRET)) throw new Error('it came out of what was piped')
    },
  }
}

async function play(steps: readonly string[], open: () => Promise<Player>): Promise<string> {
  const players = new Map<string, Player>()
  const heard: string[] = []
  const going: Promise<unknown>[] = []
  // Those from 3 on come when they first say something.
  for (const who of new Set(steps.map(step => step[0] ?? '').sort())) if (who < '3') players.set(who, await open())
  for (const step of steps) {
    const [, who = '', how = '', text = ''] = /^(\w)([:~.])\s*(.*)$/s.exec(step) ?? []
    const player = players.get(who) ?? (who < '3' ? undefined : await open())
    if (player !== undefined) players.set(who, player)
    if (player === undefined) throw new Error(`no session: ${step}`)
    if (how === '.') {
      await player.end()
      players.delete(who)
      continue
    }
    const saying = player.say(text).then(found => heard.push(`${step}\n    ${found}`))
    if (how === '~') going.push(saying)
    else await saying
  }
  await Promise.all(going)
  const ends = [...players.values()].map(player => player.end())
  await Promise.all(ends)
  return heard.join('\n')
}

/** Registers the tests of a file. `together`: so many at once, where they do little but wait. */
export function playAll(file: string, attacks: Attacks, together = 1): void {
  const DATABASE = `state_${file}_${process.pid}`
  let rig: Rig
  let direct: pg.ClientConfig
  const names = Object.keys(attacks)
  const numbered = (text: string, name: string, more: string) => text.replaceAll('$', `${names.indexOf(name)}${more}`)
  const modesOf = ({ modes, steps }: Attack): readonly Mode[] =>
    modes ??
    (steps.every(step => step.startsWith('1'))
      ? ['simple', 'extended', 'named', 'piped', 'flight']
      : ['simple', 'extended', 'named'])

  before(async () => {
    const setups = Object.entries(attacks).flatMap(([name, attack]) =>
      ['direct', ...modesOf(attack)].map(mode => numbered(attack.setup ?? 'select 1', name, mode[0] ?? '')),
    )
    const postgres = await databaseWith(DATABASE, [...base, ...setups])
    plant(SECRET)
    direct = { ...postgres, database: DATABASE }
    rig = await Rig.start({ postgres, masking, database: DATABASE, rules: [rule('all', 'allow', {})] })
  })
  after(async () => {
    await rig?.stop()
    await stopTestPostgres()
  })

  describe(file, { concurrency: together }, () => {
    for (const [name, attack] of Object.entries(attacks)) register(name, attack)
  })

  function register(name: string, attack: Attack): void {
    const { steps } = attack
    test(`${name}: told by the database itself`, { timeout: 20_000 }, async () => {
      const own = steps.map(step => numbered(step, name, 'd'))
      const heard = await play(own, () => driver(direct, 'simple'))
      assert.ok(heard.includes(SECRET), unplanted(heard))
    })
    for (const mode of modesOf(attack)) {
      test(`${name} (${mode})`, { timeout: 20_000 }, async () => {
        const own = steps.map(step => numbered(step, name, mode[0] ?? ''))
        const heard = await play(own, () =>
          mode === 'piped' || mode === 'flight' ? piper(rig.port, mode) : driver(rig.settings, mode),
        )
        assert.ok(!heard.includes(SECRET), unplanted(heard))
      })
    }
  }
}
