import assert from 'node:assert/strict'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { before, test } from 'node:test'
import { newId } from '../gateway/ids.ts'
import { rawPublicKey } from './checkpoint.ts'
import { Inbox } from './inbox.ts'
import { fileNumbers, filePath, logDir } from './inbox-file.ts'
import { loadKeys } from './keys.ts'
import { call, draft, opening, openSession, payload, question, temporaryDir } from './test-log.ts'
import { type LogVerdict, verifyLog } from './verify.ts'

const original = temporaryDir()
const keys = loadKeys(original)
const publicKey = keys.verifying

/** Two sessions with three calls each, a held question and its verdict, over two starts and so two checkpoints. */
before(async () => {
  for (let start = 0; start < 2; start++) {
    const inbox = await Inbox.open({ dir: original, instance: 'one', keys })
    const session = await openSession(inbox)
    for (let count = 0; count < 3; count++) await call(inbox, session)
    const exchange = newId('x')
    await inbox.record({ ...draft(session, question(exchange, 'hold')), payload: payload('held'), released: null })
    const verdict = { kind: 'verdict', exchange, approval: exchange, by: ['omar'], outcome: 'approved' } as const
    await inbox.record({ ...draft(null, verdict), payload: payload('reason') })
    await inbox.record(draft(session, { kind: 'decided', exchange, decision: 'allow', rules: [], approval: exchange }))
    await inbox.record(draft(session, { kind: 'session.close', entries: 0, outcome: 'done' }))
    await inbox.close()
  }
})

const copy = temporaryDir()

/** The verdict on the log after `attack`. */
async function after(attack: (db: DatabaseSync) => void): Promise<LogVerdict> {
  rmSync(join(copy, 'inbox'), { recursive: true, force: true })
  cpSync(join(original, 'inbox'), join(copy, 'inbox'), { recursive: true })
  const db = new DatabaseSync(filePath(logDir(copy, 'one'), 1))
  attack(db)
  db.close()
  return verifyLog(copy, { publicKey })
}

function seqs(verdict: LogVerdict): (number | null)[] {
  return verdict.faults.map(({ seq }) => seq)
}

test('the log as it was written is intact and complete', async () => {
  const verdict = await verifyLog(original)
  assert.deepEqual(verdict.faults, [])
  assert.deepEqual(
    [verdict.intact, verdict.complete, verdict.anchored, verdict.sessions, verdict.openSessions],
    [true, true, 'not configured', 2, 0],
  )
  assert.equal(verdict.entries, verdict.signed)
})

test('the key must be that of the log, and there must be one', async () => {
  const other = loadKeys(temporaryDir())
  assert.notDeepEqual(rawPublicKey(other.verifying), rawPublicKey(publicKey))
  assert.equal((await verifyLog(original, { publicKey: other.verifying })).intact, false)
  const keyless = temporaryDir()
  cpSync(join(original, 'inbox'), join(keyless, 'inbox'), { recursive: true })
  assert.equal((await verifyLog(keyless)).intact, false)
  assert.equal((await verifyLog(temporaryDir())).complete, false)
})

test('one flipped bit in any cell of any row is found, and found there', async () => {
  const tables = new Map<string, string[]>()
  const source = new DatabaseSync(filePath(logDir(original, 'one'), 1), { readOnly: true })
  for (const { name } of source.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()) {
    const columns = source.prepare(`SELECT name FROM pragma_table_info('${String(name)}')`).all()
    tables.set(
      String(name),
      columns.map(column => String(column.name)),
    )
  }
  const cells: { table: string; column: string; row: number; value: unknown }[] = []
  for (const [table, columns] of tables) {
    source
      .prepare(`SELECT * FROM ${table}`)
      .all()
      .forEach((row, at) => {
        for (const column of columns) cells.push({ table, column, row: at, value: row[column] })
      })
  }
  source.close()
  assert.ok(cells.length > 200)
  let located = 0
  for (const { table, column, row, value } of cells) {
    const flip =
      value instanceof Uint8Array ? flipped(value) : typeof value === 'string' ? other(value) : plusOne(value)
    const key = keyOf(table)
    const verdict = await after(db => {
      const ids = db.prepare(`SELECT ${key.join(', ')} FROM ${table}`).all()[row] as Record<string, never>
      const where = key.map(name => `${name} IS ?`).join(' AND ')
      const { changes } = db
        .prepare(`UPDATE OR REPLACE ${table} SET ${column} = ? WHERE ${where}`)
        .run(flip, ...key.map(name => ids[name] as never))
      assert.equal(Number(changes), 1)
    })
    assert.equal(verdict.intact && verdict.complete, false, `${table}.${column} of row ${row}`)
    if (table === 'entry' && column !== 'seq') {
      assert.ok(seqs(verdict).includes(row), `${table}.${column} of row ${row}: ${JSON.stringify(verdict.faults)}`)
      located++
    }
  }
  assert.ok(located > 100)
})

