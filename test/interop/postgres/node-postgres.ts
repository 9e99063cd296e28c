// The integration suite of node-postgres, direct and through the gateway, one process per file as its own Makefile has it.
// `node test/interop/postgres/node-postgres.ts --source DIR [--bin DIR]`
// DIR is a checkout of github.com/brianc/node-postgres, never committed, in which this was run once beside `packages`:
//   npm install --no-save async@2.6.4 bluebird@3.7.2 co@4.6.0 pg-copy-streams@0.3.0 pg-pool pg-protocol pg-types@2 pgpass \
//     pg-connection-string pg-cloudflare
import { execFileSync, spawn } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { testTls } from '../../../src/postgres/testing/test-tls.ts'
import { startOpenGateway } from './open-gateway.ts'
import { record } from './results.ts'
import { need, SUPERUSER, startSystemPostgres } from './system-postgres.ts'

const { values } = parseArgs({
  options: {
    source: { type: 'string', default: 'node-postgres' },
    bin: { type: 'string', default: '/usr/lib/postgresql/15/bin' },
  },
})
const { bin } = values
const suite = resolve(values.source, 'packages/pg')
need({
  [join(suite, 'test/integration')]: 'the source of node-postgres: --source DIR',
  [join(values.source, 'node_modules/pg-copy-streams')]:
    'what its tests need: npm install as the head of this file says',
  [join(bin, 'initdb')]: 'a PostgreSQL server (apt-get install postgresql-15)',
})
const files = globSync('test/integration/**/*-tests.js', { cwd: suite }).sort()
const LATE_MS = 60_000

interface Ran {
  readonly passed: boolean
  readonly said: string
}

function runFile(file: string, port: number): Promise<Ran> {
  const child = spawn(process.execPath, [file], {
    cwd: suite,
    env: {
      PATH: process.env.PATH,
      PGUSER: SUPERUSER,
      PGPASSWORD: 'any',
      PGHOST: '127.0.0.1',
      PGPORT: String(port),
      PGDATABASE: 'suite',
      TZ: 'GMT',
    },
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', piece => {
      said += piece
    })
  }
  const late = setTimeout(() => child.kill('SIGKILL'), LATE_MS)
  return new Promise(done => {
    child.once('close', code => {
      clearTimeout(late)
      done({ passed: code === 0, said })
    })
  })
}

async function run(through: boolean): Promise<{ ran: Map<string, Ran>; log: string; version: string }> {
  const server = await startSystemPostgres({ bin })
  const gateway = through ? await startOpenGateway({ ...server, transparent: true, tls: testTls }) : null
  const admin = (sql: string) =>
    execFileSync(join(bin, 'psql'), ['-XqAt', '-h', server.host, '-p', String(server.port), '-U', SUPERUSER, '-c', sql])
  let log = ''
  try {
    admin('create database suite')
    const ran = new Map<string, Ran>()
    for (const file of files) ran.set(file, await runFile(file, gateway?.port ?? server.port))
    return {
      ran,
      version: server.version,
      get log() {
        return log
      },
    }
  } finally {
    if (gateway) log = await gateway.stop()
    await server.stop()
  }
}

const direct = await run(false)
const through = await run(true)
const differing: string[] = []
const failedAlike: string[] = []
for (const file of files) {
  const one = direct.ran.get(file) as Ran
  const other = through.ran.get(file) as Ran
  if (one.passed !== other.passed) {
    differing.push(`${file}: ${one.passed ? 'passes' : 'fails'} direct, ${other.passed ? 'passes' : 'fails'} through`)
    console.error(`--- ${file}\n${other.said.slice(-3_000)}`)
  } else if (!one.passed) failedAlike.push(file)
}
const passed = (of: ReadonlyMap<string, Ran>) => [...of.values()].filter(it => it.passed).length
const { version } = JSON.parse(readFileSync(join(suite, 'package.json'), 'utf8')) as { version: string }
record({
  name: 'node-postgres',
  title: 'The integration suite of node-postgres',
  what: [`node-postgres ${version} against ${direct.version}`, `The gateway’s record of it: ${through.log}`],
  counts: [
    ['files', files.length, files.length],
    ['passed', passed(direct.ran), passed(through.ran)],
  ],
  differing,
  failedAlike,
  meant: {
    'test/integration/gh-issues/1105-tests.js':
      'It wants 5,000 statements one after the other within 5 s; each waits for the disk twice, which takes longer here',
  },
})
