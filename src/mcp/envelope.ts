// A JSON-RPC message as read. Promise: a message is exactly one of request, notification and response, or it is refused;
// nothing is taken from its members but what decides where it goes.
import { nodeAt } from '../json/canonical.ts'
import { type JsonDocument, Kind, readJsonText } from '../json/document.ts'
import type { MessageId } from './upstream.ts'

export type Members = Readonly<Record<string, unknown>>

export interface Request {
  readonly kind: 'request'
  readonly json: JsonDocument
  readonly id: MessageId
  /** As written, so that a large number is echoed with its digits. */
  readonly idSource: string
  readonly method: string
  readonly params: Members
}

export interface Notification {
  readonly kind: 'notification'
  readonly json: JsonDocument
  readonly method: string
  readonly params: Members
}

export interface Response {
  readonly kind: 'response'
  readonly json: JsonDocument
  /** Null only in an error about a message that could not be read. */
  readonly id: MessageId | null
  readonly result: Members | null
  readonly error: RpcError | null
}

export interface RpcError {
  readonly code: number
  readonly data: unknown
}

export type Message = Request | Notification | Response

export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const NOTHING: Members = {}

/** Null when the document is no JSON-RPC 2.0 message as MCP has them. */
export function readMessage(json: JsonDocument): Message | null {
  const { value } = json
  if (!isObject(value) || value.jsonrpc !== '2.0') return null
  const { id, method } = value
  if (typeof method === 'string') return readCall(json, value, id, method)
  if (method !== undefined) return null
  const { result, error } = value
  if (result !== undefined && error === undefined && isId(id) && isObject(result)) {
    return { kind: 'response', json, id, result, error: null }
  }
  if (result !== undefined || !isObject(error) || !Number.isInteger(error.code)) return null
  if (typeof error.message !== 'string') return null
  if (!isId(id) && id !== null && id !== undefined) return null
  return {
    kind: 'response',
    json,
    id: id ?? null,
    result: null,
    error: { code: error.code as number, data: error.data },
  }
}

function readCall(json: JsonDocument, value: Members, id: unknown, method: string): Request | Notification | null {
  const params = value.params ?? NOTHING
  if (!isObject(params) || value.result !== undefined || value.error !== undefined) return null
  if (id === undefined) return { kind: 'notification', json, method, params }
  if (!isId(id)) return null
  return { kind: 'request', json, id, idSource: sourceAt(json, ['id']), method, params }
}

function isId(id: unknown): id is MessageId {
  return typeof id === 'string' || (typeof id === 'number' && Number.isInteger(id))
}

/** The JSON text of the value at a path that is known to exist. */
function sourceAt(json: JsonDocument, path: readonly (string | number)[]): string {
  return json.source(nodeAt(json, path))
}

/** A key by which two ids are the same only if both type and value are. */
export function idKey(id: MessageId): string {
  return typeof id === 'string' ? `s${id}` : `n${id}`
}

export function metaOf(members: Members): Members {
  const meta = members._meta
  return isObject(meta) ? meta : NOTHING
}

export function tokenOf(params: Members): MessageId | null {
  const token = metaOf(params).progressToken
  return isId(token) ? token : null
}

/** Whether a top-level text is an array: a batch. */
export function isBatch(json: JsonDocument): boolean {
  return json.kind(0) === Kind.array
}

const nothing = readJsonText('{}', { depth: 1, values: 1 })

/** As much of a request as an answer that comes later needs: its text may be large. */
export function remembered({ params, ...request }: Request): Request {
  const { name, cursor, argument } = params
  const kept: Record<string, unknown> = {}
  if (typeof name === 'string') kept.name = name
  if (cursor !== undefined) kept.cursor = ''
  if (isObject(argument) && typeof argument.name === 'string') kept.argument = { name: argument.name }
  return { ...request, json: nothing, params: kept }
}
