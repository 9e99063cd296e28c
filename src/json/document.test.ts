import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readJsonText } from './document.ts'

const limits = { depth: 64, values: 1_000 }
const read = (text: string) => readJsonText(text, limits).value

test('a member name with an escape in it is read as it is, whatever was read before', () => {
  const pairs: readonly (readonly [before: string, text: string, name: string])[] = [
    ['{"a":1,"\\\\u0070":2}', '{"a":1,"\\u0070atient":2}', 'patient'],
    ['[{"x":1,"\\\\u00":2}]', '[{"x":1,"\\u006eame":2}]', 'name'],
    ['{"k":{"":1,"\\\\":2}}', '{"k":{"":1,"\\u0000":2}}', '\0'],
    ['{"n":1,"\\\\\\\\":2}', '{"n":1,"\\\\x":2}', '\\x'],
  ]
  for (const [before, text, name] of pairs) {
    for (let time = 0; time < 3; time++) {
      read(before)
      assert.ok(JSON.stringify(read(text)).includes(`${JSON.stringify(name)}:2`), name)
    }
  }
})

test('what has such a name is otherwise read as ever', () => {
  const text = String.raw`{"\u0061":[1,-0,1.5e3,true,null,"\ud83d\ude00",{},[]],"__proto__":{"\n":[[{"10":1,"9":2}]]},"z":""}`
  const expected = JSON.parse(text) as object
  assert.deepEqual(read(text), expected)
  assert.deepEqual(Object.keys(read(text) as object), ['a', '__proto__', 'z'])
  assert.equal(JSON.stringify(read(text)), JSON.stringify(expected))
})
