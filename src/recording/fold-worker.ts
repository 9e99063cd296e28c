// The thread that folds in write-ahead logs of inbox files that are no longer written.
import { parentPort } from 'node:worker_threads'
import { openForWriting } from './inbox-file.ts'

parentPort?.on('message', (path: string) => {
  try {
    const db = openForWriting(path)
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    db.close()
  } catch {
    // The file stays readable together with its write-ahead log.
  }
  parentPort?.postMessage(path)
})
