// Both data paths with nothing of the gateway in them: Node's own server and client, each piece passed on as it came.
// Promise: whatever a gateway on this runtime does comes on top of what this costs. A process of its own:
// `node bench/bare-node.ts http|tcp|log PORT`; `log`: as tcp, each piece after a durable write (bare-log.ts).
import { type ChildProcess, fork } from 'node:child_process'
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Pool } from 'undici'
import { nodeEnvironment, nodeFlags } from '../tools/node-flags.mjs'
import { bareLog } from './bare-log.ts'

export interface BareNode {
  readonly port: number
  readonly pid: number
  stop(): void
}

/** In front of what listens at `port` on loopback. */
export function startBareNode(kind: 'http' | 'tcp' | 'log', port: number): Promise<BareNode> {
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), [kind, String(port)], {
    execArgv: [...nodeFlags],
    env: { ...process.env, ...nodeEnvironment },
  })
  process.once('exit', () => child.kill('SIGKILL'))
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('the bare relay did not start')))
    child.once('message', own => {
      resolve({ port: Number(own), pid: child.pid as number, stop: () => child.kill('SIGKILL') })
    })
  })
}

function relayHttp(port: number): Server {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: 256, bodyTimeout: 0 })
  return createHttpServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => pass(pool, request, Buffer.concat(pieces), response))
  })
}

function pass(pool: Pool, { url, headers }: IncomingMessage, body: Buffer, response: ServerResponse): void {
  const { host, connection, 'content-length': length, ...kept } = headers
  const pieces: Buffer[] = []
  pool.dispatch(
    { method: 'POST', path: url ?? '/', headers: kept as Record<string, string>, body },
    {
      onRequestStart() {},
      onResponseStart(_, status, { 'content-type': type = '' }) {
        response.writeHead(status, { 'content-type': String(type) })
      },
      onResponseData(_, piece) {
        pieces.push(piece)
      },
      onResponseEnd() {
        response.end(Buffer.concat(pieces))
      },
      onResponseError(_, error) {
        response.destroy(error)
      },
    },
  )
}

function relayTcp(port: number, log: (then: () => void) => void): Server {
  return createServer({ noDelay: true }, caller => {
    const system = connect({ host: '127.0.0.1', port, noDelay: true })
    caller.on('data', piece => log(() => system.write(piece)))
    system.on('data', piece => log(() => caller.write(piece)))
    for (const socket of [caller, system]) {
      socket.on('error', () => {})
      socket.on('close', () => {
        caller.destroy()
        system.destroy()
      })
    }
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , kind, port] = process.argv
  const log = kind === 'log' ? bareLog() : (then: () => void) => then()
  const server = kind === 'http' ? relayHttp(Number(port)) : relayTcp(Number(port), log)
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
}
