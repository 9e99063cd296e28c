// PostgreSQL's own regression suite, direct and through the gateway. Promise: every result file of both runs is compared
// byte by byte, and what differs fails the run.
// `node test/interop/postgres/regress.ts --source DIR [--bin DIR] [--schedule FILE]`
// DIR is the unpacked source of the installed major version; it is never committed. On Debian:
//   apt-get install postgresql-15 postgresql-server-dev-15 gcc
//   apt-get source --download-only postgresql-15   (needs a deb-src line), then unpack the .orig.tar
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startOpenGateway } from './open-gateway.ts'
import { record } from './results.ts'
import { copyFor, need, own, SUPERUSER, type SystemPostgres, startSystemPostgres } from './system-postgres.ts'

const { values } = parseArgs({
  options: {
    source: { type: 'string', default: 'postgresql-source' },
    bin: { type: 'string', default: '/usr/lib/postgresql/15/bin' },
    schedule: { type: 'string', default: 'parallel_schedule' },
    keep: { type: 'string' },
  },
})
const { source, bin } = values
const regress = join(source, 'src/test/regress')
const config = join(bin, 'pg_config')
need({
  [join(regress, 'parallel_schedule')]: 'the source of PostgreSQL 15: --source DIR (apt-get source postgresql-15)',
  [join(source, 'configure')]: 'the same source, whole',
  [config]: 'pg_config and the headers of the server (apt-get install postgresql-server-dev-15)',
  '/usr/bin/gcc': 'a C compiler (apt-get install gcc)',
})
/** Of the suite: it may be older than the server, and the tests whose expected results differ then fail both ways. */
const [, suite = 'unknown'] = /PACKAGE_VERSION='(.*?)'/.exec(readFileSync(join(source, 'configure'), 'latin1')) ?? []
const asked = (what: string) => execFileSync(config, [what], { encoding: 'utf8' }).trim()
const program = join(asked('--pgxs'), '../../test/regress/pg_regress')
need({ [program]: 'pg_regress (apt-get install postgresql-server-dev-15)' })

/** The C functions some tests load. */
function buildLibraries(into: string): void {
  const headers = asked('--includedir-server')
  for (const file of [
    join(regress, 'regress.c'),
    join(source, 'contrib/spi/refint.c'),
    join(source, 'contrib/spi/autoinc.c'),
  ]) {
    const library = join(into, file.replace(/^.*\/(\w+)\.c$/, '$1.so'))
    execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-w', `-I${headers}`, `-I${regress}`, '-o', library, file])
  }
}

interface Ran {
  readonly said: string
  /** Result file → its bytes. */
  readonly results: ReadonlyMap<string, string>
  readonly seconds: number
}

async function run(server: SystemPostgres, port: number, name: string): Promise<Ran> {
  const out = join(server.dir, name)
  copyFor(regress, out, server.as)
  mkdirSync(join(out, 'lib'))
  buildLibraries(join(out, 'lib'))
  own(join(out, 'lib'), server.as)
  // The tests print the folder they lie in: it has the same name in both runs.
  const at = join(server.dir, 'regress')
  execFileSync('mv', [out, at])
  const began = performance.now()
  const child = spawn(
    program,
    [
      ...[`--inputdir=${at}`, `--outputdir=${at}`, `--dlpath=${join(at, 'lib')}`, `--bindir=${bin}`],
      ...[`--host=127.0.0.1`, `--port=${port}`, `--user=${SUPERUSER}`, '--max-concurrent-tests=20'],
      `--schedule=${join(at, values.schedule)}`,
    ],
    { ...server.as, cwd: at, env: { PATH: process.env.PATH, PGPASSWORD: 'any', PGSSLMODE: 'disable', LC_ALL: 'C' } },
  )
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', piece => {
      said += piece
    })
  }
  await new Promise(resolve => child.once('close', resolve))
  const seconds = (performance.now() - began) / 1000
  const results = new Map(
    readdirSync(join(at, 'results'))
      .filter(file => file.endsWith('.out'))
      .map(file => [file, readFileSync(join(at, 'results', file), 'latin1')]),
  )
  if (values.keep) execFileSync('cp', ['-r', join(at, 'results'), join(values.keep, name)])
  execFileSync('mv', [at, out])
  return { said, results, seconds }
}

function outcomes(said: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const line of said.split('\n')) {
    const [, name, outcome] = /^(?:test|\s+)\s*(\w+)\s+\.\.\. (ok|FAILED)/.exec(line) ?? []
    if (name && outcome) found.set(name, outcome)
  }
  return found
}

async function main(): Promise<void> {
  const settings = { max_prepared_transactions: '2', log_min_messages: 'panic', log_min_error_statement: 'panic' }
  const ran: Ran[] = []
  let version = ''
  let log = ''
  // A new cluster for each: object numbers and statistics begin alike.
  for (const name of ['direct', 'through']) {
    const server = await startSystemPostgres({ bin, settings })
    version = server.version
    const gateway = name === 'direct' ? null : await startOpenGateway({ ...server, transparent: true })
    try {
      ran.push(await run(server, gateway?.port ?? server.port, name))
    } finally {
      if (gateway) log = await gateway.stop()
      await server.stop()
    }
  }
  const [direct, through] = ran as [Ran, Ran]
  const told = outcomes(direct.said)
  const toldThrough = outcomes(through.said)
  if (told.size === 0) throw new Error(`pg_regress ran nothing:\n${direct.said.slice(0, 2_000)}`)
  const differing: string[] = []
  for (const file of new Set([...direct.results.keys(), ...through.results.keys()])) {
    if (direct.results.get(file) === through.results.get(file)) continue
    differing.push(`${file}: ${firstDifference(direct.results.get(file), through.results.get(file))}`)
  }
  for (const [name, outcome] of told) {
    if (toldThrough.get(name) !== outcome)
      differing.push(`${name}: ${outcome} direct, ${toldThrough.get(name)} through`)
  }
  const count = (of: ReadonlyMap<string, string>, outcome: string) =>
    [...of.values()].filter(it => it === outcome).length
  record({
    name: 'regress',
    title: 'PostgreSQL’s own regression suite',
    what: [
      `The suite of PostgreSQL ${suite} against ${version}; pg_regress with ${values.schedule}, a new cluster for each run; result files compared byte by byte`,
      `The gateway’s record of it: ${log}`,
    ],
    counts: [
      ['tests', told.size, toldThrough.size],
      ['ok', count(told, 'ok'), count(toldThrough, 'ok')],
      ['failed', count(told, 'FAILED'), count(toldThrough, 'FAILED')],
      ['result files', direct.results.size, through.results.size],
      ['seconds', direct.seconds.toFixed(0), through.seconds.toFixed(0)],
    ],
    differing,
    failedAlike: [...told]
      .filter(([name, it]) => it === 'FAILED' && toldThrough.get(name) === it)
      .map(([name]) => name),
  })
}

function firstDifference(direct = '', through = ''): string {
  const one = direct.split('\n')
  const other = through.split('\n')
  const at = one.findIndex((line, index) => line !== other[index])
  return `line ${at + 1}, ${JSON.stringify(one[at])} direct, ${JSON.stringify(other[at])} through`
}

await main()
