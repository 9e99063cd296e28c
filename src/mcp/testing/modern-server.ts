// A modern (2026-07-28) MCP server made with the official SDK (v2), for tests.
import type { IncomingMessage } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, inputRequired, Server } from '@modelcontextprotocol/server'
import { type Listening, listening } from './rig.ts'

export interface ModernServer extends Listening {
  readonly seen: { method: string; headers: IncomingMessage['headers']; body: string }[]
  readonly aborted: Promise<void>
  toolsChanged(): void
  resourceUpdated(uri: string): void
}

const text = (words: string) => ({ content: [{ type: 'text' as const, text: words }] })

export async function modernServer(): Promise<ModernServer> {
  const seen: ModernServer['seen'] = []
  const aborted = Promise.withResolvers<void>()
  const make = () => {
    const server = new Server(
      { name: 'modern', version: '1.0.0' },
      {
        capabilities: { tools: { listChanged: true }, resources: { subscribe: true, listChanged: true }, logging: {} },
      },
    )
    server.setRequestHandler('tools/list', () => ({
      tools: [
        {
          name: 'get_region',
          inputSchema: {
            type: 'object' as const,
            properties: { region: { type: 'string', 'x-mcp-header': 'Region' }, q: { type: 'string' } },
          },
        },
        ...['ask', 'slow', 'notify'].map(name => ({ name, inputSchema: { type: 'object' as const } })),
      ],
      cacheScope: 'public' as const,
      ttlMs: 3_600_000,
    }))
    server.setRequestHandler('tools/call', async ({ params }, ctx) => {
      switch (params.name) {
        case 'ask': {
          const given = ctx.mcpReq.inputResponses?.why
          if (given) return text(`why: ${JSON.stringify(given)} state: ${ctx.mcpReq.requestState()}`)
          const requestedSchema = { type: 'object' as const, properties: { reason: { type: 'string' as const } } }
          return inputRequired({
            inputRequests: { why: inputRequired.elicit({ message: 'about SECRET-1?', requestedSchema }) },
            requestState: 'state of SECRET-2',
          })
        }
        case 'slow':
          await new Promise<void>(resolve => ctx.mcpReq.signal.addEventListener('abort', () => resolve()))
          aborted.resolve()
          return text('never')
        case 'notify': {
          const progressToken = ctx.mcpReq._meta?.progressToken
          if (progressToken !== undefined) {
            await ctx.mcpReq.notify({
              method: 'notifications/progress',
              params: { progressToken, progress: 1, message: 'at SECRET-3' },
            })
          }
          return text('done')
        }
        default:
          return text(`region of SECRET-4: ${JSON.stringify(params.arguments)}`)
      }
    })
    return server
  }
  const handler = createMcpHandler(make, { legacy: 'reject', keepAliveMs: 0 })
  const serve = toNodeHandler(handler)
  const listens = await listening(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    seen.push({ method: request.method ?? '', headers: request.headers, body })
    await serve(
      request as typeof request & { method: string; url: string },
      response,
      body ? JSON.parse(body) : undefined,
    )
  })
  return {
    ...listens,
    seen,
    aborted: aborted.promise,
    toolsChanged: () => handler.notify.toolsChanged(),
    resourceUpdated: uri => handler.notify.resourceUpdated(uri),
    async close() {
      await handler.close()
      await listens.close()
    },
  }
}
