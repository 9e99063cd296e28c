// A gateway whose tools wait for people, and people of two identity providers. Promise: approvals are driven over the API,
// calls over MCP, and what ran is counted where it would have run.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { type Gateway, startGateway } from './gateway.ts'
import { type Issuer, startOwnIssuer } from './issuer.ts'
import { McpCaller, type RpcMessage, refusalOf, type Sent, textOf } from './mcp-caller.ts'
import { type PlainServer, startPlainServer } from './plain-server.ts'

const officers = { groups: ['officers'] }
const rule = (id: string, tools: string, approvers: object) => ({
  id,
  hold: [`tools/call:${tools}`],
  who: ['staff'],
  on: ['clinic'],
  approvers: { ...officers, ...approvers },
})

/** `soon_*` is told at once to come back, `wait_*` waits on the wire, `two_*` needs two people, `brief_*` has three seconds, and one on the wire. */
const rules = [
  { id: 'use', allow: ['tools/call:get_*'], who: ['staff'], on: ['clinic'] },
  rule('soon', 'soon_*', { holdSeconds: 0 }),
  rule('wait', 'wait_*', { holdSeconds: 30 }),
  rule('two', 'two_*', { people: 2, holdSeconds: 0 }),
  rule('brief', 'brief_*', { within: '3s', holdSeconds: 1 }),
]
const toolNames = ['get_text', 'soon_write', 'soon_other', 'wait_write', 'two_write', 'brief_write']

type Config = Record<string, unknown> & { rules: Record<string, unknown>[] }

export interface Problem {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

export class ApprovalsRig {
  readonly gateway: Gateway
  readonly server: PlainServer
  readonly #second: Issuer

  private constructor(gateway: Gateway, server: PlainServer, second: Issuer) {
    this.gateway = gateway
    this.server = server
    this.#second = second
  }

  static async start(): Promise<ApprovalsRig> {
    const server = await startPlainServer(toolNames)
    const second = await startOwnIssuer()
    const gateway = await startGateway({
      connections: { clinic: { mcp: server.url, keep: 'phi' } },
      people: {
        ann: { groups: ['staff'] },
        ben: { groups: ['staff'] },
        eve: { groups: ['staff', 'officers'] },
        carla: { groups: ['officers'] },
        dora: { groups: ['officers'] },
        robot: { groups: ['officers'], claims: { client_id: 'robot' } },
        'carla-by-agent': {
          groups: ['staff', 'officers'],
          claims: { sub: 'carla', email: 'carla@example.org', act: { sub: 'bot' } },
        },
      },
      rules,
      config: { roles: { approver: ['officers'], auditor: ['officers'] } },
    })
    const rig = new ApprovalsRig(gateway, server, second)
    await rig.reconfigure(config => {
      const { test } = config.providers as Record<string, object>
      config.providers = { test, second: { ...test, issuer: second.url } }
      config.groups = {
        staff: { test: ['staff'], second: ['staff'] },
        officers: { test: ['officers'], second: ['officers'] },
      }
    })
    return rig
  }

  async stop(): Promise<void> {
    await this.gateway.stop()
    await this.#second.close()
    await this.server.close()
  }

  caller(person: string): Promise<McpCaller> {
    return McpCaller.connect(this.gateway, 'clinic', 'modern', person)
  }

  /** A token of the other provider. */
  otherToken(claims: Readonly<Record<string, unknown>>): Promise<string> {
    return this.#second.mint(claims, { audience: `${this.gateway.url}/` })
  }

  /** Changes the configuration, and waits until the change is live. */
  async reconfigure(change: (config: Config) => void): Promise<void> {
    const { configFile, printed } = this.gateway
    const config = JSON.parse(readFileSync(configFile, 'utf8')) as Config
    change(config)
    const before = printed().split('configuration changed').length
    writeFileSync(configFile, JSON.stringify(config, null, 2))
    for (let waited = 0; printed().split('configuration changed').length === before; waited += 25) {
      assert.ok(waited < 5_000, `the change is not live after 5 s:\n${printed()}`)
      await delay(25)
    }
  }

  // ---- people ----

  async api(person: string | { readonly token: string }, path: string, body?: object): Promise<Problem> {
    const token = typeof person === 'string' ? await this.gateway.token(person) : person.token
    const response = await fetch(`${this.gateway.url}/api/v1${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }

  vote(person: string | { readonly token: string }, reference: string, outcome = 'approve'): Promise<Problem> {
    return this.api(person, `/approvals/${reference}/${outcome}`, { reason: 'looked at it' })
  }

  async approve(reference: string, person = 'carla'): Promise<void> {
    const { status, body } = await this.vote(person, reference)
    assert.equal(status, 200, JSON.stringify(body))
    assert.equal(body.state, 'approved')
  }

  async stateOf(reference: string): Promise<{ state: unknown; votes: number }> {
    const { body } = await this.api('carla', `/approvals/${reference}`)
    return { state: body.state, votes: (body.votes as unknown[]).length }
  }

  /** References of this person's open requests for approval. */
  async open(person: string): Promise<string[]> {
    const { body } = await this.api(person, '/approvals')
    return (body.approvals as { reference: string }[]).map(({ reference }) => reference)
  }

  /** The reference of the one request of this person that is open beside others. */
  async opened(person: string, than: readonly string[] = []): Promise<string> {
    for (let waited = 0; ; waited += 25) {
      assert.ok(waited < 10_000, 'no request for approval was opened')
      const fresh = (await this.open(person)).find(reference => !than.includes(reference))
      if (fresh) return fresh
      await delay(25)
    }
  }

  async expired(reference: string): Promise<void> {
    for (let waited = 0; (await this.stateOf(reference)).state !== 'expired'; waited += 50) {
      assert.ok(waited < 10_000, 'the approval does not expire')
      await delay(50)
    }
  }

  // ---- calls ----

  /** The call is told to come back; its reference. */
  async pending(caller: McpCaller, tool: string, args: object, sent: Sent = {}): Promise<string> {
    const answer = await caller.call(tool, args as Record<string, unknown>, sent)
    return pendingReference(answer)
  }

  async runs(caller: McpCaller, tool: string, args: object, sent: Sent = {}): Promise<void> {
    const answer = await caller.call(tool, args as Record<string, unknown>, sent)
    assert.equal(textOf(answer), `${tool} ran`)
  }

  /** How often the protected system was called with this in the arguments. */
  ran(mark: string): number {
    return this.server.calls.filter(({ body }) => body.includes(mark)).length
  }
}

export function pendingReference(answer: RpcMessage): string {
  const refusal = refusalOf(answer)
  assert.equal(refusal?.code, 'pending', textOf(answer))
  assert.equal(refusal?.retry, 'same-request')
  assert.equal(answer.result?.isError, true)
  assert.match(textOf(answer), /call again/)
  assert.ok(textOf(answer).includes(String(refusal?.reference)))
  return String(refusal?.reference)
}
