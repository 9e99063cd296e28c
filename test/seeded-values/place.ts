// What one place of a protocol looks like to the hostile server and to the caller that walks into it.
import type { Era } from '../support/mcp-caller.ts'
import type { Planter } from './identifiers.ts'

type Members = Readonly<Record<string, unknown>>

/** What the server answers. */
export interface Told {
  /** Notifications and questions before the answer; they need a stream. */
  readonly before?: readonly Members[]
  readonly result?: Members
  readonly error?: Members
  /** Instead of a JSON-RPC answer. */
  readonly http?: {
    readonly status: number
    readonly reason?: string
    readonly headers?: Readonly<Record<string, string>>
    readonly body: string
  }
  /** Another id than the one asked with. */
  readonly id?: string
}

export interface Place {
  readonly name: string
  /** Rows of the table of places in which health information can flow. */
  readonly rows: readonly number[]
  readonly method: string
  readonly params?: Members
  /** Default: both. */
  readonly eras?: readonly Era[]
  /** Default: as a JSON body and as three kinds of streams. */
  readonly framings?: readonly Framing[]
  /** `masked`: the answer arrives and was changed. `whole`: it arrives. `refused`: nothing of it does. */
  readonly outcome: 'masked' | 'whole' | 'refused'
  /** Methods of notifications and questions that come down before the answer. */
  readonly comes?: readonly string[]
  tell(planter: Planter): Told
}

/**
 * - `json`: an application/json body
 * - `events`: server-sent events with comments, names, ids and data of several lines
 * - `bytes`: the same, one byte a chunk
 * - `escaped`: JSON with every digit and at sign written as an escape
 */
export type Framing = 'json' | 'events' | 'bytes' | 'escaped'
export const framings: readonly Framing[] = ['json', 'events', 'bytes', 'escaped']
export const streamed: readonly Framing[] = ['events', 'bytes']

/** In the answer of every place, beside what was planted: shows that the answer did arrive. */
export function arrived(place: string): string {
  return `the answer of ${place}`
}
