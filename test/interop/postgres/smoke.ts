// A smoke test of Debian's own drivers for Java and Python, direct and through the gateway: what both runs print must be the
// same. `node test/interop/postgres/smoke.ts [--bin DIR] [--jar FILE] [--python FILE]`
//   apt-get install postgresql-15 openjdk-17-jdk-headless libpostgresql-jdbc-java python3-psycopg2 python3-psycopg
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startOpenGateway } from './open-gateway.ts'
import { record } from './results.ts'
import { need, startSystemPostgres } from './system-postgres.ts'

const { values } = parseArgs({
  options: {
    bin: { type: 'string', default: '/usr/lib/postgresql/15/bin' },
    jar: { type: 'string', default: '/usr/share/java/postgresql.jar' },
    python: { type: 'string', default: '/usr/bin/python3' },
  },
})
const { bin, jar, python } = values
need({
  [join(bin, 'initdb')]: 'a PostgreSQL server (apt-get install postgresql-15)',
  [jar]: 'the JDBC driver (apt-get install libpostgresql-jdbc-java)',
  '/usr/bin/javac': 'a JDK (apt-get install openjdk-17-jdk-headless)',
  '/usr/lib/python3/dist-packages/psycopg2': 'psycopg2 (apt-get install python3-psycopg2)',
  '/usr/lib/python3/dist-packages/psycopg': 'psycopg 3 (apt-get install python3-psycopg)',
})
const here = new URL('.', import.meta.url).pathname

function run(program: string, args: readonly string[]): Promise<string> {
  const child = spawn(program, args, { cwd: here, env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', TZ: 'UTC' } })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', piece => {
      said += piece
    })
  }
  return new Promise((done, reject) => {
    child.once('error', reject)
    child.once('close', code => done(`${said}ended with ${code}\n`))
  })
}

const java = (port: number) => [
  ...['-cp', jar, 'Smoke.java'],
  `jdbc:postgresql://127.0.0.1:${port}/postgres?sslmode=disable&gssEncMode=disable`,
]
const dsn = (port: number) => `host=127.0.0.1 port=${port} dbname=postgres user=postgres password=any sslmode=disable`
const told: [string, string][] = []
let log = ''
let version = ''
for (const through of [false, true]) {
  const server = await startSystemPostgres({ bin })
  version = server.version
  const gateway = through ? await startOpenGateway({ ...server, transparent: true }) : null
  const port = gateway?.port ?? server.port
  try {
    told.push([await run('java', java(port)), await run(python, ['smoke.py', dsn(port)])])
  } finally {
    if (gateway) log = await gateway.stop()
    await server.stop()
  }
}
const [direct, other] = told as [[string, string], [string, string]]
const names = ['JDBC', 'psycopg2 and psycopg 3']
const steps = (said: string) => said.trim().split('\n').length - 1
const differing = names.flatMap((name, at) => {
  const one = (direct[at] as string).split('\n')
  const two = (other[at] as string).split('\n')
  const where = one.findIndex((line, index) => line !== two[index])
  return where < 0 && one.length === two.length ? [] : [`${name}: “${one[where]}” direct, “${two[where]}” through`]
})
record({
  name: 'smoke',
  title: 'Drivers for Java and Python',
  what: [version, `The gateway’s record of it: ${log}`],
  counts: names.flatMap((name, at) => [
    [`${name}: lines printed`, steps(direct[at] as string), steps(other[at] as string)] as const,
    [
      `${name}: end`,
      (direct[at] as string).trim().split('\n').at(-1) ?? '',
      (other[at] as string).trim().split('\n').at(-1) ?? '',
    ] as const,
  ]),
  differing,
  failedAlike: [],
})
if (direct.some(said => !said.endsWith('ended with 0\n'))) {
  console.error(direct.join('\n'))
  process.exitCode = 1
}
