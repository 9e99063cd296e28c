// What the tests of this folder share: a gateway's view of one issuer, with clocks that tests move.
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach } from 'node:test'
import type { Subject } from '../gateway/seam.ts'
import { audiencesOf } from './audience.ts'
import { Identity } from './identity.ts'
import { LoopbackIssuer, type SigningKey, sign, signingKey } from './loopback-issuer.fixture.ts'
import { type GroupMapping, type Provider, providerDefaults } from './provider.ts'

export const publicUrl = 'https://gate.example.org'
export const clinic = audiencesOf(publicUrl, 'clinic')
export const START = Date.UTC(2026, 10, 21)
export const seconds = START / 1_000
export const clocks = { wall: START, steady: 0 }

export const groups: GroupMapping = new Map([
  ['clinical-read', { okta: ['ehr-clin', '0f1e-object-id'], entra: ['Clinicians'] }],
  ['compliance-officer', { okta: ['compl', 'ehr-clin-leads'] }],
])

interface World {
  rsa: SigningKey
  issuer: LoopbackIssuer
  identity: Identity
}

/** Made anew for each test. */
export const world = {} as World
const opened: Identity[] = []

/** Called once by each test file. */
export function useWorld(): void {
  before(async () => {
    world.rsa = await signingKey('RS256', 'rsa-1')
  })
  beforeEach(async () => {
    clocks.wall = START
    clocks.steady = 0
    world.issuer = await LoopbackIssuer.start([world.rsa])
    world.identity = await open([provider(world.issuer.issuer)])
  })
  afterEach(() => world.issuer.stop())
  after(() => {
    for (const each of opened) each.close()
  })
}

export function provider(issuer: string, more: Partial<Provider> = {}): Provider {
  return { name: 'okta', issuer, audience: `${publicUrl}/`, ...providerDefaults, ...more }
}

export async function open(providers: readonly Provider[], more: { fetch?: typeof fetch } = {}): Promise<Identity> {
  const clocksOf = { now: () => clocks.wall, steady: () => clocks.steady }
  const fresh = await Identity.open({ providers, groups, publicUrl, ...clocksOf, ...more })
  opened.push(fresh)
  return fresh
}

export function claims(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    iss: world.issuer.issuer,
    sub: 'ana',
    aud: `${publicUrl}/`,
    iat: seconds,
    exp: seconds + 3_600,
    client_id: 'desktop',
    email: 'Ana@Example.org',
    groups: ['ehr-clin'],
    ...more,
  }
}

export async function outcome(token: string, audiences = clinic, by = world.identity): Promise<string> {
  const result = await by.authenticate(`Bearer ${token}`, audiences)
  return result.kind === 'unauthenticated' ? result.reason : 'ok'
}

export async function subject(more: Record<string, unknown>, by = world.identity): Promise<Subject> {
  const result = await by.authenticate(`Bearer ${await sign(world.rsa, claims(more))}`, clinic)
  if (result.kind === 'unauthenticated') assert.fail(result.reason)
  return result
}
