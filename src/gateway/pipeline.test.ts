// Probes and budgets of rows, with a real record: what passes, what is in the record by then, and who was asked.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { rule, statement } from '../policy/decide-fixture.ts'
import type { Rule } from '../policy/rules.ts'
import type { Entry } from '../recording/entry.ts'
import { Refusal } from './errors.ts'
import { bytes, PipelineRig } from './pipeline.fixture.ts'
import type { Action, Admission, Exchange } from './seam.ts'

const all = rule('allow', 'all', ['sql.*'])
const approvers = { groups: ['compliance'], people: 1, withinMs: 60_000, holdMs: null }
const large = rule('hold', 'large', ['sql.select:*'], { when: 'sql.estimatedRows > 1000', approvers })
const budget = (ask: number | null, stop: number | null, more: Partial<Rule> = {}) =>
  rule('allow', 'budget', ['sql.*'], { rows: { ask, stop }, approvers: ask === null ? null : approvers, ...more })

const select = (text = 'a'): Action => ({ ...statement(['select public.visits']), exact: () => Buffer.from(text) })
const estimates = (action: Action, estimatedRows: number) => async () => ({
  sql: { ...(action.facts.sql as object), estimatedRows },
})

/** Kind by kind, with what says how it came out. */
function brief(entries: readonly Entry[]): string[] {
  return entries.flatMap(entry => {
    switch (entry.kind) {
      case 'question':
        return entry.operation === 'session/standing' ? [] : [`question ${entry.operation} ${entry.decision}`]
      case 'decided':
        return [`decided ${entry.decision}`]
      case 'answer.refused':
        return [`refused ${entry.code}`]
      case 'answer':
        return [`answer ${entry.rows ?? '-'}`]
      case 'verdict':
      case 'hold':
        return [entry.kind]
      case 'end':
        return [`end ${entry.outcome}`]
      default:
        return []
    }
  })
}

function admitted(answer: Admission<'system'> | Refusal): Admission<'system'> {
  if (answer instanceof Refusal) throw answer
  return answer
}

function codeOf(answer: unknown): string {
  return answer instanceof Refusal ? answer.code : 'passed'
}

let rig: PipelineRig
let record: string[] | null
beforeEach(async () => {
  rig = await PipelineRig.start([all, large])
  record = null
})
afterEach(async () => {
  if (record === null) await rig.finish()
})
const recorded = async () => {
  record = brief(await rig.finish())
  return record
}

describe('a probe', () => {
  const probed = (action: Action, rows: number, more: Partial<Exchange<'system'>> = {}) =>
    rig.ask(action, { probe: estimates(action, rows), ...more })

  test('comes after the question is durable, and the decision after it', async () => {
    const action = select()
    let before: string[] = []
    const admission = admitted(
      await rig.ask(action, {
        probe: async reference => {
          assert.match(reference, /^x_/)
          before = brief(rig.soFar())
          return estimates(action, 10)()
        },
      }),
    )
    assert.deepEqual(before, ['question sql.select probe'])
    admission.end('done', 0)
    assert.deepEqual(await recorded(), ['question sql.select probe', 'decided allow', 'end done'])
  })
  test('is not made where no rule reads what it tells', async () => {
    const probe = async () => assert.fail('nobody reads it')
    const updates = { ...statement(['update public.visits']), exact: () => Buffer.from('u') }
    admitted(await rig.ask(updates, { probe })).end('done', 0)
    rig.rules.now = [all, large, rule('block', 'b', ['*'])]
    assert.equal(codeOf(await rig.ask(select(), { probe })), 'blocked')
    assert.deepEqual((await recorded()).slice(0, 3), [
      'question sql.update allow',
      'end done',
      'question sql.select block',
    ])
  })
  test('that holds the statement leads to people, and the approved statement runs', async () => {
    const { waiting, reference } = rig.held()
    const asking = probed(select(), 5_000, { waiting })
    await rig.vote(await reference)
    admitted(await asking).end('done', 0)
    assert.deepEqual(await recorded(), [
      'question sql.select probe',
      'decided hold',
      'hold',
      'decided allow',
      'end done',
    ])
  })
  test('an approval is found again by the same statement alone, which is probed first', async () => {
    const first = await probed(select(), 5_000, { patienceMs: 0 })
    assert.ok(first instanceof Refusal && first.code === 'pending')
    await rig.vote(first.reference)
    assert.equal(codeOf(await probed(select('other'), 5_000, { patienceMs: 0 })), 'pending')
    admitted(await probed(select(), 5_000, { patienceMs: 0 })).end('done', 0)
    assert.equal(codeOf(await probed(select(), 5_000, { patienceMs: 0 })), 'pending')
    const held = ['question sql.select probe', 'decided hold', 'hold']
    const used = ['question sql.select probe', 'decided allow', 'end done']
    assert.deepEqual(await recorded(), [...held, ...held, ...used, ...held])
  })
  test('that fails or refuses ends the question, in the record too', async () => {
    const refuse = async () => new Refusal('upstream', 'x_other', 'The system gives no estimate.')
    const answer = await rig.ask(select(), { probe: refuse })
    assert.ok(answer instanceof Refusal && answer.code === 'upstream' && answer.reference !== 'x_other')
    const fails = () => {
      throw new Error('broken')
    }
    assert.equal(codeOf(await rig.ask(select(), { probe: fails })), 'internal')
    assert.deepEqual(await recorded(), [
      'question sql.select probe',
      'refused upstream',
      'question sql.select probe',
      'refused internal',
    ])
  })
  test('that tells nothing denies', async () => {
    assert.equal(codeOf(await rig.ask(select(), { probe: async () => ({}) })), 'blocked')
    assert.equal(codeOf(await rig.ask(select())), 'blocked')
    assert.deepEqual(await recorded(), ['question sql.select probe', 'decided block', 'question sql.select block'])
  })
  test('a caller that leaves meanwhile is the end of it', async () => {
    const gone = new AbortController()
    const action = select()
    const probe = async () => {
      gone.abort()
      return estimates(action, 5_000)()
    }
    assert.equal(codeOf(await rig.ask(action, { probe, withdrawn: gone.signal })), 'internal')
    assert.deepEqual(await recorded(), ['question sql.select probe', 'end gone'])
  })
})

