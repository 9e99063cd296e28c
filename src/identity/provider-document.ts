// One JSON document from an identity provider. Promise: bounded in time and bytes, strictly parsed, and never from
// another place than was asked: a redirect is refused.
import { limits } from '../gateway/limits.ts'
import { readJson } from '../json/document.ts'

export class ProviderFault extends Error {
  readonly reason: 'provider-unreachable' | 'provider-invalid'
  /** The HTTP status, 0 where there was none. */
  readonly status: number
  constructor(reason: 'provider-unreachable' | 'provider-invalid', status = 0) {
    super(reason)
    this.name = 'ProviderFault'
    this.reason = reason
    this.status = status
  }
}

export type JsonObject = Readonly<Record<string, unknown>>

export async function providerDocument(fetcher: typeof fetch, url: string, ended: AbortSignal): Promise<JsonObject> {
  const signal = AbortSignal.any([ended, AbortSignal.timeout(limits.providerMs)])
  let response: Response
  try {
    response = await fetcher(url, { redirect: 'manual', signal, headers: { accept: 'application/json' } })
  } catch {
    throw new ProviderFault('provider-unreachable')
  }
  if (response.status !== 200) {
    await response.body?.cancel().catch(() => {})
    throw new ProviderFault(response.status >= 500 ? 'provider-unreachable' : 'provider-invalid', response.status)
  }
  return parsed(await wholeBody(response))
}

async function wholeBody(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength
      // Leaving the loop cancels the body, so no more than this is ever read.
      if (bytes > limits.providerBytes) break
      chunks.push(chunk)
    }
  } catch {
    throw new ProviderFault('provider-unreachable')
  }
  if (bytes > limits.providerBytes) throw new ProviderFault('provider-invalid', response.status)
  return Buffer.concat(chunks)
}

function parsed(bytes: Uint8Array): JsonObject {
  let value: unknown
  try {
    value = readJson(bytes, { depth: limits.jsonDepth, values: limits.jsonValues }).value
  } catch {
    throw new ProviderFault('provider-invalid')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ProviderFault('provider-invalid')
  return value as JsonObject
}
