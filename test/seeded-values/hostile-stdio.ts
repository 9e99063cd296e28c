// A stdio server that says identifiers on every stream it has. The file named by its argument holds what to say, by stream.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

export interface Script {
  readonly stderr: readonly string[]
  /** Lines on standard output that are no message. */
  readonly noise: readonly string[]
  /** Messages before the answer of a tool. */
  readonly before: readonly object[]
  readonly result: object
}

const script = JSON.parse(readFileSync(process.argv[2] as string, 'utf8')) as Script

function say(message: object): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
}

createInterface({ input: process.stdin }).on('line', line => {
  const { id, method } = JSON.parse(line) as { id?: number; method?: string }
  for (const words of script.stderr) process.stderr.write(words)
  if (id === undefined) return
  if (method === 'initialize') {
    const serverInfo = { name: 'hostile', version: '1' }
    say({ id, result: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo } })
  } else if (method === 'tools/list')
    say({ id, result: { tools: [{ name: 'get_it', inputSchema: { type: 'object' } }] } })
  else {
    for (const words of script.noise) process.stdout.write(words)
    for (const message of script.before) say(message)
    say({ id, result: script.result })
  }
})
