// How each member of a message is to be taken by the masker. Promise: everything is `data`, searched by path and shape, but
// for the few members named here, and those that echo something are `fixed` only once the echo was checked.
import type { MessageShape, Treatment } from '../gateway/seam.ts'
import { type Members, metaOf } from './envelope.ts'
import { isLegacyVersion, isModernVersion, versionKey } from './versions.ts'

type Member = readonly [path: string, treatment: Treatment]

const envelope: readonly Member[] = [
  ['jsonrpc', 'fixed'],
  ['method', 'fixed'],
]
const id: Member = ['id', 'fixed']

/**
 * A JSON Schema names members and holds no values but in the keywords listed here: a path such as `**.mrn` means the values
 * of members of that name, not what a schema says about them.
 */
function schemaMembers(schema: string): readonly Member[] {
  const values = ['default', 'const', 'enum', 'enumNames', 'examples']
  return [
    ...values.flatMap((keyword): Member[] => [
      [`${schema}.**.${keyword}`, 'data'],
      [`${schema}.**.${keyword}.**`, 'data'],
    ]),
    [`${schema}.**`, 'name'],
  ]
}

const requestMembers: readonly Member[] = [
  ['params.name', 'name'],
  ['params.uri', 'uri'],
  ['params.ref.name', 'name'],
  ['params.ref.uri', 'uri'],
  ['params.notifications.resourceSubscriptions.*', 'uri'],
]

/** Fixed only where they name a version this gateway knows: anything else in their place could be anything. */
const versionMembers: readonly Member[] = [
  ['params.protocolVersion', 'fixed'],
  ['params._meta["io.modelcontextprotocol/protocolVersion"]', 'fixed'],
]

const questionShapes = {
  numbered: {
    known: { members: [...envelope, id, ...versionMembers, ...requestMembers] },
    unknown: { members: [...envelope, id, ...requestMembers] },
  },
  named: {
    known: { members: [...envelope, ...versionMembers, ...requestMembers] },
    unknown: { members: [...envelope, ...requestMembers] },
  },
} as const satisfies Record<string, Record<string, MessageShape>>

/** A request, and a caller's notification, on its way up. A number is no place for PHI; a string id is searched. */
export function questionShapeFor(id: unknown, params: Members): MessageShape {
  const versions = [params.protocolVersion, metaOf(params)[versionKey]]
  const known = versions.every(version => version === undefined || isLegacyVersion(version) || isModernVersion(version))
  return questionShapes[typeof id === 'number' ? 'numbered' : 'named'][known ? 'known' : 'unknown']
}

const resultMembers: readonly Member[] = [
  ['result.protocolVersion', 'fixed'],
  ['result.supportedVersions.*', 'fixed'],
  ['result.resultType', 'fixed'],
  ['result.tools.*.name', 'name'],
  ...schemaMembers('result.tools.*.inputSchema'),
  ...schemaMembers('result.tools.*.outputSchema'),
  ['result.prompts.*.name', 'name'],
  ['result.prompts.*.arguments.*.name', 'name'],
  ['result.resources.*.uri', 'uri'],
  ['result.contents.*.uri', 'uri'],
  ['result.content.*.uri', 'uri'],
  ['result.content.*.resource.uri', 'uri'],
  ['result.messages.*.content.uri', 'uri'],
  ['result.messages.*.content.resource.uri', 'uri'],
]

const binaryMembers: readonly Member[] = [
  ['result.content.*.data', 'fixed'],
  ['result.content.*.resource.blob', 'fixed'],
  ['result.contents.*.blob', 'fixed'],
  ['result.messages.*.content.data', 'fixed'],
  ['result.messages.*.content.resource.blob', 'fixed'],
]

/** An answer on its way down; its id was checked. `binary`: a rule lets binary content through. */
export const answerShape = {
  text: { members: [...envelope, id, ...resultMembers] },
  binary: { members: [...envelope, id, ...binaryMembers, ...resultMembers] },
} as const satisfies Record<string, MessageShape>

const noticeMembers: readonly Member[] = [
  ['jsonrpc', 'fixed'],
  ['params.uri', 'uri'],
  ['params.notifications.resourceSubscriptions.*', 'uri'],
]

/**
 * A notification on its way down. `echoed`: its progress token or subscription id is the one the caller gave. `unknown`:
 * its method is the system's own word, so that it is searched too.
 */
export const noticeShape = {
  unknown: { members: noticeMembers },
  plain: { members: [['method', 'fixed'], ...noticeMembers] },
  echoed: {
    members: [
      ['method', 'fixed'],
      ...noticeMembers,
      ['params.progressToken', 'fixed'],
      ['params._meta["io.modelcontextprotocol/subscriptionId"]', 'fixed'],
    ],
  },
} as const satisfies Record<string, MessageShape>

/** A question of the system to the caller, whose id is replaced, and the caller's reply to it. */
export const serverQuestionShape: MessageShape = {
  members: [...envelope, id, ...schemaMembers('params.requestedSchema')],
}
export const replyShape: MessageShape = { members: [...envelope, id, ['result.action', 'fixed']] }
