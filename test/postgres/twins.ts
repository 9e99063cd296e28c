// Two databases that differ in protected values alone. Promise: whatever a caller can hear of them is compared, byte by byte
// but for what never is the same twice, and each value is looked for in it too.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { compileMasking, type MaskingPlan } from '../../src/masking/plan.ts'
import type { Rule } from '../../src/policy/rules.ts'
import { loadParser } from '../../src/postgres/statement/parser.ts'
import { readSql } from '../../src/postgres/statement/read-sql.ts'
import { type Heard, RawClient, say } from '../../src/postgres/testing/raw-client.ts'
import { Rig, rule, testPostgres } from '../../src/postgres/testing/rig.ts'
import { plant, unplanted } from '../support/planted.ts'
import { type Mode, modes } from './through-door.ts'

const masking = compileMasking({
  labels: {
    'phi.name': { sql: ['vault.souls.true_name', 'vault.souls.bio', 'vault.souls.tags', 'vault.souls.home'] },
    'phi.pin': { sql: ['vault.souls.pin', 'vault.souls.tok', 'vault.souls.weight', 'vault.souls.keycount'] },
    'phi.date': { sql: ['vault.souls.born', 'vault.souls.stay'] },
    'phi.word': {
      sql: ['vault.lodges.safe_word', 'public.agents.codename', 'public.guarded.secret', 'public.visits.note'],
    },
    'phi.other': { sql: ['public.creatures.chip', 'Keep Log.Diary.Entry Text', 'Keep Log.Diary.select'] },
  },
  clean: {},
  transforms: { default: 'redact', byLabel: {} },
})
const souls: Corpus = { name: 'twin', masking }

const words = (text: string) => text.split(' ').map(word => word.replaceAll('_', ' '))
const values = {
  a: {
    n: words('Vorlamint Quesparrow_Dell Abberlune Zintacole Mirraphose Plundervale Krastimony Jubelwick Ostrepang'),
    p: words('xqolvent brimtaka yuddoplex mavronix fentibal gorlitza wexhumid dacquorb tolmipse'),
    w: words('snavelork plimtagon urquildest crambolane dweezilot hapthrone ignovarish letterpuck'),
    k: [48271, 91733, 22619, 75641, 36007, 88001, 51919, 44021],
  },
  b: {
    n: words('Hesterplume_Grio Onk Wadderish_Tembolo Brocktamine Felsparagus Uvantrille Corsholt Xylopharn Neddlefip'),
    p: words('aardglim zoffrapstick hultivane cwmfjord oxbowtle srebnik pyrtalon vugmirth eidolarf'),
    w: words('zamblerook ottermint kwibbelaar fusbaldine brankletoe yoghispan trizzletop aspercule'),
    k: [10993, 20411, 97103, 31259, 64013, 45007, 72923, 99991],
  },
}
type Name = keyof typeof values
const names: readonly Name[] = ['a', 'b']

/** Whole, in parts, backwards, in the usual encodings. */
const traces: Readonly<Record<Name, readonly string[]>> = { a: tracesOf('a'), b: tracesOf('b') }

function tracesOf(name: Name): readonly string[] {
  const { n, p, w, k } = values[name]
  const made = [...n, ...p, ...w].flatMap(value => {
    const low = value.toLowerCase()
    const bytes = Buffer.from(value)
    const base64 = bytes.toString('base64').replace(/=+$/, '').toLowerCase()
    const digest = createHash('md5').update(value).digest('hex')
    return [low, [...low].reverse().join(''), bytes.toString('hex'), base64, digest, low.slice(0, 6), low.slice(-5)]
  })
  return [...made.filter(trace => trace.length > 3), ...k.map(String)]
}

export interface Twins {
  /** The first sees a, the second b, as callers of the gateway do; the others see them in clear. */
  readonly masked: readonly [Rig, Rig]
  readonly clear: readonly [Rig, Rig]
  close(): Promise<void>
}

let opened = 0

/** Shorter made-up words could stand anywhere. */
const UNMISTAKABLE = 7

const file = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8')

/** The corpus they are made from: `NAME-schema.sql` and `NAME-data.sql`, with what is protected there. */
export interface Corpus {
  readonly name: string
  readonly masking: MaskingPlan
}

