import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { chmod, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { loadConfig } from './load.ts'
import { resolveSecret, secretFault } from './secrets.ts'
import { watchConfig } from './watch.ts'

const text = (group: string) => `version: 1
providers: { idp: { issuer: https://idp.example.org } }
groups: { ${group}: { idp: [x] } }
connections: { clinic: { mcp: https://mcp.example.org/mcp, credential: { bearer: { file: token } } } }
rules: [{ id: r, allow: ["*"], who: [${group}], on: [clinic] }]
`

async function folder(): Promise<{ dir: string; file: string; [Symbol.asyncDispose](): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'sallyport-config-'))
  await writeFile(join(dir, 'token'), 'one\n', { mode: 0o600 })
  await writeFile(join(dir, 'sallyport.yaml'), text('nurse'))
  return { dir, file: join(dir, 'sallyport.yaml'), [Symbol.asyncDispose]: () => rm(dir, { recursive: true }) }
}

async function watching(file: string) {
  const live = await loadConfig(file)
  assert.ok(live.ok)
  const events = new EventEmitter()
  const watch = watchConfig(file, live, {
    onChange: loaded => void events.emit('change', loaded.config),
    onBroken: problems => void events.emit('broken', problems),
  })
  await watch.ready
  const next = (event: string) => once(events, event, { signal: AbortSignal.timeout(2_000) })
  return { next, events, watch, [Symbol.asyncDispose]: () => watch.close() }
}

describe('a changed file', () => {
  test('is live within two seconds, written over or renamed into place', async () => {
    await using at = await folder()
    await using seen = await watching(at.file)
    let change = seen.next('change')
    await writeFile(at.file, text('doctor'))
    assert.ok((await change)[0].groups.has('doctor'))
    change = seen.next('change')
    await writeFile(join(at.dir, 'new'), text('clerk'))
    await rename(join(at.dir, 'new'), at.file)
    assert.ok((await change)[0].groups.has('clerk'))
  })
  test('that is broken is reported, and the next good one is live', async () => {
    await using at = await folder()
    await using seen = await watching(at.file)
    let changes = 0
    seen.events.on('change', () => changes++)
    const broken = seen.next('broken')
    await writeFile(at.file, `${text('nurse')}conections: {}\n`)
    assert.match((await broken)[0][0].message, /unknown key "conections"/)
    assert.equal(changes, 0)
    const change = seen.next('change')
    await writeFile(at.file, text('doctor'))
    assert.ok((await change)[0].groups.has('doctor'))
  })
  test('or a secret file that it names', async () => {
    await using at = await folder()
    await using seen = await watching(at.file)
    const change = seen.next('change')
    await writeFile(join(at.dir, 'token'), 'two\n')
    await change
    assert.equal(await resolveSecret({ file: 'token' }, at.dir), 'two')
  })
  test('between loading and watching is not missed', async () => {
    await using at = await folder()
    const live = await loadConfig(at.file)
    assert.ok(live.ok)
    await writeFile(at.file, text('doctor'))
    const events = new EventEmitter()
    const change = once(events, 'change', { signal: AbortSignal.timeout(2_000) })
    const watch = watchConfig(at.file, live, {
      onChange: loaded => void events.emit('change', loaded.config),
      onBroken: () => {},
    })
    assert.ok((await change)[0].groups.has('doctor'))
    await watch.close()
  })
  test('that cannot be applied leaves the old one and is reported', async () => {
    await using at = await folder()
    const live = await loadConfig(at.file)
    assert.ok(live.ok)
    const events = new EventEmitter()
    const broken = once(events, 'broken', { signal: AbortSignal.timeout(2_000) })
    const watch = watchConfig(at.file, live, {
      onChange: () => Promise.reject(new Error('no')),
      onBroken: problems => void events.emit('broken', problems),
    })
    await writeFile(at.file, text('doctor'))
    assert.match((await broken)[0][0].message, /could not be applied/)
    await watch.close()
  })
  test('that is removed is reported', async () => {
    await using at = await folder()
    await using seen = await watching(at.file)
    const broken = once(seen.events, 'broken', { signal: AbortSignal.timeout(4_000) })
    await rm(at.file)
    assert.match((await broken)[0][0].message, /no such file/)
  })
})

describe('secrets', () => {
  test('come from the environment or a file, and messages name only the place', async () => {
    await using at = await folder()
    assert.equal(await resolveSecret({ env: 'A' }, at.dir, { A: 'x' }), 'x')
    assert.equal(await resolveSecret({ file: 'token' }, at.dir), 'one')
    await assert.rejects(resolveSecret({ env: 'A_TOKEN' }, at.dir, {}), /A_TOKEN is not set/)
    assert.match((await secretFault({ file: 'none' }, at.dir)) ?? '', /Secret file none cannot be read \(ENOENT\)/)
  })
  test('others may not read the file', async () => {
    await using at = await folder()
    await chmod(join(at.dir, 'token'), 0o644)
    await assert.rejects(resolveSecret({ file: 'token' }, at.dir), error => {
      assert.ok(error instanceof Error)
      assert.match(error.message, /can be read by everyone: chmod 600/)
      assert.ok(!error.message.includes('one\n'))
      return true
    })
  })
  test('an empty one, and one of several lines, are refused', async () => {
    await using at = await folder()
    await writeFile(join(at.dir, 'token'), '\n')
    await assert.rejects(resolveSecret({ file: 'token' }, at.dir), /is empty/)
    await writeFile(join(at.dir, 'token'), 'a\nb\n')
    await assert.rejects(resolveSecret({ file: 'token' }, at.dir), /more than one line/)
  })
})