function keyOf(table: string): string[] {
  const keys: Record<string, string[]> = {
    entry: ['seq'],
    checkpoint: ['size'],
    session_key: ['id'],
    session: ['id'],
    exchange: ['id', 'seq'],
  }
  return keys[table] ?? ['rowid']
}

function flipped(bytes: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(bytes)
  const at = Math.floor(changed.length / 2)
  changed[at] = (changed[at] as number) ^ 4
  return changed
}

function other(text: string): string {
  const at = Math.floor(text.length / 2)
  return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1)
}

function plusOne(value: unknown): number {
  return typeof value === 'number' ? value + 1 : 0
}

test('one flipped bit in any page of the file is found, or changes nothing that is stored', async () => {
  rmSync(join(copy, 'inbox'), { recursive: true, force: true })
  cpSync(join(original, 'inbox'), join(copy, 'inbox'), { recursive: true })
  const path = filePath(logDir(copy, 'one'), 1)
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true })
  const whole = readFileSync(path)
  const dump = (): string | null => {
    try {
      const db = new DatabaseSync(path, { readOnly: true })
      const tables = ['meta', 'tree', 'entry', 'checkpoint', 'session_key', 'session', 'exchange']
      const all = tables.map(table => db.prepare(`SELECT * FROM ${table}`).all())
      db.close()
      return JSON.stringify(all)
    } catch {
      return null
    }
  }
  const before = dump()
  let found = 0
  let unchanged = 0
  // A prime step visits every page at ever other offsets.
  for (let at = 0; at < whole.length; at += 211) {
    const changed = Buffer.from(whole)
    changed[at] = (changed[at] as number) ^ (1 << (at % 8))
    writeFileSync(path, changed)
    const verdict = await verifyLog(copy, { publicKey })
    if (verdict.intact && verdict.complete) {
      assert.equal(dump(), before, `offset ${at}`)
      unchanged++
    } else found++
  }
  assert.ok(found > 100 && unchanged > 0, `${found} found, ${unchanged} in unused space`)
})

test('deleted, reordered, duplicated and swapped rows are found', async () => {
  const attacks: Record<string, string> = {
    'an entry taken out': 'DELETE FROM entry WHERE seq = 5',
    'the first entry taken out': 'DELETE FROM entry WHERE seq = 0',
    'the last entry taken out': 'DELETE FROM entry WHERE seq = (SELECT max(seq) FROM entry)',
    'the last three, with the newest checkpoint':
      'DELETE FROM checkpoint WHERE size = (SELECT max(size) FROM checkpoint); DELETE FROM entry WHERE seq > (SELECT max(seq) - 3 FROM entry)',
    'all entries': 'DELETE FROM entry',
    'all checkpoints and an entry': 'DELETE FROM checkpoint; DELETE FROM entry WHERE seq = 4',
    'two entries swapped':
      'UPDATE entry SET seq = -1 WHERE seq = 3; UPDATE entry SET seq = 3 WHERE seq = 4; UPDATE entry SET seq = 4 WHERE seq = -1',
    'an entry twice':
      'INSERT INTO entry SELECT (SELECT max(seq) + 1 FROM entry), prev, key, hash, leaf, transcript, sealed FROM entry WHERE seq = 5',
    'a payload taken out': 'UPDATE entry SET sealed = NULL WHERE seq = 2',
    'a transcript taken out': 'UPDATE entry SET transcript = NULL WHERE seq = 2',
    'payloads of two entries swapped':
      'UPDATE entry SET sealed = (SELECT sealed FROM entry WHERE seq = 5) WHERE seq = 2',
    'the payload of another put beside an entry without one':
      'UPDATE entry SET sealed = (SELECT sealed FROM entry WHERE seq = 2), transcript = (SELECT transcript FROM entry WHERE seq = 2) WHERE seq = 1',
    'a session of the index taken out': 'DELETE FROM session WHERE rowid IN (SELECT id FROM session LIMIT 1)',
    'an exchange of the index taken out': 'DELETE FROM exchange WHERE seq = 2',
    'an exchange of the index made up': "INSERT INTO exchange VALUES ('x_other', 2)",
    'a key taken out': 'DELETE FROM session_key WHERE id = 1',
    'a key made up': "INSERT INTO session_key VALUES (999, NULL, x'00', x'00')",
  }
  for (const [name, sql] of Object.entries(attacks)) {
    const text = name.startsWith('a session of') ? 'DELETE FROM session WHERE id = (SELECT min(id) FROM session)' : sql
    const verdict = await after(db => db.exec(text))
    assert.equal(verdict.intact && verdict.complete, false, name)
  }
})

