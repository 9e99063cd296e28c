// The command line's way to the API. Promise: a token goes only to the address it was meant for, over TLS or on loopback,
// and never into an argument, a URL or a message; every failure says what to do next.
import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { CliError, type Exit } from './output.ts'

export interface ApiFlags {
  readonly api?: string
  readonly tokenFile?: string
  readonly demo?: string
  readonly json?: boolean
}

const DEFAULT_API = 'http://127.0.0.1:7300'
const TIMEOUT_MS = 30_000
const START_IT = 'Start it (the demo: npm start), or name its address with --api or SALLYPORT_API.'

/** Options that stand before or after any command. */
export function globalOptions(program: Command): Command {
  return program
    .option('--api <url>', `address of the gateway (default: SALLYPORT_API or ${DEFAULT_API})`)
    .option('--token-file <file>', 'access token to use (default: SALLYPORT_TOKEN)')
    .option('--demo <name>', 'be this person of the demo')
    .configureHelp({ showGlobalOptions: true })
}

/** An action that gets its arguments, then its options with the global ones. */
export function action<F>(run: (flags: F, argument: string) => Promise<void>): (...args: unknown[]) => Promise<void> {
  return async (...args) => {
    answered = false
    try {
      await run((args.at(-1) as Command).optsWithGlobals() as F, String(args[0]))
    } catch (error) {
      if (!answered || !(error instanceof TypeError || error instanceof RangeError)) throw error
      throw new CliError(
        'failed',
        'The gateway answered in a way that is not of this version.',
        'Use the command line of the version that the gateway runs.',
      )
    }
  }
}

/** Whether a gateway has answered the command that runs: what cannot be read then is its answer. */
let answered = false

export class Client {
  readonly #base: string
  readonly #token: string
  /** What to do where nobody answers. */
  readonly #otherwise: string

  constructor(base: string, token: string, otherwise = START_IT) {
    this.#base = base
    this.#token = token
    this.#otherwise = otherwise
  }

