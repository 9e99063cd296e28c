// What of the words of the system passes where they could quote hidden data. Promise: sentences that are the same for all data,
// names that the caller wrote, and nothing that a function could have put there.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { back } from './frames.ts'
import { frame } from './messages.ts'
import { releasedWords } from './words.ts'

function told(type: number, fields: Readonly<Record<string, string>>): string {
  const text = Object.entries(fields)
    .map(([kind, value]) => `${kind}${value}\0`)
    .join('')
  const raw = Buffer.from(frame(type, `${text}\0`))
  const out = releasedWords(type, raw, 0, raw.length) ?? raw
  return Buffer.from(out).toString().split('\0').slice(0, -2).join('|')
}

const passing = [
  ['22012', 'division by zero'],
  ['22003', 'integer out of range'],
  ['25P02', 'current transaction is aborted, commands ignored until end of transaction block'],
  ['57014', 'canceling statement due to statement timeout'],
  ['42P07', 'relation "visits" already exists'],
  ['42P07', 'relation "visits" already exists, skipping'],
  ['42P06', 'schema "app" already exists, skipping'],
  ['42701', 'column "ward" of relation "visits" already exists'],
  ['42710', 'extension "citext" already exists, skipping'],
  ['42P05', 'prepared statement "s1" already exists'],
] as const

test('a sentence that no data changes is told', () => {
  for (const [C, M] of passing) {
    for (const type of [back.error, back.notice]) {
      const heard = told(type, { S: 'X', V: 'X', C, M, D: 'Vorlamint', H: 'Vorlamint', F: 'a.c', R: 'b' })
      assert.ok(heard.endsWith(`M${M}`), heard)
    }
  }
  const column = { S: 'ERROR', C: '428C9', M: 'column "a" can only be updated to DEFAULT' }
  const detail = 'Column "a" is a generated column.'
  assert.ok(told(back.error, { ...column, D: detail }).endsWith(`|D${detail}`))
  assert.doesNotMatch(told(back.error, { ...column, D: 'Column "a" holds "Vorlamint".' }), /Vorlamint/)
})

test('an error about a constant of the text is told, one about a value is not', () => {
  const own = { S: 'ERROR', C: '22P02', M: 'invalid input syntax for type integer: "ten"' }
  assert.match(told(back.error, { ...own, P: '8' }), /"ten"/)
  assert.doesNotMatch(told(back.error, own), /"ten"/)
  for (const kind of ['W', 'q', 'p']) assert.doesNotMatch(told(back.error, { ...own, P: '8', [kind]: 'x' }), /"ten"/)
  assert.doesNotMatch(told(back.notice, { ...own, P: '8' }), /"ten"/)
})

test('what a function says is not told, however it is put', () => {
  for (const [C, M] of passing)
    assert.match(told(back.error, { S: 'ERROR', C, M, W: 'PL/pgSQL function f()' }), /hidden/)
  const odd = [
    ['22012', 'division by Vorlamint'],
    ['22003', 'division by zero'],
    ['42P07', 'relation "Vorlamint" does not exist'],
    ['42P01', 'relation "Vorlamint" does not exist'],
    ['42710', 'large object 48271 already exists'],
    ['42710', 'replication slot "vorlamint" already exists'],
  ] as const
  for (const [C, M] of odd) assert.match(told(back.error, { S: 'ERROR', C, M }), /hidden\)$/, M)
})
