// How a protected MCP server is reached, whatever carries the messages. Promise: what goes up is Cleared or Authored,
// what comes back is whole, strictly read JSON messages in order, and nothing is read ahead of the one who asked for it.
import type { Authored } from '../gateway/authored.ts'
import type { JsonDocument } from '../json/document.ts'
import type { Cleared } from '../recording/inbox.ts'

export type MessageId = string | number

/** What is sent, in terms a transport needs; the bytes themselves are never looked into again. */
export interface Sending {
  readonly kind: 'request' | 'notification' | 'response'
  readonly method: string | null
  /** Of a request or response, as it stands in the bytes. */
  readonly id: MessageId | null
  /** `params._meta.progressToken`: where nothing else tells, progress belongs to the request that gave it. */
  readonly progressToken: MessageId | null
  /** Lower-case names, already checked: protocol version and mirrored headers. Ignored where there are no headers. */
  readonly headers: Readonly<Record<string, string>>
  /** Aborted when the asker is gone: what is under way is given up and `messages` ends. */
  readonly signal: AbortSignal
}

/** One message of the system, with what its framing said beside it. */
export interface UpstreamEvent {
  /** Null for an event without data, which only carries an id or a `retry`. */
  readonly json: JsonDocument | null
  /** Of a server-sent event, for resuming; null elsewhere. */
  readonly eventId: string | null
  readonly retryMs: number | null
}

/** Why the system did not answer as its protocol requires. Never text of the system's own. */
export type UpstreamFault =
  | 'unreachable'
  | 'timeout'
  | 'cut' // ended before its answer was whole
  | 'aborted' // by the sender's signal
  | 'status' // an HTTP status without a JSON-RPC message
  | 'redirect'
  | 'encoding'
  | 'content-type'
  | 'too-large'
  | 'malformed' // not strict JSON, not an SSE stream, not a line
  | 'credential' // 401 or 403: the gateway's own credential was not accepted
  | 'exited' // a process ended
  | 'busy' // as many processes run as may

export type UpstreamAnswer =
  /** A notification or response was taken: HTTP 202, or written to the process. */
  | { readonly kind: 'accepted' }
  /** One message and no more: an `application/json` answer. `status` is HTTP's. */
  | { readonly kind: 'message'; readonly status: number; readonly json: JsonDocument }
  /**
   * Messages as they come; ends after the answer, at the system's end, or by abort, and throws UpstreamError. `sse`: the
   * system chose server-sent events, so the caller's stream mirrors them; false where the transport has no such choice.
   */
  | { readonly kind: 'messages'; readonly sse: boolean; readonly messages: AsyncIterable<UpstreamEvent> }
  /** The system has no such thing: 405 for a stream or an end it does not offer, 404 for a session it no longer knows. */
  | { readonly kind: 'absent'; readonly status: 404 | 405 }

/** Thrown by `send`, `listen` and `messages`. `status` is HTTP's, for the record. */
export class UpstreamError extends Error {
  readonly fault: UpstreamFault
  readonly status: number | null
  constructor(fault: UpstreamFault, status: number | null = null) {
    super(status === null ? `upstream ${fault}` : `upstream ${fault} ${status}`)
    this.name = 'UpstreamError'
    this.fault = fault
    this.status = status
  }
}

/**
 * One session with the system: for HTTP its `Mcp-Session-Id`, for stdio one process. Never shared between subjects.
 *
 * Where the transport does not say to which request a message belongs (stdio), progress goes by its token, a response by
 * its id, a request or other notification of the system to the oldest request under way, and to `listen` when there is
 * none. Two requests under way with one id are refused (`malformed`).
 */
export interface Upstream {
  send(part: Cleared<'system'> | Authored, sending: Sending): Promise<UpstreamAnswer>
  /** What the system says unasked. `after` resumes a stream behind that event id. */
  listen(after: string | null, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<UpstreamAnswer>
  /** Ends the session with the system: DELETE, or the end of the process. `absent`: the system does not offer it. */
  close(headers: Readonly<Record<string, string>>): Promise<'closed' | 'absent'>
  /** Aborted when nothing can be sent any more, such as a process that exited. */
  readonly lost: AbortSignal
}

/** A server run as a process of its own: no shell, only the environment listed here. */
export interface StdioSystem {
  readonly kind: 'stdio'
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly workingDirectory: string | null
}

/** Starts one process for one session. `stderr` is given what it writes there, in pieces, for the record only. */
export type OpenStdio = (system: StdioSystem, stderr: (bytes: Uint8Array) => void) => Promise<Upstream>
