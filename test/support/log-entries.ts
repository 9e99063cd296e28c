// Every entry of a gateway's log, in order, read as an auditor would: from the files, beside the running process.
import type { Entry } from '../../src/recording/entry.ts'
import { openRecord } from '../../src/recording/read.ts'

export function logEntries(dataDir: string): Entry[] {
  const record = openRecord(dataDir)
  try {
    const entries: Entry[] = []
    for (let next = record.entry(0n); next !== null; next = record.entry(next.ref.seq + 1n)) entries.push(next.entry)
    return entries
  } finally {
    record.close()
  }
}
