// An answer of the system as it may come down. Promise: versions checked, lists filtered and learned, caching limited,
// binary content withheld, identifiers wrapped; what is left is the masker's.
import type { Refusal } from '../gateway/errors.ts'
import type { Admission, Edit } from '../gateway/seam.ts'
import { nodeAt } from '../json/canonical.ts'
import type { Cleared } from '../recording/inbox.ts'
import { withholdBinary } from './blocks.ts'
import { isObject, type Members, type Request, type Response } from './envelope.ts'
import { wrapIdentifiers } from './identifiers.ts'
import { askInputs } from './input-required.ts'
import type { Link } from './link.ts'
import { hideBlocked } from './listing.ts'
import { wrapUri } from './opaque.ts'
import type { Naming } from './question.ts'
import { commonVersions, limitCaching, ownWords } from './result-edits.ts'
import { ServerFault } from './server-fault.ts'
import { answerShapeFor } from './shapes.ts'
import { isLegacyVersion } from './versions.ts'

const OTHER_VERSION =
  'The protected system speaks a protocol version that this gateway cannot inspect over its transport.'

const NONE: readonly Edit[] = []

/** Throws ServerFault. */
function answerEdits(link: Link, request: Request, message: Response, way: Admission<'system'>): readonly Edit[] {
  const { result } = message
  if (result === null) return NONE
  const words = ownWords(result, link.era, request.method)
  if (words === null) throw new ServerFault()
  const edits: Edit[] = [...words]
  if (link.era === 'modern') edits.push(...limitCaching(result))
  switch (request.method) {
    case 'initialize':
      if (!isLegacyVersion(result.protocolVersion, link.config.system.kind)) throw new ServerFault(OTHER_VERSION)
      link.version = result.protocolVersion
      break
    case 'server/discover': {
      const versions = commonVersions(result)
      if (versions === null) throw new ServerFault()
      edits.push(...versions)
      break
    }
    case 'tools/list':
      link.catalog.learnTools(message.json, isWhole(request, result))
      break
    case 'prompts/list':
      link.catalog.learnPrompts(message.json, isWhole(request, result))
  }
  if (link.era === 'modern' ? typeof result.resultType === 'string' : request.method === 'initialize') {
    link.seen[link.era] = true
  }
  if (request.method === 'tools/call') rememberTask(link, request, result)
  edits.push(...hideBlocked(request.method, result, link.session, link.config, link.catalog))
  if (!way.obligations.passBinary) edits.push(...withholdBinary(result, ['result']))
  edits.push(...wrapIdentifiers(result, 'result', link.parts.opaque, link.binding))
  return edits.length === 0 ? NONE : edits
}

/** A list that came in one page. */
function isWhole({ params }: Request, { nextCursor }: Members): boolean {
  return params.cursor === undefined && typeof nextCursor !== 'string'
}

export interface AnswerTo {
  readonly request: Request
  readonly naming: Naming
  /** The tool whose answer it is, now or by a task. */
  readonly tool: string | null
}

/** Masks and records an answer. Throws ServerFault. */
export async function clearAnswer(
  link: Link,
  { request, naming, tool }: AnswerTo,
  message: Response,
  way: Admission<'system'>,
  last: boolean,
): Promise<Cleared<'caller'> | Refusal> {
  const edits = [...answerEdits(link, request, message, way)]
  const own = idEdit(message, request, naming, way.reference)
  if (own) edits.push(own)
  const refusal = await askInputs(link, message.json, message.result, 'result', way)
  if (refusal) return refusal
  const part = way.mask.message(message.json, {
    shape: answerShapeFor(message.result, way.obligations.passBinary),
    edits,
    token: uri => wrapUri(link.parts.opaque, link.binding, uri),
    outputSchema: (tool === null ? undefined : link.catalog.tool(tool)?.outputSchema) ?? null,
    completes: completed(request),
  })
  return way.answer(part, last)
}

/**
 * The id in the words of the caller: one that is equal as a number may be written with other digits. A text stands in the
 * record with its question, where it was searched.
 */
function idEdit({ id, json }: Response, request: Request, naming: Naming, reference: string): Edit | null {
  if (id !== naming.id) return null
  const same = json.source(nodeAt(json, ['id'])) === request.idSource
  if (typeof request.id === 'string') {
    return { path: ['id'], json: request.idSource, recorded: JSON.stringify(reference) }
  }
  return same ? null : { path: ['id'], json: request.idSource }
}

/** The argument that a completion was asked for. */
function completed({ method, params }: Request): string | null {
  if (method !== 'completion/complete' || !isObject(params.argument)) return null
  return typeof params.argument.name === 'string' ? params.argument.name : null
}

/** The outcome of a task is asked for by its id alone. */
function rememberTask(link: Link, { params }: Request, result: Members): void {
  const task = isObject(result.task) ? result.task.taskId : result.taskId
  if (typeof task === 'string' && typeof params.name === 'string')
    link.seen.tasks.began(link.binding, task, params.name)
}
