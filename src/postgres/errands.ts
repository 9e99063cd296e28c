// Traces by which a service tells for whom it asks. Promise: a trace stands for a caller only as long as the gateway's own
// exchange lasts, at one connection, and for the one service it was given to; anywhere else it is no more than a text.
import { randomBytes } from 'node:crypto'
import { limits } from '../gateway/limits.ts'
import type { Errand, Subject } from '../gateway/seam.ts'

interface Issued {
  readonly errand: Errand
  readonly connection: string
  readonly service: string
}

/** W3C Trace Context. The span may be the service's own: the trace is what was given. */
const TRACEPARENT = /(?:^|[^0-9a-zA-Z])[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?![0-9a-zA-Z])/

export class Errands {
  readonly #issued = new Map<string, Issued>()
  readonly #takes: (service: string, connection: string) => boolean

  /** `takes`: whether this service, `provider|id`, asks for others at this connection. */
  constructor(takes: (service: string, connection: string) => boolean) {
    this.#takes = takes
  }

  /** A traceparent for one exchange; null where too many are valid. */
  issue(errand: Errand, connection: string, service: string): string | null {
    if (errand.ended.aborted || this.#issued.size >= limits.credentials) return null
    const trace = randomBytes(16).toString('hex')
    this.#issued.set(trace, { errand, connection, service })
    errand.ended.addEventListener('abort', () => this.#issued.delete(trace), { once: true })
    return `00-${trace}-${randomBytes(8).toString('hex')}-01`
  }

  /** Whether what this subject says about others counts. */
  takesFrom({ kind, provider, id }: Subject, connection: string): boolean {
    return kind === 'service' && this.#takes(`${provider}|${id}`, connection)
  }

  /** Null where it was never given to this service for this connection, or is over. */
  find(trace: string, { provider, id }: Subject, connection: string): Errand | null {
    const issued = this.#issued.get(trace)
    if (issued?.connection !== connection || issued.service !== `${provider}|${id}`) return null
    const { errand } = issued
    return errand.ended.aborted || errand.subject().notAfter <= Date.now() ? null : errand
  }
}

/** The trace that a start-up packet names as its application. */
export function traceOfName(applicationName: string): string | null {
  return TRACEPARENT.exec(applicationName)?.[1] ?? null
}

/**
 * The trace in the comment at the end of a text, where sqlcommenter writes it, with a semicolon behind or not;
 * `unreadable` where that comment names one that is none.
 */
export function traceOfStatement(sql: string): string | 'unreadable' | null {
  const text = sql.slice(-limits.traceCommentChars)
  let end = text.length
  while (end > 0 && /[\s;]/.test(text[end - 1] as string)) end--
  const from = text.lastIndexOf('/*', end - 4)
  if (end < 4 || from < 0 || !text.startsWith('*/', end - 2)) return null
  const comment = text.slice(from + 2, end - 2)
  if (!/traceparent *=/i.test(comment)) return null
  const [, value = ''] = /traceparent *= *'([^']*)'/i.exec(comment) ?? []
  return traceOfName(value) ?? 'unreadable'
}
