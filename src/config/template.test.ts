import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { Action, SqlFacts, Subject } from '../gateway/seam.ts'
import { compileMasking, type MaskingRules } from '../masking/plan.ts'
import { builtInShapes } from '../masking/shapes.ts'
import { compilePolicy } from '../policy/compile.ts'
import { decide } from '../policy/decide.ts'
import { person, statement } from '../policy/decide-fixture.ts'
import { effectsOf } from '../policy/effects.ts'
import { maskingRules, policySource } from './config.ts'
import { initWithDatabase } from './init-with-database.fixture.ts'
import { configJsonSchema } from './json-schema.ts'
import { readConfig } from './load.ts'
import { template } from './template.ts'

const loaded = readConfig(Buffer.from(template('config.schema.json')), '/etc/sallyport.yaml')

function result(tool: string, group: string, args: object = {}, found: string[] = [], read = loaded): string {
  assert.ok(read.ok)
  const connection = read.config.connections.get('clinic')
  assert.ok(connection)
  const subject: Subject = {
    provider: 'idp',
    id: 'u',
    kind: 'human',
    person: null,
    onBehalfOf: null,
    groups: new Set([group]),
    purpose: null,
    notAfter: 0,
    tokenFamily: '',
  }
  const action: Action = {
    operation: 'tools/call',
    target: tool,
    subjectMatter: tool,
    effects: effectsOf(connection)(tool, undefined),
    facts: { args },
    found: new Set(found),
    carries: 'unknown',
    exact: () => new Uint8Array(),
  }
  const { decision } = decide(compilePolicy(policySource(read.config)), { subject, connection: 'clinic', action })
  const need = decision.kind === 'hold' ? ` ${decision.need.flatMap(each => each.from).join()}` : ''
  return `${decision.kind} ${decision.rules.join()}${need}`
}

describe('what init writes', () => {
  test('validates unchanged, with nothing to warn of', () => {
    assert.deepEqual(loaded.ok ? loaded.warnings : loaded.problems, [])
  })
  test('hides any field patient_id', () => {
    assert.ok(loaded.ok)
    const rules = maskingRules(loaded.config, 'clinic')
    assert.ok(rules.labels?.['phi.mrn']?.json?.includes('**.patient_id'))
    assert.equal(rules.transforms.byLabel['phi.mrn'] ?? rules.transforms.default, 'redact')
    assert.ok(loaded.config.rules.every(rule => !rule.reveal.includes('phi.mrn')))
  })
  test('looks for every shape that is looked for where a file names no label, but for dates', () => {
    assert.ok(loaded.ok)
    const looked = (rules: MaskingRules) => {
      const { shapeLabels } = compileMasking(rules)
      return builtInShapes.flatMap(({ shape }, at) => (shapeLabels[at]?.length ? [shape] : []))
    }
    const written = maskingRules(loaded.config, 'clinic')
    const byName = ['date']
    const byDefault = looked({ ...written, labels: null })
    assert.deepEqual(
      looked(written),
      byDefault.filter(shape => !byName.includes(shape)),
    )
  })
  test('gives a role with one more line', () => {
    const more = template('s').replace('  # administrator:', '  administrator:')
    const read = readConfig(Buffer.from(more), '/etc/sallyport.yaml')
    assert.deepEqual(read.ok && read.config.roles.administrator, ['compliance-officer'])
  })
  test('holds reads with identifiers in them as well where its comment is followed', () => {
    const wide = template('s').replace('    effects: [write, define]\n', '    effects: [read, write, define]\n')
    const read = readConfig(Buffer.from(wide), '/etc/sallyport.yaml')
    assert.equal(result('get_chart', 'clinical-read', {}, ['phi.mrn'], read), 'hold phi-in-request compliance-officer')
  })
  const rows: [string, string, object, string[], string][] = [
    ['get_chart', 'clinical-read', {}, [], 'allow read-charts'],
    ['get_chart', 'clinical-read', {}, ['phi.mrn'], 'allow read-charts'],
    ['delete_patient', 'clinical-read', {}, [], 'hold deletes compliance-officer'],
    ['delete_patient', 'compliance-officer', {}, [], 'block '],
    ['create_note', 'clinical-read', {}, [], 'block '],
    ['create_note', 'research-write', {}, [], 'allow research-writes'],
    ['create_note', 'research-write', {}, ['phi.ssn'], 'hold phi-in-request compliance-officer'],
    ['search_patients', 'research-write', { limit: 50 }, [], 'allow research-reads'],
    ['search_patients', 'research-write', { limit: 51 }, [], 'block '],
    ['search_patients', 'research-write', {}, [], 'block '],
    ['search_patients', 'research-write', { limit: 'all' }, [], 'block research-reads'],
    ['get_chart', 'research-write', {}, [], 'block '],
  ]
  for (const [tool, group, args, found, expected] of rows) {
    test(`${group} ${tool} ${JSON.stringify(args)} ${found}: ${expected}`, () =>
      assert.equal(result(tool, group, args, found), expected))
  }
})

