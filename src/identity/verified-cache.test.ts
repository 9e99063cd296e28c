import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VerifiedCache } from './verified-cache.ts'

test('the least recently used goes first', () => {
  const cache = new VerifiedCache<number>(2)
  cache.set('a', 1, 100)
  cache.set('b', 2, 100)
  assert.equal(cache.get('a', 0), 1)
  cache.set('c', 3, 100)
  assert.deepEqual([cache.get('a', 0), cache.get('b', 0), cache.get('c', 0), cache.size], [1, undefined, 3, 2])
})

test('an entry ends at its time and is forgotten', () => {
  const cache = new VerifiedCache<number>(2)
  cache.set('a', 1, 100)
  assert.equal(cache.get('a', 99), 1)
  assert.equal(cache.get('a', 100), undefined)
  assert.equal(cache.size, 0)
})
