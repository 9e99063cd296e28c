import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import { append, type Edge, emptyEdge, leafHash, nodeHash, readEdge, root, writeEdge } from './merkle.ts'

/** The eight leaves of the Certificate Transparency reference tests, and the roots of the trees of the first 1 to 8. */
const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

test('the reference roots, and that of the empty tree', () => {
  assert.equal(root(emptyEdge).toString('hex'), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  let edge: Edge = emptyEdge
  leaves.forEach((leaf, index) => {
    edge = append(edge, leafHash(Buffer.from(leaf, 'hex')))
    assert.equal(root(edge).toString('hex'), roots[index])
  })
})

/** RFC 6962 section 2.1, word for word. */
function treeHash(hashes: readonly Buffer[]): Buffer {
  if (hashes.length === 1) return hashes[0] as Buffer
  let split = 1
  while (split * 2 < hashes.length) split *= 2
  return nodeHash(treeHash(hashes.slice(0, split)), treeHash(hashes.slice(split)))
}

test('the edge agrees with the recursive definition for 1 to 200 leaves, stored and read at each size', () => {
  const hashes: Buffer[] = []
  let edge: Edge = emptyEdge
  for (let size = 1; size <= 200; size++) {
    hashes.push(leafHash(Buffer.from(String(size))))
    const read = readEdge(edge.size, writeEdge(edge))
    assert.ok(read)
    edge = append(read, hashes[size - 1] as Buffer)
    assert.deepEqual(root(edge), treeHash(hashes))
  }
})

test('leaf and node hashes have their prefixes', () => {
  const big = Buffer.alloc(70_000, 7)
  assert.deepEqual(leafHash(big), hash('sha256', Buffer.concat([Buffer.of(0), big]), 'buffer'))
  const [left, right] = [leafHash(Buffer.of(1)), leafHash(Buffer.of(2))]
  assert.deepEqual(nodeHash(left, right), hash('sha256', Buffer.concat([Buffer.of(1), left, right]), 'buffer'))
})

test('an edge of the wrong length is none', () => {
  assert.equal(readEdge(3, Buffer.alloc(32)), null)
  assert.equal(readEdge(-1, Buffer.alloc(0)), null)
  assert.equal(readEdge(4, Buffer.alloc(64)), null)
})
