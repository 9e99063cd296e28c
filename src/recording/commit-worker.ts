// The commit thread. Promise: what has come by the time the last frame is durable makes one frame and has one reply; whatever
// goes wrong is a reply too, and after a failed flush nothing is written any more.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { CommitLog } from './commit-log.ts'
import { isFull } from './inbox-file.ts'
import { openLog } from './open-log.ts'
import type { CommitOptions, Fault, FromWorker, Parcel, ToWorker } from './parcel.ts'

const options = workerData as CommitOptions
const port = parentPort as NonNullable<typeof parentPort>
const post = (message: FromWorker) => port.postMessage(message)

let log: CommitLog | null = null
let poisoned = false
let failures = 0
let timer: NodeJS.Timeout | null = null

port.on('message', (message: ToWorker) => {
  const parcels: Parcel[] = []
  let next: ToWorker | undefined = message
  for (; next?.kind === 'commit'; next = receiveMessageOnPort(port)?.message) parcels.push(next.parcel)
  if (parcels.length > 0) commit(parcels)
  if (next?.kind === 'close') close()
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

function commit(parcels: readonly Parcel[]): void {
  try {
    if (!log || poisoned) throw new Error('nothing is written any more')
    if (parcels.some(({ after }) => after < failures)) fail(parcels, 'full')
    else post({ kind: 'committed', parcels: log.commit(parcels) })
  } catch (error) {
    const fault = faultOf(error)
    poisoned = fault === 'poisoned'
    fail(parcels, fault)
    return
  }
  timer ??= setTimeout(checkpoint, options.checkpointMs)
}

function fail(parcels: readonly Parcel[], fault: Fault): void {
  failures++
  post({ kind: 'failed', ids: parcels.map(({ id }) => id), fault })
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
  const { syscall } = error as { syscall?: string }
  return isFull(error) && syscall !== 'ftruncate' ? 'full' : 'poisoned'
}
