// policy explain from the command line, for statements and risk.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('./main.ts', import.meta.url))

const configuration = `version: 1
listen: { http: 127.0.0.1:7300, postgres: 127.0.0.1:7432 }
providers: { idp: { issuer: https://idp.example.org } }
groups: { nurse: { idp: [nurses] }, officer: { idp: [officers] } }
connections: { db: { postgres: postgres://db.example.org/clinic, logins: { default: { user: r, password: { env: P } } } } }
labels: { phi.mrn: { sql: ["*.*.mrn"] } }
risk: { hold: 50, block: 100, approvers: { groups: [officer] } }
rules:
  - { id: visits, allow: ["sql.*:public.visits"], who: [nurse], on: [db] }
  - { id: notes, allow: ["sql.insert:public.notes"], who: [nurse], on: [db] }
  - { id: large, hold: ["sql.select:*"], on: [db], when: sql.estimatedRows > 1000, approvers: { groups: [officer] } }
  - { id: writes, risk: ["*"], effects: [write], points: 30 }
  - { id: night, risk: ["*"], when: now.hour >= 19, points: 30 }
  - { id: no-where, risk: ["sql.update:*"], when: "!sql.hasWhere", points: 40 }
`

describe('policy explain', () => {
  let dir: string
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sallyport-explain-'))
    await writeFile(join(dir, 'sallyport.yaml'), configuration)
  })
  after(() => rm(dir, { recursive: true }))

  function explain(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
    const file = join(dir, 'sallyport.yaml')
    const all = [entry, 'policy', 'explain', '-c', file, '--groups', 'nurse', '--connection', 'db', ...argv]
    return new Promise(done => {
      execFile(process.execPath, all, (error, out, err) => done({ code: Number(error?.code ?? 0), out, err }))
    })
  }

  test('shows every summand and what the sum does', async () => {
    const careless = ['--operation', 'sql.update:public.visits', '--at', '2026-01-05T20:00Z']
    const { out, err } = await explain(...careless)
    assert.match(out, /^blocked by rules writes, night, no-where \(100 risk points\)\n/, err)
    assert.match(out, /\* +writes +risk +matches: 30 points\n/)
    assert.match(
      out,
      / 30 points by rule writes\n +30 points by rule night\n +40 points by rule no-where\n +100 points together; held from 50, blocked from 100\n/,
    )
    const careful = await explain(...careless, '--sql', '{"hasWhere": true}')
    assert.match(careful.out, /^held by rules writes, night for 1 of officer \(60 risk points\)/)
    const json = await explain('--operation', 'sql.update:public.visits', '--at', '2026-01-05T12:00Z', '--json')
    const { decision, risk } = JSON.parse(json.out) as {
      decision: string
      risk: { points: number; summands: object[] }
    }
    assert.deepEqual([decision, risk.points, risk.summands.length], ['hold', 70, 2])
  })
  test('takes a statement by its parts, and says which part a rule is about', async () => {
    const at = ['--at', '2026-01-05T12:00Z']
    const copy = ['--operation', 'sql.insert:public.notes', 'sql.select:public.visits', ...at]
    const { out } = await explain(...copy, '--sql', '{"estimatedRows": 5}')
    assert.match(out, /^allowed by rules notes, visits, nothing in clear \(30 risk points\)/)
    assert.match(out, /\* +notes +allow +matches \(sql\.insert:public\.notes\)/)
    const open = await explain(...copy)
    assert.match(open.out, /^rule large depends on how much the system expects to read/)
  })
  test('knows its facts', async () => {
    const { code, err } = await explain('--operation', 'sql.select', '--sql', '{"haswhere": true}')
    assert.equal(code, 2)
    assert.match(err, /there is no sql\.haswhere \(did you mean "hasWhere"\?\)/)
    assert.equal((await explain('--operation', 'sql.select', '--at', 'noon')).code, 2)
  })
})
