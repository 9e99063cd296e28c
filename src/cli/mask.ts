// `sallyport mask discover`: columns of a database that may need a label, as a proposal to read and paste.
import type { Command } from 'commander'
import type { z } from 'zod'
import type { discovery } from '../api/schemas.ts'
import { type ApiFlags, action, connect } from './client.ts'
import { CliError, paint, print, printError, printJson, table } from './output.ts'
import { plural } from './text.ts'

type Discovery = z.infer<typeof discovery>

export function register(program: Command): void {
  program
    .command('mask')
    .description('masking')
    .command('discover')
    .description('look for columns of a database to label, by their names and by what their values look like')
    .argument('<connection>', 'a PostgreSQL connection')
    .option('--json', 'print JSON')
    .action(action(discover))
}

async function discover(flags: ApiFlags, connection: string): Promise<void> {
  if (!/^[a-z0-9][a-z0-9_-]{0,62}$/.test(connection)) throw new CliError('usage', 'This is no name of a connection.')
  const found = await connect(flags).post<Discovery>(`/connections/${connection}/discover`, {})
  if (flags.json) return printJson({ ...found, labels: proposal(found) })
  const rows = found.columns.map(column => [
    `${column.schema}.${column.table}.${column.column}`,
    paint('bold', column.label),
    column.by === 'both' ? 'name and values' : column.by,
    `${column.hits} of ${column.sampled}`,
    column.declared ? paint('dim', 'labelled') : paint('yellow', 'new'),
  ])
  if (rows.length > 0) printError(table(['COLUMN', 'LABEL', 'BY', 'VALUES', ''], rows))
  const part = found.complete ? '' : ', and there was no time for the rest'
  printError(`${plural(found.tables, 'table')} looked at${part}. Counts are of a sample; no value was shown or kept.`)
  print(yaml(found))
  printError('A proposal: read it, add what it missed, and put it into the configuration.')
}

/** Label → columns that have none yet. */
function proposal({ columns }: Discovery): Record<string, string[]> {
  const labels: Record<string, string[]> = {}
  for (const { declared, schema, table: of, column, label } of columns) {
    if (declared) continue
    const known = labels[label] ?? []
    labels[label] = [...known, `${schema}.${of}.${column}`]
  }
  return labels
}

function yaml(found: Discovery): string {
  const entries = Object.entries(proposal(found)).sort(([left], [right]) => (left < right ? -1 : 1))
  if (entries.length === 0) return '# Every column that was found has a label.'
  const lines = entries.map(
    ([label, columns]) => `  ${label}: { sql: [${columns.map(column => JSON.stringify(column)).join(', ')}] }`,
  )
  return ['labels:', ...lines].join('\n')
}
