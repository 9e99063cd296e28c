import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { maskingRules } from '../../src/config/config.ts'
import { configSchemaJson } from '../../src/config/json-schema.ts'
import { readConfig } from '../../src/config/load.ts'
import { Refusal, refusals } from '../../src/gateway/errors.ts'
import { compileMasking } from '../../src/masking/plan.ts'
import { builtInShapes } from '../../src/masking/shapes.ts'
import { nobody, refusalAnswer, rpc } from '../../src/mcp/answers.ts'
import { configurationRows, currentPages, withSection } from '../../tools/docs.ts'

const read = (page: string) => readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8')

interface Node {
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Node>>
  readonly items?: Node
  readonly additionalProperties?: Node | boolean
  readonly anyOf?: readonly Node[]
}

/** A name for what people name, as the minimal configuration below has it. */
const named: Readonly<Record<string, string>> = { providers: 'idp', connections: 'clinic', retention: 'phi' }

/** Every default of the schema, at its place in a configuration. */
function* defaultsOf(node: Node, at: readonly (string | number)[]): Generator<readonly [(string | number)[], unknown]> {
  for (const [name, member] of Object.entries(node.properties ?? {})) {
    const here = [...at, name]
    if (member.default !== undefined) yield [here, member.default]
    yield* defaultsOf(member, here)
    const section = named[name]
    if (section !== undefined && typeof member.additionalProperties === 'object')
      yield* defaultsOf(member.additionalProperties, [...here, section])
    if (member.items) yield* defaultsOf(member.items, [...here, 0])
  }
}

const database = {
  postgres: 'postgres://db.example.org/clinic',
  logins: { default: { user: 'ro', password: { env: 'RO' } } },
}

function minimal() {
  return {
    version: 1,
    providers: { idp: { issuer: 'https://login.example.org' } },
    groups: { officers: { idp: ['officers'] } },
    connections: { clinic: { mcp: 'https://mcp.example.org/mcp', database: { connection: 'db' } }, db: database },
    rules: [
      { id: 'wait', hold: ['*'], who: ['officers'], on: ['clinic'], approvers: { groups: ['officers'] } },
      { id: 'points', risk: ['*'], points: 1 },
    ],
    risk: { hold: 1, approvers: { groups: ['officers'] } },
  }
}

function load(text: object) {
  const loaded = readConfig(Buffer.from(JSON.stringify(text)), '/etc/sallyport/sallyport.yaml')
  assert.ok(loaded.ok, JSON.stringify(loaded.ok ? '' : loaded.problems))
  return loaded.config
}

function put(into: object, path: readonly (string | number)[], value: unknown): void {
  let at = into as Record<string | number, unknown>
  for (const step of path.slice(0, -1)) {
    at[step] ??= {}
    at = at[step] as Record<string | number, unknown>
  }
  at[path.at(-1) as string | number] ??= value
}

/** The same with a database in the place of the server. */
function withDatabase() {
  return { ...minimal(), connections: { clinic: { ...database } } }
}

describe('generated tables', () => {
  it('say of every refusal what is on the wire', () => {
    const page = read('refusals.md')
    for (const [code, { http, jsonRpc }] of Object.entries(refusals)) {
      const { status, part } = refusalAnswer(new Refusal(code as keyof typeof refusals, 'x_1'), nobody)
      const { error } = JSON.parse(Buffer.from(part.bytes).toString())
      assert.deepEqual([status, error.code], [http, jsonRpc], code)
      assert.match(page, new RegExp(`^\\| \`${code}\` +\\| ${status} +\\| ${error.code} +\\|`, 'm'))
    }
    for (const { status, code, word } of Object.values(rpc))
      assert.match(page, new RegExp(`^\\| \`${word}\` +\\| ${status} +\\| ${code} +\\|`, 'm'))
  })
  it('are current', () => {
    for (const [page, text] of currentPages(read)) assert.equal(read(page), text, `run node tools/docs.ts (${page})`)
  })

  it('replace their own section and nothing else', () => {
    const page = 'before\n<!-- made by tools/docs.ts: x -->\nold\n<!-- end -->\nafter\n'
    assert.equal(withSection(page, 'x', 'new'), page.replace('old', 'new'))
    assert.throws(() => withSection(page, 'y', 'new'))
  })
})

describe('docs/configuration.md', () => {
  it('has every key with its meaning', () => {
    const silent: string[] = []
    const visit = (node: Node, path: string) => {
      for (const [name, member] of Object.entries(node.properties ?? {})) {
        if (member.description === undefined) silent.push(`${path}${name}`)
        else visit(member, `${path}${name}.`)
      }
      if (node.items) visit(node.items, path)
      if (typeof node.additionalProperties === 'object') visit(node.additionalProperties, path)
    }
    visit(configSchemaJson() as Node, '')
    // The forms of a place such as { file: path }, and of a password.
    assert.deepEqual(
      silent.filter(key => !/^connections\.logins\.password\.|\.(?:cert|key|ca)\.file$/.test(key)),
      [],
    )
    assert.ok(configurationRows().length > 60)
  })

  it('names only shapes that a label can have', () => {
    for (const { shape } of builtInShapes) {
      const config = load({ ...minimal(), labels: { 'acme.any': { shape } } })
      assert.doesNotThrow(() => compileMasking(maskingRules(config, 'clinic')))
    }
  })

  it('states the defaults that count', () => {
    const all = [...defaultsOf(configSchemaJson() as Node, [])]
    assert.ok(all.length >= 10)
    const ofDatabases = ['notices', 'md5', 'oauth']
    const forms = [ofDatabases, ['trustAnnotations', 'caller']]
    for (const [index, make] of [minimal, withDatabase].entries()) {
      const given = make()
      for (const [path, value] of all) if (!forms[index]?.includes(String(path.at(-1)))) put(given, path, value)
      assert.deepEqual(load(given), load(make()))
    }
  })
})

describe('docs/recording.md', () => {
  it('names every kind of entry', () => {
    const source = readFileSync(new URL('../../src/recording/entry.ts', import.meta.url), 'utf8')
    const kinds = [...source.matchAll(/readonly kind: '([a-z.]+)'/g)].map(match => match[1] as string)
    const page = read('recording.md')
    assert.ok(kinds.length > 10)
    assert.deepEqual(
      kinds.filter(kind => !page.includes(`\`${kind}\``)),
      [],
    )
  })
})
