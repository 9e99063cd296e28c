// Attacks on approvals, from outside: each test tries to get something done that nobody approved as it is, or approved by
// somebody who may not. Promise: the protected system is the judge of what ran.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ApprovalsRig, pendingReference } from './support/approvals-rig.ts'
import { answerOf, McpCaller, messagesOf, refusalOf, textOf } from './support/mcp-caller.ts'

describe('approvals', () => {
  let rig: ApprovalsRig
  let ann: McpCaller
  let marks = 0
  /** Arguments that no other test has. */
  const fresh = () => `mark-${++marks}-`

  before(async () => {
    rig = await ApprovalsRig.start()
    ann = await rig.caller('ann')
  })

  after(() => rig?.stop())

  describe('of a call that waits', () => {
    for (const era of ['legacy', 'modern'] as const) {
      it(`${era}: it is answered once a person has approved`, async () => {
        const mark = fresh()
        const caller = await McpCaller.connect(rig.gateway, 'clinic', era, 'ann')
        const held = caller.start('tools/call', {
          name: 'wait_write',
          arguments: { mark },
          _meta: { progressToken: 7 },
        })
        const heard = await held.until(({ body }) => body.includes('notifications/progress'))
        assert.equal(heard.headers['content-type'], 'text/event-stream')
        const reference = /x_[0-9a-z]{26}/.exec(heard.body.toString())?.[0] ?? ''
        assert.equal(rig.ran(mark), 0)
        await rig.approve(reference)
        assert.equal(textOf(answerOf(await held.done)), 'wait_write ran')
        assert.equal(rig.ran(mark), 1)
        assert.deepEqual(await rig.stateOf(reference), { state: 'used', votes: 1 })
      })
    }

    it('it is refused once a person has denied, and so is the next one like it', async () => {
      const mark = fresh()
      const held = ann.start('tools/call', { name: 'wait_write', arguments: { mark } })
      const reference = await rig.opened('ann')
      assert.equal((await rig.vote('carla', reference, 'deny')).status, 200)
      const refusal = refusalOf(answerOf(await held.done))
      assert.deepEqual([refusal?.code, refusal?.reference, refusal?.retry], ['denied', reference, 'never'])
      assert.equal(refusalOf(await ann.call('wait_write', { mark }))?.code, 'denied')
      assert.equal((await rig.vote('dora', reference)).status, 409)
      assert.equal(rig.ran(mark), 0)
    })

    it('a caller that goes away takes its call with it, whoever approves', async () => {
      const mark = fresh()
      const held = ann.start('tools/call', { name: 'wait_write', arguments: { mark } })
      const reference = await rig.opened('ann')
      await held.cut()
      await rig.approve(reference)
      // What another call of the same caller does shows that the gateway is past it.
      await rig.runs(ann, 'get_text', {})
      assert.equal(rig.ran(mark), 0)
      await rig.runs(ann, 'wait_write', { mark })
      assert.equal(rig.ran(mark), 1)
    })

    it('two that wait for one approval: one runs, the other asks anew', async () => {
      const mark = fresh()
      const calls = [1, 2].map(() =>
        ann.start('tools/call', { name: 'wait_write', arguments: { mark }, _meta: { progressToken: 1 } }),
      )
      for (const call of calls) await call.until(({ body }) => body.includes('notifications/progress'))
      const reference = await rig.opened('ann')
      assert.equal(((await rig.api('carla', '/approvals')).body.approvals as unknown[]).length, 1)
      await rig.approve(reference)
      const answers = await Promise.all(calls.map(async call => answerOf(await call.done)))
      assert.deepEqual(answers.map(answer => refusalOf(answer)?.code ?? textOf(answer)).sort(), [
        'pending',
        'wait_write ran',
      ])
      assert.equal(rig.ran(mark), 1)
    })
  })

  describe('of a call that comes back', () => {
    it('runs once, and a replay asks anew', async () => {
      const mark = fresh()
      const reference = await rig.pending(ann, 'soon_write', { mark })
      assert.equal(await rig.pending(ann, 'soon_write', { mark }), reference)
      await rig.approve(reference)
      await rig.runs(ann, 'soon_write', { mark })
      assert.notEqual(await rig.pending(ann, 'soon_write', { mark }), reference)
      assert.equal((await rig.vote('carla', reference)).status, 409)
      assert.equal(rig.ran(mark), 1)
    })

    it('many at once with one approval: the system sees exactly one', async () => {
      const mark = fresh()
      await rig.approve(await rig.pending(ann, 'soon_write', { mark }))
      const answers = await Promise.all(Array.from({ length: 8 }, () => ann.call('soon_write', { mark })))
      assert.equal(answers.filter(answer => textOf(answer) === 'soon_write ran').length, 1)
      assert.equal(answers.filter(answer => refusalOf(answer)?.code === 'pending').length, 7)
      assert.equal(rig.ran(mark), 1)
    })

    it('taken back before it comes, it is denied, and who took it back is in the record', async () => {
      const mark = fresh()
      const reference = await rig.pending(ann, 'soon_write', { mark })
      await rig.approve(reference)
      const { status, body } = await rig.vote('carla', reference, 'deny')
      assert.deepEqual([status, body.state], [200, 'denied'])
      assert.equal(refusalOf(await ann.call('soon_write', { mark }))?.code, 'denied')
      assert.equal(rig.ran(mark), 0)
      const shown = await rig.api('dora', `/exchanges/${reference}`)
      const entries = shown.body.entries as { entry: { kind: string; outcome: string; by: string[] } }[]
      assert.deepEqual(
        entries.flatMap(({ entry }) => (entry.kind === 'verdict' ? [[entry.outcome, ...entry.by]] : [])),
        [
          ['approved', 'person|carla@example.org'],
          ['denied', 'person|carla@example.org'],
        ],
      )
    })

    const args = (mark: string) =>
      `{"mark":"${mark}","id":9007199254740993,"name":"J\u00fcrgen \ud83d\ude00","n":1,"list":[1,2],"o":{"a":1,"b":null}}`
    const changes: readonly (readonly [what: string, change: (text: string) => string])[] = [
      ['a digit beyond 2^53', text => text.replace('740993', '740992')],
      ['a fraction', text => text.replace('"n":1', '"n":1.5')],
      ['a number as text', text => text.replace('"n":1', '"n":"1"')],
      ['a member more', text => text.replace('"n"', '"more":0,"n"')],
      ['a member less', text => text.replace(',"b":null', '')],
      ['the order of a list', text => text.replace('[1,2]', '[2,1]')],
      ['an accent written in two characters', text => text.replace('\u00fc', 'u\u0308')],
      ['a space in a text', text => text.replace('"J', '" J')],
    ]
    const body = (text: string, name = 'soon_write', more = '', meta = '') => {
      const own = JSON.stringify(ann.modernParams({})._meta).slice(0, -1)
      return `{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"${name}"${more},"arguments":${text},"_meta":${own}${meta}}}}`
    }

    for (const [what, change] of changes) {
      it(`does not run with ${what} changed`, async () => {
        const mark = fresh()
        const reference = await rig.pending(ann, 'soon_write', {}, { body: body(args(mark)) })
        await rig.approve(reference)
        const changed = change(args(mark))
        assert.notEqual(changed, args(mark))
        assert.notEqual(await rig.pending(ann, 'soon_write', {}, { body: body(changed) }), reference)
        assert.equal(rig.ran(mark), 0)
      })
    }

    it('does not run as another tool, or with a parameter beside the arguments', async () => {
      const mark = fresh()
      const reference = await rig.pending(ann, 'soon_write', {}, { body: body(args(mark)) })
      await rig.approve(reference)
      const other = await rig.pending(ann, 'soon_other', {}, { body: body(args(mark), 'soon_other') })
      const beside = await rig.pending(
        ann,
        'soon_write',
        {},
        { body: body(args(mark), 'soon_write', ',"task":{"ttl":1}') },
      )
      assert.equal(new Set([reference, other, beside]).size, 3)
      assert.equal(rig.ran(mark), 0)
    })

    it('is the same call in another order, with escapes, white space and another progress token', async () => {
      const mark = fresh()
      await rig.approve(await rig.pending(ann, 'soon_write', {}, { body: body(args(mark)) }))
      const same = `{ "o":{"b":null , "a":1},\n"list":[1, 2],"n":1,"name":"\\u004a\\u00fcrgen \\ud83d\\ude00","id":9007199254740993,"mark":"${mark}" }`
      await rig.runs(ann, 'soon_write', {}, { body: body(same, 'soon_write', '', ',"progressToken":"other"') })
      assert.equal(rig.ran(mark), 1)
    })

    it('does not run for another subject, nor for an agent of the one who asked', async () => {
      const mark = fresh()
      const reference = await rig.pending(ann, 'soon_write', { mark })
      await rig.approve(reference)
      const ben = await rig.caller('ben')
      const claims = { sub: 'ann', email: 'ann@example.org', groups: ['staff'], act: { sub: 'bot' } }
      const token = await rig.gateway.issuer.mint(claims, { audience: `${rig.gateway.url}/` })
      const agent = new McpCaller(ann.url, 'modern', token)
      const twin = new McpCaller(
        ann.url,
        'modern',
        await rig.otherToken({ sub: 'ann', email: 'ann@example.org', groups: ['staff'] }),
      )
      for (const other of [ben, agent, twin])
        assert.notEqual(await rig.pending(other, 'soon_write', { mark }), reference)
      assert.equal(rig.ran(mark), 0)
      await rig.runs(ann, 'soon_write', { mark })
    })
  })

  describe('for one purpose of use', () => {
    const research = { sub: 'ann', email: 'ann@example.org', groups: ['staff'], purpose: 'HRESCH' }
    const tokenFor = (claims: object) => rig.gateway.issuer.mint({ ...claims }, { audience: `${rig.gateway.url}/` })

    for (const era of ['legacy', 'modern'] as const) {
      it(`${era}: the same call of the same person does not run for another`, async () => {
        const mark = fresh()
        const treats = new McpCaller(ann.url, era, await tokenFor({ ...research, purpose: 'TREAT' }))
        const studies = new McpCaller(ann.url, era, await tokenFor(research))
        if (era === 'legacy') await Promise.all([treats.initialize(), studies.initialize()])
        const reference = await rig.pending(treats, 'soon_write', { mark })
        const { body } = await rig.api('carla', `/approvals/${reference}`)
        assert.equal(body.purpose, 'TREAT')
        await rig.approve(reference)
        assert.notEqual(await rig.pending(studies, 'soon_write', { mark }), reference)
        assert.equal(rig.ran(mark), 0)
        await rig.runs(treats, 'soon_write', { mark })
      })
    }

    it('a session that was opened for one is not found with a token for another', async () => {
      const caller = await McpCaller.connect(rig.gateway, 'clinic', 'legacy', 'ann')
      const studies = new McpCaller(ann.url, 'legacy', await tokenFor(research))
      studies.session = caller.session
      assert.equal((await studies.ask('tools/call', { name: 'get_text', arguments: {} })).status, 404)
      assert.equal((await caller.ask('tools/call', { name: 'get_text', arguments: {} })).status, 200)
    })
  })

  describe('of people', () => {
    /** Each of these is refused, and leaves the request as it was. */
    async function cannot(
      reference: string,
      person: string | { token: string },
      codes: readonly string[],
    ): Promise<void> {
      const before = await rig.stateOf(reference)
      const { status, body } = await rig.vote(person, reference)
      assert.ok(status >= 400 && codes.includes(String(body.code)), `${status} ${body.code}`)
      assert.deepEqual(await rig.stateOf(reference), before)
    }

    it('nobody approves for themselves, by whatever provider they come', async () => {
      const mark = fresh()
      const eve = await rig.caller('eve')
      const reference = await rig.pending(eve, 'soon_write', { mark })
      await cannot(reference, 'eve', ['self'])
      const twin = { sub: 'eve.other', groups: ['officers'] }
      for (const email of ['eve@example.org', 'EVE@example.org'])
        await cannot(reference, { token: await rig.otherToken({ ...twin, email }) }, ['self'])
      await cannot(reference, { token: await rig.otherToken(twin) }, ['no-person'])
      await rig.pending(eve, 'soon_write', { mark })
      assert.equal(rig.ran(mark), 0)
    })

    it('no agent, no service and nobody outside the groups approves', async () => {
      const mark = fresh()
      const reference = await rig.pending(ann, 'soon_write', { mark })
      await cannot(reference, 'carla-by-agent', ['not-human', 'not-found'])
      await cannot(reference, 'robot', ['not-human', 'not-found'])
      await cannot(reference, 'ben', ['not-found'])
      await cannot(reference, 'ann', ['self'])
      const { status } = await rig.api({ token: 'none' }, `/approvals/${reference}/approve`, { reason: 'x' })
      assert.equal(status, 401)
      await rig.pending(ann, 'soon_write', { mark })
      assert.equal(rig.ran(mark), 0)
    })

    it('the human an agent acts for does not approve what it asks', async () => {
      const mark = fresh()
      const agent = await rig.caller('carla-by-agent')
      const reference = await rig.pending(agent, 'soon_write', { mark })
      await cannot(reference, 'carla', ['self'])
      await cannot(
        reference,
        { token: await rig.otherToken({ sub: 'c', email: 'carla@example.org', groups: ['officers'] }) },
        ['self'],
      )
      assert.equal(rig.ran(mark), 0)
      assert.equal((await rig.vote('dora', reference)).body.state, 'approved')
      await rig.runs(agent, 'soon_write', { mark })
    })

    it('one person twice is one, where two are needed', async () => {
      const mark = fresh()
      const reference = await rig.pending(ann, 'two_write', { mark })
      assert.equal((await rig.vote('carla', reference)).body.state, 'open')
      await cannot(reference, 'carla', ['already-voted'])
      await cannot(
        reference,
        { token: await rig.otherToken({ sub: 'c', email: 'Carla@example.org', groups: ['officers'] }) },
        ['already-voted'],
      )
      await rig.pending(ann, 'two_write', { mark })
      assert.equal(rig.ran(mark), 0)
      await rig.approve(reference, 'dora')
      await rig.runs(ann, 'two_write', { mark })
      assert.equal(rig.ran(mark), 1)
    })
  })

  describe('of time', () => {
    it('after the deadline nobody approves, and an approval not used is gone', async () => {
      const [late, unused] = [fresh(), fresh()]
      const since = performance.now()
      const [lateReference, unusedReference] = await Promise.all([
        rig.pending(ann, 'brief_write', { mark: late }),
        rig.pending(ann, 'brief_write', { mark: unused }),
      ])
      assert.ok(performance.now() - since > 900, 'the call waited for a second before it was told to come back')
      await rig.approve(unusedReference)
      await Promise.all([rig.expired(lateReference), rig.expired(unusedReference)])
      const { status, body } = await rig.vote('carla', lateReference)
      assert.deepEqual([status, body.code], [410, 'expired'])
      const [again, anew] = await Promise.all([
        rig.pending(ann, 'brief_write', { mark: late }),
        rig.pending(ann, 'brief_write', { mark: unused }),
      ])
      assert.equal(new Set([lateReference, unusedReference, again, anew]).size, 4)
      assert.equal(rig.ran(late) + rig.ran(unused), 0)
    })

    it('an approval outlives kill -9, and is still used once', async () => {
      const [open, approved] = [fresh(), fresh()]
      const openReference = await rig.pending(ann, 'soon_write', { mark: open })
      await rig.approve(await rig.pending(ann, 'soon_write', { mark: approved }))
      await restart()
      await rig.runs(ann, 'soon_write', { mark: approved })
      assert.equal(await rig.pending(ann, 'soon_write', { mark: open }), openReference)
      await restart()
      await rig.pending(ann, 'soon_write', { mark: approved })
      await rig.approve(openReference)
      await rig.runs(ann, 'soon_write', { mark: open })
      await restart()
      await rig.pending(ann, 'soon_write', { mark: open })
      assert.deepEqual([rig.ran(open), rig.ran(approved)], [1, 1])
    })

    async function restart(): Promise<void> {
      await rig.gateway.kill('SIGKILL')
      await rig.gateway.start()
    }
  })

  describe('of what changes in between', () => {
    it('the rules: an approval under the old ones does not count', async () => {
      const mark = fresh()
      const reference = await rig.pending(ann, 'soon_write', { mark })
      await rig.approve(reference)
      await rig.reconfigure(config => {
        const soon = config.rules.find(({ id }) => id === 'soon') ?? {}
        soon.reveal = ['phi.name']
      })
      const { body } = await rig.api('dora', `/approvals/${reference}`)
      assert.deepEqual([body.state, body.outdated], ['approved', true])
      assert.notEqual(await rig.pending(ann, 'soon_write', { mark }), reference)
      assert.equal(rig.ran(mark), 0)
    })

    it('the rules, while nobody has answered: nobody can any more, and the next call is asked about anew', async () => {
      const mark = fresh()
      const reference = await rig.pending(ann, 'soon_other', { mark })
      await rig.reconfigure(config => {
        const soon = config.rules.find(({ id }) => id === 'soon') ?? {}
        soon.reveal = ['phi.date']
      })
      const { status, body } = await rig.vote('carla', reference)
      assert.deepEqual([status, body.code], [409, 'outdated'])
      const anew = await rig.pending(ann, 'soon_other', { mark })
      assert.notEqual(anew, reference)
      await rig.approve(anew)
      assert.equal(textOf(await ann.call('soon_other', { mark })), 'soon_other ran')
      assert.equal(rig.ran(mark), 1)
    })

    it('the rules, while the call waits: nobody can approve it, and it need not wait to the end', async () => {
      const mark = fresh()
      const held = ann.start('tools/call', { name: 'wait_write', arguments: { mark }, _meta: { progressToken: 1 } })
      const heard = await held.until(({ body }) => body.includes('notifications/progress'))
      const reference = /x_[0-9a-z]{26}/.exec(heard.body.toString())?.[0] ?? ''
      const without = (rules: Record<string, unknown>[]) => rules.filter(({ id }) => id !== 'no')
      await rig.reconfigure(config => {
        config.rules = [
          ...config.rules,
          { id: 'no', block: ['tools/call:wait_*'], who: ['staff'], on: ['clinic'], when: 'has(args.mark)' },
        ]
      })
      assert.equal((await rig.vote('carla', reference)).body.code, 'outdated')
      assert.equal(refusalOf(messagesOf(await held.done).at(-1) ?? {})?.code, 'pending')
      assert.equal(refusalOf(await ann.call('wait_write', { mark }))?.code, 'blocked')
      assert.equal(rig.ran(mark), 0)
      await rig.reconfigure(config => {
        config.rules = without(config.rules)
      })
    })

    it("the tool's definition: what was approved was another tool", async () => {
      const mark = fresh()
      const reference = await rig.pending(ann, 'soon_write', { mark })
      rig.server.tools = rig.server.tools.map(tool => ({ ...tool, description: 'Deletes everything.' }))
      await ann.ask('tools/list')
      await rig.approve(reference)
      assert.notEqual(await rig.pending(ann, 'soon_write', { mark }), reference)
      assert.equal(rig.ran(mark), 0)
    })

    it("the tool's definition, while the call waits", async () => {
      const mark = fresh()
      const held = ann.start('tools/call', { name: 'wait_write', arguments: { mark }, _meta: { progressToken: 1 } })
      const heard = await held.until(({ body }) => body.includes('notifications/progress'))
      rig.server.tools = rig.server.tools.map(tool => ({ ...tool, description: 'Deletes even more.' }))
      await ann.ask('tools/list')
      await rig.approve(/x_[0-9a-z]{26}/.exec(heard.body.toString())?.[0] ?? '')
      pendingReference(answerOf(await held.done))
      assert.equal(rig.ran(mark), 0)
    })
  })
})
