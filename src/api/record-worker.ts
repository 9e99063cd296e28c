// The thread that reads the record for the API. Promise: one question after another; a failure is told without its words.
import type { KeyObject } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { openRecord } from '../recording/read.ts'
import { logHealth } from './log-health.ts'
import { RecordPages } from './record-pages.ts'
import type { FromReader, ReaderOptions, ToReader } from './record-thread.ts'

const { dir, instance, transcript } = workerData as ReaderOptions & { readonly transcript: KeyObject }
const pages = new RecordPages(openRecord(dir, { transcript }), () => logHealth(dir, instance))

parentPort?.on('message', ({ id, method, args }: ToReader) => {
  const answer = (told: FromReader) => parentPort?.postMessage(told)
  try {
    const read = pages[method] as (...args: readonly unknown[]) => unknown
    answer({ id, read: read.apply(pages, [...args]) })
  } catch {
    answer({ id, read: null, failed: true })
  }
})
