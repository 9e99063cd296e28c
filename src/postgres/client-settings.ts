// How a client of a database is told where and as whom it connects. Promise: over TLS the certificate is checked in any
// client; no option of a newer libpq is named.

export interface ClientSettings {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: string
  readonly tls: boolean
}

export function dsnOf(of: ClientSettings): string {
  const query = of.tls ? 'sslmode=verify-full' : 'sslmode=disable'
  return `postgresql://${of.user}:${of.password}@${inUrl(of.host)}:${of.port}/${of.database}?${query}`
}

export function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

/**
 * For libpq. It binds the password exchange to the certificate it sees, so that nobody can stand between, whether or not
 * it knows who signed that certificate.
 */
export function variablesOf(of: ClientSettings): Readonly<Record<string, string>> {
  return {
    PGHOST: of.host,
    PGPORT: String(of.port),
    PGDATABASE: of.database,
    PGUSER: of.user,
    PGPASSWORD: of.password,
    PGGSSENCMODE: 'disable',
    ...(of.tls ? { PGSSLMODE: 'require', PGCHANNELBINDING: 'require' } : { PGSSLMODE: 'disable' }),
  }
}
