// The least that a relay on this runtime can do and still record: one thread writes a block durably before what came passes,
// either way, and whatever has come by then shares it. Promise: nothing is read, closed or hashed; a gateway that records
// every question and every answer comes on top of what this costs, and no tuning of ours goes below it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parentPort, Worker, workerData } from 'node:worker_threads'
import { DurableFile } from '../src/recording/durable-file.ts'

const BLOCK_BYTES = 4096
/** Bytes that the file has before any are written over. */
const ROOM_BYTES = 64 << 20

/** `log(then)` calls back when it is on the disk. */
export function bareLog(): (then: () => void) => void {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-bare-'))
  const thread = new Worker(new URL(import.meta.url), { workerData: { barelyLogsTo: dir } })
  let waiting: (() => void)[] = []
  let writing: (() => void)[] = []
  const send = () => {
    if (writing.length > 0 || waiting.length === 0) return
    writing = waiting
    waiting = []
    thread.postMessage(null)
  }
  thread.on('message', () => {
    const written = writing
    writing = []
    for (const then of written) then()
    send()
  })
  return then => {
    waiting.push(then)
    if (waiting.length === 1) setImmediate(send)
  }
}

const folder = (workerData as { readonly barelyLogsTo?: string } | null)?.barelyLogsTo
if (folder !== undefined) {
  const path = join(folder, 'log')
  writeFileSync(path, Buffer.alloc(ROOM_BYTES))
  const file = new DurableFile(path, 0)
  // Whoever stops this process does not ask it.
  rmSync(folder, { recursive: true })
  const block = Buffer.alloc(BLOCK_BYTES)
  let at = 0
  parentPort?.on('message', () => {
    file.write(block, at)
    at = (at + BLOCK_BYTES) % ROOM_BYTES
    parentPort?.postMessage(null)
  })
}
