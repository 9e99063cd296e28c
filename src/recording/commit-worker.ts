// The commit thread. Promise: one message, one frame, one reply; whatever goes wrong is a reply too, and after a failed
// flush nothing is written any more.
import { parentPort, workerData } from 'node:worker_threads'
import { CommitLog } from './commit-log.ts'
import { openLog } from './open-log.ts'
import type { CommitOptions, Fault, FromWorker, Parcel, ToWorker } from './parcel.ts'

const options = workerData as CommitOptions
const port = parentPort as NonNullable<typeof parentPort>
const post = (message: FromWorker) => port.postMessage(message)

let log: CommitLog | null = null
let poisoned = false
let timer: NodeJS.Timeout | null = null

port.on('message', (message: ToWorker) => {
  if (message.kind === 'commit') commit(message.parcel)
  else close()
})
begin()

function begin(): void {
  try {
    const opened = openLog(options.folder, options.log)
    log = new CommitLog(opened, options)
    post({ kind: 'ready', size: log.size, lastAt: opened.lastAt })
  } catch (error) {
    post({ kind: 'unopened', says: error instanceof Error ? error.message : 'The inbox cannot be opened.' })
    port.close()
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

function close(): void {
  if (timer) clearTimeout(timer)
  checkpoint()
  if (timer) clearTimeout(timer)
  if (!poisoned) log?.close()
  post({ kind: 'closed' })
  port.close()
}

/** Only what is known to have left the file as it was may be tried again. */
function faultOf(error: unknown): Fault {
  const { code, syscall } = error as { code?: string; syscall?: string }
  return (code === 'ENOSPC' || code === 'EDQUOT') && syscall !== 'ftruncate' ? 'full' : 'poisoned'
}
