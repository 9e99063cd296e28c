// A system that lets the gateway in and then does what a test says with each piece it is sent.
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { back, uint32 } from '../../src/postgres/frames.ts'
import { authenticationBytes, frame, uint32Bytes } from '../../src/postgres/messages.ts'

export interface Peer {
  readonly socket: Socket
  /** All it was sent after the startup packet. */
  received: Buffer
}

const welcome = Buffer.concat([
  authenticationBytes(0),
  frame(back.parameterStatus, 'server_version\x0018\0'),
  frame(back.keyData, uint32Bytes(1), uint32Bytes(2)),
  frame(back.ready, 'I'),
])

export class FalseSystem {
  readonly sockets = new Set<Socket>()
  readonly #server: Server
  onPiece: (peer: Peer, piece: Buffer) => void = () => undefined

  private constructor() {
    this.#server = createServer(socket => this.#welcome(socket))
  }

  static async listen(): Promise<FalseSystem> {
    const system = new FalseSystem()
    await new Promise<void>(resolve => system.#server.listen(0, '127.0.0.1', resolve))
    return system
  }

  get at() {
    const { port } = this.#server.address() as AddressInfo
    return { host: '127.0.0.1', port, user: 'x', password: 'y' }
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy()
    this.#server.close()
  }

  #welcome(socket: Socket): void {
    const peer: Peer = { socket, received: Buffer.alloc(0) }
    let startup = Buffer.alloc(0)
    let welcomed = false
    this.sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    socket.on('close', () => this.sockets.delete(socket))
    socket.on('data', piece => {
      if (!welcomed) {
        startup = Buffer.concat([startup, piece])
        if (startup.length < 4 || startup.length < uint32(startup, 0)) return
        welcomed = true
        // A cancel request is a packet of its own, and no greeting.
        if (startup.length > 16) socket.write(welcome)
        return
      }
      peer.received = Buffer.concat([peer.received, piece])
      this.onPiece(peer, piece)
    })
  }
}

/** Whole frames of what was received, as type and body. */
export function framesOf(bytes: Buffer): { type: number; start: number; end: number }[] {
  const found: { type: number; start: number; end: number }[] = []
  for (let at = 0; bytes.length - at >= 5; ) {
    const end = at + 1 + uint32(bytes, at + 1)
    if (end > bytes.length) break
    found.push({ type: bytes[at] as number, start: at, end })
    at = end
  }
  return found
}
