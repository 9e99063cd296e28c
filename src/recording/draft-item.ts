// A draft as the commit thread takes it. Promise: throws MalformedDraft for whatever is not a whole draft, so that a bug
// of a caller is refused by itself and spoils nobody else's commit.
import { limits } from '../gateway/limits.ts'
import type { Draft, EntryBody } from './entry.ts'
import { leafText, MalformedDraft } from './entry-form.ts'
import { type Item, itemBytes, role } from './parcel.ts'
import { isListed } from './session-row.ts'

export function itemOf(draft: Draft, at: number): Item {
  const { session, body, payload, released } = draft
  const leaf = leafText(body, session, at)
  if (session === '') throw new MalformedDraft('session')
  if (payload !== null && !(payload.raw instanceof Uint8Array && payload.transcript instanceof Uint8Array)) {
    throw new MalformedDraft('payload')
  }
  if (released !== null && !(released instanceof Uint8Array)) throw new MalformedDraft('released')
  const item: Item = {
    session: session ?? '',
    leaf,
    at,
    roles: rolesOf(body),
    extra: extraOf(body, session),
    raw: payload?.raw ?? null,
    transcript: payload?.transcript ?? null,
    released,
  }
  if (itemBytes(item) > limits.undurableBytes) throw new MalformedDraft('size')
  return item
}

function rolesOf(body: EntryBody): number {
  switch (body.kind) {
    case 'session.open':
      return role.open
    case 'session.close':
      return role.close
    case 'answer':
      return role.live
    case 'question':
      return role.question | role.live | decided(body.decision)
    case 'decided':
      return decided(body.decision)
    default:
      return 0
  }
}

function decided(decision: string): number {
  return decision === 'block' ? role.block : decision === 'hold' ? role.hold : 0
}

function extraOf(body: EntryBody, session: string | null): string {
  if (body.kind === 'session.open') return JSON.stringify(body)
  if (body.kind === 'session.close') return body.outcome
  return 'exchange' in body && isListed(body.kind, session) ? body.exchange : ''
}