describe('what init writes, once there is a database', () => {
  const text = initWithDatabase(
    '{ id: reads, allow: ["sql.select:public.*", "sql.update:public.*", "sql.delete:public.*", "sql.copy-out:public.*"], who: [clinical-read], on: [clinic-db] }',
  )
  const withDatabase = readConfig(Buffer.from(text), '/etc/sallyport.yaml')

  function asked(group: string, parts: string[], sql: Partial<SqlFacts>): string {
    assert.ok(withDatabase.ok, withDatabase.ok ? '' : withDatabase.problems.map(({ message }) => message).join())
    const policy = compilePolicy(policySource(withDatabase.config))
    const subject = { ...person(group), groups: new Set([group]) }
    const action = statement(parts, sql)
    const { decision, probe } = decide(policy, { subject, connection: 'clinic-db', action }, true)
    return probe ? 'probe' : `${decision.kind} ${decision.rules.join()}`
  }

  const rows: [string, string[], Partial<SqlFacts>, string][] = [
    [
      'a delete in a protected table',
      ['delete public.patients'],
      { protected: ['public.patients'] },
      'hold sql-deletes',
    ],
    ['a delete elsewhere', ['delete public.rooms'], {}, 'allow reads'],
    [
      'a delete inside a query',
      ['select public.patients', 'delete public.patients'],
      { protected: ['public.patients'], estimatedRows: 1 },
      'hold sql-deletes',
    ],
    ['a delete without WHERE', ['delete public.rooms'], { hasWhere: false }, 'hold sql-without-where'],
    ['an update without WHERE', ['update public.rooms'], { hasWhere: false }, 'hold sql-without-where'],
    ['an update with it', ['update public.rooms'], {}, 'allow reads'],
    ['TRUNCATE', ['truncate public.rooms'], {}, 'hold sql-truncate-and-drop'],
    ['DROP', ['drop public.rooms'], {}, 'hold sql-truncate-and-drop'],
    ['DROP of what is no relation', ['drop'], {}, 'hold sql-truncate-and-drop'],
    ['DROP of a table of the session, which waits for nobody', ['drop pg_temp.t'], {}, 'block '],
    ['DROP of one and more', ['drop pg_temp.t', 'drop'], { statements: 2 }, 'hold sql-truncate-and-drop'],
    ['a number for a new row', ['call pg_catalog.nextval'], {}, 'allow sql-sequences-and-notices'],
    ['a number set back', ['call pg_catalog.setval'], {}, 'block '],
    ['words to other sessions', ['notify'], {}, 'allow sql-sequences-and-notices'],
    ['a read of unknown size', ['select public.rooms'], {}, 'probe'],
    ['a large read', ['select public.rooms'], { estimatedRows: 1_001 }, 'hold sql-large-reads'],
    ['a large COPY', ['copy-out public.rooms'], { estimatedRows: 1_001 }, 'hold sql-large-reads'],
    ['a smaller one', ['select public.rooms'], { estimatedRows: 1_000 }, 'allow reads'],
    ['the catalog, unasked', ['select pg_catalog.pg_class'], {}, 'allow sql-catalog'],
    ['the catalog beside a table', ['select pg_catalog.pg_class', 'select public.rooms'], {}, 'probe'],
    ['what touches nothing', ['select'], {}, 'allow builtin:session'],
    ['what no rule names', ['grant public.rooms'], {}, 'block '],
  ]
  for (const [name, parts, sql, expected] of rows) {
    test(`${name}: ${expected}`, () => assert.equal(asked('clinical-read', parts, sql), expected))
  }
  test('nobody else is let in by a hold', () => {
    assert.equal(asked('guest', ['drop public.rooms'], {}), 'block ')
  })
})

test('the published schema is the one that reads the file', () => {
  const published = readFileSync(new URL('../../schemas/config.schema.json', import.meta.url), 'utf8')
  assert.equal(published, configJsonSchema(), 'run node tools/config-schema.ts')
})
