import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { startIdentityProvider } from '../../examples/clinic/identity-provider.ts'
import { plant, searched } from '../support/planted.ts'
import { type Block, blocksOf, expectation, Guide } from './guide.ts'
import { startWardServer, wardPatient } from './ward-server.ts'

const root = new URL('../../', import.meta.url).pathname
const page = readFileSync(join(root, 'docs/getting-started.md'), 'utf8')

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}

/** A folder that is to the commands what a clone of this repository is. */
function clone(dir: string): string {
  for (const name of ['package.json', 'sallyport', 'node_modules', 'src', 'tools', 'examples', 'schemas']) {
    symlinkSync(join(root, name), join(dir, name))
  }
  return dir
}

function person(name: string, group: string) {
  const email = `${name}@hospital.example.org`
  return { name, subject: name, email, groups: [group], purpose: null, agent: null, who: group }
}

describe('docs/getting-started.md', { timeout: 180_000 }, () => {
  it('works as it says, block by block', async () => {
    const { patient_name, ssn, phone, note } = wardPatient
    plant(patient_name, ssn, phone, note)
    const dir = clone(mkdtempSync(join(tmpdir(), 'sallyport-guide-')))
    const people = [person('alice', 'clinical-read'), person('casey', 'compliance-officer')]
    const provider = await startIdentityProvider({ dir: join(dir, 'provider'), people })
    const ward = await startWardServer()
    const gateway = `127.0.0.1:${await freePort()}`
    const guide = new Guide(
      dir,
      new Map([
        ['https://login.example.org', provider.issuer],
        ['https://mcp.example.org/mcp', ward.url],
        ['the-credential-of-your-server', ward.credential],
        ['127.0.0.1:7300', gateway],
      ]),
      // Where the command line looks when nothing is said: the port of the guide may be in use here.
      { SALLYPORT_API: `http://${gateway}` },
    )
    try {
      mkdirSync(join(dir, 'gate'))
      for (const one of people) {
        const token = await provider.mint(one, `http://${gateway}/`, { lifeSeconds: 3_600 })
        writeFileSync(join(dir, 'gate', `${one.name}.token`), token, { mode: 0o600 })
      }
      for (const block of blocksOf(page)) await guide.run(block)

      // What identity.md says of a token for another service, and recording.md of a copy of a stopped gateway.
      const elsewhere = await provider.mint(person('alice', 'clinical-read'), 'https://elsewhere.example.org', {
        lifeSeconds: 3_600,
      })
      writeFileSync(join(dir, 'gate', 'elsewhere.token'), elsewhere, { mode: 0o600 })
      await guide.run(command('./sallyport whoami --token-file gate/elsewhere.token || test $? = 3'))
      await guide.run(output('The access token is meant for another service: …\n…'))
      await guide.end()
      cpSync(join(dir, 'gate/.sallyport/data'), join(dir, 'copy'), { recursive: true })
      await guide.run(command('./sallyport log verify --data copy'))
      await guide.run(output('  intact    yes: …\n  complete  yes: …\n…'))
    } finally {
      await guide.end()
      handOver(guide.printed('gateway'))
      await ward.stop()
      await provider.stop()
      rmSync(dir, { recursive: true, force: true })
    }
  })

  it('states what a reader replaces', () => {
    for (const placeholder of [
      'https://login.example.org',
      'https://mcp.example.org/mcp',
      'the-credential-of-your-server',
    ])
      assert.ok(page.includes(`| \`${placeholder}\` `), placeholder)
  })
})

const command = (text: string): Block => ({ kind: 'sh', about: '', text, line: 0 })
const output = (text: string): Block => ({ kind: 'text', about: '', text, line: 0 })

/** What the gateway printed is searched for planted values with all other outputs of the run. */
function handOver(printed: string): void {
  const kept = process.env.SALLYPORT_SEARCHED
  if (!kept) return
  const copy = `${kept}.guide.${process.pid}`
  writeFileSync(copy, printed)
  searched(copy)
}

describe('comparing with what a guide shows', () => {
  it('takes … for anything within a line', () => {
    assert.match('Wrote /tmp/x/file\n', expectation('Wrote …/file\n', true))
    assert.doesNotMatch('Wrote /tmp/x/other\n', expectation('Wrote …/file\n', true))
  })
  it('takes a line of … for any number of lines', () => {
    assert.match('a\nb\nc\nd\n', expectation('a\n…\nd\n', true))
    assert.match('a\nd\n', expectation('a\n…\nd\n', true))
    assert.doesNotMatch('a\nb\nc\n', expectation('a\n…\nd\n', true))
  })
  it('takes everything else for itself', () => {
    assert.doesNotMatch('a+b\nmore\n', expectation('a+b\n', true))
    assert.doesNotMatch('aab\n', expectation('a+b\n', true))
    assert.match('a+b\nmore\n', expectation('a+b\n', false))
  })
})
