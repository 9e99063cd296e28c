// Questions of the gateway's own to a database, on a connection of its own: read-only and one after the other. Promise: each
// packet is in the record before it is sent, and nothing of an answer leaves this process by itself.
import { limits } from '../gateway/limits.ts'
import type { Cleared } from '../recording/inbox.ts'
import type { PostgresConnectionConfig, PostgresLogin } from './connection-config.ts'
import { back, FrameReader, front, WireFault } from './frames.ts'
import { frame, own } from './messages.ts'
import { startupPacket, Upstream } from './upstream.ts'

/** As text; null for NULL. */
export type Row = readonly (string | null)[]

/** Makes bytes durable, with what the record shows of them. */
export type ClearOwn = (bytes: Buffer, told: string) => Promise<Cleared<'system'>>

export class OwnQueries {
  readonly #upstream: Upstream
  readonly #clear: ClearOwn

  private constructor(upstream: Upstream, clear: ClearOwn) {
    this.#upstream = upstream
    this.#clear = clear
  }

  static async open(config: PostgresConnectionConfig, login: PostgresLogin, clear: ClearOwn): Promise<OwnQueries> {
    const settings = new Map([
      ['application_name', 'sallyport'],
      ['client_encoding', 'UTF8'],
      ['standard_conforming_strings', 'on'],
      ['default_transaction_read_only', 'on'],
      ['statement_timeout', String(limits.ownStatementMs)],
      ['lock_timeout', String(limits.ownLockMs)],
    ])
    const told = [...settings].map(([name, value]) => `${name} = ${value}`).join('\n')
    const cleared = await clear(startupPacket(login, config.database, settings), told)
    const upstream = await Upstream.connect(config)
    try {
      await upstream.signIn(cleared, login)
    } catch (fault) {
      upstream.socket.destroy()
      throw fault
    }
    return new OwnQueries(upstream, clear)
  }

  /** Throws WireFault, also where the database reports an error, whose words are left out. */
  async rows(sql: string): Promise<readonly Row[]> {
    const cleared = await this.#clear(frame(front.query, `${sql}\0`), sql)
    const found: Row[] = []
    let failed = false
    const { socket, outlet, framer } = this.#upstream
    await new Promise<void>((resolve, reject) => {
      const gone = () => reject(new WireFault('upstream', 'The system ended the connection.'))
      if (socket.destroyed) return gone()
      socket.once('close', gone)
      const frames = {
        frame(type: number, buffer: Buffer, start: number, end: number) {
          if (type === back.row) found.push(rowOf(buffer, start, end))
          else if (type === back.error) failed = true
          else if (type === back.ready) {
            socket.off('close', gone)
            resolve()
          }
          framer.cut(end)
        },
        streams: () => false,
        streamed: () => undefined,
        full: () => undefined,
      }
      this.#upstream.attach(frames, () => undefined, reject)
      outlet.write(cleared)
    })
    if (failed) throw new WireFault('upstream', 'The system refused a question of the gateway.')
    return found
  }

  close(): void {
    this.#upstream.outlet.end(own.terminate)
    this.#upstream.socket.destroySoon()
  }
}

export function rowOf(buffer: Buffer, start: number, end: number): Row {
  const reader = new FrameReader(buffer, start, end)
  const cells: (string | null)[] = []
  for (let left = reader.int16(); left > 0; left--) {
    const length = reader.int32()
    cells.push(length < 0 ? null : reader.bytes(length).toString())
  }
  return cells
}
