// The real servers that stand behind the gateway in the interop test. Promise: the published packages, started as their
// users start them, except that none listens beyond loopback.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Program } from './clients.ts'

export interface RealServer {
  readonly name: string
  readonly at: Program | { readonly url: string }
  /** A call whose answer is the same each time. */
  readonly call: { readonly tool: string; readonly args: Record<string, unknown> }
  /** What its answer must contain. */
  readonly answers: RegExp
}

function programOf(name: string): string {
  return new URL(`../../node_modules/${name}/dist/index.js`, import.meta.url).pathname
}

const everything = programOf('@modelcontextprotocol/server-everything')
const filesystem = programOf('@modelcontextprotocol/server-filesystem')
const postgres = programOf('@modelcontextprotocol/server-postgres')
const dbhub = programOf('@bytebase/dbhub')
const node = process.execPath

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}

const START_MS = 20_000

async function listening(url: string, child: ChildProcess): Promise<void> {
  const late = Date.now() + START_MS
  while (child.exitCode === null) {
    const answer = await fetch(url, { method: 'OPTIONS' }).catch(() => null)
    await answer?.body?.cancel()
    if (answer !== null) return
    if (Date.now() > late) throw new Error(`${url} did not listen within ${START_MS} ms`)
    await delay(50)
  }
  throw new Error(`the server for ${url} ended with ${child.exitCode} at start`)
}

export interface RealServers {
  readonly all: readonly RealServer[]
  close(): Promise<void>
}

/** `folder` holds a file `note.txt`; the database holds a table `ward (id, name)`. */
export async function startRealServers(folder: string, databaseUrl: string): Promise<RealServers> {
  const children: ChildProcess[] = []
  const preload = ['--import', new URL('loopback.ts', import.meta.url).href]

  async function overHttp(args: (port: number) => string[]): Promise<{ url: string }> {
    const port = await freePort()
    const child = spawn(node, [...preload, ...args(port)], {
      env: { PATH: process.env.PATH, PORT: String(port) },
      stdio: 'ignore',
    })
    children.push(child)
    const url = `http://127.0.0.1:${port}/mcp`
    await listening(url, child)
    return { url }
  }

  const database = `${databaseUrl}?sslmode=disable`
  const select = { sql: 'SELECT id, name FROM ward ORDER BY id' }
  const echo = { tool: 'echo', args: { message: 'the same words' } }
  const [everythingHttp, dbhubHttp] = await Promise.all([
    overHttp(() => [everything, 'streamableHttp']),
    overHttp(port => [dbhub, '--transport', 'http', '--port', String(port), '--dsn', database]),
  ])
  const wards = /north.*south/s
  return {
    all: [
      {
        name: 'everything-stdio',
        at: { command: [node, everything, 'stdio'] },
        call: echo,
        answers: /the same words/,
      },
      { name: 'everything-http', at: everythingHttp, call: echo, answers: /the same words/ },
      {
        name: 'filesystem-stdio',
        at: { command: [node, filesystem, folder] },
        call: { tool: 'read_text_file', args: { path: `${folder}/note.txt` } },
        answers: /a note on the ward/,
      },
      {
        name: 'dbhub-stdio',
        at: { command: [node, dbhub, '--transport', 'stdio'], env: { DSN: database } },
        call: { tool: 'execute_sql', args: select },
        answers: wards,
      },
      { name: 'dbhub-http', at: dbhubHttp, call: { tool: 'execute_sql', args: select }, answers: wards },
      {
        name: 'postgres-stdio',
        at: { command: [node, postgres, databaseUrl] },
        call: { tool: 'query', args: select },
        answers: wards,
      },
    ],
    async close() {
      await Promise.all(
        children.map(async child => {
          if (child.exitCode !== null || child.signalCode !== null) return
          const gone = once(child, 'exit')
          child.kill('SIGKILL')
          await gone
        }),
      )
    },
  }
}
