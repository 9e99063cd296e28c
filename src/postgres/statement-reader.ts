// Reads what callers say to PostgreSQL and knows where each column of an answer comes from. Promise: what cannot be read
// is refused, what cannot be traced is hidden; how it is made:
//   createStatementReader({ ruling: () => Ruling }): StatementReader — give it to createPostgresDoor as `read`, and close it.
import type { Ruling } from '../gateway/ruling.ts'
import { Catalogs } from './catalogs.ts'
import { openLinkReader } from './link-reader.ts'
import type { StatementReader } from './reading.ts'
import { AsideParser } from './statement/parse-aside.ts'
import { loadParser } from './statement/parser.ts'

export interface StatementReaderOptions {
  /** What is in force now: the columns that labels name are taken from the masking of each connection. */
  readonly ruling: () => Ruling
}

export function createStatementReader({ ruling }: StatementReaderOptions): StatementReader {
  const catalogs = new Catalogs()
  const aside = new AsideParser()
  const { connections } = ruling()
  // Whoever has no database does without it: it takes 30 MiB.
  if ([...connections.values()].some(({ connection }) => connection.kind === 'postgres')) void loadParser()
  return {
    async open(link) {
      await loadParser()
      return openLinkReader({ link, ruling, catalogs, parseAside: aside.parse })
    },
    close: () => aside.close(),
  }
}
