// The body of a caller's request. Promise: read whole, at most limits.bodyBytes and within limits.bodyMs; one that is not
// read is let run out, since closing a socket that still has bytes in it would lose the answer.
import type { IncomingMessage } from 'node:http'
import { limits } from '../gateway/limits.ts'
import type { Burden } from './burdens.ts'
import { HeldBytes } from './held-bytes.ts'

/** `limit`: its subject keeps too much here already. */
export type Body = Buffer | 'too-large' | 'unreadable' | 'limit'

export function readBody(request: IncomingMessage, burden: Burden): Promise<Body> {
  const declared = Number(request.headers['content-length'] ?? 0)
  if (declared > limits.bodyBytes) {
    drain(request)
    return Promise.resolve('too-large')
  }
  return new Promise(resolve => {
    const held = new HeldBytes()
    const timer = setTimeout(() => settle('unreadable'), limits.bodyMs)
    const settle = (body: Body) => {
      clearTimeout(timer)
      request.off('data', onData)
      request.off('close', onClose)
      resolve(body)
    }
    const onData = (chunk: Buffer) => {
      if (held.length + chunk.length > limits.bodyBytes) {
        settle('too-large')
        drain(request)
      } else if (burden.body(chunk.length)) held.append(chunk)
      else {
        settle('limit')
        drain(request)
      }
    }
    const onClose = () => settle('unreadable')
    request.on('data', onData)
    request.once('end', () => settle(held.take()))
    request.once('close', onClose)
    request.once('error', onClose)
  })
}

/** Reads on and keeps nothing: so much and so long as `limits` say, then the connection is cut. */
export function drain(request: IncomingMessage): void {
  let left = limits.drainBytes
  const cut = () => request.socket.destroy()
  const timer = setTimeout(cut, limits.drainMs).unref()
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) cut()
  })
  request.once('close', () => clearTimeout(timer))
}