export async function openTwins(
  rules: readonly Rule[] = [rule('all', 'allow', {})],
  { name: corpus, masking }: Corpus = souls,
): Promise<Twins> {
  for (const { n, p, w } of Object.values(values))
    plant(...[...n, ...p, ...w].filter(value => value.length >= UNMISTAKABLE))
  await loadParser()
  const server = await testPostgres()
  const { host, port, user, password } = server
  const within = async (database: string, ...texts: readonly string[]) => {
    const client = new pg.Client({ host, port, user, password, database })
    await client.connect()
    for (const text of texts) await client.query(text)
    await client.end()
  }
  const base = `twin_${process.pid}_${++opened}`
  await within('postgres', `CREATE DATABASE ${base}`)
  await within(base, file(`${corpus}-schema.sql`))
  const rigs: Rig[] = []
  for (const name of names) {
    const database = `${base}_${name}`
    // From one template: what is there has the same numbers in both.
    await within('postgres', `CREATE DATABASE ${database} TEMPLATE ${base}`)
    await within(
      database,
      file(`${corpus}-data.sql`).replace(/\{\{(\w)\}\}/g, (_, kind) => arrayOf(name, kind)),
    )
    rigs.push(await Rig.start({ postgres: server, masking, database, rules }))
    rigs.push(await Rig.start({ postgres: server, database }))
  }
  const [a, clearA, b, clearB] = rigs as [Rig, Rig, Rig, Rig]
  return {
    masked: [a, b],
    clear: [clearA, clearB],
    async close() {
      for (const rig of rigs) await rig.stop()
    },
  }
}

function arrayOf(name: Name, kind: string): string {
  const held = values[name][kind as keyof (typeof values)['a']]
  return `(ARRAY[${held.map(value => (typeof value === 'string' ? `'${value}'` : value)).join()}])`
}

/** What two callers hear that tells them something; null where nothing does. */
export async function told(rigs: readonly [Rig, Rig], line: string, mode: Mode): Promise<string | null> {
  const heard = await Promise.all(rigs.map(rig => hear(rig, line, mode)))
  for (const [at, frames] of heard.entries()) {
    const found = traceIn(frames, names[at] ?? 'a', line)
    if (found !== null) return found
  }
  const [one, other] = heard.map(frames => frames.map(scrubbed))
  const at = one?.findIndex((frame, place) => frame !== other?.[place]) ?? 0
  if (at < 0 && one?.length === other?.length) return null
  return `differs: ${JSON.stringify(one?.[at])} ${JSON.stringify(other?.[at])}`
}

/** What a caller of the gateway hears other than one of the other twin's database itself; null where nothing. */
async function unlike({ masked, clear }: Twins, line: string, mode: Mode): Promise<string | null> {
  const [through, direct] = await Promise.all([masked[0], clear[1]].map(rig => hear(rig, line, mode)))
  const [one, other] = [through, direct].map(frames => frames?.map(scrubbed) ?? [])
  const at = other?.findIndex((frame, place) => frame !== one?.[place]) ?? 0
  if (at < 0 && one?.length === other?.length) return null
  return `${JSON.stringify(other?.[at])} ${JSON.stringify(one?.[at])}`
}

/** What of these lines tells two callers something. */
export async function telling(
  rigs: readonly [Rig, Rig],
  lines: readonly string[],
  modeOf: (number: number) => Mode,
): Promise<readonly string[]> {
  const faults: string[] = []
  for (const [number, line] of lines.entries()) {
    const found = await told(rigs, line, modeOf(number))
    if (found !== null) faults.push(unplanted(`${found} (${modeOf(number)}): ${line}`))
  }
  return faults
}

/** What of these lines tells two callers nothing in any mode. */
export async function quiet(rigs: readonly [Rig, Rig], lines: readonly string[]): Promise<readonly string[]> {
  const found: string[] = []
  for (const line of lines) {
    let says: string | null = null
    for (const mode of modes) says ??= await told(rigs, line, mode)
    if (says === null) found.push(unplanted(line))
  }
  return found
}

/** What of these lines a caller of the gateway hears otherwise than one of the database. */
export async function differing(
  twins: Twins,
  lines: readonly string[],
  modeOf: (number: number) => Mode,
): Promise<readonly string[]> {
  const faults: string[] = []
  for (const [number, line] of lines.entries()) {
    const found = await unlike(twins, line, modeOf(number))
    if (found !== null) faults.push(unplanted(`${line} (${modeOf(number)})\n  ${found}`))
  }
  return faults
}

