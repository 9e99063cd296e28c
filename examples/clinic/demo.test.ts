// The demo as a whole, with a stand-in for the gateway: what it writes, and that it leaves nothing behind.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { decodeJwt } from 'jose'
import { parse } from 'yaml'
import { plantClinic } from '../../test/support/planted-clinic.ts'
import { type RunGateway, startDemo } from './demo.ts'
import { readDemoFile } from './demo-file.ts'

delete process.env.SALLYPORT_TEST_POSTGRES // the demo's database is its own

const dir = mkdtempSync(join(tmpdir(), 'sallyport-test-'))
after(() => rmSync(dir, { recursive: true, force: true }))

plantClinic()
const signal = new AbortController().signal
const say = () => {}
const events: string[] = []
const runGateway: RunGateway = async ({ configFile }) => {
  const config = parse(readFileSync(configFile, 'utf8'))
  events.push('gateway started')
  return { url: config.listen.publicUrl, close: async () => void events.push('gateway stopped') }
}

interface Config {
  readonly listen: { readonly publicUrl: string; readonly postgres: string }
  readonly providers: { readonly demo: { readonly issuer: string } }
  readonly connections: { readonly clinic: { readonly mcp: string } }
  readonly groups: Readonly<Record<string, { readonly demo: readonly string[] }>>
  readonly rules: readonly { readonly who?: readonly string[]; readonly approvers?: { readonly groups: string[] } }[]
}

test('the demo: one at a time, described by demo.json while it runs, and gone without a trace after', async () => {
  const demo = await startDemo({ dir, runGateway, say, signal })
  const described = readDemoFile(dir)
  const configText = readFileSync(join(dir, 'sallyport.yaml'), 'utf8')
  const config = parse(configText) as Config

  const names = described.people.map(({ name }) => name)
  assert.deepEqual(names, ['alice', 'dan', 'rita', 'casey', 'morgan', 'scribe'])
  const groups = Object.keys(config.groups)
  for (const { name, groups: theirs, token } of described.people) {
    assert.equal(decodeJwt(token).aud, `${described.gateway}/`)
    assert.equal(decodeJwt(token).iss, config.providers.demo.issuer)
    assert.ok(theirs.length > 0 && theirs.every(group => groups.includes(group)), name)
    assert.equal(readFileSync(join(dir, 'tokens', name), 'utf8'), token)
  }
  assert.equal(described.people.at(-1)?.subject, 'scribe')
  const { publicUrl, postgres } = config.listen
  assert.deepEqual(described.connections, {
    clinic: `${publicUrl}/mcp/clinic`,
    'clinic-db': `postgresql://${postgres}/clinic-db?sslmode=disable`,
  })
  const withDsn = described.people.filter(({ dsn }) => dsn !== undefined).map(({ name }) => name)
  assert.deepEqual(withDsn, ['alice', 'dan', 'rita', 'scribe'])
  for (const { name, token, dsn } of described.people) {
    if (dsn !== undefined) assert.equal(dsn, `postgresql://${name}:${token}@${postgres}/clinic-db?sslmode=disable`)
  }
  assert.equal(statSync(join(dir, 'demo.json')).mode & 0o077, 0)

  for (const rule of config.rules) {
    for (const group of [...(rule.who ?? []), ...(rule.approvers?.groups ?? [])])
      assert.ok(groups.includes(group), group)
  }
  const [credential = '', ...passwords] = ['clinic-credential', 'clinic-db-writer', 'clinic-db-reader'].map(name => {
    assert.equal(statSync(join(dir, name)).mode & 0o077, 0)
    return readFileSync(join(dir, name), 'utf8')
  })
  for (const secret of [credential, ...passwords]) {
    assert.ok(secret.length >= 32)
    assert.ok(![configText, readFileSync(join(dir, 'demo.json'), 'utf8')].some(text => text.includes(secret)))
  }
  assert.equal((await fetch(config.connections.clinic.mcp, { method: 'POST' })).status, 401)

  await assert.rejects(startDemo({ dir, runGateway, say, signal }), /running already/)
  assert.equal(readDemoFile(dir).gateway, described.gateway)

  await demo.stop()
  assert.deepEqual(events, ['gateway started', 'gateway stopped'])
  assert.throws(() => readDemoFile(dir), /not running/)
  await assert.rejects(fetch(config.connections.clinic.mcp))
  await assert.rejects(fetch(config.providers.demo.issuer))
})

test('a gateway that does not start takes everything down with it, and the folder is free again', async () => {
  let clinic = ''
  const failing: RunGateway = async ({ configFile }) => {
    clinic = (parse(readFileSync(configFile, 'utf8')) as Config).connections.clinic.mcp
    throw new Error('no')
  }
  await assert.rejects(startDemo({ dir, runGateway: failing, say, signal }), /^Error: no$/)
  await assert.rejects(fetch(clinic))
  assert.throws(() => readDemoFile(dir), /not running/)
})
