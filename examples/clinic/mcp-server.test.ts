// The clinic's MCP server over its real database, with the official client, in both eras of the protocol.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import pg from 'pg'
import { plantClinic } from '../../test/support/planted-clinic.ts'
import { loadClinic } from './database.ts'
import { startClinicServer } from './mcp-server.ts'
import { generateClinic } from './patients.ts'
import { startPostgres } from './postgres.ts'

const CREDENTIAL = 'the credential that only the gateway holds'
const dir = mkdtempSync(join(tmpdir(), 'sallyport-test-'))
const name = `clinic_test_${process.pid}`
plantClinic()
const clinic = generateClinic({ patients: 300 })
const postgres = await startPostgres({ dir })
const database = await loadClinic(postgres.url, clinic, name)
const server = await startClinicServer({ credential: CREDENTIAL })

after(async () => {
  await server.stop()
  const client = new pg.Client(postgres.url)
  await client.connect()
  await client.query(`DROP DATABASE ${name}`)
  await client.query(`DROP ROLE ${name}_writer, ${name}_reader`)
  await client.end()
  await postgres.stop()
  rmSync(dir, { recursive: true, force: true })
})

async function connected(
  mode: 'legacy' | 'modern',
  answer?: () => Record<string, string>,
  as: string | null = database.writer,
): Promise<Client> {
  const client = new Client(
    { name: 'test', version: '1' },
    {
      capabilities: answer === undefined ? {} : { elicitation: { form: {} } },
      versionNegotiation: { mode: mode === 'legacy' ? 'legacy' : { pin: '2026-07-28' } },
    },
  )
  if (answer !== undefined) {
    client.setRequestHandler('elicitation/create', async () => ({ action: 'accept', content: answer() }))
  }
  const headers = { authorization: `Bearer ${CREDENTIAL}`, ...(as === null ? {} : { 'x-database-url': as }) }
  await client.connect(new StreamableHTTPClientTransport(new URL(server.url), { requestInit: { headers } }))
  return client
}

async function callText(client: Client, tool: string, args: Record<string, unknown>): Promise<string> {
  const { content } = await client.callTool({ name: tool, arguments: args })
  assert.equal(content[0]?.type, 'text')
  return content[0].text
}

function patient(index: number) {
  const found = clinic.patients[index]
  assert.ok(found)
  return found
}

