// A door on a loopback port, with a double behind it and any upstream before it.
import { generateKeySync } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Subject } from '../../gateway/seam.ts'
import type { McpConnectionConfig } from '../connection-config.ts'
import { createMcpDoor, type McpDoor } from '../door.ts'
import type { OpenStdio } from '../upstream.ts'
import { GatewayDouble } from './gateway-double.ts'

export interface Listening {
  readonly url: string
  readonly server: Server
  close(): Promise<void>
}

export async function listening(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Listening> {
  const server = createServer(handle)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    server,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export function subjectOf(id: string): Subject {
  return {
    provider: 'test',
    id,
    kind: 'human',
    person: id,
    onBehalfOf: null,
    groups: new Set(),
    purpose: null,
    notAfter: Date.now() + 3_600_000,
    tokenFamily: `family-${id}`,
  }
}

export interface Rig {
  readonly gateway: GatewayDouble
  readonly door: McpDoor
  /** Of the connection named `clinic`. */
  readonly url: string
  config: McpConnectionConfig
  close(): Promise<void>
}

/** Bearer tokens are subject names; `none` is nobody. */
export async function rig(
  upstreamUrl: string,
  change: Partial<McpConnectionConfig> = {},
  openStdio: OpenStdio | null = null,
): Promise<Rig> {
  const gateway = new GatewayDouble()
  const state = {
    config: {
      connection: { name: 'clinic', kind: 'mcp', retention: 'phi' },
      system: {
        kind: 'http',
        url: upstreamUrl,
        credential: () => ({ name: 'authorization', value: 'Bearer of-the-gateway' }),
      },
      effectsOf: tool => new Set([tool.startsWith('get_') ? 'read' : 'write']),
      passesMethod: () => false,
      ...change,
    } satisfies McpConnectionConfig as McpConnectionConfig,
  }
  let door: McpDoor | null = null
  const own = await listening((request, response) => door?.handle(request, response, (request.url ?? '').slice(5)))
  const subjects = new Map<string, Subject>()
  door = createMcpDoor({
    gateway,
    connections: () => new Map([['clinic', state.config]]),
    identify: headers => {
      const name = /^Bearer (\w+)$/.exec(headers.authorization ?? '')?.[1]
      if (!name || name === 'none')
        return { code: 'unauthenticated', reason: 'missing', challenge: 'Bearer resource_metadata="x"' }
      const known = subjects.get(name) ?? subjectOf(name)
      subjects.set(name, known)
      return known
    },
    publicUrl: own.url,
    opaqueKey: generateKeySync('aes', { length: 256 }),
    version: '0.0.0',
    ...(openStdio ? { openStdio } : {}),
  })
  const made = door
  return {
    gateway,
    door,
    url: `${own.url}/mcp/clinic`,
    get config() {
      return state.config
    },
    set config(config) {
      state.config = config
    },
    async close() {
      await made.close()
      await own.close()
    },
  }
}
