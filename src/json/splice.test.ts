import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readJsonText } from './document.ts'
import { type JsonEdit, planEdits, type Splice, SpliceError, splice, spliceLiteral } from './splice.ts'

const limits = { depth: 64, values: 1 << 20 }

function edit(text: string, edits: readonly JsonEdit[]): string {
  const result = splice(text, planEdits(readJsonText(text, limits), edits).splices)
  JSON.parse(result)
  return result
}

for (const [name, text, edits, expected] of [
  ['replaces a value', '{"a": 1.0, "b":2}', [{ path: ['a'], json: '"x"' }], '{"a": "x", "b":2}'],
  ['removes the first member', '{"a":1, "b":2}', [{ path: ['a'], json: null }], '{"b":2}'],
  ['removes the last member', '{"a":1, "b":2 }', [{ path: ['b'], json: null }], '{"a":1 }'],
  ['removes a middle member', '{"a":1, "b":2 , "c":3}', [{ path: ['b'], json: null }], '{"a":1 , "c":3}'],
  ['removes the only member', '{ "a":{"x":[1]} }', [{ path: ['a'], json: null }], '{  }'],
  [
    'removes neighbours',
    '{"a":1,"b":2,"c":3}',
    [
      { path: ['a'], json: null },
      { path: ['b'], json: null },
    ],
    '{"c":3}',
  ],
  [
    'removes the last two',
    '{"a":1,"b":2,"c":3}',
    [
      { path: ['c'], json: null },
      { path: ['b'], json: null },
    ],
    '{"a":1}',
  ],
  [
    'removes all',
    '{"a":1,"b":2}',
    [
      { path: ['a'], json: null },
      { path: ['b'], json: null },
    ],
    '{}',
  ],
  [
    'removes array items',
    '[1,[2],3,4]',
    [
      { path: [0], json: null },
      { path: [3], json: null },
    ],
    '[[2],3]',
  ],
  ['adds a member', '{"a":1}', [{ path: ['n"'], json: '[]' }], '{"a":1,"n\\"":[]}'],
  ['adds to an empty object', '{"a":{ }}', [{ path: ['a', 'b'], json: '2' }], '{"a":{ "b":2}}'],
  [
    'adds after removing all',
    '{"a":1}',
    [
      { path: ['a'], json: null },
      { path: ['b'], json: '2' },
    ],
    '{"b":2}',
  ],
  ['adds an item', '{"a":[1]}', [{ path: ['a', 1], json: '2' }], '{"a":[1,2]}'],
  ['ignores what is not there', '{"a":1}', [{ path: ['b', 'c'], json: null }], '{"a":1}'],
  ['replaces the root', ' [1] ', [{ path: [], json: '{}' }], ' {} '],
] as readonly [string, string, JsonEdit[], string][]) {
  test(name, () => assert.equal(edit(text, edits), expected))
}

test('an edit below another, below nothing and of the whole is refused', () => {
  assert.throws(
    () =>
      edit('{"a":{"b":1}}', [
        { path: ['a'], json: '1' },
        { path: ['a', 'b'], json: '2' },
      ]),
    SpliceError,
  )
  assert.throws(() => edit('{"a":1}', [{ path: ['x', 'y'], json: '2' }]), SpliceError)
  assert.throws(() => edit('{"a":1}', [{ path: ['a', 'y'], json: '2' }]), SpliceError)
  assert.throws(() => edit('{"a":1}', [{ path: [], json: null }]), SpliceError)
})

test('any set of removals leaves what JSON.parse and deletion leave', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.jsonValue({ maxDepth: 1 }), fc.boolean()), { maxLength: 8 }),
      fc.constantFrom('', ' ', '\n'),
      (items, gap) => {
        const members = items.map(([value], index) => `${gap}"m${index}"${gap}:${gap}${JSON.stringify(value)}${gap}`)
        const edits = items.flatMap(([, removed], index) => (removed ? [{ path: [`m${index}`], json: null }] : []))
        const kept = Object.fromEntries(
          items.flatMap(([value, removed], index) => (removed ? [] : [[`m${index}`, value]])),
        )
        assert.deepEqual(JSON.parse(edit(`{${members.join(',')}}`, edits)), JSON.parse(JSON.stringify(kept)))
      },
    ),
  )
})

test('splices of a decoded string keep the escapes around them', () => {
  const literal = '"a\\u0041\\n\\"é\\ud83d\\ude00 x\\/y"'
  const decoded = JSON.parse(literal) as string
  const at = decoded.indexOf('x')
  const out: Splice[] = []
  spliceLiteral(literal, 0, [{ start: at, end: at + 1, text: '"\n' }], out)
  assert.equal(splice(literal, out), '"a\\u0041\\n\\"é\\ud83d\\ude00 \\"\\n\\/y"')
})
