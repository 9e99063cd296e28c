// Published servers list and call through the gateway with both official TypeScript clients. Promise: each is asked
// directly first; the transparent connection gives the very same, one under policy and masking the same tools and rows.
import assert from 'node:assert/strict'
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import pg from 'pg'
import { type Postgres, startPostgres } from '../../examples/clinic/postgres.ts'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { type Address, type Connect, clients, type Tool } from './clients.ts'
import { type RealServer, type RealServers, startRealServers } from './servers.ts'

interface Seen {
  readonly tools: readonly Tool[]
  readonly answer: unknown
}

async function listAndCall(connect: Connect, address: Address, server: RealServer): Promise<Seen> {
  const client = await connect(address)
  try {
    const tools = await client.listTools()
    return { tools, answer: await client.callTool(server.call.tool, server.call.args) }
  } finally {
    await client.close()
  }
}

const names = (tools: readonly Tool[]) => tools.map(tool => tool.name)

/** A database of its own in the run's server, so that nothing else in it matters. */
async function makeWards(server: Postgres, database: string): Promise<string> {
  const admin = new pg.Client(server.url)
  await admin.connect()
  await admin.query(`DROP DATABASE IF EXISTS ${database}`)
  await admin.query(`CREATE DATABASE ${database}`)
  await admin.end()
  const url = new URL(server.url)
  url.pathname = `/${database}`
  const owner = new pg.Client(url.href)
  await owner.connect()
  await owner.query('CREATE TABLE ward (id int PRIMARY KEY, name text)')
  await owner.query("INSERT INTO ward VALUES (1, 'north'), (2, 'south')")
  await owner.end()
  return url.href
}

const shapes = ['ssn', 'phone', 'email', 'date', 'mrn', 'ip', 'url']
const all = ['everything-stdio', 'everything-http', 'filesystem-stdio', 'dbhub-stdio', 'dbhub-http', 'postgres-stdio']

describe('real servers', () => {
  let dir: string
  let postgres: Postgres
  let servers: RealServers
  let gateway: Gateway

  before(async () => {
    dir = await realpath(await mkdtemp(join(tmpdir(), 'sallyport-interop-')))
    await writeFile(join(dir, 'note.txt'), 'a note on the ward\n')
    postgres = await startPostgres({ dir: join(dir, 'postgres') })
    servers = await startRealServers(dir, await makeWards(postgres, `interop_${process.pid}`))
    const connections = servers.all.flatMap(({ name, at }) => {
      const mcp = 'url' in at ? at.url : { command: at.command, env: at.env ?? {} }
      return [
        [name, { mcp, keep: 'test', transparent: true }],
        [`${name}-ruled`, { mcp, keep: 'test' }],
      ] as const
    })
    const ruled = servers.all.map(({ name }) => `${name}-ruled`)
    gateway = await startGateway({
      connections: Object.fromEntries(connections),
      people: { tester: { groups: ['testers'] } },
      config: { labels: Object.fromEntries(shapes.map(shape => [`phi.${shape}`, { shape, on: ruled }])) },
      rules: servers.all.map(({ name }) => ({ id: name, allow: ['*'], who: ['testers'], on: [`${name}-ruled`] })),
    })
  })

  after(async () => {
    await gateway?.stop()
    await servers?.close()
    await postgres?.stop()
    await rm(dir, { recursive: true, force: true })
  })

  for (const name of all) {
    for (const [version, connect] of Object.entries(clients)) {
      it(`${name}, client ${version}`, async () => {
        const server = servers.all.find(candidate => candidate.name === name)
        assert.ok(server)
        const token = await gateway.token('tester')
        const through = (connection: string) => ({ url: gateway.connectionUrl(connection), token })

        const direct = await listAndCall(connect, server.at, server)
        assert.ok(direct.tools.length > 0)
        assert.match(JSON.stringify(direct.answer), server.answers)

        const transparent = await listAndCall(connect, through(name), server)
        assert.deepEqual(transparent, direct)

        const ruled = await listAndCall(connect, through(`${name}-ruled`), server)
        assert.deepEqual(names(ruled.tools), names(direct.tools))
        assert.match(JSON.stringify(ruled.answer), server.answers)
      })
    }
  }
})
