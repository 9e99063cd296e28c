// Loaded into the process of every test file, which ends with its last test: what a failed one left open cannot hold it up.
// Promise: a server that still listens then is a failure of the file, since nothing else would tell of it.
import { subscribe } from 'node:diagnostics_channel'
import type { Server } from 'node:net'

const listened = new Set<Server>()
subscribe('tracing:net.server.listen:asyncEnd', message =>
  listened.add((message as { readonly server: Server }).server),
)

process.once('exit', () => {
  const left = [...listened].filter(server => server.listening).length
  if (left === 0) return
  console.error(`After the last test of this file ${left} of its servers still listen: close them in after().`)
  process.exitCode = 1
})
