// The body of a caller's request. Promise: read whole, at most limits.bodyBytes and within limits.bodyMs; one that is not
// read is let run out, since closing a socket that still has bytes in it would lose the answer.
import type { IncomingMessage } from 'node:http'
import { limits } from '../gateway/limits.ts'

export type Body = Buffer | 'too-large' | 'unreadable'

export function readBody(request: IncomingMessage): Promise<Body> {
  const declared = Number(request.headers['content-length'] ?? 0)
  if (declared > limits.bodyBytes) {
    drain(request)
    return Promise.resolve('too-large')
  }
  return new Promise(resolve => {
    const chunks: Buffer[] = []
    let size = 0
    const timer = setTimeout(() => settle('unreadable'), limits.bodyMs)
    const settle = (body: Body) => {
      clearTimeout(timer)
      request.off('data', onData)
      request.off('close', onClose)
      resolve(body)
    }
    const onData = (chunk: Buffer) => {
      size += chunk.length
      if (size > limits.bodyBytes) {
        settle('too-large')
        drain(request)
      } else chunks.push(chunk)
    }
    const onClose = () => settle('unreadable')
    request.on('data', onData)
    request.once('end', () => settle(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)))
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
