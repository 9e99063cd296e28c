// Every entry of a gateway's log, in order, read as an auditor would: from the files, beside the running process.
import type { Entry } from '../../src/recording/entry.ts'
import { openRecord, type RecordedEntry, type RecordReader } from '../../src/recording/read.ts'

/** Those from `from` on that are there at one moment. */
export function eachEntry(record: RecordReader, from: bigint, take: (one: RecordedEntry) => void): void {
  const first = record.entry(from)
  if (first === null) return
  const { log } = first.ref
  record.together(log, () => {
    for (let one = record.entry(from, log); one !== null; one = record.entry(one.ref.seq + 1n, log)) take(one)
  })
}

export function logEntries(dataDir: string): Entry[] {
  const record = openRecord(dataDir)
  try {
    const entries: Entry[] = []
    eachEntry(record, 0n, ({ entry }) => entries.push(entry))
    return entries
  } finally {
    record.close()
  }
}
