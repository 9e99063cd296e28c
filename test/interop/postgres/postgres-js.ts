// The tests of postgres.js (github.com/porsager/postgres), direct and through the gateway. Its own runner stops at the first
// failure; ours takes the same file of tests and goes on, so that both runs can be compared test by test.
// `node test/interop/postgres/postgres-js.ts --source DIR [--bin DIR]`; DIR is a checkout of v3.4.9, never committed.
// Its tests name port 5432, which must be free.
import { execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { freePort } from '../../../examples/clinic/ports.ts'
import { testTls } from '../../../src/postgres/testing/test-tls.ts'
import { startOpenGateway } from './open-gateway.ts'
import { record } from './results.ts'
import { need, SUPERUSER, startSystemPostgres } from './system-postgres.ts'

const { values } = parseArgs({
  options: {
    source: { type: 'string', default: 'postgres-js' },
    bin: { type: 'string', default: '/usr/lib/postgresql/15/bin' },
  },
})
const { bin } = values
const source = resolve(values.source)
need({
  [join(source, 'tests/index.js')]: 'the source of postgres.js: --source DIR',
  [join(bin, 'initdb')]: 'a PostgreSQL server (apt-get install postgresql-15)',
})
const PORT = 5432
if ((await freePort(PORT)) === null) {
  console.log(`SKIPPED: not run, because port ${PORT}, which these tests name, is taken`)
  process.exit(0)
}
const hba = `host all postgres_js_test_md5 127.0.0.1/32 md5
host all postgres_js_test_scram 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
`
const REPLICATION = 'Replication is refused, also on a transparent connection'
/** Stands in for tests/test.js. */
const runner = `
import { execFileSync } from 'child_process'
const all = []
const outcomes = {}
export const nt = () => undefined
export const ot = (...rest) => t(...rest)
export const t = (name, options, fn) => {
  if (typeof options !== 'object') [fn, options] = [options, {}]
  const line = new Error().stack.split('\\n')[2].match(':([0-9]+):')[1]
  all.push({ name, line, fn, ms: (options.timeout || t.timeout) * 1000 })
}
t.timeout = 5
setTimeout(async () => {
  for (const { name, line, fn, ms } of all) {
    let timer
    const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error('Timed out')), ms) })
    try {
      const [expected, got] = await Promise.all(await Promise.race([fn(), late]))
      outcomes[line + ' ' + name] = expected === got ? 'ok' : 'differs'
    } catch (error) {
      // What the tests after it would make anew.
      for (const what of ['table if exists test', 'type if exists test'])
        execFileSync('psql', ['-qc', 'drop ' + what + ' cascade', 'postgres_js_test'], { stdio: 'ignore' })
      outcomes[line + ' ' + name] = 'failed ' + (error && (error.code || error.message))
    }
    clearTimeout(timer)
  }
  console.log('OUTCOMES ' + JSON.stringify(outcomes))
  process.exit(0)
}, 100)
process.on('uncaughtException', () => undefined)
process.on('unhandledRejection', () => undefined)
`

function runSuite(dir: string): Promise<Record<string, string>> {
  const env = { PATH: `${bin}:${process.env.PATH}`, PGUSER: SUPERUSER, PGPASSWORD: 'any', PGHOST: '127.0.0.1' }
  const child = spawn(process.execPath, ['tests/index.js'], {
    cwd: dir,
    env: { ...env, PGDATABASE: 'postgres', PGPORT: String(PORT), TZ: 'UTC', NODE_TLS_REJECT_UNAUTHORIZED: '0' },
  })
  let said = ''
  let failed = ''
  child.stdout.on('data', piece => {
    said += piece
  })
  child.stderr.on('data', piece => {
    failed += piece
  })
  const late = setTimeout(() => child.kill('SIGKILL'), 240_000)
  return new Promise((done, reject) => {
    child.once('close', () => {
      clearTimeout(late)
      const line = said.split('\n').find(one => one.startsWith('OUTCOMES '))
      if (line === undefined) reject(new Error(`the tests did not end:\n${failed.slice(-2_000)}`))
      else done(JSON.parse(line.slice(9)) as Record<string, string>)
    })
  })
}

const dir = mkdtempSync(join(tmpdir(), 'sallyport-suite-js-'))
cpSync(source, dir, { recursive: true })
writeFileSync(join(dir, 'tests/test.js'), runner)
const ran: Record<string, string>[] = []
let log = ''
let version = ''
try {
  for (const through of [false, true]) {
    const listen = { listen: PORT }
    const server = await startSystemPostgres({
      bin,
      hba,
      settings: { wal_level: 'logical', max_prepared_transactions: '20' },
      ...(through ? {} : listen),
    })
    version = server.version
    const gateway = through ? await startOpenGateway({ ...server, ...listen, transparent: true, tls: testTls }) : null
    try {
      ran.push(await runSuite(dir))
    } finally {
      if (gateway) log = await gateway.stop()
      await server.stop()
    }
  }
} finally {
  rmSync(dir, { recursive: true, force: true })
}
const [direct, through] = ran as [Record<string, string>, Record<string, string>]
const names = Object.keys(direct)
const count = (of: Record<string, string>) => Object.values(of).filter(it => it === 'ok').length
const commit = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as { version: string }
record({
  name: 'postgres-js',
  title: 'The tests of postgres.js',
  what: [
    `postgres.js ${commit.version} against ${version}; its tests, our runner, which does not stop at the first failure`,
    `The gateway’s record of it: ${log}`,
    `psql ${execFileSync(join(bin, 'psql'), ['--version'], { encoding: 'utf8' }).trim()} for its preparations`,
  ],
  counts: [
    ['tests', names.length, Object.keys(through).length],
    ['ok', count(direct), count(through)],
  ],
  differing: names
    .filter(name => direct[name] !== through[name])
    .map(name => `${name}: ${direct[name]} direct, ${through[name]} through`),
  meant: {
    '1258 ': 'The gateway signs callers in itself, and its refusal has its own code',
    '2056 ': REPLICATION,
    '2099 ': REPLICATION,
    '2146 ': REPLICATION,
  },
  failedAlike: names.filter(name => direct[name] !== 'ok' && direct[name] === through[name]),
})
