import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { newId } from '../gateway/ids.ts'
import { Inbox } from '../recording/inbox.ts'
import { loadKeys } from '../recording/keys.ts'
import { frameEnds, readFile, refitted, writeFile } from '../recording/test-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-log-'))
const demo = join(folder, '.sallyport', 'demo')
const data = join(demo, 'data')
const session = newId('s')
const mainFile = join(import.meta.dirname, 'main.ts')

function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise(resolve => {
    const child = execFile(process.execPath, [mainFile, ...args], { cwd: folder }, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    )
  })
}

function copyOfLog(name: string): { readonly dir: string; readonly file: string } {
  const dir = join(folder, name)
  cpSync(data, dir, { recursive: true })
  return { dir, file: join(dir, 'inbox', 'gateway', 'inbox-000001.log') }
}

before(async () => {
  mkdirSync(data, { recursive: true })
  writeFileSync(join(demo, 'demo.json'), JSON.stringify({ version: 1, api: 'http://127.0.0.1:1', people: [] }))
  const inbox = await Inbox.open({ dir: data, instance: 'gateway', keys: loadKeys(data) })
  for (let index = 0; index < 20; index++) {
    const body = { kind: 'access', by: 'okta|carol', act: 'approval.read', of: newId('x') } as const
    await inbox.record({ session: null, body, payload: null, released: null })
  }
  const open = {
    kind: 'session.open',
    subject: 'alice',
    provider: 'okta',
    subjectKind: 'human',
    person: null,
    onBehalfOf: null,
    purpose: null,
    connection: 'clinic',
    connectionKind: 'mcp',
    retention: 'phi',
  } as const
  await inbox.record({ session, body: open, payload: null, released: null })
  const close = { kind: 'session.close', entries: 2, outcome: 'done' } as const
  await inbox.record({ session, body: close, payload: null, released: null })
  await inbox.close()
})
after(() => rmSync(folder, { recursive: true }))

describe('sallyport log verify', () => {
  it('says that a log is intact and complete, and that nobody outside remembers it', async () => {
    const ran = await run('log', 'verify', '--data', data)
    assert.deepEqual([ran.code, ran.err], [0, ''])
    assert.match(ran.out, /intact +yes/)
    assert.match(ran.out, /complete +yes/)
    assert.match(ran.out, /anchored +not configured/)
    assert.match(ran.out, /entries +24, all under a signed checkpoint/)
  })

  it('finds the log that a configuration names, beside its own file', async () => {
    const place = join(folder, 'conf')
    mkdirSync(place)
    const file = {
      version: 1,
      data: '../.sallyport/demo/data',
      providers: { idp: { issuer: 'https://idp.example.org' } },
      connections: { clinic: { mcp: 'https://mcp.example.org/mcp' } },
    }
    writeFileSync(join(place, 'sallyport.yaml'), JSON.stringify(file))
    const ran = await run('log', 'verify', '--config', join('conf', 'sallyport.yaml'), '--json')
    assert.deepEqual([ran.code, JSON.parse(ran.out).entries], [0, 24], ran.err)
    writeFileSync(join(place, 'sallyport.yaml'), JSON.stringify({ ...file, data: 'nothing-here' }))
    const none = await run('log', 'verify', '--config', join('conf', 'sallyport.yaml'))
    assert.deepEqual([none.code, /There is no log under .*nothing-here/.test(none.err)], [2, true])
    const broken = await run('log', 'verify', '--config', join('conf', 'other.yaml'))
    assert.deepEqual([broken.code, /no such file/.test(broken.err)], [2, true])
  })

  it("finds the demo's log", async () => {
    const ran = await run('--demo', 'casey', 'log', 'verify', '--json')
    const verdict = JSON.parse(ran.out)
    assert.deepEqual([ran.code, verdict.intact, verdict.complete, verdict.entries], [0, true, true, 24])
  })

  it("needs no secret, and an auditor's own copy of the key finds a log that another key signed", async () => {
    const { dir } = copyOfLog('public')
    rmSync(join(dir, 'keys'), { recursive: true })
    assert.equal((await run('log', 'verify', '--data', dir)).code, 0)
    assert.equal((await run('log', 'verify', '--data', dir, '--key', join(data, 'log-public.pem'))).code, 0)
    loadKeys(join(folder, 'other'))
    const other = await run('log', 'verify', '--data', dir, '--key', join(folder, 'other', 'log-public.pem'))
    assert.equal(other.code, 1)
    const none = await run('log', 'verify', '--data', dir, '--key', join(dir, 'nothing.pem'))
    assert.deepEqual([none.code, /not a public key/.test(none.err)], [2, true])
  })

  it('ends with 1 and says where when an entry was changed', async () => {
    const { dir, file } = copyOfLog('changed')
    const leaf = readFile(file)
      .flat()
      .find(record => record.kind === 'entry' && record.seq === 7)
    assert.ok(leaf?.kind === 'entry')
    const whole = readFileSync(file)
    whole.write('k', whole.indexOf(leaf.leaf) + Buffer.from(leaf.leaf).indexOf('carol'))
    writeFileSync(file, refitted(whole, frameEnds(file)))
    const ran = await run('log', 'verify', '--data', dir)
    assert.equal(ran.code, 1)
    assert.match(ran.out, /intact +NO/)
    assert.match(ran.out, /gateway entry 7: /)
  })

  it('ends with 1 when an entry is missing', async () => {
    const { dir, file } = copyOfLog('missing')
    const left = readFile(file).map(records => records.filter(one => one.kind !== 'entry' || one.seq !== 7))
    writeFile(file, left)
    const ran = await run('log', 'verify', '--data', dir, '--json')
    assert.deepEqual([ran.code, JSON.parse(ran.out).complete], [1, false])
  })

  it('names the session of an entry that is at fault, and says what to do with the copy', async () => {
    const { dir, file } = copyOfLog('session')
    const whole = readFileSync(file)
    const leaf = readFile(file)
      .flat()
      .find(record => record.kind === 'entry' && Buffer.from(record.leaf).includes('"kind":"session.close"'))
    assert.ok(leaf?.kind === 'entry')
    whole.write('x', whole.indexOf(leaf.leaf) + Buffer.from(leaf.leaf).indexOf('done'))
    writeFileSync(file, refitted(whole, frameEnds(file)))
    const ran = await run('log', 'verify', '--data', dir)
    assert.equal(ran.code, 1)
    assert.match(ran.out, new RegExp(`gateway entry ${leaf.seq} of session ${session}: the entry was changed`))
    assert.match(
      ran.out,
      /\nKeep this copy, and compare it with a backup or a checkpoint you kept: docs\/recording\.md\n$/,
    )
    const json = JSON.parse((await run('log', 'verify', '--data', dir, '--json')).out)
    assert.equal(json.faults[0].session, session)
  })

  it('asks for the data directory where nothing says which log', async () => {
    const ran = await run('log', 'verify')
    assert.deepEqual([ran.code, ran.out], [2, ''])
    assert.match(ran.err, /there is no sallyport\.yaml in this folder\.\n.*--data DIR.*--config FILE/)
    assert.ok(!ran.err.includes('init'))
  })
})