test('without the credential nothing is answered', async () => {
  for (const authorization of ['', 'Bearer wrong', CREDENTIAL]) {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' })
    const headers = { authorization, 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
    const response = await fetch(server.url, { method: 'POST', headers, body })
    assert.equal(response.status, 401)
    assert.equal(await response.text(), '')
  }
})

test('a legacy session that is not known is 404', async () => {
  const headers = {
    authorization: `Bearer ${CREDENTIAL}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-session-id': 'nobody',
  }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' })
  assert.equal((await fetch(server.url, { method: 'POST', headers, body })).status, 404)
})

for (const [index, era] of (['legacy', 'modern'] as const).entries()) {
  describe(`in the ${era} era`, () => {
    test('tools say whether they read or write', async () => {
      const client = await connected(era)
      const { tools } = await client.listTools()
      const reads = tools.filter(tool => tool.annotations?.readOnlyHint === true).map(tool => tool.name)
      const writes = tools.filter(tool => tool.annotations?.readOnlyHint === false).map(tool => tool.name)
      assert.deepEqual(reads, ['search_patients', 'get_chart', 'get_notes', 'run_sql'])
      assert.deepEqual(writes, ['update_phone', 'delete_patient'])
      await client.close()
    })

    test('a chart is structured, agrees with its text copy and holds what was generated', async () => {
      const client = await connected(era)
      await client.listTools() // the client then checks the answer against the tool's outputSchema
      const { mrn, ssn, dob, full_name } = patient(4)
      const { content, structuredContent } = await client.callTool({ name: 'get_chart', arguments: { mrn } })
      const chart = structuredContent as Record<string, unknown>
      assert.ok(chart.ssn === ssn && chart.dob === dob && chart.full_name === full_name)
      assert.equal(content[0]?.type, 'text')
      assert.ok(isDeepStrictEqual(JSON.parse(content[0].text), chart), 'both copies say the same')
      assert.ok(Array.isArray(chart.encounters) && chart.encounters.length > 0)
      await client.close()
    })

    test('search takes a fragment of a name as it is written, with no pattern in it', async () => {
      const client = await connected(era)
      const { full_name } = patient(0)
      const found = JSON.parse(await callText(client, 'search_patients', { query: full_name.slice(1, -1), limit: 100 }))
      assert.ok(found.total >= 1)
      assert.ok(found.patients.some((one: { full_name: string }) => one.full_name === full_name))
      assert.equal(JSON.parse(await callText(client, 'search_patients', { query: '%' })).total, 0)
      await client.close()
    })

    test('a search that finds too many asks the user, where the client can', async () => {
      const { dob, mrn } = patient(7)
      const client = await connected(era, () => ({ dob }))
      const found = JSON.parse(await callText(client, 'search_patients', { query: 'MRN', limit: 2 }))
      const numbers = found.patients.map((one: { mrn: string }) => one.mrn)
      const born = clinic.patients.filter(one => one.dob === dob).map(one => one.mrn)
      assert.ok(isDeepStrictEqual(numbers, born), `${numbers.length} found, ${born.length} born that day`)
      assert.ok(found.patients.some((one: { mrn: string }) => one.mrn === mrn))
      await client.close()
    })

    test('notes come as prose, with progress while they are read', async () => {
      const client = await connected(era)
      const messages: string[] = []
      const { mrn } = patient(2)
      const result = await client.callTool(
        { name: 'get_notes', arguments: { mrn } },
        { onprogress: ({ message }) => messages.push(message ?? '') },
      )
      assert.equal(result.content[0]?.type, 'text')
      const { notes } = JSON.parse(result.content[0].text)
      const expected = clinic.notes.filter(row => row.patient_id === 3).map(row => row.note)
      const prose = notes.map((row: { note: string }) => row.note)
      assert.ok(isDeepStrictEqual(prose.toSorted(), expected.toSorted()))
      assert.equal(messages.length, expected.length)
      await client.close()
    })

    test('it has no access to the database of its own', async () => {
      const client = await connected(era, undefined, null)
      const result = await client.callTool({ name: 'get_chart', arguments: { mrn: patient(4).mrn } })
      assert.equal(result.isError, true)
      await client.close()
    })

    test('free SQL is what its caller may do, and no second statement', async () => {
      const client = await connected(era, undefined, database.reader)
      const sql = 'SELECT count(*)::int AS patients FROM patients'
      assert.deepEqual(JSON.parse(await callText(client, 'run_sql', { sql })).rows.length, 1)
      const refused = [
        'DELETE FROM patients',
        'SELECT 1; COMMIT',
        `COPY (SELECT 1) TO PROGRAM 'true'`,
        'CREATE TABLE t ()',
      ]
      for (const attempt of refused) {
        const result = await client.callTool({ name: 'run_sql', arguments: { sql: attempt } })
        assert.equal(result.isError, true, attempt)
      }
      await client.close()
    })

    test('writes write', async () => {
      const client = await connected(era)
      const { mrn } = patient(20 + index)
      await callText(client, 'update_phone', { mrn, phone: '(900) 555-0100' })
      assert.equal(JSON.parse(await callText(client, 'get_chart', { mrn })).phone, '(900) 555-0100')
      await callText(client, 'delete_patient', { mrn })
      const gone = await client.callTool({ name: 'get_chart', arguments: { mrn } })
      assert.equal(gone.isError, true)
      await client.close()
    })

    test('resources and the prompt', async () => {
      const client = await connected(era)
      const { resources } = await client.listResources()
      assert.equal(resources.length, 5)
      const { resourceTemplates } = await client.listResourceTemplates()
      assert.equal(resourceTemplates[0]?.uriTemplate, 'fhir://Patient/{mrn}')
      const { mrn, dob } = patient(9)
      const { contents } = await client.readResource({ uri: `fhir://Patient/${mrn}` })
      assert.ok(contents[0] !== undefined && 'text' in contents[0])
      assert.equal(JSON.parse(contents[0].text).birthDate, dob)
      const { messages } = await client.getPrompt({ name: 'summarise_chart', arguments: { mrn } })
      assert.equal(messages.length, 2)
      await client.close()
    })
  })
}
