// A configuration file that is written to be misread, or to keep the gateway from its work. Promise: nothing in it is
// silently dropped or covered by something else, and reading it takes no longer than its size explains.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readConfig } from '../../src/config/load.ts'

const base = `version: 1
providers: { idp: { issuer: https://idp.example.org } }
connections: { clinic: { mcp: https://mcp.example.org/mcp } }
`

function problems(text: string): string[] {
  const read = readConfig(Buffer.from(text), '/etc/sallyport.yaml')
  return read.ok ? [] : read.problems.map(({ line, column, message }) => `${line}:${column} ${message}`)
}

describe('a key', () => {
  const unique = 'not YAML: Map keys must be unique'
  const cases: Readonly<Record<string, readonly [text: string, fault: string]>> = {
    'written twice': [`${base}rules: []\nrules: []\n`, `5:1 ${unique}`],
    'written twice in two forms': [`${base}groups: { a: { idp: [x] }, "a": { idp: [y] } }\n`, `4:28 ${unique}`],
    'written once as a number': [`${base}groups: { 1: { idp: [x] }, "1": { idp: [y] } }\n`, `4:28 ${unique}`],
    'that is an alias of one': [`${base}groups: { &a b: { idp: [x] }, *a : { idp: [y] } }\n`, `4:31 ${unique}`],
    'with a name no object can hold': [
      `${base}groups: { __proto__: { idp: [x] } }\n`,
      '4:11 "__proto__" cannot be a name: write another one',
    ],
    'of a label that would be lost': [
      `${base}labels: { __proto__: { json: ["**.mrn"] } }\n`,
      '4:11 "__proto__" cannot be a name: write another one',
    ],
    'that is a list': [`${base}groups: { [a]: { idp: [x] } }\n`, '4:11 a key is one word: write a name'],
  }
  for (const [what, [text, fault]] of Object.entries(cases))
    it(`${what} is a fault with a place`, () => assert.deepEqual(problems(text), [fault]))

  it('that objects have by themselves is a name like any other', () => {
    const text = `${base}groups: { constructor: { idp: [x] } }
rules: [{ id: toString, allow: ["*"], who: [constructor], on: [clinic] }]\n`
    assert.deepEqual(problems(text), [])
    assert.deepEqual(problems(`${base}rules: [{ id: r, allow: ["*"], who: [constructor], on: [valueOf] }]\n`).length, 2)
  })
})

describe('a file', () => {
  it('of many thousand keys is read in a moment, right or wrong', () => {
    const many = (line: (at: number) => string) => Array.from({ length: 8_000 }, (_, at) => line(at)).join('\n')
    const began = performance.now()
    assert.deepEqual(problems(`${base}groups:\n${many(at => `  g${at}: { idp: [x] }`)}\n`), [])
    const unknown = problems(`${base}${many(at => `k${at}: 1`)}\n`)
    assert.ok(performance.now() - began < 4_000, `${performance.now() - began} ms`)
    assert.equal(unknown.length, 201)
    assert.match(unknown.at(-1) ?? '', /and \d+ more$/)
  })

  it('nested without end has one problem', () => {
    assert.deepEqual(
      problems(`a: ${'['.repeat(20_000)}`).map(problem => problem.replace(/^\d+:\d+ /, '')),
      ['nested too deeply'],
    )
  })

  it('of aliases of aliases is not read', () => {
    const levels = Array.from({ length: 6 }, (_, at) => `k${at + 1}: &k${at + 1} [${`*k${at},`.repeat(9)}]`)
    assert.deepEqual(problems(`k0: &k0 [x]\n${levels.join('\n')}\n`), ['1:1 too many aliases: write the values out'])
  })
})
