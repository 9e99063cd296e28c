// What was traced for one answer must never stand for another that only looks like it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultPlan } from '../masking/masker.ts'
import { compileMasking } from '../masking/plan.ts'
import type { Field } from './reading.ts'
import { TracedColumns } from './traced-columns.ts'

const field: Field = { name: 'note', table: 1, attribute: 2, type: 25, format: 'text' }
const other = compileMasking({ labels: {}, clean: {}, transforms: { default: 'redact', byLabel: {} } })
const origin = { ...field, labels: 'unknown', derived: true } as const

function traced(sure = true) {
  const columns = new TracedColumns()
  let traces = 0
  const of = (fields: readonly Field[], result = 0, masking = defaultPlan) =>
    columns.of(fields, result, masking, () => {
      traces++
      return { origins: fields.map(() => origin), sure }
    })
  return { of, traces: () => traces }
}

test('the same columns under the same labels are traced once', () => {
  const { of, traces } = traced()
  const first = of([field])
  assert.equal(of([{ ...field }]), first)
  assert.equal(traces(), 1)
})

const differing: Readonly<Record<string, readonly [readonly Field[], number?, typeof defaultPlan?]>> = {
  'another name': [[{ ...field, name: 'x' }]],
  'another table': [[{ ...field, table: 9 }]],
  'another column': [[{ ...field, attribute: 9 }]],
  'another type': [[{ ...field, type: 20 }]],
  'another format': [[{ ...field, format: 'binary' }]],
  'one column more': [[field, field]],
  'another result of the text': [[field], 1],
  'labels configured anew': [[field], 0, other],
}
for (const [name, [fields, result, masking]] of Object.entries(differing)) {
  test(`${name} is traced again`, () => {
    const { of, traces } = traced()
    of([field])
    assert.equal(of(fields, result, masking).length, fields.length)
    assert.equal(traces(), 2)
  })
}

test('what was not as expected is not kept', () => {
  const { of, traces } = traced(false)
  of([field])
  of([field])
  assert.equal(traces(), 2)
})
