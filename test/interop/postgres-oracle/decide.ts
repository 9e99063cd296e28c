// Every text of the regression suite without a server. Promise: each gives a decision, in bounded time; nothing is thrown.
//
//   node test/interop/postgres-oracle/decide.ts SOURCE/src/test/regress
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { index } from '../../../src/postgres/lineage/catalog.ts'
import { protect } from '../../../src/postgres/lineage/protection.ts'
import { columnsOf } from '../../../src/postgres/lineage/resolve.ts'
import { afterStatement, newSession } from '../../../src/postgres/lineage/session.ts'
import { loadParser } from '../../../src/postgres/statement/parser.ts'
import { readSql } from '../../../src/postgres/statement/read-sql.ts'

await loadParser()
const folder = join(process.argv[2] ?? '', 'sql')
const nothing = { relations: new Map(), functions: new Map(), types: new Map(), builtinColumns: new Map() }
const protection = protect(index({ version: '', ...nothing, ownOperators: new Map(), ownCasts: new Map() }), [])
const user = { name: 'nobody', path: ['public'] }
const counts = { lines: 0, texts: 0, statements: 0, refused: 0, thrown: 0, notWorkedOut: 0, slowestMs: 0 }

for (const file of readdirSync(folder).filter(name => name.endsWith('.sql'))) {
  const body = readFileSync(join(folder, file), 'latin1')
  counts.lines += body.split('\n').length - 1
  let session = newSession(user)
  // psql's own commands are left out, and its variables stay as they are written: those texts have syntax errors.
  for (const text of body.replace(/^\\.*$/gm, '').split(/;[ \t]*(?:--.*)?$/m)) {
    if (text.trim() === '') continue
    counts.texts++
    const started = performance.now()
    try {
      const read = readSql(text)
      if (read.kind === 'refused') counts.refused++
      else
        for (const statement of read.statements) {
          counts.statements++
          const plan = columnsOf(statement.tree, protection, session)
          if (plan.flows.some(({ target, labels }) => target === 'unknown' && labels === 'unknown'))
            counts.notWorkedOut++
          session = afterStatement(session, statement, plan, user)
        }
    } catch {
      counts.thrown++
    }
    counts.slowestMs = Math.max(counts.slowestMs, performance.now() - started)
  }
}
console.log(JSON.stringify(counts, null, 1))
process.exitCode = counts.thrown === 0 ? 0 : 1
