// An answer of the system as it may come down. Promise: versions checked, lists filtered and learned, caching limited,
// binary content withheld, identifiers wrapped; what is left is the masker's.
import type { Admission, Edit, MessageShape, Obligations } from '../gateway/seam.ts'
import { withholdBinary } from './blocks.ts'
import { isObject, type Request, type Response } from './envelope.ts'
import { wrapIdentifiers } from './identifiers.ts'
import type { Link } from './link.ts'
import { hideBlocked } from './listing.ts'
import { commonVersions, limitCaching, ownWords } from './result-edits.ts'
import { answerShape } from './shapes.ts'
import { isLegacyVersion } from './versions.ts'

/** The system answered with something this gateway cannot inspect or MCP does not have. */
export class ServerFault extends Error {}

const NONE: readonly Edit[] = []

export function answerShapeFor(obligations: Obligations): MessageShape {
  return obligations.passBinary ? answerShape.binary : answerShape.text
}

/** Throws ServerFault. */
export function answerEdits(
  link: Link,
  request: Request,
  message: Response,
  way: Admission<'system'>,
): readonly Edit[] {
  const { result } = message
  if (result === null) return NONE
  const words = ownWords(result, link.era, request.method)
  if (words === null) throw new ServerFault()
  const edits: Edit[] = [...words]
  if (link.era === 'modern') edits.push(...limitCaching(result))
  switch (request.method) {
    case 'initialize':
      if (!isLegacyVersion(result.protocolVersion)) throw new ServerFault()
      link.version = result.protocolVersion
      break
    case 'server/discover': {
      const versions = commonVersions(result)
      if (versions === null) throw new ServerFault()
      edits.push(...versions)
      break
    }
    case 'tools/list':
      link.catalog.learnTools(message.json)
      break
    case 'prompts/list':
      link.catalog.learnPrompts(message.json)
  }
  if (link.era === 'modern' ? typeof result.resultType === 'string' : request.method === 'initialize') {
    link.seen[link.era] = true
  }
  if (typeof result.taskId === 'string' || isObject(result.task)) link.seen.tasks = true
  edits.push(...hideBlocked(request.method, result, link.session, link.config, link.catalog))
  if (!way.obligations.passBinary) edits.push(...withholdBinary(result, ['result']))
  edits.push(...wrapIdentifiers(result, 'result', link.parts.opaque, link.binding))
  return edits.length === 0 ? NONE : edits
}
