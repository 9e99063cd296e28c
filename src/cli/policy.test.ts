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
connections:
  db: { postgres: postgres://db.example.org/clinic, logins: { default: { user: r, password: { env: P } } } }
  mcp: { mcp: https://mcp.example.org/mcp, unknownMethods: [acme/do] }
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
  test('knows operations, connections and groups, and what somebody probably meant', async () => {
    const select = ['--operation', 'sql.select:public.visits']
    const mcp = ['--connection', 'mcp', '--operation']
    const rows: [string[], RegExp][] = [
      [['--operation', 'foo'], /the operation foo is not known: write for example "sql\.select:public\.visits"/],
      [['--operation', 'sql.selct:public.visits'], /sql\.selct is not known \(did you mean "sql\.select"\?\)/],
      [[...select, 'sql.insret:public.notes'], /sql\.insret is not known \(did you mean "sql\.insert"\?\)/],
      [['--operation', 'tools/call:x'], /tools\/call is about MCP, and this connection is not/],
      [[...mcp, 'tools/cal:x'], /tools\/cal is not known \(did you mean "tools\/call"\?\)/],
      [[...mcp, 'sql.select:public.visits'], /sql\.select is about PostgreSQL, and this connection is not/],
      [[...select, '--connection', 'bd'], /unknown connection bd \(did you mean "db"\?\): it can be db, mcp/],
      [[...select, '--groups', 'nruse'], /unknown group nruse \(did you mean "nurse"\?\): it can be nurse, officer/],
    ]
    for (const [argv, expected] of rows) {
      const { code, err, out } = await explain(...argv)
      assert.deepEqual([code, out], [2, ''], argv.join(' '))
      assert.match(err, expected)
    }
    assert.equal((await explain(...mcp, 'acme/do')).code, 0)
  })
  test('knows its facts', async () => {
    const { code, err } = await explain('--operation', 'sql.select', '--sql', '{"haswhere": true}')
    assert.equal(code, 2)
    assert.match(err, /there is no sql\.haswhere \(did you mean "hasWhere"\?\)/)
    assert.equal((await explain('--operation', 'sql.select', '--at', 'noon')).code, 2)
  })
})
