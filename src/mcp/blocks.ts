// Content blocks that cannot be masked as text. Promise: images, audio, blobs and types this gateway does not know are
// replaced by a text block naming kind and size, and nothing the system wrote is part of that text; all other blocks stay.
import type { Edit } from '../gateway/seam.ts'
import { isObject, type Members } from './envelope.ts'

type Path = readonly (string | number)[]

/** Types whose every member is text or an address. */
const plainTypes: ReadonlySet<unknown> = new Set(['text', 'resource', 'resource_link', 'tool_use', 'tool_result'])

/** Media types that may be named: a free one could hold anything. */
const knownMedia: ReadonlySet<unknown> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/svg+xml',
  'image/tiff',
  'audio/wav',
  'audio/mpeg',
  'audio/ogg',
  'audio/mp4',
  'audio/webm',
  'video/mp4',
  'application/pdf',
  'application/zip',
  'application/dicom',
  'application/octet-stream',
  'application/json',
  'text/plain',
  'text/html',
  'text/csv',
])

/** Edits that withhold what is not text in a result, or in the parameters of a question of the system. */
export function withholdBinary(members: Members, at: Path): readonly Edit[] {
  const edits: Edit[] = []
  inContent(members.content, [...at, 'content'], edits)
  if (Array.isArray(members.contents)) {
    for (const [index, item] of members.contents.entries()) inResource(item, [...at, 'contents', index], edits)
  }
  if (Array.isArray(members.messages)) {
    for (const [index, message] of members.messages.entries()) {
      if (isObject(message)) inContent(message.content, [...at, 'messages', index, 'content'], edits)
    }
  }
  if (isObject(members.inputRequests)) {
    for (const [key, input] of Object.entries(members.inputRequests)) {
      if (!isObject(input) || !isObject(input.params)) continue
      edits.push(...withholdBinary(input.params, [...at, 'inputRequests', key, 'params']))
    }
  }
  // The outcome of a task has the form of the answer it stands for.
  if (isObject(members.result)) edits.push(...withholdBinary(members.result, [...at, 'result']))
  return edits
}

const ENCODED = /^[A-Za-z0-9+/]*={0,2}$/

/** Whether what would pass without being searched is encoded bytes throughout, and in no block that is text. */
export function onlyBinary({ content, contents, messages }: Members): boolean {
  const encoded = (data: unknown) => data === undefined || (typeof data === 'string' && ENCODED.test(data))
  const block = (one: unknown): boolean => {
    if (!isObject(one)) return true
    if (isObject(one.resource) && !encoded(one.resource.blob)) return false
    return plainTypes.has(one.type) ? one.data === undefined : encoded(one.data)
  }
  const blocks = (list: unknown) => (Array.isArray(list) ? list.every(block) : block(list))
  if (!blocks(content)) return false
  if (Array.isArray(contents) && !contents.every(one => !isObject(one) || encoded(one.blob))) return false
  return !Array.isArray(messages) || messages.every(one => !isObject(one) || blocks(one.content))
}

function inContent(content: unknown, at: Path, edits: Edit[]): void {
  if (Array.isArray(content)) for (const [index, block] of content.entries()) inBlock(block, [...at, index], edits)
  else if (isObject(content)) inBlock(content, at, edits)
}

function inBlock(block: unknown, at: Path, edits: Edit[]): void {
  if (!isObject(block)) return
  if (block.type === 'resource') inResource(block.resource, [...at, 'resource'], edits)
  if (block.type === 'tool_result') inContent(block.content, [...at, 'content'], edits)
  if (plainTypes.has(block.type)) return
  const kind = block.type === 'image' || block.type === 'audio' ? block.type : 'content of an unknown type'
  edits.push({ path: at, json: JSON.stringify({ type: 'text', text: withheld(kind, block.mimeType, sizeOf(block)) }) })
}

function inResource(resource: unknown, at: Path, edits: Edit[]): void {
  if (!isObject(resource) || resource.blob === undefined) return
  const text = withheld('binary resource', resource.mimeType, encodedSize(resource.blob))
  edits.push({ path: [...at, 'blob'], json: null })
  edits.push({ path: [...at, 'mimeType'], json: '"text/plain"' })
  edits.push({ path: [...at, 'text'], json: JSON.stringify(text) })
}

function withheld(kind: string, mimeType: unknown, bytes: number): string {
  const named = knownMedia.has(mimeType) ? `, ${mimeType}` : ''
  return `[${kind}${named}, ${bytes} bytes: withheld by the gateway]`
}

function sizeOf(block: Members): number {
  return block.data === undefined ? Buffer.byteLength(JSON.stringify(block)) : encodedSize(block.data)
}

/** Bytes behind a base64 text. */
function encodedSize(data: unknown): number {
  return typeof data === 'string' ? Buffer.byteLength(data, 'base64') : 0
}
