// The examples of the documentation mean what the text says: each block of configuration loads, and each row of the
// policy's table is decided as it stands there.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { parse } from 'yaml'
import { type Config, policySource } from '../../src/config/config.ts'
import { readConfig } from '../../src/config/load.ts'
import { template } from '../../src/config/template.ts'
import type { Action, Effect, Subject } from '../../src/gateway/seam.ts'
import { compilePolicy } from '../../src/policy/compile.ts'
import { decide } from '../../src/policy/decide.ts'
import { effectsOf } from '../../src/policy/effects.ts'
import { natureOf } from '../../src/policy/operations.ts'
import { blocksOf } from './guide.ts'

const docs = new URL('../../docs/', import.meta.url)
const read = (page: string) => readFileSync(new URL(page, docs), 'utf8')

type Mapping = Record<string, unknown>

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The file that init writes, with an example in the place of what it has there. */
function withExample(example: unknown): Mapping {
  const merge = (base: unknown, over: unknown): unknown =>
    isMapping(base) && isMapping(over)
      ? Object.fromEntries(
          [...new Set([...Object.keys(base), ...Object.keys(over)])].map(key => [key, both(base, over, key)]),
        )
      : over
  const both = (base: Mapping, over: Mapping, key: string) =>
    !Object.hasOwn(over, key) ? base[key] : Object.hasOwn(base, key) ? merge(base[key], over[key]) : over[key]
  return merge(parse(template('config.schema.json')), example) as Mapping
}

function load(example: unknown): Config {
  const loaded = readConfig(Buffer.from(JSON.stringify(withExample(example))), '/etc/sallyport.yaml')
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.problems.map(problem => problem.message).join('\n'))
  return loaded.config
}

const blocks = globSync('*.md', { cwd: docs.pathname }).flatMap(page =>
  blocksOf(read(page))
    .filter(({ kind, about }) => kind === 'yaml' && about === '')
    .map(block => ({ page, block })),
)

describe('examples of configuration', () => {
  it('are found', () => assert.ok(blocks.length >= 5))
  for (const { page, block } of blocks) {
    it(`docs/${page}, line ${block.line}`, () => {
      load(parse(block.text))
    })
  }
})

describe('docs/policy.md', () => {
  const page = read('policy.md')
  const config = load(parse(blocksOf(page).find(({ kind }) => kind === 'yaml')?.text ?? ''))
  const policy = compilePolicy(policySource(config))
  const rows = page
    .split('\n')
    .filter(line => /\| (?:allow|hold|block|forbidden) /.test(line))
    .map(line => line.split('|').map(cell => cell.trim().replaceAll('`', '')))

  it('has a table', () => assert.ok(rows.length >= 10))

  for (const [, group, asked, found, decision, by] of rows) {
    it(`${group} ${asked} ${found}: ${decision} ${by}`, () => {
      assert.equal(
        outcome(group as string, asked as string, (found as string).trim()),
        `${decision} ${(by as string).trim()}`,
      )
    })
  }

  function outcome(group: string, asked: string, found: string): string {
    const [, operation = '', about = '', args = '{}'] = /^([^:{ ]+)(?::([^ ]+))?(?: (\{.*\}))?$/.exec(asked) ?? []
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
      operation,
      target: about,
      subjectMatter: about,
      effects: effects(operation, about),
      facts: { args: JSON.parse(args), ...(operation.startsWith('resources/') ? { uri: about } : {}) },
      found: new Set(found === '' ? [] : found.split(' ')),
      carries: 'unknown',
      exact: new Uint8Array(),
    }
    const { decision } = decide(policy, { subject, connection: 'clinic', action })
    const kind = decision.kind === 'block' && decision.code === 'forbidden' ? 'forbidden' : decision.kind
    return `${kind} ${decision.rules.join(', ')}`
  }

  function effects(operation: string, about: string): ReadonlySet<Effect> {
    const connection = config.connections.get('clinic')
    assert.ok(connection)
    if (operation === 'tools/call') return effectsOf(connection)(about, undefined)
    const nature = natureOf(operation)
    return new Set([nature === 'use' ? 'read' : nature])
  }
})
