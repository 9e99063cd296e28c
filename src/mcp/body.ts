// The body of a caller's request. Promise: read whole, at most limits.bodyBytes and within limits.bodyMs.
import type { IncomingMessage } from 'node:http'
import { limits } from '../gateway/limits.ts'

export type Body = Buffer | 'too-large' | 'unreadable'

export function readBody(request: IncomingMessage): Promise<Body> {
  const declared = Number(request.headers['content-length'] ?? 0)
  if (declared > limits.bodyBytes) return Promise.resolve('too-large')
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
        request.pause()
        settle('too-large')
      } else chunks.push(chunk)
    }
    const onClose = () => settle('unreadable')
    request.on('data', onData)
    request.once('end', () => settle(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)))
    request.once('close', onClose)
    request.once('error', onClose)
  })
}
