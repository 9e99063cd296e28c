import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'

let folder: string
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-listening-'))
})
after(() => rmSync(folder, { recursive: true }))

/** A test file as the runner of this repository runs it. */
function run(text: string): { status: number | null; out: string } {
  const file = join(folder, 'one.test.mjs')
  const imports = "import { after, before, test } from 'node:test'\nimport { createServer } from 'node:net'\n"
  writeFileSync(file, imports + text)
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const hook = new URL('left-listening.ts', import.meta.url).href
  const args = ['--import', hook, '--test-reporter=spec', file]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    env: { ...env, SALLYPORT_TEST_GRACE_MS: '1000' },
    encoding: 'utf8',
    timeout: 40_000,
    maxBuffer: 16 << 20,
  })
  return { status, out: stdout + stderr }
}

describe('a test file', () => {
  it('that fails before its tests with a server open ends, and says what failed', () => {
    const { status, out } = run(
      "before(() => { createServer().listen(0); throw new Error('this one') })\ntest('t', () => {})",
    )
    assert.equal(status, 1, out)
    assert.match(out, /this one/)
  })

  it('whose tests pass and leave a server listening fails', () => {
    const tests = "test('t', () => new Promise(done => createServer().listen(0, done)))\n"
    const { status, out } = run(`${tests}test('closed', () => { createServer().listen(0).close() })`)
    assert.equal(status, 1, out)
    assert.match(out, /1 of its servers listen/)
  })

  it('that closes what it opened passes, and all it said is there', () => {
    const closes = 'let server\nbefore(() => { server = createServer().listen(0) })\nafter(() => server.close())\n'
    const { status, out } = run(
      `${closes}test('t', () => { for (let at = 0; at < 20_000; at++) console.log('said', at, 'x'.repeat(60)) })`,
    )
    assert.equal(status, 0, out.slice(-500))
    assert.equal(out.match(/^said /gm)?.length, 20_000)
  })
})
