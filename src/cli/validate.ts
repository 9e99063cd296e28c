// sallyport validate: is the configuration right, and what does it mean? Exits 0 or 2.
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { type McpConnection, type PostgresConnection, policySource } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { printProblem } from '../config/problem.ts'
import { placeholders } from '../config/template.ts'
import { compilePolicy } from '../policy/compile.ts'
import { effectiveRules } from '../policy/effective.ts'
import { defaultFile } from './configuration.ts'
import { CliError, print, printError, printJson, table } from './output.ts'

export function register(program: Command): void {
  program
    .command('validate')
    .description('check a configuration and show the rules it makes')
    .argument('[file]', 'configuration file', defaultFile)
    .option('--json', 'print JSON')
    .action((file: string, options: { json?: boolean }) => validate(file, options.json ?? false))
}

async function validate(file: string, json: boolean): Promise<void> {
  const loaded = await loadConfig(file)
  if (!loaded.ok) {
    if (json) printJson({ ok: false, problems: loaded.problems })
    else for (const problem of loaded.problems) printError(printProblem(problem))
    throw new CliError('usage', `${file}: ${loaded.problems.length} to correct`)
  }
  const source = policySource(loaded.config)
  const rows = effectiveRules(source.rules, [...loaded.config.connections.values()])
  const policy = compilePolicy(source).digest
  const left = placeholders(await readFile(file, 'utf8'))
  if (json) {
    printJson({ ok: true, digest: loaded.digest, policy, warnings: loaded.warnings, placeholders: left, rules: rows })
    return
  }
  for (const warning of loaded.warnings) printError(`warning: ${printProblem(warning)}`)
  print(
    table(
      ['CONNECTION', 'WHO', 'MAY', 'WHAT', 'ONLY', 'IN CLEAR', 'RULE'],
      rows.map(row => [row.connection, row.who, row.what, row.patterns, row.only, row.reveals, row.rule]),
    ),
  )
  const databases = [...loaded.config.connections.values()].filter(each => each.kind === 'postgres')
  if (databases.length > 0) print(`\n${table(['DATABASE', 'AT', 'TLS', 'LOGINS'], databases.map(databaseRow))}`)
  const servers = [...loaded.config.connections.values()].flatMap(each => (each.kind === 'mcp' ? serverRow(each) : []))
  if (servers.length > 0) print(`\n${table(['SERVER', 'ASKS', 'AS ITS CALLER BY'], servers)}`)
  print()
  print('Everything else is blocked. Block beats hold beats allow; all holds must be met.')
  print(`${file} is valid (policy ${policy.slice(0, 12)})`)
  if (left.length > 0) {
    const where = left.length === 1 ? `line ${left[0]} still has` : `lines ${left.join(' and ')} still have`
    print(`Before it can serve: ${where} what sallyport init wrote there.`)
  }
}

function serverRow({ name, database }: McpConnection): string[][] {
  if (database === null) return []
  const { caller, connection } = database
  const ways = {
    env: 'a credential of the session in its environment',
    header: 'a credential of each call in a header',
    traceparent: 'a trace of each call that it passes on',
  }
  return [[name, connection, ways[caller.kind]]]
}

/** Users of the database by group, in the order that decides. */
function databaseRow({ name, host, port, database, tls, logins }: PostgresConnection): string[] {
  const named = logins.flatMap(({ group, user }) => (group === null ? [] : [`${group} as ${user}`]))
  const others = logins.find(({ group }) => group === null)
  const rest = others === undefined ? 'all others refused' : `all others as ${others.user}`
  const checked = tls === null ? 'none' : `as ${tls.serverName}`
  return [name, `${host.includes(':') ? `[${host}]` : host}:${port}/${database}`, checked, [...named, rest].join(', ')]
}
