// How each member of a message is to be taken by the masker. Promise: everything is `data`, searched by path and shape, but
// for the few members named here, and those that echo something are `fixed` only once the echo was checked.
import type { MessageShape, Treatment } from '../gateway/seam.ts'
import { onlyBinary } from './blocks.ts'
import { isObject, type Members, metaOf } from './envelope.ts'
import { clientInfoKey, isKnownVersion, serverInfoKey, versionKey } from './versions.ts'

type Member = readonly [path: string, treatment: Treatment]

const envelope: readonly Member[] = [
  ['jsonrpc', 'fixed'],
  ['method', 'fixed'],
]
const id: Member = ['id', 'fixed']

/**
 * A JSON Schema names members and holds no values but in the keywords listed here: a path such as `**.mrn` means the values
 * of members of that name, not what a schema says about them. What it says in words is searched all the same.
 */
function schemaMembers(schema: string): readonly Member[] {
  const values = ['default', 'const', 'enum', 'enumNames', 'examples', 'example', 'x-example', 'x-examples']
  const structure = ['type', 'format', 'pattern', 'required', 'required.*', '$ref', '$id', '$schema', '$anchor']
  return [
    ...values.flatMap((keyword): Member[] => [
      [`${schema}.**.${keyword}`, 'data'],
      [`${schema}.**.${keyword}.**`, 'data'],
    ]),
    ...structure.map((keyword): Member => [`${schema}.**.${keyword}`, 'name']),
    [`${schema}.**`, 'words'],
  ]
}

const requestMembers: readonly Member[] = [
  ['params.name', 'name'],
  ['params.uri', 'uri'],
  ['params.ref.name', 'name'],
  ['params.ref.uri', 'uri'],
  ['params.argument.name', 'name'],
  ['params.clientInfo.name', 'name'],
  [`params._meta["${clientInfoKey}"].name`, 'name'],
  ['params.notifications.resourceSubscriptions.*', 'uri'],
]

/** Fixed only where they name a version this gateway knows: anything else in their place could be anything. */
const protocolMembers: readonly Member[] = [
  ['params.protocolVersion', 'fixed'],
  [`params._meta["${versionKey}"]`, 'fixed'],
]
const clientMembers: readonly Member[] = [
  ['params.clientInfo.version', 'fixed'],
  [`params._meta["${clientInfoKey}"].version`, 'fixed'],
]

/** Shapes by what is fixed in a message of this kind, each made once. */
function shapesOf(always: readonly Member[], ...sometimes: (readonly Member[])[]) {
  const made = new Map<number, MessageShape>()
  return (...applies: boolean[]): MessageShape => {
    const key = applies.reduce((bits, one) => bits * 2 + (one ? 1 : 0), 0)
    const known = made.get(key)
    if (known) return known
    const shape = { members: [...sometimes.filter((_, at) => applies[at]).flat(), ...always] }
    made.set(key, shape)
    return shape
  }
}

const questionShapes = shapesOf([...envelope, ...requestMembers], [id], protocolMembers, clientMembers)

/** A request, and a caller's notification, on its way up. A number is no place for PHI; a string id is searched. */
export function questionShapeFor(id: unknown, params: Members): MessageShape {
  const meta = metaOf(params)
  return questionShapes(
    typeof id === 'number',
    [params.protocolVersion, meta[versionKey]].every(version => version === undefined || isKnownVersion(version)),
    hasPlainVersion(params.clientInfo) && hasPlainVersion(meta[clientInfoKey]),
  )
}

/**
 * `2026.8.31` is the version of a program and has the form of a date. Three numbers of which the last two are short are
 * taken for a version: no SSN or telephone number is written so.
 */
const PLAIN_VERSION = /^\d{1,4}(?:\.\d{1,3}){0,2}(?:-(?:alpha|beta|canary|dev|next|pre|preview|rc)(?:\.\d{1,4})?)?$/

function hasPlainVersion(info: unknown): boolean {
  if (!isObject(info) || info.version === undefined) return true
  return typeof info.version === 'string' && PLAIN_VERSION.test(info.version)
}

const resultMembers: readonly Member[] = [
  ['result.protocolVersion', 'fixed'],
  ['result.supportedVersions.*', 'fixed'],
  ['result.resultType', 'fixed'],
  ['result.serverInfo.name', 'words'],
  [`result._meta["${serverInfoKey}"].name`, 'words'],
  ['result.tools.*.name', 'name'],
  ...schemaMembers('result.tools.*.inputSchema'),
  ...schemaMembers('result.tools.*.outputSchema'),
  ...schemaMembers('result.inputRequests.*.params.requestedSchema'),
  ...schemaMembers('result.inputRequests.*.params.tools.*.inputSchema'),
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

const serverMembers: readonly Member[] = [
  ['result.serverInfo.version', 'fixed'],
  [`result._meta["${serverInfoKey}"].version`, 'fixed'],
]

const answerShapes = shapesOf([...envelope, id, ...resultMembers], binaryMembers, serverMembers)

/** An answer on its way down; its id was checked. `passBinary`: a rule lets binary content through. */
export function answerShapeFor(result: Members | null, passBinary: boolean): MessageShape {
  const plain = hasPlainVersion(result?.serverInfo) && hasPlainVersion(metaOf(result ?? {})[serverInfoKey])
  return answerShapes(passBinary && (result === null || onlyBinary(result)), plain)
}

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
  members: [
    ...envelope,
    id,
    ...schemaMembers('params.requestedSchema'),
    ['params.tools.*.name', 'name'],
    ...schemaMembers('params.tools.*.inputSchema'),
  ],
}
export const replyShape: MessageShape = { members: [...envelope, id] }
