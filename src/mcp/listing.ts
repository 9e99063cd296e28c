// Lists as one caller may see them. Promise: what policy would block for this subject is absent; what would be held stays.
import type { Edit, Session } from '../gateway/seam.ts'
import { toolEffects } from './action.ts'
import type { Catalog } from './catalog.ts'
import type { McpConnectionConfig } from './connection-config.ts'
import { isObject, type Members } from './envelope.ts'
import { effect } from './methods.ts'

interface Listing {
  readonly member: string
  /** The operation that using an item would be. */
  readonly operation: string
  readonly key: string
}

const listings: ReadonlyMap<string, Listing> = new Map([
  ['tools/list', { member: 'tools', operation: 'tools/call', key: 'name' }],
  ['prompts/list', { member: 'prompts', operation: 'prompts/get', key: 'name' }],
  ['resources/list', { member: 'resources', operation: 'resources/read', key: 'uri' }],
  ['resources/templates/list', { member: 'resourceTemplates', operation: 'resources/read', key: 'uriTemplate' }],
])

/** Edits that take out of a list what this subject could not use. */
export function hideBlocked(
  method: string,
  result: Members,
  session: Session,
  config: McpConnectionConfig,
  catalog: Catalog,
): readonly Edit[] {
  const listing = listings.get(method)
  const items = listing ? result[listing.member] : null
  if (!listing || !Array.isArray(items)) return []
  const edits: Edit[] = []
  for (const [at, item] of items.entries()) {
    const key = isObject(item) ? item[listing.key] : null
    if (typeof key === 'string' && foreseen(listing.operation, key, session, config, catalog) !== 'block') continue
    edits.push({ path: ['result', listing.member, at], json: null })
  }
  return edits
}

function foreseen(operation: string, key: string, session: Session, config: McpConnectionConfig, catalog: Catalog) {
  const facts = operation === 'resources/read' ? { uri: key } : { name: key }
  const effects = operation === 'tools/call' ? toolEffects(key, config, catalog) : effect.read
  const action = { operation, target: key, subjectMatter: key, effects, facts }
  return session.foresee(action)
}
