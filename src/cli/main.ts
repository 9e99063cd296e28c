// The command line. Promise: each noun is one file that registers its own commands; whatever happens ends in one of the
// exit codes of output.ts.
import { Command, CommanderError } from 'commander'
import { version } from '../version.ts'
import * as approvals from './approvals.ts'
import { globalOptions } from './client.ts'
import * as connections from './connections.ts'
import * as databases from './databases.ts'
import * as init from './init.ts'
import * as log from './log.ts'
import * as mask from './mask.ts'
import { CliError, exitCodes, printError, printJson } from './output.ts'
import * as policy from './policy.ts'
import * as sessions from './sessions.ts'
import * as validate from './validate.ts'

const nouns: readonly { readonly register: (program: Command) => void }[] = [
  init,
  validate,
  policy,
  approvals,
  sessions,
  log,
  connections,
  databases,
  mask,
]

const STARTING = `The gateway itself is started in its folder: npm start -- --config FILE
As a service: docs/getting-started.md`

export async function main(argv: readonly string[]): Promise<number> {
  const program = new Command('sallyport')
    .description('Access gateway for MCP servers and PostgreSQL databases that hold protected health information')
    .version(version)
    .showHelpAfterError('(sallyport --help lists the commands)')
    .addHelpText('after', `\n${STARTING}`)
    .exitOverride()
  globalOptions(program)
  for (const noun of nouns) noun.register(program)
  inherit(program)
  try {
    await program.parseAsync(argv, { from: 'user' })
    return Number(process.exitCode ?? exitCodes.ok)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
    if (error instanceof CliError) {
      if (argv.includes('--json') && error.problem !== null) printJson(error.problem)
      printError(error.next === null ? error.message : `${error.message}\n${error.next}`)
      return exitCodes[error.exit]
    }
    printError(error instanceof Error ? error.message : 'failed')
    return exitCodes.failed
  }
}

/** Commands made by `register` do not take these over by themselves. */
function inherit(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command).exitOverride()
    inherit(child)
  }
}

/** Whoever reads has had enough, as `head` has: there is nobody left to tell. */
function endWith(stream: NodeJS.WriteStream): void {
  stream.on('error', () => process.exit(exitCodes.failed))
}

if (import.meta.main) {
  endWith(process.stdout)
  endWith(process.stderr)
  process.exitCode = await main(process.argv.slice(2))
}
