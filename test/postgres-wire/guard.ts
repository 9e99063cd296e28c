// Watches every write to a socket in this process. Promise: a byte that the gateway writes and that was neither cleared by a
// commit nor is the gateway's own is named at once; sockets of the test itself are left out.
import { Socket } from 'node:net'
import { Authored } from '../../src/gateway/authored.ts'
import { WireOutlet } from '../../src/postgres/outlets.ts'
import { Cleared } from '../../src/recording/inbox.ts'

export interface Guard {
  /** What was written past the record. */
  readonly faults: readonly string[]
  /** Bytes that passed, by kind. */
  readonly passed: { cleared: number; authored: number }
  stop(): void
}

export function guardWrites(isOwn: (socket: Socket) => boolean): Guard {
  const faults: string[] = []
  const passed = { cleared: 0, authored: 0 }
  const before = { write: Socket.prototype.write, end: Socket.prototype.end }
  const outlet = { write: WireOutlet.prototype.write, end: WireOutlet.prototype.end }
  /** The part under way through an outlet. */
  let allowed: Uint8Array | null = null

  function through<Part extends { readonly bytes: Uint8Array } | undefined, Result>(
    part: Part,
    work: () => Result,
  ): Result {
    if (part !== undefined) {
      if (Cleared.is(part, 'system') || Cleared.is(part, 'caller')) passed.cleared += part.bytes.length
      else if (Authored.is(part)) passed.authored += part.bytes.length
      else faults.push('an outlet took what is neither cleared nor authored')
    }
    allowed = part?.bytes ?? null
    try {
      return work()
    } finally {
      allowed = null
    }
  }
  WireOutlet.prototype.write = function (part) {
    return through(part, () => outlet.write.call(this, part))
  }
  WireOutlet.prototype.end = function (last) {
    return through(last, () => outlet.end.call(this, last))
  }
  const look = (socket: Socket, bytes: unknown) => {
    if (bytes === undefined || typeof bytes === 'function' || isOwn(socket)) return
    if (bytes !== allowed) faults.push(`bytes were written that no outlet was given: ${new Error().stack}`)
  }
  Socket.prototype.write = function (this: Socket, ...args: unknown[]) {
    look(this, args[0])
    return Reflect.apply(before.write, this, args) as boolean
  }
  Socket.prototype.end = function (this: Socket, ...args: unknown[]) {
    look(this, args[0])
    return Reflect.apply(before.end, this, args) as typeof this
  }
  return {
    faults,
    passed,
    stop() {
      Object.assign(Socket.prototype, before)
      Object.assign(WireOutlet.prototype, outlet)
    },
  }
}
