// The examples of the documentation mean what the text says: each block of configuration loads, and each row of the
// policy's table is decided as it stands there.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { parse } from 'yaml'
import { type Config, policySource } from '../../src/config/config.ts'
import { readConfig } from '../../src/config/load.ts'
import { template } from '../../src/config/template.ts'
import type { Action, Subject } from '../../src/gateway/seam.ts'
import { assumedAction } from '../../src/policy/assumed.ts'
import { compilePolicy } from '../../src/policy/compile.ts'
import { decide } from '../../src/policy/decide.ts'
import { effectsOf } from '../../src/policy/effects.ts'
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
  for (const { config, rows } of tablesOf(read('policy.md'))) {
    const policy = compilePolicy(policySource(config))
    it('has a table', () => assert.ok(rows.length >= 10))
    for (const { group, asked, found, decision, by } of rows) {
      it(`${group} ${asked} ${found}: ${decision} ${by}`, () => {
        const action = actionOf(config, asked, found)
        const who = { subject: inGroup(group), connection: connectionOf(asked) }
        const { decision: made, probe } = decide(policy, { ...who, action, atMs: NOON }, true)
        const kind = made.kind === 'block' && made.code === 'forbidden' ? 'forbidden' : made.kind
        assert.equal(probe ? 'probe' : `${kind} ${made.rules.join(', ')}`, `${decision} ${by}`)
      })
    }
  }

  interface Row {
    readonly group: string
    readonly asked: string
    readonly found: string
    readonly decision: string
    readonly by: string
  }

  /** Monday, in Berlin. */
  const NOON = Date.UTC(2026, 0, 5, 11)

  /** Each block of configuration with the rows of decisions below it, up to the next. */
  function tablesOf(page: string): { readonly config: Config; readonly rows: readonly Row[] }[] {
    const configs = blocksOf(page).filter(({ kind }) => kind === 'yaml')
    return configs.map(({ line, text }, at) => {
      const below = page.split('\n').slice(line, configs[at + 1]?.line)
      const tables = below.filter(row => row.startsWith('|')).map(row => row.split('|').map(cell => cell.trim()))
      const head = tables.find(cells => cells.includes('decision')) ?? []
      const cell = (cells: readonly string[], name: string) => (cells[head.indexOf(name)] ?? '').replaceAll('`', '')
      const rows = tables
        .map(cells => ({
          group: cell(cells, 'group'),
          asked: cell(cells, 'asks'),
          found: cell(cells, 'found in it'),
          decision: cell(cells, 'decision'),
          by: cell(cells, 'by'),
        }))
        .filter(({ decision }) => ['allow', 'hold', 'block', 'forbidden'].includes(decision))
      return { config: load(parse(text)), rows }
    })
  }

  function connectionOf(asked: string): string {
    return asked.startsWith('sql.') ? 'clinic-db' : 'clinic'
  }

  function inGroup(group: string): Subject {
    return {
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
  }

  function actionOf(config: Config, text: string, found: string): Action {
    const [, asked = '', json = '{}'] = /^([^{]*?)(?: (\{.*\}))?$/.exec(text) ?? []
    const connection = config.connections.get(connectionOf(text))
    assert.ok(connection)
    const given = JSON.parse(json) as Record<string, unknown>
    const harmless = { hasWhere: true, protected: [], labels: [] }
    return assumedAction({
      asked: asked.split(' + ') as [string, ...string[]],
      effectsOf: connection.kind === 'mcp' ? effectsOf(connection) : () => new Set(),
      found: found.split(' ').filter(label => label !== ''),
      ...(connection.kind === 'mcp' ? { args: given } : { sql: { ...harmless, ...given } }),
    })
  }
})
