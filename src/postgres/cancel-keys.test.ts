import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { limits } from '../gateway/limits.ts'
import { CancelKeys } from './cancel-keys.ts'

const wrong = () => randomBytes(8)

test('who guesses too often finds nothing for a while, and nobody else', () => {
  const keys = new CancelKeys<string>()
  const key = keys.issue(0, 'link')
  for (let count = 0; count < limits.cancelsPerMinute; count++) assert.equal(keys.find(wrong(), 'a'), null)
  assert.equal(keys.find(key, 'a'), null)
  assert.equal(keys.find(key, 'b'), 'link')
})

test('from more sources than are counted apart guesses are counted together', () => {
  const keys = new CancelKeys<string>()
  const key = keys.issue(0, 'link')
  for (let source = 0; source < limits.strangerSources; source++) keys.find(wrong(), `s${source}`)
  for (let count = 0; count < limits.cancelsPerMinute; count++) keys.find(wrong(), `t${count}`)
  assert.equal(keys.find(key, 'another'), null)
  for (let count = 1; count < limits.cancelsPerMinute; count++) keys.find(wrong(), 's0')
  assert.equal(keys.find(key, 's0'), null, 'who is counted already goes on being counted')
  assert.equal(keys.find(key, 's1'), 'link')
})
