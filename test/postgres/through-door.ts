// The corpora and a way to send them through the door, in both protocols and both formats.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { compileMasking } from '../../src/masking/plan.ts'
import type { Rule } from '../../src/policy/rules.ts'
import { loadParser } from '../../src/postgres/statement/parser.ts'
import { readSql } from '../../src/postgres/statement/read-sql.ts'
import { type Heard, RawClient, say } from '../../src/postgres/testing/raw-client.ts'
import { Rig, rule, stopTestPostgres, testPostgres } from '../../src/postgres/testing/rig.ts'
import { unplanted } from '../support/planted.ts'
import { leaksIn, plantLineage } from './planted.ts'

const folder = import.meta.dirname
export const lines = (file: string) =>
  readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('--'))

/** Every so many of a file's lines: the long tests try them all. */
export const someLines = (file: string, step: number) => lines(file).filter((_, number) => number % step === 0)

/** Of lineage-schema.sql. */
export const masking = compileMasking({
  labels: {
    'phi.ssn': { sql: ['public.patients.ssn', 'hidden.*.ssn'] },
    'phi.name': { sql: ['public.patients.full_name'] },
    'phi.mrn': { sql: ['public.patients.mrn'] },
    'phi.other': { sql: ['public.staff.badge', 'public.labs.finding', 'public.notes.body', 'public.notes.doc'] },
    'phi.phone': { sql: ['public.notes.phones'] },
    'phi.date': { sql: ['public.notes.born'] },
  },
  clean: {},
  transforms: { default: 'redact', byLabel: {} },
})

export type Mode = 'simple' | 'text' | 'binary' | 'prepared'

export const modes: readonly Mode[] = ['simple', 'text', 'binary', 'prepared']

/** In which mode a line is tried, by its number: in turn, where it is tried once. */
export const inTurn = (number: number): Mode => modes[number % modes.length] ?? 'simple'

export interface Door {
  readonly rig: Rig
  readonly server: Awaited<ReturnType<typeof testPostgres>>
  close(): Promise<void>
}

/** One server serves all test files of a run. */
export const DATABASE = `door_${process.pid}`

export async function openDoor(rules: readonly Rule[] = [rule('all', 'allow', {})]): Promise<Door> {
  plantLineage()
  await loadParser()
  const server = await testPostgres()
  const { host, port, user, password } = server
  const admin = new pg.Client({ host, port, user, password, database: 'postgres' })
  await admin.connect()
  await admin.query(`CREATE DATABASE ${DATABASE}`)
  await admin.end()
  const loader = new pg.Client({ host, port, user, password, database: DATABASE })
  await loader.connect()
  await loader.query(readFileSync(join(folder, 'lineage-schema.sql'), 'utf8'))
  await loader.end()
  const rig = await Rig.start({ postgres: server, masking, database: DATABASE, rules })
  return {
    rig,
    server,
    async close() {
      await rig.stop()
      await stopTestPostgres()
    },
  }
}

export interface Attacked {
  /** What went wrong, with the line; null where nothing did. */
  readonly fault: string | null
  readonly refused: boolean
}

/** One line of the attacks, in a session of its own. */
export async function attack({ rig }: Door, line: string, mode: Mode): Promise<Attacked> {
  const [, , , sql = ''] = /^\/\* (\d+) ?(\w*) \*\/ (.*)$/.exec(line) ?? []
  const heard = await hear(rig, sql, mode)
  const refused = heard.some(({ type }) => type === 'E')
  const what = leaksIn(heard)
  if (what !== null) return { fault: unplanted(`${what} (${mode}): ${line}`), refused }
  const state = heard.at(-1)?.body.toString()
  const open = !/BEGIN/.test(sql) && state !== 'I'
  return { fault: open ? unplanted(`state ${state} (${mode}): ${line}`) : null, refused }
}

