// Connections that open and say nothing, from an address of this machine.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export async function crowd(port: number, localAddress: string, count: number): Promise<readonly Socket[]> {
  const sockets: Socket[] = []
  for (let at = 0; at < count; at++) {
    const socket = connect({ host: '127.0.0.1', port, localAddress })
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    sockets.push(socket)
  }
  return sockets
}

export function disperse(sockets: readonly Socket[]): void {
  for (const socket of sockets) socket.destroy()
}
