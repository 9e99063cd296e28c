import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VerifiedCache } from './verified-cache.ts'

test('it is bounded, and what is used stays', () => {
  const cache = new VerifiedCache<number>(10)
  cache.set('used', 0, 100)
  for (let count = 1; count <= 100; count++) {
    cache.set(`other ${count}`, count, 100)
    assert.equal(cache.get('used', 0), 0)
    assert.equal(cache.get(`other ${count}`, 0), count)
    assert.ok(cache.size <= 10, `${cache.size} items`)
  }
  assert.equal(cache.get('other 80', 0), undefined)
})

test('an entry ends at its time, and one set again has its new value and time', () => {
  const cache = new VerifiedCache<number>(2)
  cache.set('a', 1, 100)
  assert.equal(cache.get('a', 99), 1)
  assert.equal(cache.get('a', 100), undefined)
  cache.set('b', 2, 100)
  assert.equal(cache.get('a', 101), undefined)
  cache.set('a', 3, 200)
  assert.equal(cache.get('a', 101), 3)
  cache.clear()
  assert.deepEqual([cache.get('a', 101), cache.size], [undefined, 0])
})
