// Columns a statement names or means without naming them: what a rule about columns is held against.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { loadParser } from './parser.ts'
import { readSql } from './read-sql.ts'

before(loadParser)

const rows: [sql: string, columns: string[]][] = [
  ['select id from visits', ['id']],
  ['select count(*) from visits', []],
  ['select id from visits where ssn = $1 order by mrn', ['id', 'mrn', 'ssn']],
  ['select * from visits', ['*']],
  ['table visits', ['*']],
  ['select v from visits v', ['v']],
  ['select (v).ssn from visits v', ['v']],
  ['select ssn(v) from visits v', ['v']],
  ['select id from visits v (id)', ['*', 'id']],
  ['select 1 from visits natural join people', ['*']],
  ['select 1 from visits join people using (ssn)', ['ssn']],
  ['insert into visits values (1, 2)', ['*']],
  ['insert into visits default values', ['*']],
  ['insert into visits select id from rooms', ['*', 'id']],
  ['insert into visits (id) values (1)', ['id']],
  ['insert into visits (id) values (1) on conflict (mrn) do update set ssn = 1', ['id', 'mrn', 'ssn']],
  ['insert into visits (id) values (1) returning name', ['id', 'name']],
  ['update visits set ssn = 1 where id = 2', ['id', 'ssn']],
  ['update visits set (a, b) = (1, 2)', ['a', 'b']],
  ['copy visits to stdout', ['*']],
  ['copy visits (id, ssn) to stdout', ['id', 'ssn']],
  ['copy (select id from visits) to stdout', ['id']],
  ['copy visits (id) from stdin', ['id']],
  ['with w as (select ssn from visits) select 1', ['ssn']],
  ['explain analyze select ssn from visits', ['ssn']],
]
for (const [sql, columns] of rows) {
  test(sql, () => {
    const read = readSql(sql)
    assert.ok(read.kind === 'read' && read.statements[0] !== undefined)
    assert.deepEqual([...read.statements[0].columns].sort(), columns)
  })
}
