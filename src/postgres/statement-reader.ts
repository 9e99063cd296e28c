// Reads what callers say to PostgreSQL and knows where each column of an answer comes from. Promise: what cannot be read
// is refused, what cannot be traced is hidden; how it is made:
//   createStatementReader({ ruling: () => Ruling }): StatementReader — give it to createPostgresDoor as `read`, and close it.
import type { Ruling } from '../gateway/ruling.ts'
import { Catalogs } from './catalogs.ts'
import { openLinkReader } from './link-reader.ts'
import type { StatementReader } from './reading.ts'
import { loadParser } from './statement/parse.ts'
import { AsideParser } from './statement/parse-aside.ts'

export interface StatementReaderOptions {
  /** What is in force now: the columns that labels name are taken from the masking of each connection. */
  readonly ruling: () => Ruling
}

export function createStatementReader({ ruling }: StatementReaderOptions): StatementReader {
  const catalogs = new Catalogs()
  const aside = new AsideParser()
  const ready = loadParser()
  return {
    async open(link) {
      await ready
      return openLinkReader({ link, ruling, catalogs, parseAside: aside.parse })
    },
    close: () => aside.close(),
  }
}
