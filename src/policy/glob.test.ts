import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileGlob, covers, type GlobKind } from './glob.ts'

const rows: [GlobKind, string, string, boolean][] = [
  ['name', '*', '', true],
  ['name', '*', 'any/thing', true],
  ['name', 'get_*', 'get_chart', true],
  ['name', 'get_*', 'forget_chart', false],
  ['name', '*_all', 'delete_all', true],
  ['name', '*_all', 'delete_all_', false],
  ['name', 'a*b*c', 'a-b-b-c', true],
  ['name', 'a*b*c', 'acb', false],
  ['name', 'get', 'get_', false],
  ['name', 'g.t', 'get', false],
  ['name', '[a-z]', 'a', false],
  ['uri', 'fhir://*', 'fhir://Patient', true],
  ['uri', 'fhir://*', 'fhir://Patient/1', false],
  ['uri', 'fhir://**', 'fhir://Patient/1/history', true],
  ['uri', 'fhir://*/1', 'fhir://Patient/1', true],
  ['uri', 'fhir://**/1', 'fhir://a/b/c/1', true],
  ['uri', 'fhir://*/*', 'fhir://Patient/', true],
  ['uri', 'fhir://**/history', 'fhir://Patient/1/histor', false],
]
for (const [kind, source, text, expected] of rows) {
  test(`${kind} ${source} on ${text}: ${expected}`, () =>
    assert.equal(compileGlob(source, kind).matches(text), expected))
}

test('a pattern full of wildcards takes no longer on a hostile text', () => {
  const glob = compileGlob(`${'*a'.repeat(100)}b`, 'name')
  const before = performance.now()
  assert.equal(glob.matches('a'.repeat(5_000)), false)
  assert.ok(performance.now() - before < 2_000)
})

test('agrees with an obvious recursive matcher', () => {
  const slow = (glob: string, text: string): boolean => {
    if (glob === '') return text === ''
    if (glob.startsWith('**')) return slow(glob.slice(2), text) || (text !== '' && slow(glob, text.slice(1)))
    if (glob[0] === '*')
      return slow(glob.slice(1), text) || (text !== '' && text[0] !== '/' && slow(glob, text.slice(1)))
    return text !== '' && glob[0] === text[0] && slow(glob.slice(1), text.slice(1))
  }
  const word = (unit: string[]) => fc.array(fc.constantFrom(...unit), { maxLength: 7 }).map(parts => parts.join(''))
  fc.assert(
    fc.property(word(['a', '/', '*', '**']), word(['a', 'b', '/']), (glob, text) => {
      const plain = glob.replace(/\*{3,}/g, '**')
      assert.equal(compileGlob(plain, 'uri').matches(text), slow(plain, text))
    }),
  )
})

test('what covers matches every text that the covered matches', () => {
  const word = (unit: string[]) => fc.array(fc.constantFrom(...unit), { maxLength: 6 }).map(parts => parts.join(''))
  fc.assert(
    fc.property(word(['a', '/', '*', '**']), word(['a', '/', '*', '**']), word(['a', '/']), (left, right, text) => {
      const wide = compileGlob(left, 'uri')
      const narrow = compileGlob(right, 'uri')
      if (covers(wide, narrow) && narrow.matches(text)) assert.ok(wide.matches(text), `${left} ${right} ${text}`)
    }),
    { numRuns: 2_000 },
  )
  assert.ok(covers(compileGlob('*', 'name'), compileGlob('get_*', 'name')))
  assert.ok(covers(compileGlob('get_*', 'name'), compileGlob('get_chart', 'name')))
  assert.ok(!covers(compileGlob('get_*', 'name'), compileGlob('*', 'name')))
  assert.ok(!covers(compileGlob('a/*', 'uri'), compileGlob('a/**', 'uri')))
})
