import assert from 'node:assert/strict'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { before, test } from 'node:test'
import { newId } from '../gateway/ids.ts'
import { rawPublicKey } from './checkpoint.ts'
import type { FrameRecord, StoredEntry } from './frame.ts'
import { Inbox } from './inbox.ts'
import { fileNumbers, filePath, logDir } from './inbox-folder.ts'
import { loadKeys } from './keys.ts'
import { frameEnds, readFile, refitted, writeFile } from './test-file.ts'
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

const path = filePath(logDir(copy, 'one'), 1)

function restore(): void {
  rmSync(join(copy, 'inbox'), { recursive: true, force: true })
  cpSync(join(original, 'inbox'), join(copy, 'inbox'), { recursive: true })
}

/** The verdict on the log after `attack` on its records, one frame each, checksums made to fit. */
function after(attack: (records: FrameRecord[]) => FrameRecord[]): Promise<LogVerdict> {
  restore()
  writeFile(
    path,
    attack(readFile(path).flat()).map(record => [record]),
  )
  return verifyLog(copy, { publicKey })
}

async function afterIndex(sql: string): Promise<LogVerdict> {
  restore()
  const db = new DatabaseSync(join(logDir(copy, 'one'), 'index.sqlite'))
  db.exec(sql)
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

test('one flipped bit anywhere in a file is found', async () => {
  restore()
  const whole = readFileSync(path)
  for (let at = 0; at < whole.length; at++) {
    // Every byte of the frames' heads and of the first entries, then at steps that visit ever other fields.
    if (at > 2_000 && at % 11 !== 0) continue
    const changed = Buffer.from(whole)
    changed[at] = (changed[at] as number) ^ (1 << (at % 8))
    writeFileSync(path, changed)
    const verdict = await verifyLog(copy, { publicKey })
    assert.equal(verdict.intact && verdict.complete, false, `byte ${at}`)
  }
})

test('one flipped bit in any field of any entry is found there, also with every checksum made to fit', async () => {
  restore()
  const whole = readFileSync(path)
  const ends = frameEnds(path)
  const entries = readFile(path)
    .flat()
    .filter(record => record.kind === 'entry')
  let located = 0
  for (const entry of entries) {
    for (const field of ['hash', 'leaf', 'transcript', 'sealed'] as const) {
      const bytes = entry[field]
      if (!bytes) continue
      const start = whole.indexOf(bytes)
      for (const at of [start, start + (bytes.length >> 1), start + bytes.length - 1]) {
        const changed = Buffer.from(whole)
        changed[at] = (changed[at] as number) ^ 4
        writeFileSync(path, refitted(changed, ends))
        const verdict = await verifyLog(copy, { publicKey })
        assert.equal(verdict.intact, false, `${field} of ${entry.seq}`)
        assert.ok(seqs(verdict).includes(entry.seq), `${field} of ${entry.seq}: ${JSON.stringify(verdict.faults)}`)
        located++
      }
    }
  }
  assert.ok(located > 200, `${located}`)
})

test('one changed cell of the index is found', async () => {
  const index = join(logDir(original, 'one'), 'index.sqlite')
  const source = new DatabaseSync(index, { readOnly: true })
  const keys: Record<string, string> = { place: 'first', session: 'id', exchange: 'seq', session_key: 'id' }
  let changed = 0
  for (const [table, key] of Object.entries(keys)) {
    const columns = source.prepare(`SELECT name FROM pragma_table_info('${table}')`).all()
    for (const row of source.prepare(`SELECT * FROM ${table}`).all()) {
      for (const { name } of columns) {
        const column = String(name)
        // Where its file is read from the beginning, nothing depends on the place.
        if (table === 'place' && column !== 'file') continue
        const value = row[column]
        const wrong =
          value instanceof Uint8Array ? "x'00'" : typeof value === 'string' ? "'changed'" : Number(value ?? 0) + 1
        const where = typeof row[key] === 'string' ? `'${row[key]}'` : row[key]
        const verdict = await afterIndex(`UPDATE OR REPLACE ${table} SET ${column} = ${wrong} WHERE ${key} = ${where}`)
        assert.equal(verdict.intact && verdict.complete, false, `${table}.${column}`)
        changed++
      }
    }
  }
  source.close()
  assert.ok(changed > 50, `${changed}`)
  for (const sql of [
    'DELETE FROM session WHERE id = (SELECT min(id) FROM session)',
    'DELETE FROM exchange WHERE seq = (SELECT min(seq) FROM exchange)',
    "INSERT INTO exchange VALUES ('x_other', 2)",
    'DELETE FROM session_key WHERE id = (SELECT min(id) FROM session_key)',
    "INSERT INTO session_key VALUES (999, NULL, x'00', x'00')",
    'UPDATE told SET size = size + 1',
  ]) {
    assert.equal((await afterIndex(sql)).intact && (await afterIndex(sql)).complete, false, sql)
  }
})

test('deleted, reordered, duplicated and swapped records are found', async () => {
  const isEntry = (record: FrameRecord): record is StoredEntry => record.kind === 'entry'
  const entry = (records: FrameRecord[], seq: number) =>
    records.find(record => isEntry(record) && record.seq === seq) as StoredEntry
  const without = (drop: (record: FrameRecord) => boolean) => (records: FrameRecord[]) =>
    records.filter(record => !drop(record))
  const changed = (seq: number, change: (one: StoredEntry, records: FrameRecord[]) => Partial<StoredEntry>) => {
    return (records: FrameRecord[]) =>
      records.map(one => (isEntry(one) && one.seq === seq ? { ...one, ...change(one, records) } : one))
  }
  const lastOf = (records: FrameRecord[]) => Math.max(...records.filter(isEntry).map(({ seq }) => seq))
  const paid = (records: FrameRecord[], at: number) =>
    records.filter(isEntry).filter(({ sealed }) => sealed)[at] as StoredEntry
  const attacks: Record<string, (records: FrameRecord[]) => FrameRecord[]> = {
    'an entry taken out': without(one => isEntry(one) && one.seq === 5),
    'the first entry taken out': without(one => isEntry(one) && one.seq === 0),
    'the last entry taken out': records => records.filter(one => !isEntry(one) || one.seq !== lastOf(records)),
    'the last three, with the newest checkpoint': records => {
      const size = lastOf(records) + 1
      return records.filter(one => (isEntry(one) ? one.seq < size - 3 : !('size' in one) || one.size < size))
    },
    'all entries': without(isEntry),
    'all checkpoints and an entry': without(one => one.kind === 'checkpoint' || (isEntry(one) && one.seq === 4)),
    'an entry taken out and the rest renumbered': records =>
      records
        .filter(one => !isEntry(one) || one.seq !== 5)
        .map(one => (isEntry(one) && one.seq > 5 ? { ...one, seq: one.seq - 1 } : one)),
    'two entries swapped': records => {
      const [third, fourth] = [entry(records, 3), entry(records, 4)]
      return records.map(one => (one === third ? { ...fourth, seq: 3 } : one === fourth ? { ...third, seq: 4 } : one))
    },
    'an entry twice': records => [...records, { ...entry(records, 5), seq: lastOf(records) + 1 }],
    'a payload taken out': records => changed(paid(records, 0).seq, () => ({ sealed: null }))(records),
    'a transcript taken out': records => changed(paid(records, 0).seq, () => ({ transcript: null }))(records),
    'payloads of two entries swapped': records =>
      changed(paid(records, 0).seq, (_, all) => ({ sealed: paid(all, 1).sealed }))(records),
    'the payload of another put beside an entry without one': changed(1, (_, all) => {
      const { sealed, transcript } = paid(all, 0)
      return { sealed, transcript }
    }),
    'a link changed': changed(4, ({ prev }) => ({ prev: (prev ?? 0) + 1 })),
    'a key named that is another': records =>
      changed(paid(records, 0).seq, ({ key }) => ({ key: (key ?? 0) + 1 }))(records),
    'a key taken out': records => {
      const first = records.find(({ kind }) => kind === 'key')
      return records.filter(one => one !== first)
    },
    'a key made up': records => [
      ...records,
      { kind: 'key', id: 999, session: null, wrapped: Buffer.alloc(1), derive: Buffer.alloc(1) },
    ],
    'a key changed': records =>
      records.map(one => (one.kind === 'key' ? { ...one, wrapped: Buffer.from(one.wrapped).fill(7, 0, 1) } : one)),
    'a beginning that names another log': records =>
      records.map(one => (one.kind === 'head' ? { ...one, log: 'two' } : one)),
    'no beginning': without(({ kind }) => kind === 'head'),
    'a following file made up': records => [...records, { kind: 'next', number: 3 }],
  }
  for (const [name, attack] of Object.entries(attacks)) {
    const verdict = await after(attack)
    assert.equal(verdict.intact && verdict.complete, false, name)
  }
})

test('an entry changed together with its hash is found at the checkpoint that covers it', async () => {
  const verdict = await after(records =>
    records.map(one => {
      if (one.kind !== 'entry' || one.seq !== 0) return one
      return {
        ...one,
        leaf: Buffer.from(Buffer.from(one.leaf).toString().replace('"version":"0.1.0"', '"version":"0.1.1"')),
      }
    }),
  )
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
  const inbox = await Inbox.open({ dir, instance: 'one', keys, fileBytes: 128 << 10 })
  const session = await openSession(inbox)
  for (let count = 0; count < 60; count++) await call(inbox, session, 'x'.repeat(1_000))
  await inbox.close()
  const folder = logDir(dir, 'one')
  assert.ok((await verifyLog(dir, { publicKey })).complete)
  assert.deepEqual(readFile(filePath(folder, 1)).at(-1), [{ kind: 'next', number: 2 }])
  for (const number of [1, 2]) {
    rmSync(join(copy, 'inbox'), { recursive: true, force: true })
    cpSync(join(dir, 'inbox'), join(copy, 'inbox'), { recursive: true })
    rmSync(filePath(logDir(copy, 'one'), number))
    const verdict = await verifyLog(copy, { publicKey })
    assert.equal(verdict.complete, false, `file ${number}`)
    assert.ok(verdict.faults.some(({ what }) => what === `file ${number} is missing`))
  }
  const newest = fileNumbers(logDir(copy, 'one')).at(-1) as number
  rmSync(filePath(logDir(copy, 'one'), newest))
  assert.equal((await verifyLog(copy, { publicKey })).complete, false)
  await assert.rejects(Inbox.open({ dir: copy, instance: 'one', keys }), /The newest inbox file is missing/)
})
