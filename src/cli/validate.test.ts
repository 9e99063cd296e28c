import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { table } from './output.ts'

const entry = fileURLToPath(new URL('./main.ts', import.meta.url))

function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise(done => {
    execFile(process.execPath, [entry, ...argv], (error, out, err) => {
      done({ code: error === null ? 0 : Number(error.code), out, err })
    })
  })
}

test('init, validate and explain from the command line', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'sallyport-cli-'))
  try {
    const file = join(dir, 'sallyport.yaml')
    assert.equal((await run('init', dir)).code, 0)
    await writeFile(join(dir, 'kept'), await readFile(file))
    assert.match(await readFile(join(dir, '.gitignore'), 'utf8'), /^\*\.token$/m)
    const again = await run('init', dir)
    assert.equal(again.code, 2)
    assert.match(again.err, /is there already and stays as it is/)
    assert.deepEqual(await readFile(file), await readFile(join(dir, 'kept')))

    const lines = (await readFile(file, 'utf8')).split('\n')
    const valid = await run('validate', file)
    assert.equal(valid.code, 0, valid.err)
    assert.match(valid.out, /clinic +clinical-read +hold for 1 of compliance-officer +tools\/call:delete_\*/)
    const [issuer, server] = ['issuer: https://idp.example.org', 'mcp: https://mcp.example.org'].map(
      start => lines.findIndex(line => line.trim().startsWith(start)) + 1,
    )
    assert.match(valid.out, new RegExp(`Before it can serve: lines ${issuer} and ${server} still have `))
    const json = await run('validate', file, '--json')
    const told = JSON.parse(json.out) as { ok: boolean; placeholders: number[] }
    assert.deepEqual([told.ok, told.placeholders], [true, [issuer, server]])
    const filled = join(dir, 'filled.yaml')
    await writeFile(filled, lines.join('\n').replaceAll('.example.org', '.hospital.test'))
    assert.doesNotMatch((await run('validate', filled)).out, /Before it can serve/)

    const explain = ['policy', 'explain', '-c', file, '--groups', 'clinical-read', '--connection', 'clinic']
    const held = await run(...explain, '--operation', 'tools/call:delete_patient')
    assert.match(held.out, /^held by rule deletes for 1 of compliance-officer/)
    const read = await run(...explain, '--operation', 'tools/call:get_chart', '--json')
    const answer = JSON.parse(read.out) as { decision: string; decidedBy: string[]; reveal: string[] }
    assert.deepEqual([answer.decision, answer.decidedBy, answer.reveal], ['allow', ['read-charts'], ['phi.name']])

    const research = ['policy', 'explain', '-c', file, '--groups', 'research-write', '--connection', 'clinic']
    const search = [...research, '--operation', 'tools/call:search_notes']
    assert.match((await run(...search, '--args', '{"limit": 50}')).out, /^allowed by rule research-reads/)
    assert.match((await run(...search, '--args', '{"limit": 51}')).out, /^blocked: no rule allows it/)
    const update = await run(...research, '--operation', 'tools/call:update_note', '--found', 'phi.mrn')
    assert.match(update.out, /^held by rule phi-in-request/)
    const label = await run(...search, '--found', 'phi.mnr')
    assert.deepEqual([label.code, /unknown label phi\.mnr \(did you mean "phi\.mrn"\?\)/.test(label.err)], [2, true])
    assert.equal((await run(...search, '--args', '[1]')).code, 2)

    await writeFile(file, (await readFile(file, 'utf8')).replace('who: [clinical-read]', 'who: [clinical-reed]'))
    const broken = await run('validate', file)
    assert.equal(broken.code, 2)
    assert.match(broken.err, /sallyport\.yaml:\d+:\d+ unknown group "clinical-reed" \(did you mean "clinical-read"\?\)/)
    assert.match(broken.err, /\n {2}.*who: \[clinical-reed\]\n +\^/)
    assert.equal((await run('validat')).code, 2)
    assert.equal((await run('--version')).code, 0)
  } finally {
    await rm(dir, { recursive: true })
  }
})

test('validate says as whom callers reach a database', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'sallyport-cli-'))
  try {
    const file = join(dir, 'sallyport.yaml')
    const login = (user: string) => ({ user, password: { env: 'UNSET' } })
    const text = {
      version: 1,
      listen: { postgres: '127.0.0.1:7432' },
      providers: { idp: { issuer: 'https://idp.example.org' } },
      groups: { writers: { idp: ['w'] } },
      connections: {
        db: { postgres: 'postgres://[2001:db8::1]/d', logins: { default: login('ro'), writers: login('rw') } },
        shut: { postgres: 'postgres://127.0.0.1:6000/e', logins: { writers: login('rw') } },
      },
    }
    await writeFile(file, JSON.stringify(text))
    const { code, out, err } = await run('validate', file)
    assert.equal(code, 0, err)
    assert.match(out, /^db +\[2001:db8::1\]:5432\/d +as 2001:db8::1 +writers as rw, all others as ro$/m)
    assert.match(out, /^shut +127\.0\.0\.1:6000\/e +none +writers as rw, all others refused$/m)
    assert.match(err, /warning: .*callers outside of writers are refused/)
  } finally {
    await rm(dir, { recursive: true })
  }
})

test('validate warns of a private key that everyone can read, as the start would refuse it', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'sallyport-cli-'))
  try {
    const file = join(dir, 'sallyport.yaml')
    const text = {
      version: 1,
      listen: { publicUrl: 'https://gate.example.org', tls: { cert: { file: 'cert.pem' }, key: { file: 'key.pem' } } },
      providers: { idp: { issuer: 'https://idp.example.org' } },
      groups: {},
      connections: {},
    }
    await writeFile(file, JSON.stringify(text))
    await writeFile(join(dir, 'key.pem'), '')
    await chmod(join(dir, 'key.pem'), 0o644)
    const { code, err } = await run('validate', file)
    assert.equal(code, 0, err)
    assert.match(err, /warning: .*sallyport\.yaml:1:\d+ Private key .*key\.pem can be read by everyone: chmod 600 it\./)
    await chmod(join(dir, 'key.pem'), 0o640)
    assert.doesNotMatch((await run('validate', file)).err, /Private key/)
  } finally {
    await rm(dir, { recursive: true })
  }
})

test('a table cannot be disguised by what is in it', () => {
  const shown = table(
    ['A', 'B'],
    [
      ['x\u001b[2Jy', 'one\ntwo'],
      ['long cell', '\u202egnp'],
    ],
  )
  assert.ok(!shown.includes('\u001b') && !shown.includes('\u202e'))
  assert.equal(shown.split('\n').length, 3)
})
