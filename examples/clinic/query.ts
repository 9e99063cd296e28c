// One statement to the running demo's database, for those who have no psql. Promise: prints the rows and nothing else on
// standard output; notices go to standard error. Exit codes: 0 answered, 2 usage, 3 refused, 5 unreachable, 1 else.
import pg from 'pg'
import { type DemoFile, readDemoFile } from './demo-file.ts'

const USAGE = 'Usage: query PERSON STATEMENT'
/** Refused by the gateway: not allowed, not known, unreadable, over a limit. */
const REFUSED = /^(?:42501|28000|0A000|53400|54000)$/

async function main([name, statement]: readonly string[]): Promise<number> {
  if (name === undefined || statement === undefined) return say(USAGE, 2)
  let demo: DemoFile
  try {
    demo = readDemoFile()
  } catch (error) {
    return say((error as Error).message, 5)
  }
  const people = demo.people.filter(({ dsn }) => dsn !== undefined)
  const dsn = people.find(person => person.name === name)?.dsn
  if (dsn === undefined) return say(`The database is for ${people.map(person => person.name).join(', ')}.`, 2)
  const client = new pg.Client({ connectionString: dsn })
  client.on('error', () => {})
  client.on('notice', ({ message, hint }) => console.error(`… ${message ?? ''}${hint ? ` ${hint}` : ''}`))
  try {
    await client.connect()
    const { rows, fields, command, rowCount } = await client.query<unknown[]>({ text: statement, rowMode: 'array' })
    if (fields.length > 0) console.log(table([fields.map(field => field.name), ...rows.map(row => row.map(shown))]))
    else console.log(`${command} ${rowCount ?? ''}`.trim())
    return 0
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    if (code === undefined || code.startsWith('E')) return say(`The demo does not answer (${message}).`, 5)
    return say(message, REFUSED.test(code) ? 3 : 1)
  } finally {
    await client.end().catch(() => {})
  }
}

function shown(value: unknown): string {
  if (value === null) return 'NULL'
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function table(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, at) => Math.max(...lines.map(line => line[at]?.length ?? 0)))
  return lines
    .map(line =>
      line
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function say(text: string, code: number): number {
  console.error(text)
  return code
}

process.exitCode = await main(process.argv.slice(2))
