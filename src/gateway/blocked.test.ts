// What a blocked question is told, by the real pipeline.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { rule, statement } from '../policy/decide-fixture.ts'
import type { Rule } from '../policy/rules.ts'
import { Refusal } from './errors.ts'
import { PipelineRig } from './pipeline.fixture.ts'

const all = rule('allow', 'all', ['sql.*'])
const approvers = { groups: ['compliance'], people: 1, withinMs: 60_000, holdMs: null }
const noResult = (id: string) => rule('hold', id, ['sql.*'], { when: 'args.n > 1.0', approvers })
const select = { ...statement(['select public.visits']), exact: () => Buffer.from('a') }

let rig: PipelineRig
before(async () => {
  rig = await PipelineRig.start([all])
})
after(() => rig.finish())

function told(answer: unknown): string {
  assert.ok(answer instanceof Refusal && answer.code === 'blocked')
  return answer.says.replace(/ Reference: x_\w+$/, '')
}

async function says(...rules: Rule[]): Promise<string> {
  rig.rules.now = rules
  return told(await rig.ask(select))
}

test('a rule whose condition has no result is named, and each of several', async () => {
  assert.equal(
    await says(all, noResult('x')),
    'The condition of rule "x" has no result for this request, so it is refused.',
  )
  assert.equal(
    await says(all, noResult('x'), noResult('y')),
    'The conditions of rules "x", "y" have no result for this request, so it is refused.',
  )
})

test('a rule that simply blocks is not named', async () => {
  assert.equal(await says(all, rule('block', 'secret', ['sql.*'])), 'Policy does not allow this request.')
})

test('such a rule is named where it came while people thought', async () => {
  rig.rules.now = [all, rule('hold', 'h', ['sql.*'], { approvers })]
  const { waiting, reference } = rig.held()
  const answer = rig.ask(select, { waiting })
  const asked = await reference
  rig.rules.now = [...rig.rules.now, noResult('x')]
  await rig.vote(asked)
  assert.match(told(await answer), /^The condition of rule "x" has no result/)
})
