// What a request of the API carries. Promise: a body is JSON, read strictly and never beyond its limit; a query parameter
// is there once.
import { limits } from '../gateway/limits.ts'
import { JsonError, readJson } from '../json/document.ts'
import { Problem } from './problem.ts'

export async function readBody(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type') ?? ''
  if (!/^application\/json\s*(?:;|$)/i.test(type) || request.headers.has('content-encoding')) {
    throw new Problem('invalid', { faults: [{ where: 'header.content-type', expected: 'application/json' }] })
  }
  const bytes = await bounded(request)
  try {
    return readJson(bytes, { depth: limits.jsonDepth, values: limits.apiBytes }).value
  } catch (error) {
    const fault = error instanceof JsonError ? error.fault : 'malformed'
    throw new Problem('invalid', { faults: [{ where: 'body', expected: `JSON (${fault})` }] })
  }
}

async function bounded(request: Request): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > limits.apiBytes) throw new Problem('too-large')
  const reader = request.body?.getReader()
  if (!reader) return new Uint8Array()
  const parts: Uint8Array[] = []
  let size = 0
  let late = false
  const timer = setTimeout(() => {
    late = true
    reader.cancel().catch(() => undefined)
  }, limits.bodyMs)
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      size += read.value.length
      if (size > limits.apiBytes) throw new Problem('too-large')
      parts.push(read.value)
    }
  } finally {
    clearTimeout(timer)
  }
  if (late) throw new Problem('invalid', { faults: [{ where: 'body', expected: 'a body that is sent at once' }] })
  return Buffer.concat(parts)
}

export function queryOf(url: string): Readonly<Record<string, string>> {
  const pairs = [...new URL(url).searchParams]
  if (new Set(pairs.map(([name]) => name)).size < pairs.length) {
    throw new Problem('invalid', { faults: [{ where: 'query', expected: 'each parameter once' }] })
  }
  return Object.fromEntries(pairs)
}
