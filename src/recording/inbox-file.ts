// One file of an inbox: a SQLite database with entries, blobs, keys, the tree's right edge, checkpoints and indexes.
// Promise: a file is whole from its first transaction on, says which format it is, and an unknown format is refused.
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Edge, emptyEdge, readEdge, writeEdge } from './merkle.ts'

/** `SPRT`: what `file` and SQLite show of it. */
const APPLICATION_ID = 0x53505254
const FORMAT = 1
const NAME = /^inbox-([0-9]{6})\.sqlite$/
const INSTANCE = /^[a-z0-9][a-z0-9._-]{0,63}$/i

const SCHEMA = `
CREATE TABLE meta (log TEXT NOT NULL, number INTEGER NOT NULL, first INTEGER NOT NULL, next INTEGER);
CREATE TABLE tree (size INTEGER NOT NULL, edge BLOB NOT NULL);
CREATE TABLE entry (seq INTEGER PRIMARY KEY, prev INTEGER, key INTEGER, hash BLOB NOT NULL,
  leaf BLOB NOT NULL, transcript BLOB, sealed BLOB);
CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, note TEXT NOT NULL);
CREATE TABLE session_key (id INTEGER PRIMARY KEY, session TEXT, wrapped BLOB NOT NULL, derive BLOB NOT NULL);
CREATE TABLE session (id TEXT PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL, entries INTEGER NOT NULL,
  opened_at INTEGER NOT NULL, closed_at INTEGER, outcome TEXT, questions INTEGER NOT NULL, blocks INTEGER NOT NULL,
  holds INTEGER NOT NULL, key INTEGER, subject TEXT NOT NULL, connection TEXT NOT NULL, opening TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE exchange (id TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (id, seq)) WITHOUT ROWID;
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${FORMAT};
`

export interface FileMeta {
  readonly log: string
  readonly number: number
  /** Position in the log of the first entry this file may hold. */
  readonly first: number
  /** The file that follows, once there is one. */
  readonly next: number | null
}

/** One row of the session index: what can be listed without reading the session's entries. */
export interface SessionIndexRow {
  readonly id: string
  readonly first: number
  readonly last: number
  readonly entries: number
  readonly opened_at: number
  readonly closed_at: number | null
  readonly outcome: string | null
  readonly questions: number
  readonly blocks: number
  readonly holds: number
  readonly key: number | null
  readonly subject: string
  readonly connection: string
  /** The body of its session.open entry. */
  readonly opening: string
}

export function logDir(dir: string, instance: string): string {
  if (!INSTANCE.test(instance)) throw new Error('An instance is named with letters, digits, dots and dashes.')
  return join(dir, 'inbox', instance)
}

/** The instances that have a log under this data directory. */
export function logsIn(dir: string): string[] {
  const folder = join(dir, 'inbox')
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter(item => item.isDirectory() && INSTANCE.test(item.name))
    .map(item => item.name)
    .sort()
}

export function filePath(folder: string, number: number): string {
  return join(folder, `inbox-${String(number).padStart(6, '0')}.sqlite`)
}

/** Numbers of the files of one log, ascending. */
export function fileNumbers(folder: string): number[] {
  return readdirSync(folder)
    .map(name => Number(NAME.exec(name)?.[1] ?? 0))
    .filter(number => number > 0)
    .sort((left, right) => left - right)
}

/** Five entries of 1 KB payloads: a tenth less CPU per entry at 32 callers and a fifth less at 256 than pages of 4 KiB. */
const PAGE_BYTES = 16 << 10

/** Makes a file in one transaction: after a crash it is either whole, or a leftover that `isLeftover` knows. */
export function createFile(folder: string, log: string, number: number, edge: Edge = emptyEdge): DatabaseSync {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = filePath(folder, number)
  if (existsSync(path)) throw new Error(`The inbox ${path} is there already.`)
  let db: DatabaseSync | null = null
  try {
    makeEmpty(`${path}.new`, path)
    db = new DatabaseSync(path, { timeout: BUSY_MS })
    hot(db)
    db.exec('BEGIN IMMEDIATE')
    db.exec(SCHEMA)
    db.prepare('INSERT INTO meta VALUES (?, ?, ?, NULL)').run(log, number, edge.size)
    db.prepare('INSERT INTO tree VALUES (?, ?)').run(edge.size, writeEdge(edge))
    db.exec('COMMIT')
    syncFolder(folder)
    return db
  } catch (error) {
    db?.close()
    removeFile(path)
    throw error
  }
}

/**
 * The change to a write-ahead log is itself a transaction with a rollback journal, which a reader could not undo after a
 * crash: it is made under another name.
 */
function makeEmpty(draft: string, path: string): void {
  removeFile(draft)
  closeSync(openSync(draft, 'wx', 0o600))
  const db = new DatabaseSync(draft)
  try {
    db.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL`)
  } finally {
    db.close()
  }
  renameSync(draft, path)
}

/** Waits this long for a reader that recovers a write-ahead log after a crash; writers there is one only. */
const BUSY_MS = 5_000

function hot(db: DatabaseSync): void {
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0')
  const { synchronous } = db.prepare('PRAGMA synchronous').get() as { synchronous: number }
  const { journal_mode } = db.prepare('PRAGMA journal_mode').get() as { journal_mode: string }
  if (synchronous < 2 || journal_mode !== 'wal')
    throw new Error('The inbox cannot be made durable on this file system.')
}

export function openForWriting(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: BUSY_MS })
  try {
    refuseUnknown(db, path)
    hot(db)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

export function openForReading(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS })
  try {
    refuseUnknown(db, path)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function refuseUnknown(db: DatabaseSync, path: string): void {
  const { application_id } = db.prepare('PRAGMA application_id').get() as { application_id: number }
  const { user_version } = db.prepare('PRAGMA user_version').get() as { user_version: number }
  if (application_id !== APPLICATION_ID) throw new Error(`The file ${path} is not an inbox of this product.`)
  if (user_version !== FORMAT) {
    throw new Error(`The inbox ${path} has format ${user_version}, and this version reads format ${FORMAT} only.`)
  }
}

/** A file whose making a crash cut short: it never held an entry. */
export function isLeftover(path: string): boolean {
  const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS })
  try {
    const { tables } = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() as { tables: number }
    return tables === 0
  } finally {
    db.close()
  }
}

export function removeFile(path: string): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(path + suffix, { force: true })
}

export function readMeta(db: DatabaseSync): FileMeta {
  return db.prepare('SELECT log, number, first, next FROM meta').get() as unknown as FileMeta
}

/** Null where what is stored is no edge of any tree. */
export function readTree(db: DatabaseSync): Edge | null {
  const row = db.prepare('SELECT size, edge FROM tree').get() as { size: number; edge: Uint8Array } | undefined
  return row ? readEdge(row.size, row.edge) : null
}

export function walBytes(path: string): number {
  return statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
