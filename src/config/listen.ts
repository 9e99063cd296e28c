// Where the gateway listens and how callers reach it. Promise: TLS, or plain HTTP on loopback and nowhere else; the public
// address is an origin and nothing more.
import { resolve } from 'node:path'
import { isLoopback } from '../identity/provider.ts'
import type { Listen } from './config.ts'
import type { Fault } from './problem.ts'
import type { ConfigText } from './schema.ts'

const defaultHttp = '127.0.0.1:7300'

interface Address {
  readonly host: string
  readonly port: number
  /** As it stands in a URL. */
  readonly shown: string
}

function addressOf(text: string): Address {
  const at = text.lastIndexOf(':')
  const host = text.slice(0, at).replace(/^\[(.*)\]$/, '$1')
  return { host, port: Number(text.slice(at + 1)), shown: host.includes(':') ? `[${host}]` : host }
}

export function readListen(text: ConfigText['listen'], folder: string): { listen: Listen; faults: Fault[] } {
  const { host, port, shown } = addressOf(text?.http ?? defaultHttp)
  const scheme = text?.tls ? 'https' : 'http'
  const publicUrl = text?.publicUrl ?? `${scheme}://${shown}:${port}`
  const tls = text?.tls ? { cert: resolve(folder, text.tls.cert.file), key: resolve(folder, text.tls.key.file) } : null
  const wire = text?.postgres === undefined ? null : addressOf(text.postgres)
  const faults = [
    ...checkAddress(text, 'http', { host, port, shown }),
    ...(wire === null ? [] : checkAddress(text, 'postgres', wire)),
    ...checkPublicUrl(text, publicUrl, shown),
  ]
  const postgres = wire && { host: wire.host, port: wire.port }
  return { listen: { publicUrl: publicUrl.replace(/\/$/, ''), host, port, tls, postgres }, faults }
}

const plain = { http: { what: 'HTTP', example: 7300 }, postgres: { what: 'PostgreSQL', example: 7432 } } as const

function checkAddress(text: ConfigText['listen'], key: keyof typeof plain, { port, shown }: Address): Fault[] {
  const path = ['listen', key]
  const { what, example } = plain[key]
  if (port > 65_535 || !URL.canParse(`http://${shown}:${port}`)) {
    const message = `write an address and a port up to 65535, such as 127.0.0.1:${example} or [::1]:${example}`
    return [{ path, message }]
  }
  if (text?.tls !== undefined || onLoopback(`http://${shown}`)) return []
  const message = `plain ${what} is for loopback only: write 127.0.0.1:PORT, or add tls: { cert: { file: … }, key: { file: … } }`
  return [{ path, message }]
}

function checkPublicUrl(text: ConfigText['listen'], publicUrl: string, shown: string): Fault[] {
  const path = ['listen', 'publicUrl']
  if (text?.publicUrl === undefined) {
    return !onLoopback(`http://${shown}`)
      ? [{ path: ['listen'], message: 'write publicUrl: the address callers use, such as https://gate.example.org' }]
      : []
  }
  if (!URL.canParse(publicUrl)) return [{ path, message: 'write a URL such as https://gate.example.org' }]
  const url = new URL(publicUrl)
  if (url.origin !== publicUrl.replace(/\/$/, '')) {
    return [{ path, message: `write the origin alone, in lower case and without a path: ${safeOrigin(url)}` }]
  }
  if (url.protocol === 'http:' && !isLoopback(url)) {
    return [{ path, message: `write https: plain HTTP is for loopback only: https://${url.host}` }]
  }
  if (url.protocol === 'http:' && text.tls !== undefined) {
    return [{ path, message: `write https, since tls is given: https://${url.host}` }]
  }
  return []
}

function safeOrigin(url: URL): string {
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.origin : `https://${url.host}`
}

function onLoopback(url: string): boolean {
  return URL.canParse(url) && isLoopback(new URL(url))
}
