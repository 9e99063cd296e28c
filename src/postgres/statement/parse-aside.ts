// Long texts, one at a time, in a worker. Promise: each gets an answer within the time limit; a worker that took too long
// or died is thrown away, and its text refused.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { limits } from '../../gateway/limits.ts'
import { notAnalysable, type Trees } from './parse.ts'
import { refused, type StatementRefusal } from './statement.ts'

export interface AsideOptions {
  readonly timeoutMs: number
  /** Texts parsed before the worker is replaced: its memory grows and never shrinks. */
  readonly textsPerWorker: number
}

const defaults: AsideOptions = { timeoutMs: limits.parseMs, textsPerWorker: limits.parsesPerThread }

export class AsideParser {
  readonly #options: AsideOptions
  #worker: Promise<Worker> | null = null
  #parsed = 0
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: Partial<AsideOptions> = {}) {
    this.#options = { ...defaults, ...options }
  }

  readonly parse = (text: string): Promise<Trees | StatementRefusal> => {
    const next = this.#last.then(() => this.#one(text))
    this.#last = next.catch(() => undefined)
    return next
  }

  async close(): Promise<void> {
    await this.#last
    await this.#drop()
  }

  async #one(text: string): Promise<Trees | StatementRefusal> {
    if (this.#parsed >= this.#options.textsPerWorker) await this.#drop()
    this.#worker ??= start()
    const timeout = new AbortController()
    let timer: NodeJS.Timeout | undefined
    try {
      const worker = await this.#worker
      const late = new Promise<StatementRefusal>(done => {
        timer = setTimeout(() => done(tooLong()), this.#options.timeoutMs)
      })
      const answer = once(worker, 'message', { signal: timeout.signal }).then(([message]) => message as Trees)
      const gone = once(worker, 'exit', { signal: timeout.signal }).then(() => notAnalysable())
      worker.postMessage(text)
      const result = await Promise.race([answer.catch(notAnalysable), gone.catch(notAnalysable), late])
      this.#parsed++
      if (result.kind === 'refused' && result.sqlState !== '42601') await this.#drop()
      return result
    } catch {
      await this.#drop()
      return notAnalysable()
    } finally {
      clearTimeout(timer)
      timeout.abort()
    }
  }

  async #drop(): Promise<void> {
    const worker = this.#worker
    this.#worker = null
    this.#parsed = 0
    if (worker !== null) await worker.then(made => made.terminate()).catch(() => undefined)
  }
}

function tooLong(): StatementRefusal {
  return refused('limit', '57014', 'The statement took too long to analyse.')
}

async function start(): Promise<Worker> {
  const worker = new Worker(new URL('./parse-worker.ts', import.meta.url), {
    resourceLimits: { stackSizeMb: 8, maxOldGenerationSizeMb: 512 },
  })
  worker.unref()
  worker.on('error', () => undefined) // its exit is what is waited for
  await once(worker, 'message')
  return worker
}
