// An MCP server as a reader of the guide may have one: the official SDK, two tools, one credential. Promise: it masks
// nothing, and a patient that was deleted is gone.
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'

export interface WardServer {
  readonly url: string
  readonly credential: string
  stop(): Promise<void>
}

export const wardPatient = {
  patient_id: 'P-1001',
  patient_name: 'Hannelore Brinkmann',
  birth_date: '1961-07-30',
  ssn: '900-55-1234',
  phone: '312-555-0147',
  ward: 'C4',
  note: 'Daughter can be reached at hb.family@example.org',
}

export async function startWardServer(): Promise<WardServer> {
  const credential = 'ward-4711-credential'
  const patients = new Map([[wardPatient.patient_id, wardPatient]])
  const handler = createMcpHandler(() => wardServer(patients))
  const serve = toNodeHandler(handler)
  const listener = createServer(async (request, response) => {
    if (request.headers.authorization !== `Bearer ${credential}`) response.writeHead(401).end()
    else await serve(request as IncomingMessage & NodeIncomingMessageLike, response)
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  return {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}/mcp`,
    credential,
    async stop() {
      const closed = once(listener, 'close')
      listener.close()
      await handler.close()
      listener.closeAllConnections()
      await closed
    },
  }
}

function wardServer(patients: Map<string, typeof wardPatient>): McpServer {
  const server = new McpServer({ name: 'ward', version: '1.0.0' })
  const inputSchema = z.object({ patient_id: z.string() })
  const text = (words: string) => ({ content: [{ type: 'text' as const, text: words }] })
  server.registerTool('get_patient', { inputSchema, annotations: { readOnlyHint: true } }, ({ patient_id }) =>
    text(JSON.stringify(patients.get(patient_id) ?? null, null, 2)),
  )
  server.registerTool('delete_patient', { inputSchema }, ({ patient_id }) =>
    text(patients.delete(patient_id) ? 'The patient is deleted.' : 'There is no such patient.'),
  )
  return server
}
