// Why a statement that could be read is not passed on. Promise: fixed sentences, never a part of the statement.
import type { SqlRefusal } from './reading.ts'

export function refusal(code: SqlRefusal['code'], sqlState: string, detail: string): SqlRefusal {
  return { kind: 'refused', code, sqlState, detail, position: null }
}

export const FLOW = refusal('blocked', '42501', 'Protected data may not be written to where it is not protected.')
export const UNKNOWN_COPY = refusal(
  'blocked',
  '42501',
  'The origin or form of these copied rows is not known: use SELECT.',
)
export const UNKNOWN_FLOW = refusal(
  'blocked',
  '42501',
  'This would write data whose origin the gateway cannot tell, so it was not passed on.',
)
