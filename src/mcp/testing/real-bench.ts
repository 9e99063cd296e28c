// What the tests with a real record have in common: one server and one rig at a time, and what to ask of the record.
import assert from 'node:assert/strict'
import { rule } from '../../policy/decide-fixture.ts'
import { type RealRig, type RealRigOptions, type Recorded, realRig } from './real-rig.ts'
import { type Answer, type Script, type ScriptedServer, scriptedServer } from './scripted-server.ts'

export const SSN = '219-09-9999'
export const all = rule('allow', 'all', ['*'])
export const getText = { name: 'get_text', inputSchema: { type: 'object' } }

export class RealBench {
  #server: ScriptedServer | null = null
  #rig: RealRig | null = null

  get server(): ScriptedServer {
    assert.ok(this.#server)
    return this.#server
  }

  /** Methods of what the server was sent. */
  get sent(): (string | undefined)[] {
    return this.server.got.map(({ method }) => method)
  }

  async behind(script: Script, options: Partial<RealRigOptions> = {}): Promise<RealRig> {
    this.#server = await scriptedServer(script)
    const system = { kind: 'http', url: this.#server.url, credential: () => null } as const
    this.#rig = await realRig({ system, rules: [all], ...options })
    return this.#rig
  }

  async finish(): Promise<Recorded> {
    assert.ok(this.#rig)
    const recorded = await this.#rig.finish()
    this.#rig = null
    return recorded
  }

  /** After each test. */
  async clear(): Promise<void> {
    await this.#rig?.finish()
    this.#rig = null
    await this.#server?.close()
    this.#server = null
  }
}

/** The gateway's own code in a refusal of either form. */
export function codeOf({ result, error }: Answer): unknown {
  const meta = result?._meta as Readonly<Record<string, unknown>> | undefined
  return error?.data.code ?? meta?.['sallyport/code']
}

export function questionsOf({ entries }: Recorded, operation: string) {
  return entries.flatMap(({ entry }) => (entry.kind === 'question' && entry.operation === operation ? [entry] : []))
}
