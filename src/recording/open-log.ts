// A log as it is found at the start. Promise: only the newest file is written on, behind its last whole frame; whatever
// says that something acknowledged is missing or changed refuses the start; the index is brought up to what is there.
import { closeSync, existsSync } from 'node:fs'
import { FIRST_FRAME, FrameBuilder, readRecords } from './frame.ts'
import { createFile, InboxFile } from './inbox-file.ts'
import { fileNumbers, filePath } from './inbox-folder.ts'
import { FrameReader, openForReading } from './inbox-frames.ts'
import { type LogIndex, nothingPending, openIndex, removeIndex, tell } from './log-index.ts'
import { append, type Edge, emptyEdge, readEdge, writeEdge } from './merkle.ts'

export interface OpenedLog {
  readonly file: InboxFile
  readonly edge: Edge
  readonly index: LogIndex
  readonly frame: FrameBuilder
  /** Wall clock of the last entry, ms; 0 where there is none. */
  readonly lastAt: number
  /** Size of the newest checkpoint; -1 where there is none. */
  readonly checkpointed: number
}

const REFUSED = 'does not hold what it says it holds: run `sallyport log verify`.'

/** Throws Error with one sentence. */
export function openLog(folder: string, log: string): OpenedLog {
  const frame = new FrameBuilder()
  const numbers = fileNumbers(folder)
  const newest = numbers.at(-1)
  if (newest === undefined) {
    const file = createFile(folder, log, 1, emptyEdge, frame)
    removeIndex(folder)
    return { file, edge: emptyEdge, index: openIndex(folder), frame, lastAt: 0, checkpointed: -1 }
  }
  const found = scan(folder, log, newest)
  const before = numbers.at(-2)
  if (before !== undefined) mark(folder, before, newest, frame)
  const lastAt = atOf(found.lastLeaf) ?? (before === undefined ? 0 : (atOf(scan(folder, log, before).lastLeaf) ?? 0))
  let index = openIndex(folder)
  try {
    if (index.told().size > found.edge.size) throw new Error(`The newest inbox file ${REFUSED}`)
    if (!catchUp(index, folder, numbers, found.edge)) {
      index.close()
      removeIndex(folder)
      index = openIndex(folder)
      catchUp(index, folder, numbers, found.edge)
    }
    const file = new InboxFile(folder, newest, found.end, found.crc)
    file.cutTail()
    return { file, edge: found.edge, index, frame, lastAt, checkpointed: found.checkpointed }
  } catch (error) {
    index.close()
    throw error
  }
}

interface Scanned {
  readonly edge: Edge
  readonly end: number
  readonly crc: number
  readonly lastLeaf: Uint8Array | null
  readonly checkpointed: number
}

/** Reads a whole file, which may be followed by no other. */
function scan(folder: string, log: string, number: number): Scanned {
  const path = filePath(folder, number)
  const handle = openForReading(path)
  try {
    const reader = new FrameReader(handle)
    let edge: Edge | null = null
    let [end, crc, checkpointed] = [FIRST_FRAME, 0, -1]
    let lastLeaf: Uint8Array | null = null
    for (let frame = reader.next(); frame; frame = reader.next()) {
      if (!frame.whole) throw new Error(`The inbox file ${path} ${REFUSED}`)
      for (const record of readRecords(frame.body)) {
        if (record.kind === 'head') {
          const own = record.log === log && record.number === number
          edge = own ? readEdge(record.first, Buffer.from(record.edge, 'hex')) : null
        } else if (record.kind === 'entry' && edge !== null && record.seq === edge.size) {
          edge = append(edge, Buffer.from(record.hash))
          lastLeaf = Uint8Array.from(record.leaf)
        } else if (record.kind === 'entry') edge = null
        else if (record.kind === 'checkpoint') checkpointed = record.size
        else if (record.kind === 'next' && !existsSync(filePath(folder, record.number))) {
          throw new Error('The newest inbox file is missing: restore it, or verify the log.')
        }
        if (edge === null) throw new Error(`The inbox file ${path} ${REFUSED}`)
      }
      end = frame.end
      crc = frame.crc
    }
    if (edge === null || reader.tail === 'broken') throw new Error(`The inbox file ${path} ${REFUSED}`)
    return { edge, end, crc, lastLeaf, checkpointed }
  } finally {
    closeSync(handle)
  }
}

/** The file before says which one follows, also where a crash came between the two. */
function mark(folder: string, number: number, next: number, frame: FrameBuilder): void {
  const handle = openForReading(filePath(folder, number))
  try {
    const reader = new FrameReader(handle)
    let [end, crc, marked] = [FIRST_FRAME, 0, false]
    for (let one = reader.next(); one; one = reader.next()) {
      end = one.end
      crc = one.crc
      marked = one.body.length < NEXT_BYTES && [...readRecords(one.body)].some(({ kind }) => kind === 'next')
    }
    if (marked) return
    const file = new InboxFile(folder, number, end, crc)
    try {
      frame.begin()
      frame.record({ kind: 'next', number: next })
      file.append(frame)
    } finally {
      file.close()
    }
  } finally {
    closeSync(handle)
  }
}

const NEXT_BYTES = 64
const ENTRIES_AT_ONCE = 5_000

/** Brings the index up to the entries there are. False where it does not fit them, and is to be made again. */
function catchUp(index: LogIndex, folder: string, numbers: readonly number[], edge: Edge): boolean {
  const known = index.told().size
  if (known === edge.size) return true
  const last = known === 0 ? null : index.place(known - 1)
  if (known > 0 && (last === null || !numbers.includes(last.file))) return false
  let pending = nothingPending()
  let size = known
  let told: Edge | null = readEdge(known, index.told().edge)
  if (told === null) return false
  const write = () => {
    index.write(pending, size, writeEdge(told as Edge))
    pending = nothingPending()
  }
  for (const number of numbers.slice(last === null ? 0 : numbers.indexOf(last.file))) {
    const handle = openForReading(filePath(folder, number))
    try {
      const continues = last?.file === number
      const reader = new FrameReader(handle, continues ? last.at : FIRST_FRAME, continues ? null : undefined)
      for (let frame = reader.next(); frame?.whole; frame = reader.next()) {
        const first = size
        for (const record of readRecords(frame.body)) {
          if (record.kind === 'entry') {
            if (record.seq < known) continue
            told = append(told, Buffer.from(record.hash))
            size++
          }
          tell(pending, record, id => index.session(id))
        }
        if (size > first) pending.places.push({ first, file: number, at: frame.offset })
        if (size - index.told().size >= ENTRIES_AT_ONCE) write()
      }
    } finally {
      closeSync(handle)
    }
  }
  write()
  return size === edge.size
}

function atOf(leaf: Uint8Array | null): number | null {
  return leaf && (JSON.parse(Buffer.from(leaf).toString()) as { at: number }).at
}
