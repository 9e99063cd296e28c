// Where identifiers of the system stand in messages, and their wrapping on the way down and unwrapping on the way up.
// Promise: the caller never holds a cursor, request state or task id it could read, and none but those this gateway gave
// to this very subject goes up.
import type { Edit } from '../gateway/seam.ts'
import { isObject, type Members } from './envelope.ts'
import { type Binding, type Opaque, type OpaqueKind, unwrapUri } from './opaque.ts'

type Path = readonly (string | number)[]

const RELATED_TASK = 'io.modelcontextprotocol/related-task'

/** An identifier that this gateway did not give to this caller. */
export class ForeignIdentifier extends Error {}

/** One identifier of a caller's message, opened. */
export interface Unwrapped {
  readonly kind: OpaqueKind
  readonly path: Path
  readonly value: string
  readonly wrapped: string
}

/** What a request or notification of the caller names. Throws ForeignIdentifier. */
export function unwrapIdentifiers(params: Members, opaque: Opaque, binding: Binding): readonly Unwrapped[] {
  const found: Unwrapped[] = []
  const open = (kind: OpaqueKind, text: unknown, path: Path) => {
    if (typeof text !== 'string') return
    const value = opaque.unwrap(kind, binding, text)
    if (value === null) throw new ForeignIdentifier()
    found.push({ kind, path, value, wrapped: text })
  }
  const openUri = (text: unknown, path: Path) => {
    if (typeof text !== 'string') return
    const value = unwrapUri(opaque, binding, text)
    if (value === null) throw new ForeignIdentifier()
    if (value !== text) found.push({ kind: 'uri', path, value, wrapped: text })
  }
  open('cursor', params.cursor, ['params', 'cursor'])
  open('state', params.requestState, ['params', 'requestState'])
  open('task', params.taskId, ['params', 'taskId'])
  openUri(params.uri, ['params', 'uri'])
  if (isObject(params.ref)) openUri(params.ref.uri, ['params', 'ref', 'uri'])
  const { notifications } = params
  if (isObject(notifications)) {
    each(notifications.resourceSubscriptions, (uri, at) =>
      openUri(uri, ['params', 'notifications', 'resourceSubscriptions', at]),
    )
    each(notifications.taskIds, (task, at) => open('task', task, ['params', 'notifications', 'taskIds', at]))
  }
  relatedTask(params, ['params'], (task, path) => open('task', task, path))
  return found
}

/** As unwrapIdentifiers, for the result in a caller's reply: it may name the task it belongs to. */
export function unwrapInReply(result: Members, opaque: Opaque, binding: Binding): readonly Edit[] {
  const edits: Edit[] = []
  relatedTask(result, ['result'], (text, path) => {
    const value = opaque.unwrap('task', binding, text)
    if (value === null) throw new ForeignIdentifier()
    edits.push({ path, json: JSON.stringify(value), recorded: JSON.stringify(text) })
  })
  return edits
}

/** Edits for the `result` or `params` of what the system sends. */
export function wrapIdentifiers(
  members: Members,
  within: 'result' | 'params',
  opaque: Opaque,
  binding: Binding,
): readonly Edit[] {
  const edits: Edit[] = []
  const wrap = (kind: OpaqueKind, value: unknown, path: Path) => {
    if (typeof value === 'string') edits.push({ path, json: JSON.stringify(opaque.wrap(kind, binding, value)) })
  }
  wrap('cursor', members.nextCursor, [within, 'nextCursor'])
  wrap('state', members.requestState, [within, 'requestState'])
  wrap('task', members.taskId, [within, 'taskId'])
  if (isObject(members.task)) wrap('task', members.task.taskId, [within, 'task', 'taskId'])
  each(members.tasks, (task, at) => {
    if (isObject(task)) wrap('task', task.taskId, [within, 'tasks', at, 'taskId'])
  })
  relatedTask(members, [within], (task, path) => wrap('task', task, path))
  const { notifications } = members
  if (isObject(notifications)) {
    each(notifications.taskIds, (task, at) => wrap('task', task, [within, 'notifications', 'taskIds', at]))
  }
  return edits
}

function each(list: unknown, visit: (item: unknown, at: number) => void): void {
  if (Array.isArray(list)) for (let at = 0; at < list.length; at++) visit(list[at], at)
}

function relatedTask(members: Members, at: Path, visit: (task: string, path: Path) => void): void {
  const meta = members._meta
  const related = isObject(meta) ? meta[RELATED_TASK] : undefined
  if (isObject(related) && typeof related.taskId === 'string') {
    visit(related.taskId, [...at, '_meta', RELATED_TASK, 'taskId'])
  }
}
