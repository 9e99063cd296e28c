// Canonical JSON for comparison. Promise: two texts have the same canonical form only if they say the same thing to
// every parser. As RFC 8785, but a number keeps the digits it was written with, since 2^53 + 1 is not 2^53.
import { type JsonDocument, Kind } from './document.ts'

/** Canonical text of the value at `node`: no white space, members sorted by UTF-16 units, numbers as written. */
export function canonicalJson(document: JsonDocument, node = 0): string {
  switch (document.kind(node)) {
    case Kind.object: {
      const members: [string, string][] = []
      for (let at = node + 1; at < document.next(node); at = document.next(at + 1)) {
        members.push([document.string(at), canonicalJson(document, at + 1)])
      }
      members.sort(([left], [right]) => (left < right ? -1 : 1))
      return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`
    }
    case Kind.array: {
      const items: string[] = []
      for (let at = node + 1; at < document.next(node); at = document.next(at)) items.push(canonicalJson(document, at))
      return `[${items.join(',')}]`
    }
    case Kind.string:
      return JSON.stringify(document.string(node))
    default:
      return document.source(node)
  }
}

/** The node of the value at a path of member names and array indices, or -1. */
export function nodeAt(document: JsonDocument, path: readonly (string | number)[], from = 0): number {
  let node = from
  for (const step of path) {
    const end = document.next(node)
    let found = -1
    if (document.kind(node) === Kind.object) {
      for (let at = node + 1; at < end; at = document.next(at + 1)) {
        if (document.string(at) === step) {
          found = at + 1
          break
        }
      }
    } else if (document.kind(node) === Kind.array && typeof step === 'number') {
      let index = 0
      for (let at = node + 1; at < end; at = document.next(at)) {
        if (index++ === step) {
          found = at
          break
        }
      }
    }
    if (found < 0) return -1
    node = found
  }
  return node
}
