// The certificate of the listener, followed as its files change. Promise: a renewed pair serves new connections within
// limits.configPollMs and cuts no old one; a pair that does not fit together, as while one file of two is replaced, changes
// nothing and is reported once.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext, type Server } from 'node:tls'
import { secretFileFault } from './config/secrets.ts'
import { limits } from './gateway/limits.ts'

/** Paths of PEM files. */
export interface CertificateFiles {
  readonly cert: string
  readonly key: string
}

interface Pair {
  readonly cert: Buffer
  readonly key: Buffer
}

export const TLS_SETTINGS = { minVersion: 'TLSv1.2' } as const

/** Throws an Error of one sentence, also where everyone can read the key. */
export async function readCertificate(files: CertificateFiles): Promise<Pair> {
  const named = `The certificate ${files.cert} and its key ${files.key}`
  let pair: Pair
  try {
    pair = { cert: await readFile(files.cert), key: await readFile(files.key) }
  } catch (error) {
    throw new Error(`${named} cannot be read (${codeOf(error)}).`)
  }
  const fault = await secretFileFault(`The private key ${files.key}`, files.key)
  if (fault !== null) throw new Error(fault)
  try {
    createSecureContext({ ...pair, ...TLS_SETTINGS })
  } catch (error) {
    throw new Error(`${named} cannot be used (${codeOf(error)}).`)
  }
  return pair
}

/** Calls `say` with a sentence of each change and each failure. Returns what ends it. */
export function followCertificate(
  server: Pick<Server, 'setSecureContext'>,
  files: CertificateFiles,
  serving: Pair,
  say: (sentence: string) => void,
): () => void {
  let live = digestOf(serving)
  let failed: string | null = null
  /** A pair is half replaced for a moment: what fails is looked at a second time before it is reported. */
  let doubted = false
  const look = async () => {
    try {
      const pair = await readCertificate(files)
      ;[failed, doubted] = [null, false]
      if (digestOf(pair) === live) return
      server.setSecureContext({ ...pair, ...TLS_SETTINGS })
      live = digestOf(pair)
      say(`The certificate ${files.cert} was renewed: new connections get it.`)
    } catch (error) {
      const sentence = error instanceof Error ? error.message : 'The certificate cannot be used.'
      if (doubted && failed !== sentence) {
        failed = sentence
        say(`${sentence} The former one stays.`)
      }
      doubted = true
    }
  }
  let looking = false
  const timer = setInterval(() => {
    if (looking) return
    looking = true
    void look().finally(() => {
      looking = false
    })
  }, limits.configPollMs).unref()
  return () => clearInterval(timer)
}

function digestOf({ cert, key }: Pair): string {
  return createHash('sha256').update(cert).update('\n').update(key).digest('hex')
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
}
