// Loaded before a server that would listen on every address. Promise: it listens on loopback, whatever it asks for.
import { Server } from 'node:net'

const listen = Server.prototype.listen

Object.defineProperty(Server.prototype, 'listen', {
  configurable: true,
  writable: true,
  value(this: Server, ...args: unknown[]) {
    const [first] = args
    const done = args.find(arg => typeof arg === 'function') as (() => void) | undefined
    if (typeof first === 'object' && first !== null) return listen.call(this, { ...first, host: '127.0.0.1' }, done)
    return listen.call(this, { port: Number(first ?? 0), host: '127.0.0.1' }, done)
  },
})
