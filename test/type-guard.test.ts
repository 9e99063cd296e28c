// What the compiler cannot check of "no evidence, no bytes": that Masked, Cleared and Authored are each made in one file,
// that nobody casts to them, and that imports follow the arrows of docs/architecture.md.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  allSources,
  castsTo,
  filesWith,
  type Import,
  importsOf,
  interpolatedInto,
  type Sources,
  shippedSources,
} from './support/source-rules.ts'

const sources = shippedSources()
const guarded = [
  { type: 'Masked', file: 'src/masking/masked.ts' },
  { type: 'Cleared', file: 'src/recording/inbox.ts' },
  { type: 'Authored', file: 'src/gateway/authored.ts' },
]

/** By room: whose values it may import. Rooms that are not named here are `src/*.ts`, which put the rest together. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  cli: ['api', 'config', 'policy', 'recording', 'gateway', 'postgres'],
  api: ['gateway', 'access', 'identity', 'policy', 'recording', 'json'],
  mcp: ['gateway', 'json'],
  postgres: ['gateway'],
  config: ['identity', 'policy', 'masking'],
  discovery: ['masking', 'gateway'],
  gateway: ['policy', 'access', 'masking', 'recording', 'identity', 'json'],
  policy: ['store', 'json'],
  access: ['store', 'json'],
  masking: ['store', 'json'],
  recording: ['store', 'json'],
  identity: ['store', 'json'],
  store: ['json'],
  json: [],
}
/** Tables and ids that import nothing themselves: anybody may. */
const tables = ['src/gateway/limits.ts', 'src/gateway/errors.ts', 'src/gateway/ids.ts', 'src/version.ts']

/** What may stand in words of the gateway's own: its own words, numbers, and an id given back to whoever sent it. */
const authoredParts: Readonly<Record<string, readonly string[]>> = {
  'src/mcp/answers.ts': ['asked.idSource', 'JSON.stringify(result)', 'JSON.stringify(error)'],
  'src/mcp/hold-notice.ts': ['json.source(token)', 'progress', 'message'],
  'src/mcp/upstream-stdio.ts': ['params'],
  'src/mcp/reply.ts': [],
  'src/mcp/server-question.ts': ['idSource', 'code', 'JSON.stringify(message)'],
  'src/postgres/answers.ts': ['readyBytes(this.#turns.status)'],
  'src/postgres/asking.ts': ["errorBytes(refusalReport(refusal, 'ERROR', sql))"],
  'src/postgres/door.ts': ['authenticationBytes(0)', 'negotiateBytes(2, caller.negotiate.unknown)'],
  'src/postgres/entrance.ts': ['word'],
  'src/postgres/link.ts': [
    'Buffer.concat([frame(back.keyData, this.#key), readyBytes(IDLE)])',
    "errorBytes(refusalReport(refusal, 'ERROR', cancelled))",
  ],
  'src/postgres/messages.ts': [
    ['Buffer.concat([frame(front.execute, `$', '{portal}\\0`, uint32Bytes(0)), frame(front.flush)])'].join(''),
    "errorBytes(refusalReport(refusal, 'FATAL'))",
    "errorBytes({ severity: 'FATAL', sqlState, message })",
    'frame(front.flush)',
    'frame(front.sync)',
    'frame(front.terminate)',
    "report(back.notice, { severity: 'NOTICE', sqlState: '00000', message, hint })",
  ],
  'src/postgres/releases.ts': ['readyBytes(this.#parts.onReady(ready))'],
  'src/postgres/sign-in.ts': ['bytes'],
  // The sign-in at the database: the gateway's own credential, before any caller's byte.
  'src/postgres/upstream.ts': ['frame(front.password, ...parts)', 'packet', 'request'],
}

function strayImports(imports: readonly Import[]): string[] {
  return imports.flatMap(({ from, to, values }) => {
    const [room = '', other = ''] = [from, to].map(path => path.split('/')[1])
    if (values.length === 0 || room === other || tables.includes(to)) return []
    if (room.endsWith('.ts')) return []
    return arrows[room]?.includes(other) ? [] : [`${from} imports ${values.join(', ')} of ${to}`]
  })
}

