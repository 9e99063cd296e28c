// The methods this gateway knows, and what each does. Promise: a method that is not here is refused unless the connection
// lists it, and then it writes.
import type { Effect } from '../gateway/seam.ts'
import type { McpConnectionConfig } from './connection-config.ts'

type Effects = ReadonlySet<Effect>

export const effect = {
  read: new Set(['read']) as Effects,
  write: new Set(['write']) as Effects,
  session: new Set(['session']) as Effects,
  ask: new Set(['ask']) as Effects,
}

/** What a caller may ask; `tools/call` is judged by its tool. */
export const callerRequests: ReadonlyMap<string, Effects> = new Map([
  ['initialize', effect.session],
  ['ping', effect.session],
  ['server/discover', effect.session],
  ['logging/setLevel', effect.session],
  ['subscriptions/listen', effect.read],
  ['resources/subscribe', effect.read],
  ['resources/unsubscribe', effect.read],
  ['tools/list', effect.read],
  ['tools/call', effect.write],
  ['resources/list', effect.read],
  ['resources/templates/list', effect.read],
  ['resources/read', effect.read],
  ['prompts/list', effect.read],
  ['prompts/get', effect.read],
  ['completion/complete', effect.read],
  ['tasks/get', effect.read],
  ['tasks/result', effect.read],
  ['tasks/list', effect.read],
  ['tasks/cancel', effect.write],
  ['tasks/update', effect.write],
])

/** What a method outside this table may be called: its name is in the record, so that it can hold no identifier. */
const PLAIN_METHOD = /^(?!.*\d{3})[A-Za-z][\w$./-]{0,63}$/

/** Whether a method this gateway does not know goes through all the same. */
export function passesUnknown(config: McpConnectionConfig, method: string): boolean {
  return PLAIN_METHOD.test(method) && config.passesMethod(method)
}

export const callerNotifications: ReadonlySet<string> = new Set([
  'notifications/initialized',
  'notifications/cancelled',
  'notifications/progress',
  'notifications/roots/list_changed',
  'notifications/tasks/status',
])

/** What the system may ask of the caller, legacy versions only. */
export const serverRequests: ReadonlyMap<string, Effects> = new Map([
  ['ping', effect.session],
  ['elicitation/create', effect.ask],
  ['sampling/createMessage', effect.ask],
  ['roots/list', effect.ask],
  ['tasks/get', effect.ask],
  ['tasks/result', effect.ask],
  ['tasks/list', effect.ask],
  ['tasks/cancel', effect.ask],
])

export const serverNotifications: ReadonlySet<string> = new Set([
  'notifications/cancelled',
  'notifications/progress',
  'notifications/message',
  'notifications/resources/list_changed',
  'notifications/resources/updated',
  'notifications/tools/list_changed',
  'notifications/prompts/list_changed',
  'notifications/elicitation/complete',
  'notifications/tasks/status',
  'notifications/tasks',
  'notifications/subscriptions/acknowledged',
])
