// Which era a message speaks, by its body first and its headers second. Promise: exactly one of legacy, modern and a named
// fault; a version that is not known is a fault.
import type { IncomingHttpHeaders } from 'node:http'
import { type Own, rpc } from './answers.ts'
import { type Message, metaOf } from './envelope.ts'
import { mirrorFault } from './mirrored-headers.ts'
import {
  assumedVersion,
  type Carrier,
  isLegacyVersion,
  isModernVersion,
  modernVersions,
  namesModern,
  versionKey,
} from './versions.ts'

export type Classified =
  | { readonly kind: 'legacy'; readonly version: string }
  | { readonly kind: 'modern'; readonly version: string }
  | { readonly kind: 'fault'; readonly own: Own; readonly sentence: string; readonly data: object }

export function classify(message: Message, headers: IncomingHttpHeaders, over: Carrier): Classified {
  const header = headers['mcp-protocol-version']
  const named = typeof header === 'string' ? header.trim() : undefined
  const claim = message.kind === 'response' ? undefined : metaOf(message.params)[versionKey]
  if (message.kind === 'request' && message.method === 'initialize' && !isModernVersion(claim)) {
    if (named !== undefined && namesModern(named)) return headerFault('MCP-Protocol-Version')
    if (named !== undefined && !isLegacyVersion(named, over)) return unknownVersion(named)
    return { kind: 'legacy', version: named ?? assumedVersion }
  }
  if (claim !== undefined) return claimed(message, headers, claim)
  if (named === undefined || isLegacyVersion(named, over)) return { kind: 'legacy', version: named ?? assumedVersion }
  if (!isModernVersion(named)) return unknownVersion(named)
  if (message.kind === 'response') return fault(rpc.invalidRequest, 'This version has no responses sent by a client.')
  if (message.kind === 'request')
    return fault(rpc.invalidParams, 'The request does not name its protocol version in _meta.')
  const mismatch = mirrorFault(headers, message, named)
  return mismatch === null ? { kind: 'modern', version: named } : headerFault(mismatch)
}

function claimed(message: Message, headers: IncomingHttpHeaders, claim: unknown): Classified {
  if (typeof claim !== 'string') return fault(rpc.invalidParams, 'The protocol version in _meta is not a string.')
  if (message.kind === 'response') return fault(rpc.invalidRequest, 'A response names no protocol version.')
  const header = headers['mcp-protocol-version']
  if (header !== undefined && header !== claim) return headerFault('MCP-Protocol-Version')
  if (!isModernVersion(claim)) return unsupported(claim)
  const mismatch = mirrorFault(headers, message, claim)
  return mismatch === null ? { kind: 'modern', version: claim } : headerFault(mismatch)
}

function unknownVersion(version: string): Classified {
  if (namesModern(version)) return unsupported(version)
  return fault(rpc.invalidRequest, 'This protocol version is not known to the gateway.')
}

function unsupported(version: string): Classified {
  // Echoed only where it has the form of a version: the rest could be anything.
  const requested = /^v?\d{1,4}(?:[.-]\d{1,2}){0,2}$/.test(version) ? version : null
  return {
    kind: 'fault',
    own: rpc.unsupportedVersion,
    sentence: 'This protocol version is not known to the gateway.',
    data: { supported: modernVersions, requested },
  }
}

function headerFault(header: string): Classified {
  return fault(rpc.headerMismatch, `The ${header} header is missing or differs from the body.`)
}

function fault(own: Own, sentence: string): Classified {
  return { kind: 'fault', own, sentence, data: {} }
}
