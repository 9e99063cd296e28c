// The record as the API reads it: on a thread of its own, so that a session of any length stalls no call. Promise: every
// question is answered or refused within limits.apiReadMs, and a bounded number of them waits.
import type { KeyObject } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import { limits } from '../gateway/limits.ts'
import { Problem } from './problem.ts'
import type { RecordPages } from './record-pages.ts'
import type { RecordView } from './record-view.ts'

export interface ReaderOptions {
  readonly dir: string
  /** Whose log it is that stands for this process. */
  readonly instance: string
  readonly readMs?: number
}

type Method = keyof RecordView

export interface ToReader {
  readonly id: number
  readonly method: Method
  readonly args: readonly unknown[]
}

export interface FromReader {
  readonly id: number
  readonly read: unknown
  readonly failed?: true
}

interface Asked {
  readonly resolve: (read: unknown) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

/** Beyond it the thread ends, and the process lives on. */
const HEAP_MB = 512

export class RecordThread implements RecordView {
  readonly #options: ReaderOptions
  readonly #transcript: KeyObject
  readonly #asked = new Map<number, Asked>()
  #worker: Worker | null = null
  #count = 0

  constructor(options: ReaderOptions, keys: { readonly transcript: KeyObject }) {
    this.#options = options
    this.#transcript = keys.transcript
  }

  sessions = this.#reading('sessions')
  summary = this.#reading('summary')
  story = this.#reading('story')
  exchange = this.#reading('exchange')
  steps = this.#reading('steps')
  question = this.#reading('question')
  log = this.#reading('log')

  async close(): Promise<void> {
    await this.#stop()
  }

  #reading<M extends Method>(method: M) {
    return (...args: Parameters<RecordPages[M]>) => this.#ask(method, args) as Promise<ReturnType<RecordPages[M]>>
  }

  #ask(method: Method, args: readonly unknown[]): Promise<unknown> {
    if (this.#asked.size >= limits.apiReads) return Promise.reject(new Problem('limit'))
    const worker = this.#worker ?? this.#start()
    const id = ++this.#count
    return new Promise((resolve, reject) => {
      // A thread that reads cannot be told to stop: it is ended, and what waits behind it asks again.
      const timer = setTimeout(() => void this.#stop(), this.#options.readMs ?? limits.apiReadMs)
      this.#asked.set(id, { resolve, reject, timer })
      worker.postMessage({ id, method, args } satisfies ToReader)
    })
  }

  #start(): Worker {
    const worker = new Worker(new URL('./record-worker.ts', import.meta.url), {
      name: 'record',
      workerData: { ...this.#options, transcript: this.#transcript },
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    })
    worker.on('message', ({ id, read, failed }: FromReader) => {
      const asked = this.#taken(id)
      if (failed) asked?.reject(new Error('the record could not be read'))
      else asked?.resolve(read)
    })
    const over = () => {
      if (this.#worker !== worker) return
      this.#worker = null
      this.#refuseAll()
    }
    worker.on('error', over)
    worker.on('exit', over)
    worker.unref()
    this.#worker = worker
    return worker
  }

  #taken(id: number): Asked | undefined {
    const asked = this.#asked.get(id)
    clearTimeout(asked?.timer)
    this.#asked.delete(id)
    return asked
  }

  async #stop(): Promise<void> {
    const worker = this.#worker
    this.#worker = null
    this.#refuseAll()
    await worker?.terminate()
  }

  #refuseAll(): void {
    for (const id of [...this.#asked.keys()]) this.#taken(id)?.reject(new Problem('limit'))
  }
}
