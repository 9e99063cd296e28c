// The rules that `sallyport init` writes. Promise: they are read from that very text.
import assert from 'node:assert/strict'
import { policySource } from '../../src/config/config.ts'
import { initWithDatabase } from '../../src/config/init-with-database.fixture.ts'
import { readConfig } from '../../src/config/load.ts'
import type { Rule } from '../../src/policy/rules.ts'

const USED = ['select', 'insert', 'update', 'delete', 'merge', 'copy-out', 'copy-in', 'declare']

/** With one that lets everybody use the tables, as its reader would write it. */
export function rulesOfInit(schema: string): readonly Rule[] {
  const allowed = [...USED.map(kind => `sql.${kind}:${schema}.*`), 'sql.*:pg_temp.*', 'sql.explain:*']
  const text = initWithDatabase(
    `{ id: tables, allow: ${JSON.stringify(allowed)}, who: [clinical-read], on: [clinic-db] }`,
  )
  const read = readConfig(Buffer.from(text), '/etc/sallyport.yaml')
  assert.ok(read.ok)
  return policySource(read.config).rules.map(one => ({ ...one, who: one.who === null ? null : ['*'], on: ['*'] }))
}
