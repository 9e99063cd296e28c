import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rule } from './decide-fixture.ts'
import { effectiveRules } from './effective.ts'

const connections = [
  { name: 'clinic', kind: 'mcp', transparent: false },
  { name: 'db', kind: 'postgres', transparent: false },
] as const

test('a rule is shown only where it can concern what is behind the connection', () => {
  const rows = effectiveRules(
    [
      rule('allow', 'catalog', ['sql.select:pg_catalog.*']),
      rule('allow', 'charts', ['tools/call:get_*']),
      rule('allow', 'own', ['acme/do']),
      rule('allow', 'both', ['prompts/get:*', 'sql.call:public.f']),
      rule('allow', 'columns', ['*'], { columns: ['id'] }),
      rule('allow', 'rows', ['*'], { rows: { ask: null, stop: 5 } }),
      rule('block', 'all', ['*']),
    ],
    connections,
  )
  const shown = (connection: string) =>
    rows.filter(row => row.connection === connection).map(row => `${row.rule} ${row.patterns} ${row.only}`.trim())
  assert.deepEqual(shown('clinic').sort(), [
    'all *',
    'both prompts/get:*',
    'charts tools/call:get_*',
    'own acme/do',
    'rows *',
  ])
  assert.deepEqual(shown('db').sort(), [
    'all *',
    'both sql.call:public.f',
    'catalog sql.select:pg_catalog.*',
    'columns * columns id',
    'rows * at most 5 rows',
  ])
})
