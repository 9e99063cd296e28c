// One tool call to the running demo with the official MCP client. Promise: prints what came back and nothing else on
// standard output; progress goes to standard error. Exit codes: 0 answered, 2 usage, 3 refused, 5 unreachable.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { type DemoFile, readDemoFile } from './demo-file.ts'

const USAGE = 'Usage: call PERSON [TOOL [JSON]] [--legacy]\nWithout TOOL it lists what PERSON may call.'

async function main(words: readonly string[]): Promise<number> {
  const era = words.includes('--legacy') ? 'legacy' : 'auto'
  const [name, tool, json = '{}'] = words.filter(word => word !== '--legacy')
  if (name === undefined || name.startsWith('-')) return usage(USAGE)
  let demo: DemoFile
  try {
    demo = readDemoFile()
  } catch (error) {
    return say((error as Error).message, 5)
  }
  const person = demo.people.find(candidate => candidate.name === name)
  if (person === undefined) return usage(`The people of the demo are ${demo.people.map(one => one.name).join(', ')}.`)
  let args: Record<string, unknown>
  try {
    args = JSON.parse(json) as Record<string, unknown>
  } catch {
    return usage(`The arguments are not JSON.\n${USAGE}`)
  }
  const client = new Client({ name: 'clinic-call', version: '1.0.0' }, { versionNegotiation: { mode: era } })
  const headers = { authorization: `Bearer ${person.token}` }
  const address = new URL(demo.connections.clinic ?? demo.gateway)
  try {
    await client.connect(new StreamableHTTPClientTransport(address, { requestInit: { headers } }))
    return tool === undefined ? await list(client) : await call(client, tool, args)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return refused(error) ? say(message, 3) : say(`The demo does not answer (${message}). Is npm start running?`, 5)
  } finally {
    await client.close()
  }
}

async function list(client: Client): Promise<number> {
  const { tools } = await client.listTools()
  for (const { name, description } of tools) console.log(`${name.padEnd(18)}${description ?? ''}`)
  return 0
}

async function call(client: Client, name: string, args: Record<string, unknown>): Promise<number> {
  const result = await client.callTool(
    { name, arguments: args },
    {
      timeout: 300_000, // a held call is answered much earlier, but not within the client's default minute for sure
      onprogress: ({ message }) => console.error(`… ${message ?? 'working'}`),
    },
  )
  for (const block of result.content) console.log(block.type === 'text' ? block.text : `(${block.type})`)
  return result.isError === true ? 3 : 0
}

/** The gateway answered, with a refusal of its own: everything else is a matter of reaching it. */
function refused(error: unknown): boolean {
  const { code, status } = error as { code?: unknown; status?: unknown }
  return typeof code === 'number' || status === 401 || status === 403
}

function usage(text: string): number {
  return say(text, 2)
}

function say(text: string, code: number): number {
  console.error(text)
  return code
}

process.exitCode = await main(process.argv.slice(2))
