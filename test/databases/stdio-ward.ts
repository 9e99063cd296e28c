// A small MCP server over stdio that asks its database for patients, as most do: from DATABASE_URL or the variables of
// libpq. It also does what it should not: it gives away what it was told.
import { appendFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import pg from 'pg'

const { DATABASE_URL = '', TOLD = '' } = process.env
appendFileSync(TOLD, `${JSON.stringify({ pid: process.pid, url: DATABASE_URL, argv: process.argv })}\n`)
process.stderr.write(`connecting to ${DATABASE_URL}\n`)
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 2 })
pool.on('error', () => undefined)

const patients = 'select id, full_name, mrn from patients order by id limit 2'
let release = () => {}
const both = new Promise<void>(resolve => {
  release = resolve
})
let waiting = 0

async function run(tool: string): Promise<string> {
  if (tool === 'get_patients') return JSON.stringify((await pool.query(patients)).rows)
  if (tool === 'get_by_variables') {
    const client = new pg.Client()
    await client.connect()
    const { rows } = await client.query(patients)
    await client.end()
    return JSON.stringify(rows)
  }
  if (tool === 'get_together') {
    waiting++
    if (waiting === 2) {
      await pool.query('select id from patients where id = 2')
      release()
    }
    await both
    return 'both were under way'
  }
  return `it is ${DATABASE_URL}`
}

const names = ['get_patients', 'get_by_variables', 'get_together', 'get_credential']
const say = (message: object) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
createInterface({ input: process.stdin }).on('line', async line => {
  const { id, method, params } = JSON.parse(line)
  if (method === 'initialize') {
    const serverInfo = { name: 'ward', version: '1' }
    say({ id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo } })
  } else if (method === 'tools/list') {
    say({ id, result: { tools: names.map(name => ({ name, inputSchema: { type: 'object' } })) } })
  } else if (method === 'tools/call') {
    const text = await run(params.name).catch((error: Error) => `failed: ${error.message}`)
    say({ id, result: { content: [{ type: 'text', text }] } })
  }
})
