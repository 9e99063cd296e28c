// Whole packets of a socket that is not relayed yet. Promise: asks for one packet at a time and keeps what came after it; a
// peer that is slow, gone or sends too much is a fault, never an endless wait.
import type { Socket } from 'node:net'
import { HEAD_BYTES, uint32, WireFault } from './frames.ts'

export interface Packet {
  readonly type: number
  readonly bytes: Buffer
}

export class WireInput {
  readonly #socket: Socket
  #kept: Buffer = Buffer.alloc(0)
  #wake: (() => void) | null = null
  #gone = false
  readonly #onData = (piece: Buffer) => {
    this.#kept = this.#kept.length === 0 ? piece : Buffer.concat([this.#kept, piece])
    this.#socket.pause()
    this.#wake?.()
  }
  readonly #onGone = () => {
    this.#gone = true
    this.#wake?.()
  }

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', this.#onData)
    for (const event of ['end', 'close', 'error']) socket.on(event, this.#onGone)
    socket.pause()
  }

  /** How much came that nobody asked for yet. */
  get pending(): number {
    return this.#kept.length
  }

  async peek(bytes: number): Promise<Buffer> {
    while (this.#kept.length < bytes) {
      if (this.#gone || this.#socket.destroyed) throw new WireFault('unreadable', 'The peer is gone.')
      await new Promise<void>(resolve => {
        this.#wake = resolve
        this.#socket.resume()
      })
      this.#wake = null
    }
    return this.#kept.subarray(0, bytes)
  }

  async take(bytes: number): Promise<Buffer> {
    await this.peek(bytes)
    const taken = this.#kept.subarray(0, bytes)
    this.#kept = this.#kept.subarray(bytes)
    return taken
  }

  /** A packet with a length and no type, as connections begin. `bytes` is what follows the length. */
  async untyped(most: number): Promise<Buffer> {
    const length = uint32(await this.take(4), 0)
    if (length < 8 || length > most) throw new WireFault('unreadable', 'The first packet has an impossible length.')
    return this.take(length - 4)
  }

  /** A whole frame, head included. */
  async frame(most: number): Promise<Packet> {
    const head = await this.peek(HEAD_BYTES)
    const type = head[0] as number
    const length = uint32(head, 1)
    if (length < 4 || length > most) throw new WireFault('unreadable', 'This message has an impossible length.')
    return { type, bytes: await this.take(length + 1) }
  }

  /** Lets go of the socket, paused; what was not asked for is returned and not put back. */
  release(): Buffer {
    this.#socket.off('data', this.#onData)
    for (const event of ['end', 'close', 'error']) this.#socket.off(event, this.#onGone)
    const rest = this.#kept
    this.#kept = Buffer.alloc(0)
    return rest
  }
}
