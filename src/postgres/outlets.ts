// The only places where bytes of one side are written to the other. Promise: each takes Cleared or Authored and nothing
// else, and writes their bytes as they are.
import type { Socket } from 'node:net'
import type { Authored } from '../gateway/authored.ts'
import type { Door, Outlet } from '../gateway/seam.ts'
import type { Cleared } from '../recording/inbox.ts'

export class WireOutlet<D extends Door> implements Outlet<D> {
  readonly #socket: Socket

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** Several parts that follow in one go leave together. */
  together(write: () => void): void {
    this.#socket.cork()
    write()
    this.#socket.uncork()
  }

  write(part: Cleared<D> | Authored): boolean {
    if (this.#socket.writableEnded || this.#socket.destroyed) return true
    return this.#socket.write(part.bytes)
  }

  get full(): boolean {
    return this.#socket.writableNeedDrain && !this.#socket.destroyed
  }

  drained(): Promise<void> {
    if (!this.full) return Promise.resolve()
    return new Promise(resolve => {
      const done = () => {
        this.#socket.off('drain', done)
        this.#socket.off('close', done)
        resolve()
      }
      this.#socket.on('drain', done)
      this.#socket.on('close', done)
    })
  }

  end(last?: Cleared<D> | Authored): void {
    if (this.#socket.destroyed) return
    if (last) this.#socket.end(last.bytes)
    else this.#socket.end()
  }
}