async function hear(rig: Rig, line: string, mode: Mode): Promise<readonly Heard[]> {
  const client = await RawClient.signedIn(rig.port)
  let ready = 0
  const ask = async (...bytes: readonly Uint8Array[]) => {
    client.send(...bytes)
    await client.until('Z', ++ready)
  }
  const wrapped = !/^(BEGIN\b|\/\*raw\*\/)/i.test(line)
  if (wrapped) await ask(say.query('BEGIN'))
  for (const piece of line.split(' ;; ')) {
    if (mode === 'simple') await ask(say.query(piece))
    else
      for (const one of statementsOf(piece)) {
        if (mode === 'prepared') {
          await ask(say.parse('named', one), say.describe('S', 'named'), say.sync())
          await ask(say.bind('', 'named'), say.execute(''), say.close('S', 'named'), say.sync())
        } else {
          const bind = say.bind('', '', [], mode === 'binary' ? [1] : [])
          await ask(say.parse('', one), bind, say.describe('P', ''), say.execute(''), say.sync())
        }
      }
  }
  if (wrapped) await ask(say.query('ROLLBACK'))
  client.socket.destroy()
  return client.heard
}

function statementsOf(sql: string): readonly string[] {
  const read = readSql(sql, {})
  if (read.kind !== 'read') return [sql]
  const bytes = Buffer.from(sql)
  return read.statements.map(({ start, end }) => bytes.subarray(start, end).toString().trim())
}

/** A value that the line itself names is no news. */
function traceIn(frames: readonly Heard[], name: Name, line: string): string | null {
  const own = line.toLowerCase()
  const news = traces[name].filter(trace => !own.includes(trace))
  const numbered = (trace: string) => `trace ${traces[name].indexOf(trace)} of ${name}`
  const columns: string[] = []
  for (const { type, body } of frames) {
    if (type === 'Z') continue
    const cells = type === 'D' ? cellsOf(body) : [body]
    for (const [at, cell] of cells.entries()) {
      const text = type === 'D' ? readable(cell) : withoutReference(cell.toString('latin1')).toLowerCase()
      const trace = news.find(one => text.includes(one))
      if (trace !== undefined) return `${numbered(trace)} in ${type}`
      if (type === 'D') columns[at] = (columns[at] ?? '') + cell.toString('latin1').toLowerCase()
    }
  }
  const spread = news.find(trace => columns.some(column => column?.includes(trace)))
  return spread === undefined ? null : `${numbered(spread)} in rows together`
}

function cellsOf(body: Buffer): readonly Buffer[] {
  const cells: Buffer[] = []
  let at = 2
  for (let left = body.readInt16BE(0); left > 0; left--) {
    const length = Math.max(0, body.readInt32BE(at))
    cells.push(body.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return cells
}

function readable(cell: Buffer): string {
  const text = cell.toString('latin1')
  const hex = text.startsWith('\\x') ? Buffer.from(text.slice(2), 'hex').toString('latin1') : ''
  const small = cell.length <= 64 ? cell.length - 3 : 0
  const numbers = Array.from({ length: Math.max(0, small) }, (_, at) => cell.readInt32BE(at)).join(' ')
  return `${text} ${hex} ${numbers}`.toLowerCase()
}

/** Made at random: any four letters come up in one of them. */
function withoutReference(text: string): string {
  return text.replace(/Reference: \w+/, '')
}

/** Without references, source lines, times, and numbers of what was made meanwhile. */
function scrubbed({ type, body }: Heard): string {
  if (type === 'N' || type === 'E') return type + withoutReference(body.toString()).replace(/\0L\d+\0/, '\0')
  if (type === 'T') return type + described(body)
  return type + body.toString('latin1')
}

function described(body: Buffer): string {
  const copy = Buffer.from(body)
  for (let at = 2, left = body.readInt16BE(0); left > 0; left--) {
    at = copy.indexOf(0, at) + 1
    for (const place of [at, at + 6]) if (copy.readUInt32BE(place) >= 16_384) copy.writeUInt32BE(1, place)
    at += 18
  }
  return copy.toString('latin1')
}
