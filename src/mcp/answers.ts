// Answers in the gateway's own words. Promise: a refusal looks as its protocol version expects (a refused tools/call is a
// result the model can read), and holds a code, a reference and a fixed sentence, nothing that was asked or answered.
import { type Authored, authored } from '../gateway/authored.ts'
import type { Code, Refusal } from '../gateway/errors.ts'
import type { Era } from './versions.ts'

/** Where MCP has its own code, it wins over the refusal table. */
export const rpc = {
  parseError: { status: 400, code: -32700 },
  invalidRequest: { status: 400, code: -32600 },
  methodNotFound: { status: 404, code: -32601 },
  invalidParams: { status: 400, code: -32602 },
  headerMismatch: { status: 400, code: -32020 },
  unsupportedVersion: { status: 400, code: -32022 },
  sessionNotFound: { status: 404, code: -32001 },
  notAcceptable: { status: 406, code: -32600 },
  mediaType: { status: 415, code: -32600 },
  methodNotAllowed: { status: 405, code: -32600 },
} as const

export interface Own {
  readonly status: number
  readonly code: number
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
    code: own?.code ?? row.jsonRpc ?? 401001,
    message: refusal.says,
    data: { ...data, code, reference, retry: row.retry },
  }
  return { status, part: authored(`{"jsonrpc":"2.0","id":${asked.idSource},"error":${JSON.stringify(error)}}`) }
}
