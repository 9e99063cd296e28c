// Traces: where they are read from, and for whom they count.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Errand } from '../gateway/seam.ts'
import { Credentials } from './credentials.ts'
import { Errands, traceOfName, traceOfStatement } from './errands.ts'
import { subjectOf } from './testing/rig.ts'

const trace = '0af7651916cd43dd8448eb211c80319c'
const parent = `00-${trace}-b7ad6b7169203331-01`
const service = { ...subjectOf('ward'), kind: 'service' } as const

function errandOf(over = new AbortController(), subject = subjectOf('ann')): Errand {
  return { via: 'web', subject: () => subject, parent: () => 'x_1', ended: over.signal }
}

test('a trace stands alone or in a name, and in the last comment of a text', () => {
  for (const name of [parent, `ward ${parent}`, `cc-${trace}-00f067aa0ba902b7-00`])
    assert.equal(traceOfName(name), trace, name)
  for (const name of ['', 'psql', trace, `x${parent}`, `${parent}0`, parent.toUpperCase()])
    assert.equal(traceOfName(name), null, name)
  const comment = `/*action='a%20b',traceparent='${parent}',tracestate='x%3D1'*/`
  for (const sql of [`select 1 ${comment}`, `select 1${comment};\n`, `/* first */ select 1 ${comment} `, comment])
    assert.equal(traceOfStatement(sql), trace, sql)
  for (const sql of [
    '',
    'select 1',
    '/**/',
    '/*/',
    'select 1 /* traceparent */',
    `${comment} select 1`,
    `'${comment}'`,
  ])
    assert.equal(traceOfStatement(sql), null, sql)
  for (const sql of [`/*traceparent='none'*/`, `/*traceparent=${parent}*/`, `/*traceparent=''*/;`])
    assert.equal(traceOfStatement(sql), 'unreadable', sql)
})

test('a trace counts from its service, at its connection, as long as the call lasts', () => {
  const errands = new Errands((name, connection) => name === 'test|ward' && connection === 'db')
  assert.equal(errands.takesFrom(service, 'db'), true)
  assert.equal(errands.takesFrom(service, 'other'), false)
  assert.equal(errands.takesFrom(subjectOf('ward'), 'db'), false, 'a human of the same name')
  const over = new AbortController()
  const given = traceOfName(errands.issue(errandOf(over), 'db', 'test|ward') ?? '') ?? ''
  assert.equal(errands.find(given, service, 'db')?.via, 'web')
  assert.equal(errands.find(given, service, 'other'), null)
  assert.equal(errands.find(given, { ...service, id: 'x' }, 'db'), null)
  assert.equal(errands.find(trace, service, 'db'), null)
  over.abort()
  assert.equal(errands.find(given, service, 'db'), null)
  assert.equal(errands.issue(errandOf(over), 'db', 'test|ward'), null)
  const ended = { ...subjectOf('ann'), notAfter: Date.now() - 1 }
  const late = traceOfName(errands.issue(errandOf(undefined, ended), 'db', 'test|ward') ?? '') ?? ''
  assert.equal(errands.find(late, service, 'db'), null, 'the token of the caller has ended')
})

test('what is lent for an errand is of whoever the caller is by then, and ends with it', () => {
  let now = 1_000
  const credentials = new Credentials(() => now)
  const over = new AbortController()
  let subject = { ...subjectOf('ann'), notAfter: 2_000 }
  const lent = credentials.lend({ ...errandOf(over), subject: () => subject }, 'db')
  assert.ok(lent)
  assert.equal(credentials.find(lent.user, 'other'), null)
  assert.equal(credentials.find(lent.user, 'db')?.subject, subject)
  now = 2_000
  assert.equal(credentials.find(lent.user, 'db'), null, 'the token of the caller has ended')
  subject = { ...subject, groups: new Set(['others']), notAfter: 9_000 }
  assert.deepEqual([...(credentials.find(lent.user, 'db')?.subject.groups ?? [])], ['others'])
  credentials.revoke(known => known.subject.groups.has('others'))
  assert.equal(credentials.find(lent.user, 'db'), null)
  const again = credentials.lend({ ...errandOf(over), subject: () => subject }, 'db')
  over.abort()
  assert.equal(credentials.find(again?.user ?? '', 'db'), null)
  assert.equal(credentials.lend(errandOf(over), 'db'), null)
})
