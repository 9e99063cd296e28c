// Connections to protected systems over HTTP, kept open and shared. Promise: one pool per origin, with every time and size
// bounded by limits.ts; a stream that lives for hours holds no other request up.
import { Pool } from 'undici'
import { limits } from '../gateway/limits.ts'

export class HttpPools {
  readonly #pools = new Map<string, Pool>()

  to(origin: string): Pool {
    const known = this.#pools.get(origin)
    if (known) return known
    const pool = new Pool(origin, {
      pipelining: 1,
      connect: { timeout: limits.connectMs },
      headersTimeout: limits.answerStartMs,
      bodyTimeout: 0,
      maxHeaderSize: limits.headerBytes,
      maxResponseSize: -1,
    })
    this.#pools.set(origin, pool)
    return pool
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map(pool => pool.destroy()))
    this.#pools.clear()
  }
}
