// The tools, resources and prompt that the clinic's server offers. Promise: the same in both eras of the protocol; each
// says by its annotations whether it reads or writes; none masks anything, for that is not this server's work.
import {
  acceptedContent,
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  inputRequired,
  McpServer,
  ResourceTemplate,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { Records } from './records.ts'

const READS = { readOnlyHint: true, openWorldHint: false } as const
const mrn = z.string().max(40).describe('Medical record number, like MRN-0400007')

const person = {
  mrn: z.string(),
  full_name: z.string(),
  dob: z.string(),
  sex: z.string(),
  ssn: z.string(),
  phone: z.string(),
  email: z.string(),
  address: z.string(),
  city: z.string(),
  zip: z.string(),
}
const chart = z.object({
  ...person,
  encounters: z.array(z.object({ date: z.string(), kind: z.string(), reason: z.string(), clinician: z.string() })),
  medications: z.array(z.object({ drug: z.string(), dose: z.string(), started_on: z.string() })),
  labs: z.array(z.object({ test: z.string(), value: z.number(), unit: z.string(), taken_on: z.string() })),
  appointments: z.array(z.object({ starts_at: z.string(), clinic_room: z.string(), status: z.string() })),
  invoices: z.array(
    z.object({ invoice_no: z.string(), amount_cents: z.number(), issued_on: z.string(), paid: z.boolean() }),
  ),
})

const text = (value: string): CallToolResult => ({ content: [{ type: 'text', text: value }] })
const fails = (value: string): CallToolResult => ({ ...text(value), isError: true })
const both = (value: Record<string, unknown>): CallToolResult => ({
  ...text(JSON.stringify(value, null, 2)),
  structuredContent: value,
})

export function clinicServer(records: Records): McpServer {
  const server = new McpServer({ name: 'synthetic-clinic', version: '1.0.0', title: 'Synthetic clinic' })
  addReads(server, records)
  addWrites(server, records)
  addResources(server, records)
  return server
}

function addReads(server: McpServer, records: Records): void {
  const found = z.object({ total: z.number(), patients: z.array(z.object(person)) })
  server.registerTool(
    'search_patients',
    {
      title: 'Search patients',
      description: 'Finds patients by a fragment of their name or medical record number.',
      inputSchema: z.object({ query: z.string().max(100), limit: z.number().int().min(1).max(100).default(10) }),
      outputSchema: found,
      annotations: { title: 'Search patients', ...READS },
    },
    async ({ query, limit }, context) => {
      const first = await records.search(query, null, limit)
      if (first.total <= limit || !canAsk(server, context)) return both(first)
      const answers = context.mcpReq.inputResponses
      if (answers?.narrow === undefined) return askForBirthday(first.total)
      const narrowed = acceptedContent(answers, 'narrow', z.object({ dob: z.iso.date() }))
      return both(narrowed === undefined ? first : await records.search(query, narrowed.dob, limit))
    },
  )
  server.registerTool(
    'get_chart',
    {
      title: 'Get chart',
      description: 'The whole chart of one patient.',
      inputSchema: z.object({ mrn }),
      outputSchema: chart,
      annotations: { title: 'Get chart', ...READS },
    },
    async ({ mrn }) => {
      const whole = await records.chart(mrn)
      return whole === null ? fails(`No patient has the number ${mrn}.`) : both({ ...whole })
    },
  )
  server.registerTool(
    'get_notes',
    {
      title: 'Get notes',
      description: 'The clinical notes of one patient, newest first, as free text.',
      inputSchema: z.object({ mrn, limit: z.number().int().min(1).max(50).default(20) }),
      annotations: { title: 'Get notes', ...READS },
    },
    async ({ mrn, limit }, context) => {
      const notes = await records.notes(mrn, limit)
      for (const [index, { date }] of notes.entries()) {
        await progress(context, index + 1, notes.length, `Read the note of ${date} for ${mrn}`)
      }
      return text(JSON.stringify({ mrn, notes }, null, 2))
    },
  )
  server.registerTool(
    'run_sql',
    {
      title: 'Run SQL',
      description: 'Runs one SQL statement that reads; answers with its rows as JSON, at most 200.',
      inputSchema: z.object({ sql: z.string().max(10_000) }),
      annotations: { title: 'Run SQL', ...READS },
    },
    async ({ sql }) => {
      try {
        const { rows, more } = await records.sql(sql)
        return text(JSON.stringify(more ? { rows, more } : { rows }, null, 2))
      } catch (error) {
        return fails(`PostgreSQL refused: ${error instanceof Error ? error.message : 'unknown error'}`)
      }
    },
  )
}

function addWrites(server: McpServer, records: Records): void {
  server.registerTool(
    'update_phone',
    {
      title: 'Update telephone',
      description: 'Changes the telephone number of one patient.',
      inputSchema: z.object({ mrn, phone: z.string().min(3).max(40) }),
      annotations: { title: 'Update telephone', readOnlyHint: false, destructiveHint: true, idempotentHint: true },
    },
    async ({ mrn, phone }) =>
      (await records.updatePhone(mrn, phone)) ? text(`${mrn} now has ${phone}.`) : fails(`No patient has ${mrn}.`),
  )
  server.registerTool(
    'delete_patient',
    {
      title: 'Delete patient',
      description: 'Deletes one patient and everything that belongs to them.',
      inputSchema: z.object({ mrn }),
      annotations: { title: 'Delete patient', readOnlyHint: false, destructiveHint: true, idempotentHint: true },
    },
    async ({ mrn }) => ((await records.delete(mrn)) ? text(`${mrn} is deleted.`) : fails(`No patient has ${mrn}.`)),
  )
}

function addResources(server: McpServer, records: Records): void {
  const type = { mimeType: 'application/fhir+json' }
  const listed = async () => {
    const { patients } = await records.search('', null, 5)
    return patients.map(({ mrn }) => ({ uri: `fhir://Patient/${mrn}`, name: `Chart ${mrn}`, ...type }))
  }
  server.registerResource(
    'patient',
    new ResourceTemplate('fhir://Patient/{mrn}', {
      list: async () => ({ resources: await listed() }),
      complete: { mrn: typed => records.complete(typed) },
    }),
    { title: 'Patient', description: 'One patient in the words of FHIR.', ...type },
    async (uri, variables) => {
      const patient = await records.chart(String(variables.mrn))
      if (patient === null) throw new Error('No such patient')
      const [given, ...family] = patient.full_name.split(' ')
      const resource = {
        resourceType: 'Patient',
        identifier: [{ system: 'mrn', mrn: patient.mrn }],
        name: [{ given: [given], family: family.join(' ') }],
        birthDate: patient.dob,
        telecom: [{ phone: patient.phone }, { email: patient.email }],
        address: [{ line: [patient.address], city: patient.city, postalCode: patient.zip }],
      }
      return { contents: [{ uri: uri.href, ...type, text: JSON.stringify(resource) }] }
    },
  )
  server.registerPrompt(
    'summarise_chart',
    {
      title: 'Summarise a chart',
      description: 'Asks for a summary of one patient, chart included.',
      argsSchema: z.object({ mrn }),
    },
    async ({ mrn }) => {
      const whole = await records.chart(mrn)
      const ask = 'Summarise this chart for a handover in five lines.'
      const content = { type: 'text' as const, text: whole === null ? `No patient has ${mrn}.` : JSON.stringify(whole) }
      return {
        messages: [
          { role: 'user', content: { type: 'text', text: ask } },
          { role: 'user', content },
        ],
      }
    },
  )
}

/** Whether the caller can show its user a form: said per request in the modern era, once per session in the legacy one. */
function canAsk(server: McpServer, context: ServerContext): boolean {
  const declared = (context.mcpReq.envelope as Record<string, unknown> | undefined)?.[CLIENT_CAPABILITIES_META_KEY]
  const { elicitation } = (declared as ClientCapabilities | undefined) ?? server.server.getClientCapabilities() ?? {}
  return elicitation !== undefined && (elicitation.form !== undefined || Object.keys(elicitation).length === 0)
}

function askForBirthday(total: number) {
  const message = `${total} patients match. A date of birth would narrow the search.`
  const schema = {
    type: 'object' as const,
    properties: { dob: { type: 'string' as const, title: 'Date of birth', format: 'date' as const } },
    required: ['dob'],
  }
  return inputRequired({ inputRequests: { narrow: inputRequired.elicit({ message, requestedSchema: schema }) } })
}

async function progress(context: ServerContext, done: number, total: number, message: string): Promise<void> {
  const progressToken = context.mcpReq._meta?.progressToken
  if (progressToken === undefined) return
  const params = { progressToken, progress: done, total, message }
  await context.mcpReq.notify({ method: 'notifications/progress', params })
}
