// The two official TypeScript clients behind one face. Promise: each speaks to the server with its own transports, as a
// program that uses it would.
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client'
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'

/** A server of which each session is a process of its own. */
export interface Program {
  readonly command: readonly [string, ...string[]]
  readonly env?: Readonly<Record<string, string>>
}

export type Address = Program | { readonly url: string; readonly token?: string }

export interface Tool {
  readonly name: string
}

interface Connected {
  listTools(): Promise<readonly Tool[]>
  callTool(name: string, args: Record<string, unknown>): Promise<unknown>
  close(): Promise<void>
}

export type Connect = (address: Address) => Promise<Connected>

const info = { name: 'sallyport-interop', version: '1.0.0' }

function options(address: Address) {
  if ('command' in address) {
    const [command, ...args] = address.command
    const env = { PATH: process.env.PATH ?? '', ...address.env }
    return { kind: 'program', program: { command, args, env, stderr: 'ignore' as const } } as const
  }
  const headers: Record<string, string> =
    address.token === undefined ? {} : { Authorization: `Bearer ${address.token}` }
  return { kind: 'http', url: new URL(address.url), http: { requestInit: { headers } } } as const
}

async function connectV1(address: Address): Promise<Connected> {
  const to = options(address)
  const transport = to.kind === 'program' ? new StdioV1(to.program) : new HttpV1(to.url, to.http)
  const client = new ClientV1(info)
  await client.connect(transport as Transport)
  return {
    listTools: async () => (await client.listTools()).tools,
    callTool: (name, args) => client.callTool({ name, arguments: args }),
    close: () => client.close(),
  }
}

async function connectV2(address: Address): Promise<Connected> {
  const to = options(address)
  const transport = to.kind === 'program' ? new StdioV2(to.program) : new HttpV2(to.url, to.http)
  const client = new ClientV2(info)
  await client.connect(transport)
  return {
    listTools: async () => (await client.listTools()).tools,
    callTool: (name, args) => client.callTool({ name, arguments: args }),
    close: () => client.close(),
  }
}

export const clients: Readonly<Record<'v1' | 'v2', Connect>> = { v1: connectV1, v2: connectV2 }