describe('a budget of rows', () => {
  const part = (rows: number) => [bytes(`${rows} rows`), false, { rows }] as const

  test('counts what passes, and the record says how many', async () => {
    rig.rules.now = [budget(null, 10)]
    const admission = admitted(await rig.ask(select()))
    assert.equal(codeOf(await admission.answer(...part(4))), 'passed')
    assert.equal(codeOf(await admission.answer(...part(6))), 'passed')
    assert.equal(codeOf(await admission.answer(bytes('end'), true)), 'passed')
    admission.end('done', 0)
    assert.deepEqual(await recorded(), ['question sql.select allow', 'answer 4', 'answer 6', 'answer -', 'end done'])
  })
  test('beyond the hard limit nothing follows, and it is recorded once', async () => {
    rig.rules.now = [budget(null, 10)]
    const admission = admitted(await rig.ask(select()))
    await admission.answer(...part(10))
    const [over, next, last] = await Promise.all([
      admission.answer(...part(1)),
      admission.answer(...part(0)),
      admission.answer(bytes('end'), true),
    ])
    assert.deepEqual([over, next, last].map(codeOf), ['blocked', 'blocked', 'blocked'])
    assert.ok(over instanceof Refusal && over.reference === admission.reference && over.detail?.includes('10'))
    admission.end('cut', 0)
    assert.deepEqual(await recorded(), ['question sql.select allow', 'answer 10', 'refused blocked', 'end cut'])
  })
  test('rows sent to the system are not counted against it', async () => {
    rig.rules.now = [budget(null, 1)]
    const admission = admitted(await rig.ask(select()))
    assert.equal(codeOf(await admission.more(bytes('copied'), { rows: 5 })), 'passed')
    assert.equal(codeOf(await admission.answer(...part(1))), 'passed')
    admission.end('done', 0)
  })
  test('beyond the soft limit people are asked once, and all that waited passes in order', async () => {
    rig.rules.now = [budget(5, 100)]
    const { waiting, reference } = rig.held()
    const admission = admitted(await rig.ask(select(), { waiting }))
    assert.equal(codeOf(await admission.answer(...part(5))), 'passed')
    const done: number[] = []
    const held = [1, 2, 3].map(rows =>
      admission.answer(...part(rows)).then(answer => done.push(rows) && codeOf(answer)),
    )
    const asked = await reference
    assert.notEqual(asked, admission.reference)
    assert.deepEqual(await rig.grounds(asked), { rows: { out: 5, stop: 100 } })
    assert.deepEqual(done, [])
    await rig.vote(asked)
    assert.deepEqual(await Promise.all(held), ['passed', 'passed', 'passed'])
    assert.deepEqual(done, [1, 2, 3])
    assert.equal(codeOf(await admission.answer(...part(80))), 'passed')
    assert.equal(codeOf(await admission.answer(...part(80))), 'blocked')
    admission.end('cut', 0)
    assert.deepEqual(await recorded(), [
      'question sql.select allow',
      'answer 5',
      'question rows/continue hold',
      'hold',
      'decided allow',
      'end done',
      'answer 1',
      'answer 2',
      'answer 3',
      'answer 80',
      'refused blocked',
      'end cut',
    ])
  })
  test('while people think, reading stops', async () => {
    rig.rules.now = [budget(1, null)]
    const { waiting, reference } = rig.held()
    const admission = admitted(await rig.ask(select(), { waiting }))
    const held = [2, 2, 2, 2].map(rows => admission.answer(...part(rows)))
    let room = false
    const waited = admission.room().then(() => {
      room = true
    })
    const asked = await reference
    assert.equal(room, false)
    await rig.vote(asked)
    await Promise.all([...held, waited])
    admission.end('done', 0)
  })
  test('denied, the answer ends, and the caller is told the reference of the request', async () => {
    rig.rules.now = [budget(5, null)]
    const { waiting, reference } = rig.held()
    const admission = admitted(await rig.ask(select(), { waiting }))
    const over = admission.answer(...part(6))
    const asked = await reference
    await rig.vote(asked, 'deny')
    const answer = await over
    assert.ok(answer instanceof Refusal && answer.code === 'denied' && answer.reference === asked)
    assert.equal(codeOf(await admission.answer(...part(0))), 'denied')
    admission.end('cut', 0)
    assert.deepEqual(await recorded(), [
      'question sql.select allow',
      'question rows/continue hold',
      'hold',
      'refused denied',
      'end cut',
    ])
  })
  test('approved after its caller was sent away, the same statement goes on once', async () => {
    rig.rules.now = [budget(5, null)]
    const run = async (text: string) => {
      const admission = admitted(await rig.ask(select(text), { patienceMs: 0 }))
      const answer = await admission.answer(...part(6))
      admission.end('done', 0)
      return answer
    }
    const first = await run('a')
    assert.ok(first instanceof Refusal && first.code === 'pending')
    await rig.vote(first.reference)
    assert.equal(codeOf(await run('b')), 'pending')
    assert.equal(codeOf(await run('a')), 'passed')
    assert.equal(codeOf(await run('a')), 'pending')
  })
  test('an approval of the statement is none of its rows, and the other way round', async () => {
    rig.rules.now = [budget(5, null), rule('hold', 'h', ['sql.*'], { approvers })]
    const first = await rig.ask(select(), { patienceMs: 0 })
    assert.ok(first instanceof Refusal && first.code === 'pending')
    await rig.vote(first.reference)
    const admission = admitted(await rig.ask(select(), { patienceMs: 0 }))
    const rows = await admission.answer(...part(6))
    assert.ok(rows instanceof Refusal && rows.code === 'pending')
    admission.end('cut', 0)
    await rig.vote(rows.reference)
    assert.equal(codeOf(await rig.ask(select(), { patienceMs: 0 })), 'pending')
  })
  test('rules that changed while people thought ask anew', async () => {
    rig.rules.now = [budget(5, null)]
    const { waiting, reference } = rig.held()
    const admission = admitted(await rig.ask(select(), { waiting }))
    const over = admission.answer(...part(6))
    const asked = await reference
    rig.rules.now = [budget(5, null), rule('block', 'b', ['sql.drop'])]
    await rig.vote(asked)
    assert.equal(codeOf(await over), 'pending')
    admission.end('cut', 0)
  })
  test('rules that by now block it end the answer', async () => {
    rig.rules.now = [budget(5, null)]
    const { waiting, reference } = rig.held()
    const admission = admitted(await rig.ask(select(), { waiting }))
    const over = admission.answer(...part(6))
    const asked = await reference
    rig.rules.now = [budget(5, null), rule('block', 'b', ['sql.select'])]
    await rig.vote(asked)
    assert.equal(codeOf(await over), 'blocked')
    admission.end('cut', 0)
  })
  test('a caller that leaves while people think gets nothing', async () => {
    rig.rules.now = [budget(5, null)]
    const gone = new AbortController()
    const { waiting, reference } = rig.held()
    const admission = admitted(await rig.ask(select(), { waiting, withdrawn: gone.signal }))
    const over = admission.answer(...part(6))
    await reference
    gone.abort()
    assert.equal(codeOf(await over), 'internal')
    admission.end('gone', 0)
    assert.ok(!(await recorded()).some(line => line.startsWith('answer ')))
  })
})

test('no rule makes a question wait longer than its caller can', async () => {
  rig.rules.now = [rule('hold', 'h', ['sql.*'], { who: ['nurse'], approvers: { ...approvers, holdMs: 600_000 } })]
  assert.equal(codeOf(await rig.ask(select(), { longestWaitMs: 5 })), 'pending')
})
