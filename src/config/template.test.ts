import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { Action, Subject } from '../gateway/seam.ts'
import { compilePolicy } from '../policy/compile.ts'
import { decide } from '../policy/decide.ts'
import { effectsOf } from '../policy/effects.ts'
import { maskingRules, policySource } from './config.ts'
import { configJsonSchema } from './json-schema.ts'
import { readConfig } from './load.ts'
import { template } from './template.ts'

const loaded = readConfig(Buffer.from(template('config.schema.json')), '/etc/sallyport.yaml')

function result(tool: string, group: string, args: object = {}, found: string[] = []): string {
  assert.ok(loaded.ok)
  const connection = loaded.config.connections.get('clinic')
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
    exact: new Uint8Array(),
  }
  const { decision } = decide(compilePolicy(policySource(loaded.config)), { subject, connection: 'clinic', action })
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

test('the published schema is the one that reads the file', () => {
  const published = readFileSync(new URL('../../schemas/config.schema.json', import.meta.url), 'utf8')
  assert.equal(published, configJsonSchema(), 'run node tools/config-schema.ts')
})
