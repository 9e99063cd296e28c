import assert from 'node:assert/strict'
import { test } from 'node:test'
import { literalEnd } from './literals.ts'

test('a constant ends where PostgreSQL says', () => {
  const forms = [
    `'plain'`,
    `'it''s'`,
    `''`,
    `'a'\n  'b'`,
    `E'back\\'slash\\\\'`,
    `e'x'''`,
    `U&'\\0041'`,
    `B'101'`,
    `x'1F'`,
    `N'wide'`,
    `$$body$$`,
    `$tag$it $$ 's$tag$`,
    `'größe'`,
    `42`,
    `-42`,
    `- 4.5e-10`,
    `.5`,
    `0x1F`,
    `1_000`,
    `true`,
    `NULL`,
  ]
  for (const form of forms)
    for (const [before, after] of [
      ['select ', ', 1'],
      ['select é, ', ' from t'],
      ['x = ', ''],
    ] as const) {
      const sql = Buffer.from(before + form + after)
      const start = Buffer.byteLength(before)
      assert.equal(literalEnd(sql, start), start + Buffer.byteLength(form), before + form + after)
    }
})

test('what has no end is none', () => {
  for (const form of [`'open`, `E'open\\'`, `$tag$open$$`, `$open`, `+`])
    assert.equal(literalEnd(Buffer.from(form), 0), null)
})
