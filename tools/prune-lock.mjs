// Removes from package-lock.json the optional dependencies that it names without having an entry for them: builds for
// other platforms that the registry in use did not serve. Promise: `npm ci` accepts the lock, and every package that is
// left is held by its hash. Run it after each change of dependencies.
import { readFileSync, writeFileSync } from 'node:fs'

const file = new URL('../package-lock.json', import.meta.url)
const lock = JSON.parse(readFileSync(file, 'utf8'))

/** As Node resolves: in the package's own node_modules, then in those above it. */
function isLocked(from, name) {
  for (let base = from; ; base = base.slice(0, Math.max(0, base.lastIndexOf('/node_modules/')))) {
    if (lock.packages[base === '' ? `node_modules/${name}` : `${base}/node_modules/${name}`]) return true
    if (base === '') return false
  }
}

let removed = 0
for (const [path, entry] of Object.entries(lock.packages)) {
  if (path === '') continue
  for (const name of Object.keys(entry.optionalDependencies ?? {})) {
    if (isLocked(path, name)) continue
    delete entry.optionalDependencies[name]
    removed++
  }
}
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
console.log(`${removed} optional dependencies without an entry removed from package-lock.json`)
