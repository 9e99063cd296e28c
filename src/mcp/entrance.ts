// What is checked of an HTTP request before anybody is asked who sent it. Promise: only the host this gateway is published
// under or its loopback listener, only its own or a configured origin, only the methods and media types MCP has.
import type { IncomingHttpHeaders } from 'node:http'

export interface Published {
  readonly publicUrl: string
  /** Origins of browser-based clients that may call. */
  readonly origins?: readonly string[]
}

const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?$/i

/** `port`: the one of ours that the request came to. */
export type FromElsewhere = (headers: IncomingHttpHeaders, port: number | undefined) => boolean

/** A Host or Origin that is not ours may be a rebound name: the caller's browser would be lending its network position. */
export function fromElsewhere({ publicUrl, origins = [] }: Published): FromElsewhere {
  const own = new URL(publicUrl)
  return ({ host, origin }, port) => {
    const named = host?.toLowerCase()
    if (named === undefined || !(named === own.host || isLoopbackAt(named, port))) return true
    if (origin === undefined) return false
    return !(origin === own.origin || origins.includes(origin) || isLoopbackOrigin(origin, port))
  }
}

function isLoopbackAt(host: string, port: number | undefined): boolean {
  const match = LOOPBACK.exec(host)
  return match !== null && port !== undefined && Number(match[1] ?? 80) === port
}

function isLoopbackOrigin(origin: string, port: number | undefined): boolean {
  return origin.startsWith('http://') && isLoopbackAt(origin.slice(7).toLowerCase(), port)
}

export function isJson(headers: IncomingHttpHeaders): boolean {
  const encoding = headers['content-encoding']
  return /^application\/json(?:\s*;|$)/i.test(headers['content-type'] ?? '') && (!encoding || encoding === 'identity')
}

export interface Accepts {
  readonly json: boolean
  readonly events: boolean
}

export function accepts(headers: IncomingHttpHeaders): Accepts {
  const { accept } = headers
  if (accept === undefined) return { json: true, events: false }
  if (accept === 'application/json, text/event-stream') return { json: true, events: true }
  const ranges = accept.split(',').map(range => range.trim().toLowerCase())
  const has = (...types: string[]) =>
    ranges.some(range => types.includes(range.split(';')[0]?.trim() ?? '') && !/;\s*q=0(?:\.0*)?$/.test(range))
  return {
    json: has('application/json', 'application/*', '*/*'),
    events: has('text/event-stream', 'text/*', '*/*'),
  }
}
