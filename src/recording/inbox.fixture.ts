// Inboxes for tests. Promise: each has a directory of its own unless one is named, and the keys of all are the same.
import assert from 'node:assert/strict'
import { Refusal } from '../gateway/errors.ts'
import { Inbox, type InboxOptions } from './inbox.ts'
import { loadKeys } from './keys.ts'
import { temporaryDir } from './test-log.ts'
import { verifyLog } from './verify.ts'

export const keyDir = temporaryDir()
export const keys = loadKeys(keyDir)

export async function openInbox(options: Partial<InboxOptions> = {}) {
  const dir = options.dir ?? temporaryDir()
  return { dir, inbox: await Inbox.open({ dir, instance: 'one', keys, ...options }) }
}

export async function isUnrecorded(promise: Promise<unknown>): Promise<void> {
  await assert.rejects(promise, error => {
    assert.ok(error instanceof Refusal)
    assert.equal(error.code, 'unrecorded')
    assert.match(error.reference, /^x_/)
    return true
  })
}

/** The verdict on a log in which nothing is at fault. */
export async function verified(dir: string) {
  const verdict = await verifyLog(dir, { publicKey: keys.verifying })
  assert.deepEqual(verdict.faults, [])
  assert.ok(verdict.intact && verdict.complete)
  return verdict
}
