// A short-lived credential of a database. Promise: the password is in a variable or a text somebody asked for, and never in
// an argument of a process.
import type { z } from 'zod'
import type { credential } from '../api/schemas.ts'
import { type ApiFlags, connect } from './client.ts'
import { CliError } from './output.ts'

export type DatabaseCredential = z.infer<typeof credential>

export function credentialFor(flags: ApiFlags, connection: string): Promise<DatabaseCredential> {
  if (!/^[a-z0-9][a-z0-9_-]{0,62}$/.test(connection)) {
    throw new CliError('usage', 'This is no name of a connection.', 'List yours: sallyport connections ls')
  }
  return connect(flags).post<DatabaseCredential>(`/connections/${connection}/credentials`, {})
}