/** Lines whose answers differ from the database's own. */
export async function differing({ rig, server }: Door, modeOf: (number: number) => Mode): Promise<readonly string[]> {
  const { host, port, user, password } = server
  const direct = await connected({ host, port, user, password, database: DATABASE })
  const through = await connected(rig.settings)
  const wrong: string[] = []
  for (const [number, line] of lines('lineage-harmless.sql').entries()) {
    const mode = modeOf(number)
    const statements = mode === 'simple' ? [line] : statementsOf(line)
    const expected = await answers(direct, statements, mode)
    const heard = await answers(through, statements, mode)
    if (heard !== expected) wrong.push(unplanted(`${line}\n  ${expected}\n  ${heard}`))
  }
  await direct.end()
  await through.end()
  return wrong
}

function statementsOf(sql: string): readonly string[] {
  const read = readSql(sql, {})
  assert.equal(read.kind, 'read', unplanted(sql))
  if (read.kind !== 'read') return []
  const bytes = Buffer.from(sql)
  return read.statements.map(({ start, end }) => bytes.subarray(start, end).toString().trim())
}

/** All that a caller hears of a line, in a transaction that is rolled back. */
async function hear(rig: Rig, sql: string, mode: Mode): Promise<readonly Heard[]> {
  const client = await RawClient.signedIn(rig.port)
  let ready = 0
  const ask = async (...bytes: readonly Uint8Array[]) => {
    client.send(...bytes)
    await client.until('Z', ++ready)
  }
  const wrapped = !/pg_notify|^\W*(BEGIN|START)/.test(sql.replace(/^\/\*.*?\*\//, ''))
  if (/pg_notify/.test(sql)) await ask(say.query('LISTEN c'))
  if (wrapped) await ask(say.query('BEGIN'))
  if (mode === 'simple') await ask(say.query(sql))
  else
    for (const one of statementsOf(sql)) {
      const name = mode === 'prepared' ? 'named' : ''
      if (name !== '') {
        await ask(say.parse(name, one), say.describe('S', name), say.sync())
        await ask(say.bind('', name), say.execute(''), say.close('S', name), say.sync())
      } else
        await ask(
          say.parse('', one),
          say.bind('', '', [], mode === 'binary' ? [1] : []),
          say.describe('P', ''),
          say.execute(''),
          say.sync(),
        )
    }
  if (wrapped) await ask(say.query('ROLLBACK'))
  client.socket.destroy()
  return client.heard
}

export async function connected(settings: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client(settings)
  client.on('error', () => undefined)
  await client.connect()
  return client
}

/** Everything a client makes of the answers, as text. */
async function answers(client: pg.Client, statements: readonly string[], mode: Mode): Promise<string> {
  const told: unknown[] = []
  const onNotice = (notice: { message?: string | undefined }) => told.push(notice.message)
  client.on('notice', onNotice)
  const wire = (client as unknown as { connection: NodeJS.EventEmitter & { parsedStatements: Record<string, string> } })
    .connection
  const onCopy = (message: { chunk: Buffer }) => told.push(message.chunk.toString())
  wire.on('copyData', onCopy)
  try {
    await client.query('BEGIN')
    for (const text of statements) {
      const query = { text, rowMode: 'array' as const }
      const how =
        mode === 'simple'
          ? query
          : mode === 'text'
            ? { ...query, values: [], queryMode: 'extended' }
            : { ...query, name: 'n', values: [], binary: mode === 'binary' }
      const results = await client.query(how as pg.QueryArrayConfig)
      for (const { rows, command, rowCount, fields } of [results].flat()) {
        const described = (fields ?? []).map(one => [one.name, one.dataTypeID, one.tableID > 0, one.columnID])
        told.push(rows, command, rowCount, described)
      }
      if (mode === 'prepared' || mode === 'binary') await client.query('DEALLOCATE n').catch(() => undefined)
      delete wire.parsedStatements.n
    }
  } catch (error) {
    told.push((error as Error).message)
    delete wire.parsedStatements.n
  }
  await client.query('ROLLBACK')
  await client.query('DEALLOCATE ALL')
  client.off('notice', onNotice)
  wire.off('copyData', onCopy)
  return JSON.stringify(told)
}
