// Where the gateway listens and how callers reach it. Promise: TLS, or plain HTTP on loopback and nowhere else; the public
// address is an origin and nothing more.
import { resolve } from 'node:path'
import { isLoopback } from '../identity/provider.ts'
import type { Listen } from './config.ts'
import type { Fault } from './problem.ts'
import type { ConfigText } from './schema.ts'

const defaultHttp = '127.0.0.1:7300'

export function readListen(text: ConfigText['listen'], folder: string): { listen: Listen; faults: Fault[] } {
  const address = text?.http ?? defaultHttp
  const at = address.lastIndexOf(':')
  const host = address.slice(0, at).replace(/^\[(.*)\]$/, '$1')
  const port = Number(address.slice(at + 1))
  const shown = host.includes(':') ? `[${host}]` : host
  const scheme = text?.tls ? 'https' : 'http'
  const publicUrl = text?.publicUrl ?? `${scheme}://${shown}:${port}`
  const tls = text?.tls ? { cert: resolve(folder, text.tls.cert.file), key: resolve(folder, text.tls.key.file) } : null
  const faults = [...checkAddress(text, shown, port), ...checkPublicUrl(text, publicUrl, shown)]
  return { listen: { publicUrl: publicUrl.replace(/\/$/, ''), host, port, tls }, faults }
}

function checkAddress(text: ConfigText['listen'], shown: string, port: number): Fault[] {
  const faults: Fault[] = []
  const path = ['listen', 'http']
  if (port > 65_535 || !URL.canParse(`http://${shown}:${port}`)) {
    faults.push({ path, message: 'write an address and a port up to 65535, such as 127.0.0.1:7300 or [::1]:7300' })
  } else if (text?.tls === undefined && !onLoopback(`http://${shown}`)) {
    faults.push({
      path,
      message:
        'plain HTTP is for loopback only: write 127.0.0.1:PORT, or add tls: { cert: { file: … }, key: { file: … } }',
    })
  }
  if (text?.postgres !== undefined) {
    faults.push({
      path: ['listen', 'postgres'],
      message: 'PostgreSQL comes with a later version: remove it',
      at: 'key',
    })
  }
  return faults
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
