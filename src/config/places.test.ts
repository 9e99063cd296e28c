import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { loadConfig, readConfig } from './load.ts'

const head = ['version: 1', 'providers: { idp: { issuer: https://idp.example.org } }']
const clinic = 'connections: { clinic: { mcp: https://mcp.example.org/mcp } }'

function said(...lines: string[]): string[] {
  const loaded = readConfig(Buffer.from([...head, ...lines].join('\n')), '/etc/sallyport.yaml')
  const all = loaded.ok ? loaded.warnings : loaded.problems
  return all.map(({ line, column, message }) => `${line}:${column} ${message}`)
}

describe('finders of labels', () => {
  test('are complained about where they stand, all at once', () => {
    const found = said(
      clinic,
      'labels:',
      '  phi.mrn: { json: ["**.mrn", "a..b", "**.x*"] }',
      '  acme.note: { json: ["[0"], pattern: "(?=x)" }',
      `  acme.long: { pattern: "${'x'.repeat(1_025)}" }`,
      '  acme.row: { csv: ["one", "two\\nlines"] }',
      'clean: { json: ["**.at", "a. b"] }',
    )
    assert.deepEqual(
      found.map(text => text.slice(0, 16)),
      [
        '5:31 not a path:',
        '5:39 not a path:',
        '6:23 not a path:',
        '6:39 not a patte',
        '7:25 a pattern m',
        '8:28 a column is',
        '9:26 not a path:',
      ],
    )
  })
})

describe('a hold that nobody can end', () => {
  const rule = (who: string, approvers: string) =>
    `rules: [{ id: ask, hold: ["*"], ${who} on: [clinic], approvers: ${approvers} }]`
  const groups =
    'groups: { staff: { idp: [staff] }, officers: { idp: [compl] }, deputies: { idp: [compl] }, empty: {}, none: { idp: [compl, board] } }'

  test('is a warning at its approvers', () => {
    const [unmapped, ...more] = said(clinic, groups, rule('who: [staff],', '{ groups: [empty] }'))
    assert.match(unmapped ?? '', /^5:\d+ nobody is mapped to group empty/)
    assert.deepEqual(more, [])
  })

  test('is one where all who may approve are held themselves, whatever their groups are called', () => {
    for (const who of ['who: [officers],', 'who: [staff, deputies],', 'who: [none],']) {
      const [warning] = said(clinic, groups, rule(who, '{ groups: [officers], people: 2 }'))
      assert.match(warning ?? '', /^5:\d+ whoever may approve is held by this rule too.*it takes 3 people/, who)
    }
  })

  test('is none where somebody else may approve', () => {
    for (const who of ['who: [staff],', 'who: ["*"],', '']) {
      assert.deepEqual(said(clinic, groups, rule(who, '{ groups: [officers] }')), [], who)
    }
    assert.deepEqual(said(clinic, groups, rule('who: [officers],', '{ groups: [none] }')), [])
    assert.deepEqual(said(clinic, groups, rule('who: [officers],', '{ groups: [officers, empty, none] }')), [])
  })
})

test('a secret that cannot be read is a warning where it is named', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-places-'))
  const file = join(dir, 'sallyport.yaml')
  const lines = [
    'connections:',
    '  clinic: { mcp: https://mcp.example.org/mcp, credential: { bearer: { env: NOT_SET } } }',
    '  files:',
    '    mcp:',
    '      command: [npx, some-server]',
    '      env:',
    '        MODE: ro',
    '        API_TOKEN: { file: missing.key }',
    '  keyed: { mcp: https://k.example.org, credential: { header: { name: X-Key, value: { env: NOT_SET } } } }',
  ]
  writeFileSync(file, [...head, ...lines].join('\n'))
  const loaded = await loadConfig(file, {})
  rmSync(dir, { recursive: true })
  assert.ok(loaded.ok)
  const found = loaded.warnings.filter(({ message }) => !message.includes('no rules'))
  assert.deepEqual(
    found.map(({ line, column, message }) => `${line}:${column} ${message.split(' ').slice(0, 3).join(' ')}`),
    ['4:69 Environment variable NOT_SET', '10:20 Secret file missing.key', '11:84 Environment variable NOT_SET'],
  )
})
