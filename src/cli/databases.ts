// `sallyport credentials`, `psql` and `proxy`: how clients of databases connect as who is signed in.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import type { Command } from 'commander'
import { dsnOf, inUrl, variablesOf } from '../postgres/client-settings.ts'
import { type ApiFlags, action } from './client.ts'
import { credentialFor } from './database-credential.ts'
import { LocalProxy } from './local-proxy.ts'
import { CliError, print, printError, printJson } from './output.ts'
import { deadline } from './text.ts'

const DEFAULT_LISTEN = '127.0.0.1:6432'

export function register(program: Command): void {
  program
    .command('credentials')
    .description('print a short-lived credential for a database client')
    .argument('<connection>', 'a PostgreSQL connection')
    .option('--env', 'as variables for libpq, to be read by a shell: eval "$(sallyport credentials NAME --env)"')
    .option('--json', 'print JSON')
    .action(action(credentials))
  program
    .command('psql')
    .description('run psql as who you are signed in as; what follows the connection is for psql')
    .argument('<connection>', 'a PostgreSQL connection')
    .argument('[arguments...]', 'for psql; behind -- where sallyport has an option of the same name')
    .allowUnknownOption()
    .action(async (connection: string, rest: readonly string[], _: unknown, command: Command) => {
      process.exitCode = await psql(command.optsWithGlobals<ApiFlags>(), connection, rest)
    })
  program
    .command('proxy')
    .description('listen on this machine for database clients, which then need no password')
    .argument('<connection>', 'a PostgreSQL connection')
    .option('--listen <address>', 'loopback address and port', DEFAULT_LISTEN)
    .action(action(proxy))
}

async function credentials(flags: ApiFlags & { readonly env?: boolean }, connection: string): Promise<void> {
  const found = await credentialFor(flags, connection)
  if (flags.json) return printJson({ ...found, dsn: dsnOf(found), env: variablesOf(found) })
  if (flags.env) {
    for (const [name, value] of Object.entries(variablesOf(found))) print(`export ${name}='${value}'`)
  } else print(dsnOf(found))
  if (found.tls && !flags.env) {
    printError('psql and others on libpq look for authorities in a file: add &sslrootcert=FILE, or system from 16 on.')
  }
  printError(`Good for any number of connections as you, ends ${deadline(found.expires)}. Keep it like a password.`)
}

/** Of the caller's environment: how values look, and nothing of where to connect or as whom. */
const kept = /^PG(?:APPNAME|CLIENTENCODING|CONNECT_TIMEOUT|DATESTYLE|OPTIONS|SSLROOTCERT|TZ)$/

async function psql(flags: ApiFlags, connection: string, rest: readonly string[]): Promise<number> {
  const found = await credentialFor(flags, connection)
  const own = Object.entries(process.env).filter(
    ([name]) => name !== 'SALLYPORT_TOKEN' && (!name.startsWith('PG') || kept.test(name)),
  )
  const child = spawn('psql', rest, { env: { ...Object.fromEntries(own), ...variablesOf(found) }, stdio: 'inherit' })
  // A Ctrl-C is for psql, which cancels a statement with it.
  const ignore = () => undefined
  process.on('SIGINT', ignore)
  const passOn = () => child.kill('SIGTERM')
  process.once('SIGTERM', passOn)
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
    })
  } catch {
    throw new CliError(
      'failed',
      'There is no psql here.',
      `Install the client of PostgreSQL, or use another: sallyport credentials ${connection}`,
    )
  } finally {
    process.off('SIGINT', ignore)
    process.off('SIGTERM', passOn)
  }
}

async function proxy(flags: ApiFlags & { readonly listen: string }, connection: string): Promise<void> {
  const at = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\]):(\d{1,5})$/.exec(flags.listen)
  if (at === null || Number(at[2]) > 65_535) {
    throw new CliError('usage', 'A proxy listens on this machine alone.', `Write --listen ${DEFAULT_LISTEN}.`)
  }
  const host = (at[1] as string).replace(/^\[(.*)\]$/, '$1')
  const first = await credentialFor(flags, connection)
  const local = await LocalProxy.start({
    host,
    port: Number(at[2]),
    first,
    // Asked again when the last one has ended: a token file may hold a newer token by then.
    renew: () => credentialFor(flags, connection),
    say: printError,
  }).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : null
    if (code === null) throw error
    throw new CliError('failed', `${flags.listen} cannot be listened on (${code}).`, 'Write another --listen.')
  })
  print(`postgresql://${inUrl(host)}:${local.port}/${connection}?sslmode=disable`)
  printError(
    `In your client: host ${host}, port ${local.port}, database ${connection}, any user, no password, no TLS.\n` +
      `Every connection stands for you, and only your own programs can open one. Your sign-in ends ${deadline(first.expires)}; Ctrl-C stops it.`,
  )
  await new Promise<void>(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
  await local.close()
}
