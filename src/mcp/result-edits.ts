// What an answer must not say as it came. Promise: lists and contents are for one caller alone and for a short time, so that
// a changed policy takes effect, and no version is offered that this gateway cannot inspect.
import type { Edit } from '../gateway/seam.ts'
import type { Members } from './envelope.ts'
import { isLegacyVersion, isModernVersion } from './versions.ts'

const MOST_TTL_MS = 60_000

/** `cacheScope` private and `ttlMs` capped, where an answer has them. */
export function limitCaching(result: Members): readonly Edit[] {
  const edits: Edit[] = []
  if (result.cacheScope !== undefined && result.cacheScope !== 'private') {
    edits.push({ path: ['result', 'cacheScope'], json: '"private"' })
  }
  const { ttlMs } = result
  if (ttlMs !== undefined && !(typeof ttlMs === 'number' && ttlMs >= 0 && ttlMs <= MOST_TTL_MS)) {
    edits.push({ path: ['result', 'ttlMs'], json: typeof ttlMs === 'number' && ttlMs > 0 ? String(MOST_TTL_MS) : '0' })
  }
  return edits
}

/** The versions of `server/discover` that both sides of this gateway can speak; null when there is none. */
export function commonVersions(result: Members): readonly Edit[] | null {
  const offered = result.supportedVersions
  if (!Array.isArray(offered)) return null
  const edits: Edit[] = []
  for (const [at, version] of offered.entries()) {
    if (!isModernVersion(version) && !isLegacyVersion(version))
      edits.push({ path: ['result', 'supportedVersions', at], json: null })
  }
  return edits.length < offered.length ? edits : null
}