test('an entry changed together with its hash is found at the checkpoint that covers it', async () => {
  const { leafHash } = await import('./merkle.ts')
  const verdict = await after(db => {
    const { leaf } = db.prepare('SELECT leaf FROM entry WHERE seq = 0').get() as { leaf: Uint8Array }
    const changed = Buffer.from(Buffer.from(leaf).toString().replace('"version":"0.1.0"', '"version":"0.1.1"'))
    db.prepare('UPDATE entry SET leaf = ?, hash = ? WHERE seq = 0').run(changed, leafHash(changed))
  })
  assert.equal(verdict.intact, false)
  assert.match(String(verdict.faults[0]?.what), /are not those that were signed/)
})

test('what came after the newest checkpoint cannot be missed when it is cut off with the right edge', async () => {
  // The stated limit: a copy taken earlier, or a tail that no checkpoint covers, only an anchor outside would tell.
  const dir = temporaryDir()
  const inbox = await Inbox.open({ dir, instance: 'one', keys, checkpointMs: 3_600_000 })
  cpSync(join(dir, 'inbox'), join(copy, 'earlier', 'inbox'), { recursive: true })
  await inbox.record(draft(newId('s'), opening()))
  await inbox.close()
  const earlier = await verifyLog(join(copy, 'earlier'), { publicKey })
  assert.deepEqual([earlier.intact, earlier.complete, earlier.signed], [true, true, 0])
  assert.ok(earlier.entries > earlier.signed, 'the verdict says how much no checkpoint covers')
})

test('a file of the series that is missing is found', async () => {
  const dir = temporaryDir()
  const inbox = await Inbox.open({ dir, instance: 'one', keys, walBytes: 128 << 10 })
  const session = await openSession(inbox)
  for (let count = 0; count < 60; count++) await call(inbox, session, 'x'.repeat(1_000))
  await inbox.close()
  const folder = logDir(dir, 'one')
  assert.ok((await verifyLog(dir, { publicKey })).complete)
  const { next } = new DatabaseSync(filePath(folder, 1), { readOnly: true }).prepare('SELECT next FROM meta').get() as {
    next: number
  }
  assert.equal(next, 2)
  for (const number of [1, 2]) {
    rmSync(join(copy, 'inbox'), { recursive: true, force: true })
    cpSync(join(dir, 'inbox'), join(copy, 'inbox'), { recursive: true })
    for (const suffix of ['', '-wal', '-shm']) rmSync(filePath(logDir(copy, 'one'), number) + suffix, { force: true })
    const verdict = await verifyLog(copy, { publicKey })
    assert.equal(verdict.complete, false, `file ${number}`)
    assert.ok(verdict.faults.some(({ what }) => what === `file ${number} is missing`))
  }
  const newest = fileNumbers(logDir(copy, 'one')).at(-1) as number
  for (const suffix of ['', '-wal', '-shm']) rmSync(filePath(logDir(copy, 'one'), newest) + suffix, { force: true })
  assert.equal((await verifyLog(copy, { publicKey })).complete, false)
  await assert.rejects(Inbox.open({ dir: copy, instance: 'one', keys }), /The newest inbox file is missing/)
})
