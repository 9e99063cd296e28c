// Answers in the gateway's own words. Promise: a refusal looks as its protocol version expects (a refused tools/call is a
// result the model can read), and holds a code, a reference and a fixed sentence, nothing that was asked or answered.
import { type Authored, authored } from '../gateway/authored.ts'
import { type Code, type Refusal, refusals } from '../gateway/errors.ts'
import type { Era } from './versions.ts'

/** Where MCP has its own code, it wins over the refusal table. As published in docs/refusals.md. */
export const rpc = {
  parseError: { status: 400, code: -32700, word: 'parse-error' },
  invalidRequest: { status: 400, code: -32600, word: 'invalid-request' },
  methodNotFound: { status: 404, code: -32601, word: 'method-not-found' },
  invalidParams: { status: 400, code: -32602, word: 'invalid-params' },
  headerMismatch: { status: 400, code: -32020, word: 'header-mismatch' },
  unsupportedVersion: { status: 400, code: -32022, word: 'unsupported-version' },
  sessionNotFound: { status: 404, code: -32001, word: 'session-not-found' },
  notAcceptable: { status: 406, code: -32600, word: 'not-acceptable' },
  mediaType: { status: 415, code: -32600, word: 'media-type' },
  methodNotAllowed: { status: 405, code: -32600, word: 'method-not-allowed' },
  /** The gateway's own: MCP knows nothing of connections. */
  noConnection: { status: 404, code: refusals.forbidden.jsonRpc, word: 'no-connection' },
} as const

export interface Own {
  readonly status: number
  readonly code: number
  /** Why, for the record. */
  readonly word: string
}

export interface Answered {
  readonly status: number
  readonly part: Authored
}

export interface Asked {
  /** JSON text of the id, `null` where none could be read. */
  readonly idSource: string
  readonly method: string | null
  readonly era: Era
}

export const nobody: Asked = { idSource: 'null', method: null, era: 'legacy' }

/** Told as a result of the tool: the model reads why, and people get the reference. */
const policyCodes: ReadonlySet<Code> = new Set(['blocked', 'denied', 'expired', 'pending'])
const neverAsResult: ReadonlySet<Code> = new Set(['unauthenticated', 'unreadable', 'too-large'])

export function refusalAnswer(refusal: Refusal, asked: Asked, better: Own | null = null, data: object = {}): Answered {
  const { code, reference, row } = refusal
  // What could not be recorded is told as that, whatever it was before.
  const own = code === 'unrecorded' ? null : better
  if (own === null && asked.method === 'tools/call' && !neverAsResult.has(code)) {
    const result = {
      content: [{ type: 'text', text: refusal.says }],
      isError: true,
      ...(asked.era === 'modern' ? { resultType: 'complete' } : {}),
      _meta: { 'sallyport/code': code, 'sallyport/reference': reference, 'sallyport/retry': row.retry },
    }
    return {
      status: 200,
      part: authored(`{"jsonrpc":"2.0","id":${asked.idSource},"result":${JSON.stringify(result)}}`),
    }
  }
  const status = own?.status ?? (policyCodes.has(code) && asked.method !== null ? 200 : row.http)
  const error = {
    code: own?.code ?? row.jsonRpc,
    message: refusal.says,
    data: { ...data, code, reference, retry: row.retry },
  }
  return { status, part: authored(`{"jsonrpc":"2.0","id":${asked.idSource},"error":${JSON.stringify(error)}}`) }
}
