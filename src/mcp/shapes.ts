// How each member of a message is to be taken by the masker. Promise: everything is `data`, searched by path and shape, but
// for the few members named here, and those that echo something are `fixed` only once the echo was checked.
import type { MessageShape, Treatment } from '../gateway/seam.ts'

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
  ['params.protocolVersion', 'fixed'],
  ['params._meta["io.modelcontextprotocol/protocolVersion"]', 'fixed'],
  ['params.notifications.resourceSubscriptions.*', 'uri'],
]

/** A request, and a caller's notification, on its way up. A number is no place for PHI; a string id is searched. */
export const questionShape = {
  numbered: { members: [...envelope, id, ['params._meta.progressToken', 'fixed'], ...requestMembers] },
  named: { members: [...envelope, ...requestMembers] },
} as const satisfies Record<string, MessageShape>

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
  ...envelope,
  ['params.uri', 'uri'],
  ['params.notifications.resourceSubscriptions.*', 'uri'],
]

/** A notification on its way down. `echoed`: its progress token or subscription id is the one the caller gave. */
export const noticeShape = {
  plain: { members: noticeMembers },
  echoed: {
    members: [
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
