// `sallyport connections` and `sallyport whoami`: what one may connect to, and as whom.
import type { Command } from 'commander'
import type { z } from 'zod'
import type { connections as answer, me } from '../api/schemas.ts'
import { type ApiFlags, action, connect } from './client.ts'
import { facts, paint, print, printJson, table } from './output.ts'
import { deadline } from './text.ts'

type Connections = z.infer<typeof answer>['connections']

export function register(program: Command): void {
  const connections = program.command('connections').description('what you may connect to')
  connections
    .command('ls')
    .description('list your connections, and how clients connect')
    .option('--json', 'print JSON')
    .action(action(list))
  program
    .command('whoami')
    .description('say who you are to the gateway')
    .option('--json', 'print JSON')
    .action(action(whoami))
}

async function list(flags: ApiFlags): Promise<void> {
  const { connections } = await connect(flags).get<{ connections: Connections }>('/connections')
  if (flags.json) return printJson({ connections, mcpClient: clientConfiguration(connections) })
  if (connections.length === 0) return print('No rule lets you use a connection. Ask an administrator for access.')
  const rows = connections.map(({ name, kind, url }) => [paint('bold', name), kind, url])
  print(table(['NAME', 'KIND', 'URL'], rows))
  const databases = connections.filter(({ kind }) => kind === 'postgres')
  if (databases.length > 0) {
    print('\nFor a database, one of:')
    const [{ name } = { name: '' }] = databases
    print(
      table(
        ['', ''],
        [
          [`  sallyport psql ${name}`, 'psql as you'],
          [`  sallyport proxy ${name}`, 'a port on this machine for any client, without a password'],
          [`  sallyport credentials ${name}`, 'a short-lived user and password for any client'],
        ],
      )
        .split('\n')
        .slice(1)
        .join('\n'),
    )
  }
  const forClients = clientConfiguration(connections)
  if (Object.keys(forClients.mcpServers).length === 0) return
  print('\nFor an MCP client that reads `mcpServers` and fills in environment variables:')
  print(JSON.stringify(forClients, null, 2))
}

/** The token stays in the environment: a configuration file is too easily shared. */
function clientConfiguration(connections: Connections) {
  const headers = { Authorization: `Bearer $\{SALLYPORT_TOKEN}` }
  const servers = connections
    .filter(({ kind }) => kind === 'mcp')
    .map(({ name, url }) => [name, { type: 'http', url, headers }])
  return { mcpServers: Object.fromEntries(servers) as Record<string, unknown> }
}

async function whoami(flags: ApiFlags): Promise<void> {
  const found = await connect(flags).get<z.infer<typeof me>>('/me')
  if (flags.json) return printJson(found)
  const behalf = found.onBehalfOf === null ? '' : `, acting for ${found.onBehalfOf}`
  print(`${paint('bold', found.subject)} (${found.kind}${behalf})`)
  print(
    facts([
      ['person', found.person ?? 'not named by the token'],
      ['groups', `${found.groups.join(', ') || 'none'}${unmapped(found)}`],
      ['roles', found.roles.join(', ') || 'none'],
      ['purpose', found.purpose ?? 'the default of the connection'],
      ['token', `ends ${deadline(found.tokenEnds)}`],
      ['may use', found.connections.map(({ name }) => name).join(', ') || 'no connection'],
    ]),
  )
}

/** The most common reason for having no rights: the names are the provider's, and nobody wrote them under `groups:`. */
function unmapped({ unmappedGroups }: Pick<z.infer<typeof me>, 'unmappedGroups'>): string {
  return unmappedGroups === 0 ? '' : ` (${unmappedGroups} more of the token not mapped here)`
}
