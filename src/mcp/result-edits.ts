// What an answer must not say as it came. Promise: lists and contents are for one caller alone and for a short time, so that
// a changed policy takes effect, and no version is offered that this gateway cannot inspect.
import { limits } from '../gateway/limits.ts'
import type { Edit } from '../gateway/seam.ts'
import type { Members } from './envelope.ts'
import { type Era, isKnownVersion } from './versions.ts'

/** `cacheScope` private and `ttlMs` capped, where an answer has them. */
export function limitCaching(result: Members): readonly Edit[] {
  const edits: Edit[] = []
  if (result.cacheScope !== undefined && result.cacheScope !== 'private') {
    edits.push({ path: ['result', 'cacheScope'], json: '"private"' })
  }
  const { ttlMs } = result
  if (ttlMs !== undefined && !(typeof ttlMs === 'number' && ttlMs >= 0 && ttlMs <= limits.answerCacheMs)) {
    edits.push({
      path: ['result', 'ttlMs'],
      json: typeof ttlMs === 'number' && ttlMs > 0 ? String(limits.answerCacheMs) : '0',
    })
  }
  return edits
}

/** The versions of `server/discover` that both sides of this gateway can speak; null when there is none. */
export function commonVersions(result: Members): readonly Edit[] | null {
  const offered = result.supportedVersions
  if (!Array.isArray(offered)) return null
  const edits: Edit[] = []
  for (const [at, version] of offered.entries()) {
    if (!isKnownVersion(version)) edits.push({ path: ['result', 'supportedVersions', at], json: null })
  }
  return edits.length < offered.length ? edits : null
}

const resultTypes: ReadonlySet<unknown> = new Set(['complete', 'input_required', 'task'])

/**
 * Words of the protocol are not searched, so that they must be what they are taken for: a version this gateway knows, a
 * type of result there is. What is something else in their place is removed; null when such a result cannot be read.
 */
export function ownWords(result: Members, era: Era, method: string): readonly Edit[] | null {
  const edits: Edit[] = []
  const { protocolVersion, resultType, supportedVersions } = result
  if (protocolVersion !== undefined && !isKnownVersion(protocolVersion)) {
    edits.push({ path: ['result', 'protocolVersion'], json: null })
  }
  if (resultType !== undefined && !resultTypes.has(resultType)) {
    if (era === 'modern') return null
    edits.push({ path: ['result', 'resultType'], json: null })
  }
  if (supportedVersions !== undefined && method !== 'server/discover') {
    const plain = Array.isArray(supportedVersions) && supportedVersions.every(isKnownVersion)
    if (!plain) edits.push({ path: ['result', 'supportedVersions'], json: null })
  }
  return edits
}
