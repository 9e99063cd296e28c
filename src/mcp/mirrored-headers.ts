// Headers that repeat parts of a modern request, so that those who do not read bodies can route by them. Promise: a request
// whose headers say something else than its body is refused; only headers that were compared with the body go up.
import type { IncomingHttpHeaders } from 'node:http'
import { isObject, type Members } from './envelope.ts'

/** One `x-mcp-header` of a tool's input schema. */
export interface ParamHeader {
  /** Lower-case, whole: `mcp-param-region`. */
  readonly header: string
  readonly path: readonly string[]
  readonly numeric: boolean
}

/** Which member of `params` a method's `Mcp-Name` repeats. */
export function nameMember(method: string): 'name' | 'uri' | 'taskId' | null {
  if (method === 'tools/call' || method === 'prompts/get') return 'name'
  if (method === 'resources/read') return 'uri'
  return method === 'tasks/get' || method === 'tasks/update' || method === 'tasks/cancel' ? 'taskId' : null
}

/** Null when all agree, else which header does not. */
export function mirrorFault(
  headers: IncomingHttpHeaders,
  message: { readonly method: string; readonly params: Members },
  version: string | null,
): string | null {
  if (headers['mcp-protocol-version'] !== (version ?? undefined)) return 'MCP-Protocol-Version'
  if (headers['mcp-method'] !== message.method) return 'Mcp-Method'
  const member = nameMember(message.method)
  if (member === null) return null
  const given = message.params[member]
  const header = headers['mcp-name']
  if (header === undefined) return given === undefined ? null : 'Mcp-Name'
  return typeof header === 'string' && decodeHeader(header) === given ? null : 'Mcp-Name'
}

/** Compares `Mcp-Param-*` with the arguments; on agreement the headers to send on. */
export function paramHeaders(
  headers: IncomingHttpHeaders,
  declared: readonly ParamHeader[],
  args: unknown,
): Readonly<Record<string, string>> | null {
  const checked: Record<string, string> = {}
  for (const { header, path, numeric } of declared) {
    const value = primitive(at(args, path))
    if (value === null) continue
    const given = headers[header]
    const decoded = typeof given === 'string' ? decodeHeader(given) : null
    if (decoded === null || decoded === undefined) return null
    const same = decoded === value || (numeric && DECIMAL.test(decoded) && Number(decoded) === Number(value))
    if (!same) return null
    checked[header] = given as string
  }
  return checked
}

/** What `x-mcp-header` declares in an input schema: only along `properties`, only on primitives. */
export function declaredHeaders(schema: unknown, path: readonly string[] = []): readonly ParamHeader[] {
  if (!isObject(schema)) return []
  const found: ParamHeader[] = []
  const name = schema['x-mcp-header']
  if (typeof name === 'string' && path.length > 0 && TOKEN.test(name)) {
    found.push({
      header: `mcp-param-${name.toLowerCase()}`,
      path,
      numeric: schema.type === 'integer' || schema.type === 'number',
    })
  }
  if (isObject(schema.properties)) {
    for (const [member, child] of Object.entries(schema.properties))
      found.push(...declaredHeaders(child, [...path, member]))
  }
  return found
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** With more digits different numbers would be equal. */
const DECIMAL = /^-?(?=[\d.]{1,16}$)\d+(?:\.\d+)?$/
const SENTINEL = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The value behind the `=?base64?…?=` sentinel; undefined when it is not canonical base64 of UTF-8. */
export function decodeHeader(value: string): string | undefined {
  const trimmed = value.trim()
  if (!(trimmed.startsWith('=?base64?') && trimmed.endsWith('?='))) return trimmed
  const encoded = SENTINEL.exec(trimmed)?.[1]
  if (encoded === undefined) return undefined
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.toString('base64') !== encoded) return undefined
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

/** A header value for any text: plain where HTTP allows it, else behind the sentinel. */
export function encodeHeader(text: string): string {
  const plain = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !text.startsWith('=?base64?')
  return plain ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`
}

function at(value: unknown, path: readonly string[]): unknown {
  let found = value
  for (const member of path) found = isObject(found) && Object.hasOwn(found, member) ? found[member] : undefined
  return found
}

function primitive(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean' || typeof value === 'number') return String(value)
  return null
}
