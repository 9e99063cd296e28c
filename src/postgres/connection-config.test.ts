import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type GroupLogin, loginByGroup } from './connection-config.ts'
import { subjectOf } from './testing/rig.ts'

const login = (group: string | null, user: string): GroupLogin => ({ group, user, password: `of ${user}` })

test('of several groups the first in the order of the file decides, and default comes last wherever it stands', () => {
  const pick = loginByGroup([login(null, 'ro'), login('writers', 'rw'), login('owners', 'dba')])
  const user = (...groups: string[]) => pick(subjectOf('ann', groups))?.user
  assert.equal(user('owners', 'writers'), 'rw')
  assert.equal(user('owners'), 'dba')
  assert.equal(user('others'), 'ro')
  assert.equal(user(), 'ro')
})

test('whom no login is for gets none', () => {
  const pick = loginByGroup([login('writers', 'rw')])
  assert.equal(pick(subjectOf('ann', ['others'])), null)
  assert.equal(pick(subjectOf('ann', ['writers']))?.password, 'of rw')
})
