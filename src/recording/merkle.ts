// The RFC 6962 hash tree, kept as its right edge. Promise: pure functions; the root of a million leaves needs twenty
// hashes of memory, and a leaf can never be taken for an inner node (0x00 and 0x01 prefixes).
import { hash } from 'node:crypto'

export const HASH_BYTES = 32

/** Roots of the perfect subtrees that make up a tree of `size` leaves, largest first. */
export interface Edge {
  readonly size: number
  readonly hashes: readonly Buffer[]
}

export const emptyEdge: Edge = { size: 0, hashes: [] }

/** Leaves are at most 64 KiB, so that one buffer serves them all. */
const prefixed = Buffer.alloc(1 + 65_535)
const pair = Buffer.alloc(1 + 2 * HASH_BYTES, 1)

export function leafHash(leaf: Uint8Array): Buffer {
  const whole = leaf.length < prefixed.length ? prefixed.subarray(0, leaf.length + 1) : Buffer.alloc(leaf.length + 1)
  whole.set(leaf, 1)
  return digest(whole)
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  pair.set(left, 1)
  pair.set(right, 1 + HASH_BYTES)
  return digest(pair)
}

/** Through a string, which costs the platform half of what a buffer does. */
function digest(bytes: Uint8Array): Buffer {
  return Buffer.from(hash('sha256', bytes, 'binary'), 'binary')
}

/** The edge with one leaf more. */
export function append(edge: Edge, leaf: Buffer): Edge {
  const hashes = edge.hashes.slice()
  let node = leaf
  for (let rest = edge.size; rest % 2 === 1; rest = Math.floor(rest / 2)) node = nodeHash(hashes.pop() as Buffer, node)
  hashes.push(node)
  return { size: edge.size + 1, hashes }
}

export function root(edge: Edge): Buffer {
  const last = edge.hashes[edge.hashes.length - 1]
  if (!last) return hash('sha256', Buffer.alloc(0), 'buffer')
  let node = last
  for (let at = edge.hashes.length - 2; at >= 0; at--) node = nodeHash(edge.hashes[at] as Buffer, node)
  return node
}

export function writeEdge(edge: Edge): Buffer {
  return Buffer.concat(edge.hashes as Buffer[])
}

/** Null where the bytes are not the edge of a tree of that size. */
export function readEdge(size: number, bytes: Uint8Array): Edge | null {
  let ones = 0
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2
  if (!Number.isSafeInteger(size) || size < 0 || bytes.length !== ones * HASH_BYTES) return null
  const all = Buffer.from(bytes)
  return {
    size,
    hashes: Array.from({ length: ones }, (_, at) => all.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)),
  }
}

export function sameEdge(left: Edge, right: Edge): boolean {
  return left.size === right.size && writeEdge(left).equals(writeEdge(right))
}
