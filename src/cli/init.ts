// sallyport init: a first configuration, with comments. Never writes over a file.
import { mkdir, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { template } from '../config/template.ts'
import { defaultFile } from './configuration.ts'
import { CliError, print } from './output.ts'

export function register(program: Command): void {
  program
    .command('init')
    .description('write a commented configuration and a default policy')
    .argument('[dir]', 'folder to write into', '.')
    .action(init)
}

async function init(dir: string): Promise<void> {
  const folder = resolve(dir)
  const file = join(folder, defaultFile)
  const schema = fileURLToPath(new URL('../../schemas/config.schema.json', import.meta.url))
  try {
    await mkdir(folder, { recursive: true })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : ''
    throw new CliError('usage', `${folder} cannot be made${code}.`, 'Name a folder: sallyport init DIR')
  }
  try {
    await writeFile(file, template(relative(folder, schema)), { flag: 'wx' })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw new CliError('usage', `${file} is there already and stays as it is`)
    }
    throw error
  }
  // Tokens and secrets that are put beside the configuration are not to be committed with it.
  await writeFile(join(folder, '.gitignore'), IGNORED, { flag: 'wx' }).catch(() => undefined)
  print(`Wrote ${file}`)
  const shown = relative('.', file)
  print(
    `Fill in the issuer and the connection (FILL IN), then: sallyport validate${shown === defaultFile ? '' : ` ${shown}`}`,
  )
}

const IGNORED = ['.sallyport/', '*.token', '*-credential', '*.key', '*.pem', ''].join('\n')
