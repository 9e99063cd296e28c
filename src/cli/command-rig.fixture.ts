// For tests: the command line as a process of its own, against the real API over a record that is a double.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Fixture, openFixture } from '../api/api.fixture.ts'
import { createApi } from '../api/app.ts'
import type { ApiOptions } from '../api/options.ts'

export const mainFile = join(import.meta.dirname, 'main.ts')

interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export class CommandRig {
  readonly fixture: Fixture
  /** The address of the API. */
  readonly api: string
  /** Where commands are run. */
  readonly folder: string
  readonly #server: Server

  private constructor(fixture: Fixture, server: Server) {
    this.fixture = fixture
    this.#server = server
    this.api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    this.folder = mkdtempSync(join(tmpdir(), 'sallyport-cli-'))
  }

  static async start(over: Partial<ApiOptions> = {}): Promise<CommandRig> {
    const fixture = await openFixture(over)
    const server = createServer(createApi(fixture.options)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new CommandRig(fixture, server)
  }

  async run(who: string | null, args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
    const token = who === null ? {} : { SALLYPORT_TOKEN: who }
    const child = spawn(process.execPath, [mainFile, ...args], {
      cwd: this.folder,
      env: { PATH: process.env.PATH, SALLYPORT_API: this.api, ...token, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let out = ''
    let err = ''
    child.stdout.on('data', part => (out += part))
    child.stderr.on('data', part => (err += part))
    const [code] = (await once(child, 'close')) as [number | null]
    return { code, out, err }
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await this.fixture.close()
    rmSync(this.folder, { recursive: true })
  }
}
