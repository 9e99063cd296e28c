import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Config } from './config/config.ts'
import { readConfig } from './config/load.ts'
import { asStarted, needsRestart } from './live-config.ts'

function config(change: object): Config {
  const file = {
    version: 1,
    providers: { idp: { issuer: 'https://login.example.org' } },
    connections: { clinic: { mcp: 'https://mcp.example.org/mcp' } },
    ...change,
  }
  const loaded = readConfig(Buffer.from(JSON.stringify(file)), '/etc/sallyport.yaml')
  return loaded.ok ? loaded.config : assert.fail(JSON.stringify(loaded.problems))
}

describe('a changed configuration', () => {
  const started = config({})

  it('needs a restart where it moves the listener, the data or the seal keys, and nowhere else', () => {
    const tls = (cert: string) => ({
      publicUrl: 'https://gate.example.org',
      tls: { cert: { file: cert }, key: { file: 'k' } },
    })
    const cases: [object, string[]][] = [
      [{}, []],
      [{ rules: [{ id: 'a', allow: ['*'], who: ['*'], on: ['clinic'] }], roles: {} }, []],
      [{ listen: { http: '127.0.0.1:7300' }, data: '.sallyport/data' }, []],
      [{ listen: { http: '127.0.0.1:7301' } }, ['listen']],
      [{ listen: { publicUrl: 'http://localhost:7300' } }, ['listen']],
      [{ listen: tls('cert') }, ['listen']],
      [{ data: 'elsewhere' }, ['data']],
      [{ seal: { keys: { dir: 'vault' } } }, ['seal']],
      [{ data: 'elsewhere', seal: { keys: { dir: 'vault' } } }, ['data', 'seal']],
    ]
    for (const [change, sections] of cases) {
      assert.deepEqual(needsRestart(started, config(change)), sections, JSON.stringify(change))
    }
    const seal = { keys: { dir: '/vault' } }
    assert.deepEqual(needsRestart(config({ seal }), config({ seal, data: 'elsewhere' })), ['data'])
    assert.deepEqual(needsRestart(config({ listen: tls('one') }), config({ listen: tls('two') })), ['listen'])
  })

  it('keeps what it started with, the address that tokens are meant for included', () => {
    const moved = config({ listen: { http: '127.0.0.1:7301' }, data: 'elsewhere', clean: { json: ['**.at'] } })
    const { listen, data, sealKeys, providers, clean } = asStarted(started, moved)
    assert.deepEqual([listen, data, sealKeys], [started.listen, started.data, started.sealKeys])
    assert.equal(providers[0]?.audience, 'http://127.0.0.1:7300/')
    assert.deepEqual(clean.json, ['**.at'])
  })
})