function partsOf(of: Sources): Record<string, readonly string[]> {
  const found = interpolatedInto(of, /\bauthored(?:Bytes)?\(/g)
  return Object.fromEntries([...found].map(([file, parts]) => [file, [...new Set(parts)].sort()]))
}

describe('the three guarded types', () => {
  for (const { type, file } of guarded) {
    it(`${type} is made in ${file} alone, once`, () => {
      assert.deepEqual(filesWith(sources, new RegExp(`\\bnew ${type}\\b`)), [file])
      assert.deepEqual(filesWith(sources, new RegExp(`\\bclass ${type}\\b`)), [file])
      assert.deepEqual(filesWith(sources, new RegExp(`\\bextends ${type}\\b`)), [])
      const text = sources.get(file) ?? ''
      assert.equal(text.match(new RegExp(`\\bnew ${type}\\b`, 'g'))?.length, 1)
      assert.match(text, /private constructor\(/)
      assert.match(text, /static \{/)
    })

    it(`nobody casts to ${type}`, () => assert.deepEqual(castsTo(allSources(), type), []))
  }

  it('nothing is made from their prototypes', () => {
    assert.deepEqual(filesWith(sources, /\b(?:Object\.create\((?!null\b)|setPrototypeOf\b|Reflect\.construct\b)/), [])
  })

  it('masked() is used by masking alone', () => {
    const users = importsOf(sources).filter(({ values }) => values.includes('masked'))
    assert.ok(users.length > 0)
    assert.deepEqual(
      users.filter(({ from }) => !from.startsWith('src/masking/')),
      [],
    )
  })

  it('words of the gateway hold what is listed here, in the files listed here', () => {
    const expected = Object.entries(authoredParts).map(([file, parts]) => [file, [...parts].sort()])
    assert.deepEqual(partsOf(sources), Object.fromEntries(expected.sort()))
  })

  it('bytes are written to a side where outlets are, and by the API and the listener about themselves', () => {
    const writers = filesWith(sources, /\bresponse\.(?:write|end)\(|\bstdin\.(?:write|end)\(/)
    assert.deepEqual(writers, ['src/listener.ts', 'src/mcp/outlets.ts', 'src/mcp/reply.ts', 'src/mcp/stdio-process.ts'])
  })
})

describe('imports', () => {
  it('follow the arrows', () => assert.deepEqual(strayImports(importsOf(sources)), []))

  it('of the tables everybody may use go nowhere', () => {
    const own = importsOf(sources).filter(({ from, values }) => tables.includes(from) && values.length > 0)
    assert.deepEqual(own, [])
  })

  it('name only rooms there are', () => {
    const rooms = new Set([...sources.keys()].map(file => file.split('/')[1] ?? ''))
    assert.deepEqual([...rooms].filter(room => !room.endsWith('.ts')).sort(), Object.keys(arrows).sort())
  })
})

describe('these rules notice', () => {
  const one = (text: string, file = 'src/mcp/a.ts'): Sources => new Map([[file, text]])

  it('a cast', () => {
    // Put together here, since this file is searched too.
    const as = (type: string) => `as ${type}`
    const casts = ['x @', 'x as unknown @<D>', 'const a = [x @<"caller">]', 'f(x @)', 'x @ ']
    for (const cast of casts.map(text => text.replace('@', as('Cleared'))))
      assert.equal(castsTo(one(cast), 'Cleared').length, 1, cast)
    assert.equal(castsTo(one(`const a: Cleared = b // ${as('Cleared')}`), 'Cleared').length, 0)
  })

  it('an import against the arrows, and leaves types alone', () => {
    const stray = (text: string, file?: string) => strayImports(importsOf(one(text, file))).length
    assert.equal(stray("import { Inbox } from '../recording/inbox.ts'"), 1)
    assert.equal(stray("import {\n  type Findings,\n  masked,\n} from '../masking/masked.ts'"), 1)
    assert.equal(stray("export { decide } from '../policy/decide.ts'"), 1)
    assert.equal(stray("const a = await import('../store/open.ts')"), 1)
    assert.equal(stray("import '../config/load.ts'"), 1)
    assert.equal(stray("import { authored } from '../gateway/authored.ts'", 'src/policy/a.ts'), 1)
    assert.equal(stray("import type { Inbox } from '../recording/inbox.ts'"), 0)
    assert.equal(stray("import { type Cleared } from '../recording/inbox.ts'"), 0)
    assert.equal(stray("import { limits } from '../gateway/limits.ts'", 'src/policy/a.ts'), 0)
  })

  it('text put into words of the gateway', () => {
    const template = 'authored(`{"a":$' + '{upstream.text}}`)'
    assert.deepEqual(partsOf(one(template)), { 'src/mcp/a.ts': ['upstream.text'] })
    assert.deepEqual(partsOf(one('authored(text)')), { 'src/mcp/a.ts': ['text'] })
    assert.deepEqual(partsOf(one("authored('own words')")), { 'src/mcp/a.ts': [] })
  })
})
