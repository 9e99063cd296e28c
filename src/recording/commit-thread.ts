// The event loop's end of the commit thread. Promise: every parcel sent is answered once, also when the thread dies.
import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import {
  type CommitOptions,
  type CommittedParcel,
  type Fault,
  type FromWorker,
  type Item,
  Packer,
  type ToWorker,
} from './parcel.ts'

export class CommitFault extends Error {
  readonly fault: Fault
  constructor(fault: Fault) {
    super(`the commit failed: ${fault}`)
    this.fault = fault
  }
}

export type Committed = Omit<CommittedParcel, 'id'>

interface Flight {
  readonly id: number
  readonly packer: Packer
  readonly resolve: (committed: Committed) => void
  readonly reject: (fault: CommitFault) => void
}

/**
 * Of a thread, in MiB: what it makes dies at once, and as much room for it as on the main thread would be memory for nothing. The
 * flag is the process's and is read when a thread starts: it holds for this one and those started later.
 */
const SEMI_SPACE_MB = 2

export class CommitThread {
  readonly #worker: Worker
  /** In the order they left. */
  readonly #flights: Flight[] = []
  /** Called when something fails that no parcel waits for: a checkpoint, or the thread itself. */
  readonly #onFault: (fault: Fault) => void
  /** Those whose parcel has come back. */
  readonly #packers: Packer[] = []
  #count = 0
  #made = 0
  #failures = 0
  #dead = false
  #closed: (() => void) | null = null

  private constructor(worker: Worker, onFault: (fault: Fault) => void) {
    this.#worker = worker
    this.#onFault = onFault
  }

  static open(
    options: CommitOptions,
    onFault: (fault: Fault) => void,
  ): Promise<{ thread: CommitThread; size: number; lastAt: number }> {
    setFlagsFromString(`--max-semi-space-size=${SEMI_SPACE_MB}`)
    const worker = new Worker(new URL('./commit-worker.ts', import.meta.url), { workerData: options, name: 'commit' })
    const thread = new CommitThread(worker, onFault)
    return new Promise((resolve, reject) => {
      worker.once('message', (message: FromWorker) => {
        if (message.kind !== 'ready') {
          reject(new Error(message.kind === 'unopened' ? message.says : 'The commit thread did not start.'))
          return
        }
        worker.on('message', (later: FromWorker) => thread.#hear(later))
        resolve({ thread, size: message.size, lastAt: message.lastAt })
      })
      worker.on('error', () => thread.#die(reject))
      worker.on('exit', () => thread.#die(reject))
    })
  }

  /** What is given in order is written in order; after a failed one, nothing that was given before its answer. */
  commit(items: readonly Item[]): Promise<Committed> {
    return new Promise((resolve, reject) => {
      if (this.#dead) {
        reject(new CommitFault('poisoned'))
        return
      }
      const packer = this.#packers.pop() ?? new Packer(++this.#made)
      const parcel = packer.pack(++this.#count, this.#failures, items)
      this.#flights.push({ id: parcel.id, packer, resolve, reject })
      const message: ToWorker = { kind: 'commit', parcel }
      this.#worker.postMessage(message)
    })
  }

  /** Signs a last checkpoint and lets go of the files; resolves also when the thread is dead. */
  close(): Promise<void> {
    if (this.#dead) return Promise.resolve()
    return new Promise(resolve => {
      this.#closed = resolve
      const message: ToWorker = { kind: 'close' }
      this.#worker.postMessage(message)
    })
  }

  #hear(message: FromWorker): void {
    if (message.kind === 'committed') for (const one of message.parcels) this.#landed(one.id)?.resolve(one)
    else if (message.kind === 'failed') {
      this.#failures++
      for (const id of message.ids) {
        const flight = this.#landed(id)
        flight?.packer.forget()
        flight?.reject(new CommitFault(message.fault))
      }
    } else if (message.kind === 'faulty') this.#onFault(message.fault)
  }

  #landed(id: number): Flight | undefined {
    const at = this.#flights.findIndex(one => one.id === id)
    const [flight] = at < 0 ? [] : this.#flights.splice(at, 1)
    if (flight !== undefined) this.#packers.push(flight.packer)
    return flight
  }

  /** An error is followed by an exit: the second call finds nothing left to do. */
  #die(unopened: (error: Error) => void): void {
    unopened(new Error('The commit thread did not start.'))
    if (this.#closed) this.#closed()
    else if (!this.#dead) this.#onFault('poisoned')
    this.#dead = true
    for (const { id } of [...this.#flights]) this.#landed(id)?.reject(new CommitFault('poisoned'))
  }
}
