// Which sessions belong together: a server's calls, and what it asked a database for them. Promise: both directions are
// found from what its reader may see anyhow, and no transcript is read for it.
import type { z } from 'zod'
import type { exchange, sessionDetail, sessions } from '../api/schemas.ts'
import type { Client } from './client.ts'
import { CliError, print, table } from './output.ts'

type Detail = z.infer<typeof sessionDetail>
type Session = Detail['session']
type Entries = Detail['entries']

/** Sessions of the same subject that are looked through. */
const LOOKED_THROUGH = 50

export async function printLinks(client: Client, session: Session, entries: Entries): Promise<void> {
  if (session.connectionKind === 'postgres') await printCauses(client, entries)
  else await printStatements(client, session, entries)
}

/** What the exchanges of a session at a database were asked for. */
async function printCauses(client: Client, entries: Entries): Promise<void> {
  const own = new Set(questionsIn(entries).map(({ exchange }) => exchange))
  const causes = new Set(questionsIn(entries).flatMap(({ parent }) => (parent && !own.has(parent) ? [parent] : [])))
  const rows: string[][] = []
  for (const cause of [...causes].slice(0, LOOKED_THROUGH)) {
    const found = await known(client.get<z.infer<typeof exchange>>(`/exchanges/${encodeURIComponent(cause)}`))
    if (found)
      rows.push([cause, `${found.operation ?? ''} ${found.target ?? ''}`, found.session ?? '', found.connection ?? ''])
  }
  if (rows.length > 0) print(`\nAsked for:\n${table(['EXCHANGE', 'WHAT', 'SESSION', 'ON'], rows)}`)
}

/** What the server of these exchanges asked databases for them, as the same subject. */
async function printStatements(client: Client, session: Session, entries: Entries): Promise<void> {
  const own = new Set(questionsIn(entries).map(({ exchange }) => exchange))
  const { subject, opened, closed } = session
  const listed = await client.get<z.infer<typeof sessions>>('/sessions', { subject, limit: 200 })
  const near = listed.sessions
    .filter(each => each.connectionKind === 'postgres' && each.opened >= opened)
    .filter(each => closed === null || each.opened <= closed)
    .slice(0, LOOKED_THROUGH)
  const rows: string[][] = []
  for (const { id, connection } of near.reverse()) {
    const detail = await known(client.get<Detail>(`/sessions/${encodeURIComponent(id)}`, { limit: 200 }))
    for (const { parent, operation, target, decision } of questionsIn(detail?.entries ?? []))
      if (own.has(parent) && !operation.startsWith('sql.catalog'))
        rows.push([parent, `${operation} ${target}  ${decision}`, id, connection])
  }
  if (rows.length > 0) print(`\nAsked of databases for it:\n${table(['FOR', 'WHAT', 'SESSION', 'ON'], rows)}`)
}

function questionsIn(entries: Entries) {
  return entries.flatMap(({ entry }) => {
    if (entry.kind !== 'question') return []
    const { exchange, parent, operation, target, decision } = entry
    return [{ exchange, parent, operation, target, decision }].map(texts)
  })
}

function texts(of: Readonly<Record<'exchange' | 'parent' | 'operation' | 'target' | 'decision', unknown>>) {
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  const { exchange, parent, operation, target, decision } = of
  return {
    exchange: text(exchange),
    parent: text(parent),
    operation: text(operation),
    target: text(target),
    decision: text(decision),
  }
}

/** Null for what this reader may not see. */
async function known<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found
  } catch (error) {
    if (error instanceof CliError) return null
    throw error
  }
}
