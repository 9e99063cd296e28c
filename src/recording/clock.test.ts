import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LogClock } from './clock.ts'

function clockAt(lastAt: number, wall: number) {
  const now = { wall, monotonic: 0 }
  const clock = new LogClock(
    lastAt,
    () => now.wall,
    () => now.monotonic,
  )
  return { clock, now }
}

test('time passes', () => {
  const { clock, now } = clockAt(0, 1_000_000)
  assert.deepEqual(clock.read(), { at: 1_000_000, jumpMs: null })
  now.wall += 3_600_000
  now.monotonic += 3_600_000
  assert.deepEqual(clock.read(), { at: 4_600_000, jumpMs: null })
})

test('a small step back does not show, and a long row of them does', () => {
  const { clock, now } = clockAt(0, 1_000_000)
  clock.read()
  now.wall -= 1_500
  assert.deepEqual(clock.read(), { at: 1_000_000, jumpMs: null })
  now.wall -= 1_500
  assert.deepEqual(clock.read(), { at: 997_000, jumpMs: -3_000 })
})

test('an hour back and a year on are said, and time goes on from there', () => {
  const { clock, now } = clockAt(0, 10_000_000)
  clock.read()
  now.wall -= 3_600_000
  assert.deepEqual(clock.read(), { at: 6_400_000, jumpMs: -3_600_000 })
  assert.deepEqual(clock.read(), { at: 6_400_000, jumpMs: null })
  now.wall += 31_536_000_000
  assert.deepEqual(clock.read(), { at: 31_542_400_000, jumpMs: 31_536_000_000 })
})

test('a start before the newest entry is said; a start long after it is not a jump', () => {
  assert.deepEqual(clockAt(5_000_000, 1_000_000).clock.read(), { at: 1_000_000, jumpMs: -4_000_000 })
  assert.deepEqual(clockAt(5_000_000, 4_999_000).clock.read(), { at: 5_000_000, jumpMs: null })
  assert.deepEqual(clockAt(5_000_000, 9_000_000).clock.read(), { at: 9_000_000, jumpMs: null })
})
