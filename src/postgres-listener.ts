// The listener for PostgreSQL clients. Promise: each connection goes to the door and nowhere else; without a certificate it
// is on loopback, which the configuration sees to.
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { listenFault } from './listen-fault.ts'

export interface PostgresListenOptions {
  readonly host: string
  readonly port: number
}

/** Listens, and resolves once connections are accepted. Rejects with a sentence when the address cannot be had. */
export async function listenPostgres(
  { host, port }: PostgresListenOptions,
  handle: (socket: Socket) => void,
): Promise<PostgresListener> {
  const server = createServer({ noDelay: true }, handle)
  await new Promise<void>((resolve, reject) => {
    server.once('error', error => reject(listenFault(error, { host, port }, 'listen.postgres')))
    server.listen({ host, port }, () => resolve())
  })
  return new PostgresListener(server)
}

export class PostgresListener {
  readonly #server: Server
  constructor(server: Server) {
    this.#server = server
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Takes no new connections; resolves when the door has ended those it has. */
  close(): Promise<void> {
    return new Promise(resolve => this.#server.close(() => resolve()))
  }
}
