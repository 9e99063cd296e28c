// The commit thread. Promise: one message, one transaction, one reply; whatever goes wrong is a reply too, and after a
// failed flush nothing is written any more.
import { existsSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { CommitLog } from './commit-log.ts'
import { FoldThread } from './fold-thread.ts'
import {
  createFile,
  fileNumbers,
  filePath,
  isLeftover,
  openForWriting,
  readMeta,
  readTree,
  removeFile,
  walBytes,
} from './inbox-file.ts'
import type { CommitOptions, Fault, FromWorker, Parcel, ToWorker } from './parcel.ts'

const options = workerData as CommitOptions
const port = parentPort as NonNullable<typeof parentPort>
const post = (message: FromWorker) => port.postMessage(message)

let log: CommitLog | null = null
const folder = new FoldThread()
let poisoned = false
let timer: NodeJS.Timeout | null = null

port.on('message', (message: ToWorker) => {
  if (message.kind === 'commit') commit(message.parcel)
  else void close()
})
begin()

function begin(): void {
  try {
    const { opened, lastAt } = openNewest()
    log = new CommitLog(opened, options, folder)
    post({ kind: 'ready', size: log.size, lastAt })
  } catch (error) {
    post({ kind: 'unopened', says: error instanceof Error ? error.message : 'The inbox cannot be opened.' })
    port.close()
  }
}

function openNewest() {
  const { log: name } = options
  const numbers = existsSync(options.folder) ? fileNumbers(options.folder) : []
  const newest = numbers[numbers.length - 1]
  if (newest !== undefined && isLeftover(filePath(options.folder, newest))) {
    removeFile(filePath(options.folder, newest))
    numbers.pop()
  }
  const number = numbers[numbers.length - 1]
  if (number === undefined) {
    const db = createFile(options.folder, name, 1)
    return { opened: { db, number: 1, edge: { size: 0, hashes: [] } }, lastAt: 0 }
  }
  const db = openForWriting(filePath(options.folder, number))
  try {
    const edge = readTree(db)
    const meta = readMeta(db)
    const last = db.prepare('SELECT seq, leaf FROM entry ORDER BY seq DESC LIMIT 1').get() as
      | { seq: number; leaf: Uint8Array }
      | undefined
    if (!edge || edge.size !== (last ? last.seq + 1 : meta.first) || meta.log !== name || meta.number !== number) {
      throw new Error('The newest inbox file does not hold what it says it holds: run `sallyport log verify`.')
    }
    if (meta.next !== null) throw new Error('The newest inbox file is missing: restore it, or verify the log.')
    const before = numbers[numbers.length - 2]
    if (before !== undefined) mark(filePath(options.folder, before), number)
    for (const path of numbers.slice(0, -1).map(one => filePath(options.folder, one))) {
      if (walBytes(path) > 0) void folder.fold(path)
    }
    const lastAt = last
      ? (JSON.parse(Buffer.from(last.leaf).toString()) as { at: number }).at
      : previousAt(options.folder, before)
    return { opened: { db, number, edge }, lastAt }
  } catch (error) {
    db.close()
    throw error
  }
}

/** The previous file says that this one follows, also where a crash came between the two. */
function mark(path: string, next: number): void {
  const db = openForWriting(path)
  try {
    if (readMeta(db).next === null) db.prepare('UPDATE meta SET next = ?').run(next)
  } finally {
    db.close()
  }
}

function previousAt(folder: string, number: number | undefined): number {
  if (number === undefined) return 0
  const db = openForWriting(filePath(folder, number))
  try {
    const last = db.prepare('SELECT leaf FROM entry ORDER BY seq DESC LIMIT 1').get() as
      | { leaf: Uint8Array }
      | undefined
    return last ? (JSON.parse(Buffer.from(last.leaf).toString()) as { at: number }).at : 0
  } finally {
    db.close()
  }
}

function commit(parcel: Parcel): void {
  if (!log || poisoned) {
    post({ kind: 'failed', id: parcel.id, fault: 'poisoned' })
    return
  }
  try {
    const { first, refused } = log.commit(parcel)
    post({ kind: 'committed', id: parcel.id, first, refused })
  } catch (error) {
    const fault = faultOf(error)
    poisoned = fault === 'poisoned'
    post({ kind: 'failed', id: parcel.id, fault })
    return
  }
  timer ??= setTimeout(checkpoint, options.checkpointMs)
}

function checkpoint(): void {
  timer = null
  if (!log || poisoned) return
  try {
    log.checkpoint()
  } catch (error) {
    const fault = faultOf(error)
    poisoned = fault === 'poisoned'
    post({ kind: 'faulty', fault })
    if (!poisoned) timer = setTimeout(checkpoint, options.checkpointMs)
  }
}

async function close(): Promise<void> {
  if (timer) clearTimeout(timer)
  timer = null
  checkpoint()
  if (timer) clearTimeout(timer)
  if (!poisoned) await log?.close().catch(() => undefined)
  post({ kind: 'closed' })
  port.close()
}

const SQLITE = { busy: 5, full: 13, ioErrShmSize: 4874 } as const

/** Only what is known to have left the file as it was may be tried again. */
function faultOf(error: unknown): Fault {
  const { errcode, code } = error as { errcode?: number; code?: string }
  if (code === 'ENOSPC' || errcode === SQLITE.ioErrShmSize) return 'full'
  const primary = (errcode ?? 0) & 0xff
  return primary === SQLITE.full ? 'full' : primary === SQLITE.busy ? 'busy' : 'poisoned'
}
