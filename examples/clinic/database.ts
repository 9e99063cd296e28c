// Puts the synthetic clinic into a PostgreSQL database. Promise: after it the data is exactly the generated one, whatever
// an earlier run changed, and the two roles it makes can do what the clinic's people need and no more.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import pg from 'pg'
import type { Clinic } from './patients.ts'

export interface ClinicDatabase {
  /** Of the role that reads and writes patients. */
  readonly writer: string
  /** Of the role that can only read. */
  readonly reader: string
}

const BATCH = 5_000

/** Makes the database `name` in the server at `url` where missing, and fills it. */
export async function loadClinic(url: string, clinic: Clinic, name = 'clinic'): Promise<ClinicDatabase> {
  const inside = new URL(url)
  inside.pathname = `/${name}`
  await withClient(url, async client => {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`)
  })
  return withClient(inside.href, async client => {
    await client.query('BEGIN')
    await client.query(readFileSync(new URL('schema.sql', import.meta.url), 'utf8'))
    for (const [table, rows] of Object.entries(clinic) as [keyof Clinic, readonly unknown[]][]) {
      const fill = `INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1)`
      for (let at = 0; at < rows.length; at += BATCH) {
        await client.query(fill, [JSON.stringify(rows.slice(at, at + BATCH))])
      }
    }
    const writer = await role(client, inside, `${name}_writer`, 'SELECT, INSERT, UPDATE, DELETE')
    const reader = await role(client, inside, `${name}_reader`, 'SELECT')
    await client.query('COMMIT')
    await client.query('ANALYZE')
    return { writer, reader }
  })
}

/** A role of the server outlives its database, so it may be there already: its password is new either way. */
async function role(client: pg.Client, inside: URL, name: string, rights: string): Promise<string> {
  const quoted = client.escapeIdentifier(name)
  const password = randomBytes(24).toString('base64url')
  const found = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [name])
  await client.query(`${found.rowCount === 0 ? 'CREATE' : 'ALTER'} ROLE ${quoted} LOGIN PASSWORD '${password}'`)
  await client.query(`GRANT ${rights} ON ALL TABLES IN SCHEMA public TO ${quoted}`)
  const as = new URL(inside)
  as.username = name
  as.password = password
  return as.href
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}
