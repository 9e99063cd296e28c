// A server that is started by the first message for it. Promise: whoever may send it nothing starts nothing.
import type { Authored } from '../gateway/authored.ts'
import type { Cleared } from '../recording/inbox.ts'
import { type Sending, type Upstream, type UpstreamAnswer, UpstreamError } from './upstream.ts'

export class LaterUpstream implements Upstream {
  readonly #start: () => Promise<Upstream>
  readonly #lost = new AbortController()
  #started: Promise<Upstream> | null = null
  #closed = false

  constructor(start: () => Promise<Upstream>) {
    this.#start = start
  }

  get lost(): AbortSignal {
    return this.#lost.signal
  }

  async send(part: Cleared<'system'> | Authored, sending: Sending): Promise<UpstreamAnswer> {
    if (this.#closed) throw new UpstreamError('exited')
    this.#started ??= this.#begin()
    return (await this.#started).send(part, sending)
  }

  async listen(...asked: Parameters<Upstream['listen']>): Promise<UpstreamAnswer> {
    if (this.#started === null) return { kind: 'absent', status: 405 }
    return (await this.#started).listen(...asked)
  }

  async close(headers: Readonly<Record<string, string>>): Promise<'closed' | 'absent'> {
    this.#closed = true
    const started = await this.#started?.catch(() => null)
    return started ? started.close(headers) : 'closed'
  }

  async #begin(): Promise<Upstream> {
    const upstream = await this.#start().catch((error: unknown) => {
      // What was in its way, such as others that ran, may be over when the next message comes.
      this.#started = null
      throw error
    })
    if (upstream.lost.aborted) this.#lost.abort()
    else upstream.lost.addEventListener('abort', () => this.#lost.abort(), { once: true })
    return upstream
  }
}
