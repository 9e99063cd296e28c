// A loopback door in front of the gateway for a harness that cannot send a token. Promise: it adds the token and changes
// nothing else but its own address in Host and Origin, which becomes the gateway's; every other value passes as it came.
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream'

const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
])

/** Names as they were written, so that the gateway sees what the harness sent. */
function* pairs(raw: readonly string[]): Generator<readonly [name: string, value: string]> {
  for (let index = 0; index + 1 < raw.length; index += 2) yield [raw[index] ?? '', raw[index + 1] ?? '']
}

function endToEnd(raw: readonly string[]): string[] {
  return [...pairs(raw)].filter(([name]) => !hopByHop.has(name.toLowerCase())).flat()
}

export interface Shim {
  /** What the harness is given. */
  readonly url: string
  close(): Promise<void>
}

export async function startShim(target: string, token: () => Promise<string>): Promise<Shim> {
  const gateway = new URL(target)

  function headersFor(incoming: IncomingMessage, bearer: string): string[] {
    const own = incoming.socket.localPort
    const headers: string[] = ['Authorization', `Bearer ${bearer}`]
    for (const [name, value] of pairs(endToEnd(incoming.rawHeaders))) {
      const lower = name.toLowerCase()
      if (lower === 'host' && value === `127.0.0.1:${own}`) headers.push(name, gateway.host)
      else if (lower === 'origin' && value === `http://127.0.0.1:${own}`) headers.push(name, gateway.origin)
      else headers.push(name, value)
    }
    return headers
  }

  async function forward(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const headers = headersFor(incoming, await token())
    const onward = request(
      { host: gateway.hostname, port: gateway.port, path: gateway.pathname, method: incoming.method, headers },
      answer => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.statusMessage, endToEnd(answer.rawHeaders))
        outgoing.flushHeaders()
        pipeline(answer, outgoing, () => onward.destroy())
      },
    )
    onward.on('error', () => outgoing.destroy())
    outgoing.on('close', () => onward.destroy())
    incoming.pipe(onward)
  }

  const server = createServer((incoming, outgoing) => {
    forward(incoming, outgoing).catch(() => outgoing.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    async close() {
      const closed = new Promise(resolve => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}
