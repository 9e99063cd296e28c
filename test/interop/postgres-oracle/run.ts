// PostgreSQL's own regression suite against the resolver. Promise: psql runs each file on a real server that tells its
// rewritten trees; every statement must give a decision, and for every SELECT the plan must name what the tree shows.
//
//   node test/interop/postgres-oracle/run.ts SOURCE/src/test/regress [FILE …]
//
// Needs psql and a server of the same major version (PGURL, superuser, an empty database called regression).
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import type { Catalog } from '../../../src/postgres/lineage/catalog.ts'
import { loadCatalog } from '../../../src/postgres/lineage/catalog-load.ts'
import { namesOf } from '../../../src/postgres/lineage/names.ts'
import type { Protection } from '../../../src/postgres/lineage/protection.ts'
import { columnsOf, type SessionNames } from '../../../src/postgres/lineage/resolve.ts'
import { afterStatement, newSession } from '../../../src/postgres/lineage/session.ts'
import { loadParser } from '../../../src/postgres/statement/parser.ts'
import { readSql } from '../../../src/postgres/statement/read-sql.ts'
import { compare, everyThird, newTally } from './compare.ts'
import { startTap, type TapEvents } from './tap.ts'

const [regress = '', ...only] = process.argv.slice(2)
const url = new URL(process.env.PGURL ?? 'postgres://postgres@127.0.0.1:5432/regression')
const FILE_MS = 180_000
const LOCKED = '55P03'
const tally = newTally()
const counts = { statements: 0, decided: 0, refused: new Map<string, number>(), thrown: [] as string[], slowest: 0 }
let side: pg.Client
let catalog: Catalog
let protection: Protection
let stale = true

async function refresh(): Promise<void> {
  if (!stale) return
  const before = catalog?.version
  try {
    catalog = await loadCatalog(async sql => {
      const types = { getTypeParser: () => String }
      return (await side.query<(string | null)[]>({ text: sql, rowMode: 'array', types })).rows
    })
  } catch (error) {
    // An open transaction of the file itself has locked what is to be read: it ends only after this statement.
    if (catalog !== undefined && error instanceof pg.DatabaseError && error.code === LOCKED) return
    throw error
  }
  stale = false
  if (catalog.version !== before) protection = everyThird(catalog)
}

function watch(): TapEvents {
  const user = { name: decodeURIComponent(url.username), path: ['public'] }
  let session: SessionNames = newSession(user)
  let asked: { sql: string; check: (tree: string) => void } | null = null
  let after: (() => void) | null = null
  return {
    onQuery: async sql => {
      asked = null
      after = null
      counts.statements++
      let started = Number.NaN
      try {
        await refresh()
        started = performance.now()
        const read = readSql(sql, { names: namesOf(catalog, session.path) })
        if (read.kind === 'refused') {
          counts.refused.set(read.sqlState, (counts.refused.get(read.sqlState) ?? 0) + 1)
          return
        }
        counts.decided++
        for (const statement of read.statements) {
          const plan = columnsOf(statement.tree, protection, session)
          if (plan.flows.some(({ target, labels }) => target === 'unknown' && labels === 'unknown'))
            counts.thrown.push(`not worked out: ${sql}`)
          const now = session
          if (read.statements.length === 1) {
            after = () => {
              session = afterStatement(now, statement, plan, user)
            }
            if (statement.kind === 'select') asked = { sql, check: tree => compare(tally, sql, tree, plan, protection) }
          }
          if (statement.effects.has('define') || /^(do|call)$/.test(statement.kind)) stale = true
        }
      } catch (error) {
        counts.thrown.push(`${error instanceof Error ? error.message : 'thrown'}: ${sql}`)
      } finally {
        counts.slowest = Math.max(counts.slowest, performance.now() - started || 0)
      }
    },
    onLog: (message, detail) => {
      if (message !== 'rewritten parse tree:' || asked === null) return
      const { check, sql } = asked
      asked = null // trees of functions that the statement calls come after its own
      try {
        check(detail)
      } catch (error) {
        counts.thrown.push(`tree: ${error instanceof Error ? error.message : ''}: ${sql}`)
      }
    },
    onComplete: () => {
      after?.()
      after = null
    },
    onReady: () => {},
  }
}

/** Whether it ended by itself. */
function psql(port: number, file: string): Promise<boolean> {
  const env = {
    ...process.env,
    PGHOST: '127.0.0.1',
    PGPORT: String(port),
    PGUSER: decodeURIComponent(url.username),
    PGPASSWORD: decodeURIComponent(url.password),
    PGDATABASE: 'regression',
    PGSSLMODE: 'disable',
    PGGSSENCMODE: 'disable',
    PGTZ: 'PST8PDT',
    PGDATESTYLE: 'Postgres, MDY',
    PGOPTIONS:
      '-c debug_print_rewritten=on -c debug_pretty_print=off -c client_min_messages=log -c log_min_messages=panic',
    PG_ABS_SRCDIR: regress,
    PG_ABS_BUILDDIR: process.env.PG_ABS_BUILDDIR ?? regress,
    PG_LIBDIR: process.env.PG_LIBDIR ?? regress,
    PG_DLSUFFIX: '.so',
  }
  return new Promise(done => {
    const child = spawn('psql', ['-X', '-a', '-q', '-f', file], { env, stdio: 'ignore' })
    const timer = setTimeout(() => child.kill(), FILE_MS)
    child.on('exit', (_, signal) => {
      clearTimeout(timer)
      done(signal === null)
    })
  })
}

function files(): readonly string[] {
  const schedule = readFileSync(join(regress, 'parallel_schedule'), 'utf8')
  const all = [...schedule.matchAll(/^test:\s*(.*)$/gm)].flatMap(([, names = '']) => names.split(/\s+/))
  return only.length === 0 ? all : all.filter(name => name === 'test_setup' || only.includes(name))
}

await loadParser()
side = new pg.Client(url.href)
await side.connect()
await side.query(`set lock_timeout = '300ms'`)
const { port, server } = await startTap(Number(url.port || 5432), watch)
const started = performance.now()
const unfinished: string[] = []
for (const name of files()) {
  const before = tally.missed.length
  stale = true
  if (!(await psql(port, join(regress, 'sql', `${name}.sql`)))) unfinished.push(name)
  console.log(
    `${name}: ${counts.statements} statements, ${tally.selects} selects, ${tally.missed.length - before} missed`,
  )
  for (const missed of tally.missed.slice(before)) console.log(`  ${missed}`)
}
const results = {
  statements: counts.statements,
  decided: counts.decided,
  refused: Object.fromEntries(counts.refused),
  thrown: counts.thrown.length,
  selects: tally.selects,
  columns: tally.columns,
  carrying: tally.carrying,
  missed: tally.missed.length,
  more: tally.more,
  unknown: tally.unknown,
  unfinished,
  slowestMs: Math.round(counts.slowest),
  seconds: Math.round((performance.now() - started) / 1000),
}
console.log(JSON.stringify(results, null, 1))
if (process.env.ORACLE_OUT !== undefined)
  writeFileSync(process.env.ORACLE_OUT, [...counts.thrown, ...tally.missed].join('\n---\n'))
await side.end()
server.close()
process.exit(tally.missed.length + counts.thrown.length + unfinished.length === 0 ? 0 : 1)
