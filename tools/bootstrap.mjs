// Installs the locked dependencies once, before anything else runs. Promise: works on any Node 18 or newer with npm,
// runs no install script of any package, and never marks a failed or stale installation as done.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const root = new URL('..', import.meta.url)
const stamp = new URL('node_modules/.lock-sha256', root)
const wanted = createHash('sha256')
  .update(readFileSync(new URL('package-lock.json', root)))
  .digest('hex')

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  console.error('Installing the locked dependencies (once, about a minute) …')
  const options = { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' }
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], options)
  writeFileSync(stamp, wanted)
}
