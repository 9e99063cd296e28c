// The record of who read the record, and of what was handed out. Promise: durable before anything is shown.
import { subjectName } from '../access/approver.ts'
import { newId } from '../gateway/ids.ts'
import type { ApiOptions } from './options.ts'
import { Problem } from './problem.ts'
import type { Caller } from './route.ts'

export async function recordAccess(
  api: ApiOptions,
  caller: Caller,
  act:
    | 'approval.read'
    | 'session.read'
    | 'session.entries.read'
    | 'exchange.read'
    | 'credential.issue'
    | 'mask.discover',
  of: string,
): Promise<void> {
  const body = { kind: 'access', by: subjectName(caller.subject), act, of } as const
  try {
    await api.record({ session: null, body, payload: null, released: null })
  } catch {
    throw new Problem('unrecorded', { reference: newId('x') })
  }
}
