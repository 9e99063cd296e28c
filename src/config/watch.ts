// A changed configuration goes live. Promise: seen within limits.configPollMs however the file is replaced (written over,
// renamed, a swapped symbolic link), secret files included; a broken file is reported once and changes nothing.
import { createHash } from 'node:crypto'
import { type FSWatcher, watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { limits } from '../gateway/limits.ts'
import { type Config, secretsOf } from './config.ts'
import { type Loaded, loadConfig } from './load.ts'
import type { Problem } from './problem.ts'

export interface WatchEvents {
  onChange(loaded: Extract<Loaded, { ok: true }>): void | Promise<void>
  onBroken(problems: readonly Problem[]): void | Promise<void>
}

/** Notices of the file system come in bursts. */
const SETTLE_MS = 50

/** `live` is what was loaded last: a change since then is seen by the first look. */
export function watchConfig(
  path: string,
  live: { readonly config: Config; readonly digest: string },
  events: WatchEvents,
  env: NodeJS.ProcessEnv = process.env,
): ConfigWatch {
  return new ConfigWatch(resolve(path), live, events, env)
}

export class ConfigWatch {
  readonly #path: string
  readonly #events: WatchEvents
  readonly #env: NodeJS.ProcessEnv
  #config: Config
  /** Fingerprint of what was looked at last, live or broken. */
  #seen: string | null = null
  #missing = false
  #timer: NodeJS.Timeout | null = null
  #watcher: FSWatcher | null = null
  readonly #ready: Promise<void>
  #running: Promise<void>
  #closed = false

  constructor(
    path: string,
    live: { readonly config: Config; readonly digest: string },
    events: WatchEvents,
    env: NodeJS.ProcessEnv,
  ) {
    this.#path = path
    this.#config = live.config
    this.#events = events
    this.#env = env
    this.#listen()
    this.#ready = this.#fingerprint(live.digest, live.config).then(seen => {
      this.#seen = seen
      this.#schedule(SETTLE_MS)
    })
    this.#running = this.#ready
  }

  /** Secret files that change from here on are seen: read secrets after it. The configuration file is seen from its load on. */
  get ready(): Promise<void> {
    return this.#ready
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#watcher?.close()
    if (this.#timer) clearTimeout(this.#timer)
    await this.#running
  }

  /** Only makes it quicker: where the file system tells nothing, the poll finds the change. */
  #listen(): void {
    try {
      this.#watcher = watch(dirname(this.#path), (_event, name) => {
        if (this.#seen !== null && (name === null || name === basename(this.#path))) this.#schedule(SETTLE_MS)
      })
      this.#watcher.on('error', () => this.#watcher?.close())
      this.#watcher.unref()
    } catch {
      this.#watcher = null
    }
  }

  #schedule(afterMs: number): void {
    if (this.#closed) return
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#running = this.#running.then(() => this.#look())
      void this.#running.then(() => this.#schedule(limits.configPollMs))
    }, afterMs)
    this.#timer.unref()
  }

  async #look(): Promise<void> {
    if (this.#closed) return
    const bytes = await readFile(this.#path).catch(() => null)
    if (bytes === null && !this.#missing) {
      // A file is missing for a moment while it is replaced: the next look decides.
      this.#missing = true
      return
    }
    this.#missing = false
    const digest = bytes === null ? 'missing' : createHash('sha256').update(bytes).digest('hex')
    const seen = await this.#fingerprint(digest, this.#config)
    if (seen === this.#seen) return
    this.#seen = seen
    const loaded = await loadConfig(this.#path, this.#env)
    if (this.#closed) return
    if (loaded.ok) await this.#apply(loaded)
    else await this.#report(loaded.problems)
  }

  async #apply(loaded: Extract<Loaded, { ok: true }>): Promise<void> {
    // Before it is applied: a secret that changes while it is read is seen by the next look.
    const seen = await this.#fingerprint(loaded.digest, loaded.config)
    try {
      await this.#events.onChange(loaded)
    } catch {
      const message = 'the new configuration could not be applied, so the old one stays'
      await this.#report([{ file: this.#path, line: 1, column: 1, message, path: [], excerpt: null }])
      return
    }
    this.#config = loaded.config
    this.#seen = seen
  }

  async #report(problems: readonly Problem[]): Promise<void> {
    try {
      await this.#events.onBroken(problems)
    } catch {
      // Nobody is left to be told; what is live stays live.
    }
  }

  /** The file's digest, and the bytes of every secret file that a configuration names. */
  async #fingerprint(digest: string, config: Config): Promise<string> {
    const hash = createHash('sha256').update(digest)
    for (const ref of secretsOf(config)) {
      if (!('file' in ref)) continue
      const bytes = await readFile(resolve(dirname(this.#path), ref.file)).catch(() => null)
      hash.update(bytes === null ? 'missing' : createHash('sha256').update(bytes).digest('hex'))
    }
    return hash.digest('hex')
  }
}
