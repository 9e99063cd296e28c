// A wire tap between psql and the server. Promise: every byte passes as it came, apart from the log lines that carry trees;
// a statement passes only after `onQuery` is done with it.
import { createServer, connect as open, type Server, type Socket } from 'node:net'

export interface TapEvents {
  readonly onQuery: (sql: string) => Promise<void>
  /** DETAIL of a log line, with its message. */
  readonly onLog: (message: string, detail: string) => void
  readonly onReady: (status: string) => void
  readonly onComplete: (tag: string) => void
}

const QUERY = 0x51
const NOTICE = 0x4e
const READY = 0x5a
const COMPLETE = 0x43

export async function startTap(port: number, events: () => TapEvents): Promise<{ port: number; server: Server }> {
  const server = createServer(client => {
    const upstream = open(port, '127.0.0.1')
    for (const socket of [client, upstream]) socket.setNoDelay() // each frame is a write of its own
    const handlers = events()
    pump(client, upstream, true, async (type, body) => {
      if (type === QUERY) await handlers.onQuery(body.subarray(0, -1).toString())
      return true
    })
    pump(upstream, client, false, async (type, body) => {
      if (type === READY) handlers.onReady(body.toString())
      if (type === COMPLETE) handlers.onComplete(body.subarray(0, -1).toString())
      if (type !== NOTICE) return true
      const fields = new Map(
        body
          .toString()
          .split('\0')
          .filter(part => part !== '')
          .map(part => [part[0], part.slice(1)] as const),
      )
      if (fields.get('V') !== 'LOG') return true
      handlers.onLog(fields.get('M') ?? '', fields.get('D') ?? '')
      return false
    })
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  return { port: typeof address === 'object' && address !== null ? address.port : 0, server }
}

type Judge = (type: number, body: Buffer) => Promise<boolean>

function pump(from: Socket, to: Socket, startup: boolean, judge: Judge): void {
  let held = Buffer.alloc(0)
  let first = startup
  let turn = Promise.resolve()
  const drain = async () => {
    for (;;) {
      const header = first ? 0 : 1
      if (held.length < header + 4) return
      const length = header + held.readUInt32BE(header)
      if (held.length < length) return
      const frame = held.subarray(0, length)
      held = held.subarray(length)
      const passes = first || (await judge(frame[0] ?? 0, frame.subarray(5)))
      first = false
      if (passes) to.write(frame)
    }
  }
  from.on('data', chunk => {
    turn = turn.then(() => {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
      return drain()
    })
  })
  const end = () => turn.then(() => to.end())
  from.on('end', end)
  from.on('error', () => to.destroy())
  from.on('close', () => turn.then(() => to.destroy()))
}
