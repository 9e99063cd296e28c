// Folds write-ahead logs into their files away from the commit path. Promise: never rejects and never touches an entry; a
// log that could not be folded in stays readable beside its file, and the next start tries again.
import { Worker } from 'node:worker_threads'

export class FoldThread {
  #worker: Worker | null = null
  readonly #waiting = new Map<string, () => void>()

  fold(path: string): Promise<void> {
    this.#worker ??= this.#start()
    const worker = this.#worker
    return new Promise(resolve => {
      this.#waiting.set(path, resolve)
      worker.postMessage(path)
    })
  }

  async close(): Promise<void> {
    await this.#worker?.terminate()
  }

  #start(): Worker {
    const worker = new Worker(new URL('./fold-worker.ts', import.meta.url), { name: 'fold' })
    worker.on('message', (path: string) => {
      this.#waiting.get(path)?.()
      this.#waiting.delete(path)
    })
    const over = () => {
      if (this.#worker === worker) this.#worker = null
      for (const resolve of this.#waiting.values()) resolve()
      this.#waiting.clear()
    }
    worker.on('error', over)
    worker.on('exit', over)
    worker.unref()
    return worker
  }
}
