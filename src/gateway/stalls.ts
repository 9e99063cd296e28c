// Callers that read nothing of what is said to them. Promise: one that has taken no byte of what waits for it for as long
// as the limit says is told of; one that takes a few at a time is not, however slowly, nor one for whom nothing waits.
import type { Socket } from 'node:net'
import { limits } from './limits.ts'

/** Looks within the time: counted, so that a machine that slept cuts nobody off when it wakes. */
const LOOKS = 10

interface Watched {
  /** As it was at the last look. */
  taken: number
  looks: number
  readonly onStalled: () => void
}

export class Stalls {
  readonly #watched = new Map<Socket, Watched>()
  readonly #timer: NodeJS.Timeout

  constructor(ms: number = limits.stallMs) {
    this.#timer = setInterval(() => this.#look(), ms / LOOKS).unref()
  }

  /** Calls once, unless the socket closes before. What the caller sends meanwhile does not count for it. */
  watch(socket: Socket, onStalled: () => void): void {
    if (socket.destroyed) return
    this.#watched.set(socket, { taken: 0, looks: 0, onStalled })
    socket.once('close', () => this.#watched.delete(socket))
  }

  close(): void {
    clearInterval(this.#timer)
    this.#watched.clear()
  }

  #look(): void {
    for (const [socket, watched] of this.#watched) {
      const taken = takenOf(socket)
      watched.looks = socket.writableLength > 0 && taken === watched.taken ? watched.looks + 1 : 0
      watched.taken = taken
      if (watched.looks < LOOKS) continue
      this.#watched.delete(socket)
      watched.onStalled()
    }
  }
}

/**
 * Bytes the machine has taken of what was written. Node counts them as written, and as waiting, by whole writes, of which
 * one may be megabytes. How much of one is left only the handle knows, whose queue Node's own timeouts look at too; under
 * TLS that is the one below, since the upper one passes a write on in one go.
 */
function takenOf(socket: Socket): number {
  let handle = (socket as Socket & { readonly _handle?: Handle | null })._handle
  while (handle?._parent) handle = handle._parent
  const { bytesWritten = 0, writeQueueSize = socket.writableLength } = handle ?? {}
  return bytesWritten - writeQueueSize
}

interface Handle {
  readonly bytesWritten?: number
  readonly writeQueueSize?: number
  readonly _parent?: Handle | null
}
