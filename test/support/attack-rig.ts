// A gateway with a protected system that says what a test puts into its mouth. Promise: every byte the caller is sent is
// looked through, and what went up is known to the last message.
import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Gateway, type GatewayOptions, startGateway } from './gateway.ts'
import { type Era, McpCaller } from './mcp-caller.ts'
import type { Heard } from './raw-http.ts'

export interface Asked {
  readonly http: string
  readonly id?: string | number
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly body: string
}

/** A result; or null, where it wrote to the response itself. */
type Telling = (asked: Asked, response: ServerResponse) => object | null

export const tool = (name: string, more: object = {}) => ({ name, inputSchema: { type: 'object' }, ...more })

export class AttackRig {
  readonly gateway: Gateway
  readonly got: Asked[]
  readonly #close: () => Promise<void>
  readonly #mouth: Mouth

  private constructor(gateway: Gateway, got: Asked[], mouth: Mouth, close: () => Promise<void>) {
    this.gateway = gateway
    this.got = got
    this.#mouth = mouth
    this.#close = close
  }

  static async start(options: Partial<GatewayOptions>, connection: object = {}): Promise<AttackRig> {
    const got: Asked[] = []
    const mouth: Mouth = { tell: () => ({}), tools: [tool('get_text')] }
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', chunk => chunks.push(chunk))
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString()
        const asked = { http: request.method ?? '', ...(JSON.parse(body || '{}') as object), body } as Asked
        got.push(asked)
        if (asked.http === 'GET') return void response.writeHead(405).end()
        if (asked.id === undefined || asked.method === undefined) return void response.writeHead(202).end()
        const result = standing(mouth, asked) ?? mouth.tell(asked, response)
        if (result === null) return
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(answer(asked, result))
      })
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const close = () =>
      new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    try {
      const mcp = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
      const gateway = await startGateway({
        connections: { clinic: { mcp, keep: 'phi', ...connection }, other: { mcp, keep: 'phi' } },
        people: { ann: { groups: ['staff'] }, bob: { groups: ['staff'] } },
        rules: [{ id: 'use', allow: ['*', 'elicitation/create'], who: ['staff'], on: ['*'] }],
        ...options,
      })
      return new AttackRig(gateway, got, mouth, close)
    } catch (error) {
      await close()
      throw error
    }
  }

  async stop(): Promise<void> {
    await this.gateway.stop()
    await this.#close()
  }

  /** What the system says from now on. */
  tells(tell: Telling): void {
    this.#mouth.tell = tell
  }

  lists(...tools: readonly object[]): void {
    this.#mouth.tools = tools
  }

  caller(era: Era, person = 'ann'): Promise<McpCaller> {
    return McpCaller.connect(this.gateway, 'clinic', era, person)
  }

  /** How many messages with this method went up. */
  sent(method: string): number {
    return this.got.filter(asked => asked.method === method).length
  }
}

interface Mouth {
  tell: Telling
  tools: readonly object[]
}

const modernKey = 'io.modelcontextprotocol/protocolVersion'

function isModern({ params }: Asked): boolean {
  return (params?._meta as Record<string, unknown> | undefined)?.[modernKey] !== undefined
}

export function answer(asked: Asked, result: object): string {
  const whole = isModern(asked) ? { resultType: 'complete', ...result } : result
  return JSON.stringify({ jsonrpc: '2.0', id: asked.id, result: whole })
}

function standing({ tools }: Mouth, { method, params }: Asked): object | null {
  if (method === 'initialize')
    return {
      protocolVersion: params?.protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name: 'told', version: '1' },
    }
  return method === 'tools/list' ? { tools } : null
}

/** None of these in what came, in any spelling of JSON; `arrived` shows that the answer did come. */
export function hides(heard: Heard, values: readonly string[], arrived = 'arrived'): void {
  const text = `${heard.raw.toString()}\n${heard.body.toString()}`
  const spellings = [
    text,
    text.replaceAll(/\\u([0-9a-f]{4})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
  ]
  for (const [at, value] of values.entries())
    assert.ok(!spellings.some(one => one.includes(value)), `labelled value ${at} came out: ${heard.body}`)
  assert.ok(text.includes(arrived), `the answer did not come: HTTP status ${heard.status} ${heard.body}`)
}
