// Loaded into the process of every test file. Promise: a file whose tests are over and whose process goes on, for what it left
// open, ends as a failure and says so, once all that its tests said has been told.
import { subscribe } from 'node:diagnostics_channel'
import type { Server } from 'node:net'
import { after } from 'node:test'

/** What closes by itself, such as a connection kept for a next request, has closed by then. Its own test waits less. */
const GRACE_MS = Number(process.env.SALLYPORT_TEST_GRACE_MS ?? 10_000)

const listened = new Set<Server>()
subscribe('tracing:net.server.listen:asyncEnd', message =>
  listened.add((message as { readonly server: Server }).server),
)

after(() => {
  const overdue = () => {
    const left = [...listened].filter(server => server.listening)
    console.error(
      `${GRACE_MS / 1000} s after its last test this file still runs, and ${left.length} of its servers listen: close what it opens in after().`,
    )
    process.exitCode = 1
    for (const server of left) server.close()
    // Connections may be left too.
    setTimeout(() => process.exit(), GRACE_MS / 2).unref()
  }
  // It holds nothing up itself.
  setTimeout(overdue, GRACE_MS).unref()
})
