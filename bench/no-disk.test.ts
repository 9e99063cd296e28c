// The switch that skips the disk is the benchmark's alone. Promise: nothing that ships names it but the inbox that takes it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allSources, filesWith, shippedSources } from '../test/support/source-rules.ts'

test('only the benchmark’s gateway leaves the thread that writes out', () => {
  const named = /\bcommits\b\s*[:?]|\.commits\b|\bCommits\b/
  assert.deepEqual(filesWith(shippedSources(), named), ['src/recording/inbox.ts'])
  assert.deepEqual(
    filesWith(allSources(), /\bwithoutDisk: true/).filter(file => !file.endsWith('no-disk.test.ts')),
    ['bench/postgres.ts'],
  )
})