  get<T>(path: string, query: Readonly<Record<string, string | number | undefined>> = {}): Promise<T> {
    const pairs = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
    const search = new URLSearchParams(pairs as [string, string][]).toString()
    return this.#send<T>(`${path}${search ? `?${search}` : ''}`, { method: 'GET' })
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.#send<T>(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  }

  async #send<T>(path: string, init: RequestInit): Promise<T> {
    const headers = { ...init.headers, accept: 'application/json', authorization: `Bearer ${this.#token}` }
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    let status: number
    let text: string
    let challenge: string | null
    try {
      const response = await fetch(this.#base + path, { ...init, headers, signal, redirect: 'error' })
      status = response.status
      challenge = response.headers.get('www-authenticate')
      text = await response.text()
    } catch {
      throw new CliError('unreachable', `No gateway answers at ${this.#base}.`, this.#otherwise)
    }
    const body = parsed(text)
    answered = status === 200
    if (status === 200 && body !== undefined) return body as T
    throw failure(status, body, this.#base, why(challenge))
  }
}

export function connect(flags: ApiFlags): Client {
  const demo = flags.demo === undefined ? null : demoPerson(flags.demo)
  const named = flags.api ?? demo?.api ?? process.env.SALLYPORT_API ?? DEFAULT_API
  const token = flags.tokenFile === undefined ? (demo?.token ?? ownToken()) : tokenOf(flags.tokenFile)
  if (demo === null || flags.api !== undefined) return new Client(baseOf(named), token)
  const left = `The demo that wrote ${demo.file} has ended. Start it again with: npm start. Or name another gateway: --api URL, with a token of it instead of --demo.`
  return new Client(baseOf(named), token, left)
}

function baseOf(named: string): string {
  const url = URL.canParse(named) ? new URL(named) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    throw new CliError('usage', 'The address of the gateway is not an http(s) URL.', `Write it like ${DEFAULT_API}.`)
  }
  const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname)
  if (url.protocol === 'http:' && !loopback) {
    throw new CliError('usage', 'A token is not sent over plain HTTP to another machine.', 'Use the https:// address.')
  }
  const path = url.pathname.replace(/\/+$/, '')
  return `${url.origin}${path.endsWith('/api/v1') ? path : `${path}/api/v1`}`
}

function ownToken(): string {
  const token = process.env.SALLYPORT_TOKEN?.trim()
  if (token) return checked(token)
  throw new CliError(
    'usage',
    'No access token.',
    'Set SALLYPORT_TOKEN, name a file with --token-file, or be someone of the demo with --demo NAME.',
  )
}

function tokenOf(file: string): string {
  let token: string
  try {
    const found = statSync(file)
    if (found.isFile() && (found.mode & 0o004) !== 0) {
      throw new CliError('usage', `Everybody on this machine can read ${file}.`, `Run: chmod 600 ${file}`)
    }
    token = readFileSync(file, 'utf8').trim()
  } catch (error) {
    if (error instanceof CliError) throw error
    throw new CliError('usage', `The token file ${file} cannot be read.`, 'Check its path and permissions.')
  }
  return checked(token)
}

/** What cannot stand in a header would make fetch repeat it in an error. */
function checked(token: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token
  throw new CliError('usage', 'The access token holds characters no token has, or is empty.', 'Give the token alone.')
}

interface DemoFile {
  readonly version: number
  readonly api: string
  readonly people: readonly { readonly name: string; readonly token: string }[]
}

/** The demo's own folder in the current directory or in the repository. */
export function demoFolder(): string {
  const places = [process.cwd(), dirname(dirname(import.meta.dirname))].map(place => join(place, '.sallyport', 'demo'))
  return places.find(place => isThere(join(place, 'demo.json'))) ?? (places[0] as string)
}

function demoPerson(name: string): { readonly api: string; readonly token: string; readonly file: string } {
  const file = join(demoFolder(), 'demo.json')
  if (!isThere(file)) throw new CliError('unreachable', 'The demo is not running here.', 'Start it with: npm start')
  const demo = parsed(readFileSync(file, 'utf8')) as DemoFile | undefined
  if (demo?.version !== 1)
    throw new CliError('failed', `${file} has an unknown version.`, 'Start the demo anew: npm start')
  const person = demo.people.find(each => each.name === name)
  if (person) return { api: demo.api, token: checked(person.token), file }
  throw new CliError(
    'usage',
    `The demo has nobody of this name.`,
    `It has: ${demo.people.map(each => each.name).join(', ')}.`,
  )
}

function isThere(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false
}

interface ProblemLike {
  readonly title: string
  readonly code: string
  readonly detail?: string
  readonly next: string
  readonly reference: string
  readonly errors?: readonly { readonly where: string; readonly expected: string }[]
}

/** RFC 6750: what is wrong with the token, in the gateway's own words. */
function why(challenge: string | null): string | null {
  return /\berror_description="([^"]{1,200})\."/.exec(challenge ?? '')?.[1] ?? null
}

function failure(status: number, body: unknown, base: string, said: string | null): CliError {
  const problem = body as Partial<ProblemLike> | undefined
  if (typeof problem?.title !== 'string' || typeof problem.code !== 'string') {
    return new CliError(
      'unreachable',
      `What answers at ${base} is not a Sallyport API (HTTP ${status}).`,
      'Check --api.',
    )
  }
  const faults = problem.errors?.map(({ where, expected }) => `\n  ${where}: ${expected}`).join('') ?? ''
  const message = `${problem.detail ?? said ?? problem.title}.${faults}`
  return new CliError(exitOf(status, problem.code), message, `${problem.next}\nReference: ${problem.reference}`, body)
}

function exitOf(status: number, code: string): Exit {
  if (code === 'pending') return 'pending'
  if (status === 400 || status === 405 || status === 413) return 'usage'
  return [401, 403, 404, 409, 410].includes(status) ? 'refused' : 'failed'
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
