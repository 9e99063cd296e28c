import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { newId } from '../gateway/ids.ts'
import type { Subject } from '../gateway/seam.ts'
import { type Fixture, openFixture, people, secret } from './api.fixture.ts'
import { createApi, createApp } from './app.ts'

let fixture: Fixture

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown>
  readonly text: string
}

async function call(who: string | null, path: string, init: RequestInit = {}): Promise<Answer> {
  const headers = { ...(who !== null && { authorization: `Bearer ${who}` }), host: '127.0.0.1:7300', ...init.headers }
  const response = await createApp(fixture.options).request(`/api/v1${path}`, { ...init, headers })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: JSON.parse(text), text }
}

function vote(who: string, reference: string, outcome: string, body: unknown = { reason: 'checked the chart' }) {
  return call(who, `/approvals/${reference}/${outcome}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

function isProblem(answer: Answer, status: number, code: string) {
  assert.deepEqual([answer.status, answer.body.code, answer.body.status], [status, code, status], answer.text)
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/)
  assert.equal(answer.body.type, `urn:sallyport:problem:${code}`)
  assert.match(String(answer.body.reference), /^x_[0-9a-z]{26}$/)
  assert.ok(String(answer.body.next).length > 0)
}

beforeEach(async () => {
  fixture = await openFixture()
})
afterEach(() => fixture.close())

describe('every request', () => {
  it('needs a token, and a bad one is counted per source and reason', async () => {
    for (const path of ['/me', '/openapi.json', '/approvals', '/no/such/path']) {
      const answer = await call(null, path)
      isProblem(answer, 401, 'unauthenticated')
      assert.match(
        answer.headers.get('www-authenticate') ?? '',
        /^Bearer resource_metadata="http:\/\/127\.0\.0\.1:7300\//,
      )
    }
    isProblem(await call('nobody', '/me'), 401, 'unauthenticated')
    assert.equal(fixture.strangers.length, 5)
    assert.deepEqual(fixture.strangers[0], ['unauthenticated', 'unknown', 'missing'])
    assert.deepEqual(fixture.strangers[4], ['unauthenticated', 'unknown', 'bad-signature'])
  })

  it('must come to our host and from our origin, before its token counts', async () => {
    isProblem(await call('alice', '/me', { headers: { host: 'evil.example' } }), 403, 'elsewhere')
    isProblem(await call('alice', '/me', { headers: { origin: 'https://evil.example' } }), 403, 'elsewhere')
  })

  it('is answered uncached, unsniffed and without CORS', async () => {
    for (const answer of [await call('alice', '/me'), await call('alice', '/nothing'), await call(null, '/me')]) {
      assert.equal(answer.headers.get('cache-control'), 'no-store')
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
      assert.equal(answer.headers.get('access-control-allow-origin'), null)
    }
  })

  it('is refused on unknown paths and methods, with a reference that is in the record', async () => {
    const lost = await call('alice', '/nothing')
    isProblem(lost, 404, 'not-found')
    isProblem(await call('alice', '/me', { method: 'DELETE' }), 405, 'method-not-allowed')
    const refused = fixture.record.of('refused').map(entry => [entry.reference, entry.source])
    assert.deepEqual(refused[0], [lost.body.reference, 'okta|alice'])
  })

  it('is refused when its refusal cannot be recorded', async () => {
    fixture.record.broken = true
    isProblem(await call('alice', '/nothing'), 503, 'unrecorded')
  })

  it('is checked strictly, and what was wrong is told without what came', async () => {
    const planted = 'jane-roe-123456789'
    for (const path of [
      `/sessions?limit=${planted}`,
      '/sessions?limit=201',
      '/sessions?limit=0',
      '/sessions?limit=1&limit=2',
      `/sessions?${planted}=1`,
      '/sessions?__proto__=1',
      `/sessions?before=${planted}`,
      `/approvals?state=${planted}`,
      `/sessions/${planted}`,
      `/policy/explain?connection=clinic&operation=${planted}!`,
    ]) {
      const answer = await call('alice', path)
      isProblem(answer, 400, 'invalid')
      assert.ok(!answer.text.includes(planted), answer.text)
    }
  })

  it('has a small JSON body or none', async () => {
    const { reference } = await fixture.held('alice')
    isProblem(await vote('carol', reference, 'approve', '{"reason":"a","reason":"b"}'), 400, 'invalid')
    isProblem(await vote('carol', reference, 'approve', `{"reason":${secret}`), 400, 'invalid')
    isProblem(await vote('carol', reference, 'approve', { reason: ' ' }), 400, 'invalid')
    isProblem(await vote('carol', reference, 'approve', { reason: 'x'.repeat(1_001) }), 400, 'invalid')
    isProblem(await vote('carol', reference, 'approve', { reason: 'ok', [secret]: 1 }), 400, 'invalid')
    isProblem(await vote('carol', reference, 'approve', { reason: 'x'.repeat(65_536) }), 413, 'too-large')
    const typed = await call('carol', `/approvals/${reference}/approve`, { method: 'POST', body: '{"reason":"ok"}' })
    isProblem(typed, 400, 'invalid')
    assert.equal((await fixture.approvals.show(reference))?.state, 'open')
  })

  it('that cannot even be read as one gets a problem too', async () => {
    const server = createServer(createApi(fixture.options)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    socket.end('GET /api/v1/me HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n')
    const answer = (await socket.toArray()).join('')
    assert.match(answer, /^HTTP\/1\.1 400 /)
    assert.match(answer, /application\/problem\+json/)
    server.close()
  })

  it('learns nothing of an inner failure', async () => {
    const failing = await openFixture({
      log: () => {
        throw new Error(secret)
      },
    })
    const app = createApp(failing.options)
    const response = await app.request('/api/v1/log', {
      headers: { authorization: 'Bearer audrey', host: '127.0.0.1:7300' },
    })
    assert.equal(response.status, 500)
    assert.ok(!(await response.text()).includes(secret))
    await failing.close()
  })
})

describe('me', () => {
  it('says who, in which groups and roles, and where to connect', async () => {
    const { body } = await call('alice', '/me')
    assert.deepEqual([body.subject, body.groups, body.roles], ['okta|alice', ['nurses'], []])
    assert.deepEqual(body.connections, [
      { name: 'clinic', kind: 'mcp', url: 'http://127.0.0.1:7300/mcp/clinic' },
      { name: 'clinic-db', kind: 'postgres', url: 'postgresql://127.0.0.1:7432/clinic-db?sslmode=disable' },
    ])
    const agent = await call('scribe', '/me')
    assert.deepEqual([agent.body.kind, agent.body.onBehalfOf], ['agent', 'okta|alice'])
    assert.deepEqual((await call('carol', '/me')).body.roles, ['approver'])
    assert.deepEqual((await call('audrey', '/connections')).body.connections, [])
  })
})

describe('databases', () => {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }

  it('give a credential to whoever may connect, after it is in the record', async () => {
    const { status, body } = await call('alice', '/connections/clinic-db/credentials', post)
    assert.equal(status, 200)
    assert.deepEqual([body.user, body.password, body.database], ['cred_alice', 'password-of-alice', 'clinic-db'])
    assert.deepEqual([body.host, body.port, body.tls], ['127.0.0.1', 7432, false])
    const issued = fixture.record.of('access').filter(({ act }) => act === 'credential.issue')
    assert.deepEqual(
      issued.map(({ by, of }) => [by, of]),
      [['okta|alice', 'clinic-db/cred_alice']],
    )
    assert.ok(!JSON.stringify(fixture.record.of('access')).includes('password-of'))
  })

  it('give none of a system that is no database, or to whom no rule lets in', async () => {
    for (const [who, name] of [
      ['alice', 'clinic'],
      ['alice', 'nowhere'],
      ['carol', 'clinic-db'],
    ] as const) {
      const { status } = await call(who, `/connections/${name}/credentials`, post)
      assert.equal(status, 404, `${who} ${name}`)
    }
  })

  it('take a credential back that could not be recorded', async () => {
    fixture.record.broken = true
    const { status, body } = await call('alice', '/connections/clinic-db/credentials', post)
    fixture.record.broken = false
    assert.deepEqual([status, 'password' in body], [503, false])
    assert.deepEqual(fixture.revoked, ['cred_alice'])
  })

  it('are searched for columns by administrators alone, which is recorded', async () => {
    const { status, body } = await call('admin', '/connections/clinic-db/discover', post)
    assert.deepEqual(
      [status, (body.columns as { label: string }[]).map(({ label }) => label)],
      [200, ['phi.mrn', 'phi.date']],
    )
    assert.equal((await call('audrey', '/connections/clinic-db/discover', post)).status, 403)
    assert.equal((await call('admin', '/connections/clinic/discover', post)).status, 404)
    const asked = fixture.record.of('access').filter(({ act }) => act === 'mask.discover')
    assert.deepEqual(
      asked.map(({ by, of }) => [by, of]),
      [['okta|admin', 'clinic-db']],
    )
  })
})

describe('approvals', () => {
  async function listed(who: string): Promise<unknown[]> {
    return (await call(who, '/approvals')).body.approvals as unknown[]
  }

  it('are seen by the requester, those who may answer, and auditors; to others they do not exist', async () => {
    const { reference } = await fixture.held('scribe')
    const see = ['scribe', 'alice', 'carol', 'audrey']
    for (const who of Object.keys(people)) {
      // One provider: a missing person claim does no harm.
      const may = see.includes(who) || who === 'dora' || who === 'faceless'
      assert.equal((await listed(who)).length, may ? 1 : 0, who)
      const answer = await call(who, `/approvals/${reference}`)
      if (may) assert.equal(answer.status, 200, who)
      else isProblem(answer, 404, 'not-found')
      if (!may) isProblem(await vote(who, reference, 'approve'), 404, 'not-found')
    }
    assert.equal((await fixture.approvals.show(reference))?.state, 'open')
  })

  it('come in pages, newest first, and are found behind any number of those of others', async () => {
    const mine: string[] = []
    for (let at = 0; at < 3; at++) mine.push((await fixture.held('bob')).reference)
    for (let at = 0; at < 1_020; at++) {
      const { reference } = await fixture.held('alice')
      await fixture.approvals.vote(reference, people.dora as Subject, 'deny', 'no')
    }
    const seen: string[] = []
    for (let before: unknown = ''; before !== null; ) {
      const { body } = await call('bob', `/approvals?state=all&limit=2${before ? `&before=${before}` : ''}`)
      seen.push(...(body.approvals as { reference: string }[]).map(({ reference }) => reference))
      before = body.next
    }
    assert.deepEqual(seen, mine.sort().reverse())
  })

  it('of a person are not seen by an agent that acts for that person', async () => {
    const { reference } = await fixture.held('alice')
    isProblem(await call('scribe', `/approvals/${reference}`), 404, 'not-found')
  })

  it('show what is asked as the record shows it, and the reading is recorded first', async () => {
    const { reference } = await fixture.held('alice')
    const { body, text } = await call('carol', `/approvals/${reference}`)
    const shown = body.asked as { text: string; cut: boolean }
    assert.deepEqual(JSON.parse(shown.text).params.arguments.ssn, '[ssn]')
    assert.ok(!text.includes(secret))
    assert.deepEqual([body.mayAnswer, body.whyNot, body.yours], [true, null, false])
    assert.deepEqual(body.needs, [{ rule: 'deletes', approvers: ['officers'], people: 1 }])
    const [read] = fixture.record.of('access')
    assert.deepEqual(read && [read.by, read.act, read.of], ['okta|carol', 'approval.read', reference])
    fixture.record.broken = true
    isProblem(await call('carol', `/approvals/${reference}`), 503, 'unrecorded')
  })

  it('are answered once, with a reason that stays in the record', async () => {
    const { reference } = await fixture.held('alice')
    const answer = await vote('carol', reference, 'approve', { reason: `fine, ${secret}` })
    assert.deepEqual([answer.status, answer.body.state, answer.body.whyNot], [200, 'approved', 'closed'])
    assert.ok(!answer.text.includes(secret))
    isProblem(await vote('dora', reference, 'deny'), 409, 'closed')
    const after = await call('alice', `/approvals/${reference}`)
    assert.deepEqual(
      (after.body.votes as { by: string }[]).map(({ by }) => by),
      ['person|carol@example.org'],
    )
  })

  it('refuse the requester, agents, the wrong group; the group that the rule names is enough', async () => {
    const officer = await openFixture({
      roles: () => ({ auditor: ['officers', 'agents'], approver: ['managers'], administrator: [] }),
    })
    const own = fixture
    const { reference } = await own.held('alice')
    const self = await vote('alice', reference, 'approve')
    isProblem(self, 403, 'self')
    assert.equal(self.body.reference, reference)
    isProblem(await vote('audrey', reference, 'approve'), 403, 'not-in-group')
    fixture = officer
    const other = await officer.held('bob')
    isProblem(await vote('scribe', other.reference, 'approve'), 403, 'not-human')
    assert.equal((await officer.approvals.show(other.reference))?.state, 'open')
    assert.equal((await vote('carol', other.reference, 'approve')).body.state, 'approved')
    fixture = own
    await officer.close()
  })

  it('refuse a person unknown by name where several providers are configured', async () => {
    const several = await openFixture({ providers: () => 2 })
    const own = fixture
    fixture = several
    const { reference } = await several.held('alice')
    isProblem(await vote('faceless', reference, 'approve'), 403, 'no-person')
    fixture = own
    await several.close()
  })

  it('count one person once, and refuse after the deadline', async () => {
    const { reference } = await fixture.held('alice', {
      needs: [{ rule: 'two', from: ['officers'], people: 2, withinMs: 600_000, holdMs: null }],
    })
    const first = await vote('carol', reference, 'approve')
    assert.deepEqual([first.body.state, first.body.whyNot], ['open', 'already-voted'])
    isProblem(await vote('carol', reference, 'approve'), 409, 'already-voted')
    const [mine] = (await listed('carol')) as { mayAnswer: boolean }[]
    assert.equal(mine?.mayAnswer, false)
    const late = await fixture.held('alice', {
      needs: [{ rule: 'late', from: ['officers'], people: 1, withinMs: 1, holdMs: null }],
    })
    await fixture.approvals.settled(late.reference, 1_000, new AbortController().signal)
    isProblem(await vote('carol', late.reference, 'approve'), 410, 'expired')
  })
})

describe('sessions', () => {
  it('are seen by their subject, the human an agent acts for, and auditors', async () => {
    const { session } = await fixture.held('scribe')
    const see = ['scribe', 'alice', 'audrey']
    for (const who of Object.keys(people)) {
      const list = (await call(who, '/sessions')).body.sessions as unknown[]
      assert.equal(list.length, see.includes(who) ? 1 : 0, who)
      for (const path of [`/sessions/${session}`, `/sessions/${session}/replay`]) {
        const answer = await call(who, path)
        if (see.includes(who)) assert.equal(answer.status, 200, `${who} ${path}`)
        else isProblem(answer, 404, 'not-found')
      }
    }
  })

  it('of a person are not seen by an agent that acts for that person', async () => {
    const { session } = await fixture.held('alice')
    isProblem(await call('scribe', `/sessions/${session}`), 404, 'not-found')
  })

  it('come in pages, newest first, and by subject and connection', async () => {
    const made: string[] = []
    for (let index = 0; index < 5; index++) {
      made.unshift((await fixture.held('alice')).session)
      // Ids order by the millisecond.
      for (const start = Date.now(); Date.now() === start; );
    }
    const seen: string[] = []
    for (let before: unknown = ''; before !== null; ) {
      const { body } = await call('audrey', `/sessions?limit=2${before ? `&before=${before}` : ''}`)
      seen.push(...(body.sessions as { id: string }[]).map(({ id }) => id))
      before = body.next
    }
    assert.deepEqual(seen, made)
    assert.deepEqual((await call('audrey', '/sessions?subject=okta%7Cbob')).body.sessions, [])
    assert.equal(((await call('audrey', '/sessions?connection=clinic')).body.sessions as unknown[]).length, 5)
  })

  it('replay in steps, after the reading is recorded', async () => {
    const { session, reference } = await fixture.held('alice')
    const { body, text } = await call('audrey', `/sessions/${session}/replay`)
    const steps = body.steps as { kind: string; from: string; exchange: string; shown: { text: string } | null }[]
    assert.deepEqual(
      steps.map(step => [step.kind, step.from]),
      [
        ['session.open', 'caller'],
        ['question', 'caller'],
        ['hold', 'gateway'],
      ],
    )
    assert.equal(steps[1]?.exchange, reference)
    assert.match(steps[1]?.shown?.text ?? '', /"ssn":"\[ssn\]"/)
    assert.ok(!text.includes(secret))
    const [read] = fixture.record.of('access')
    assert.deepEqual(read && [read.by, read.act, read.of], ['okta|audrey', 'session.read', session])
    const page = await call('audrey', `/sessions/${session}/replay?limit=2`)
    assert.equal(page.body.next, 2)
    fixture.record.broken = true
    isProblem(await call('audrey', `/sessions/${session}/replay`), 503, 'unrecorded')
  })
})

describe('exchanges', () => {
  it('name the rules to the requester and to approvers, the entries to auditors alone', async () => {
    const { reference } = await fixture.held('alice')
    for (const [who, full] of [
      ['alice', false],
      ['carol', false],
      ['audrey', true],
    ] as const) {
      const { body } = await call(who, `/exchanges/${reference}`)
      assert.deepEqual([body.decision, body.rules], ['hold', ['deletes']])
      assert.deepEqual(body.explanation, ['Held for approval by rule deletes.'])
      assert.equal(body.entries !== null, full, who)
    }
    isProblem(await call('bob', `/exchanges/${reference}`), 404, 'not-found')
    isProblem(await call('admin', `/exchanges/${reference}`), 404, 'not-found')
    isProblem(await call('audrey', `/exchanges/${newId('x')}`), 404, 'not-found')
  })
})

describe('policy and log', () => {
  it('explain anyone their own rules, and others by role', async () => {
    const own = await call('alice', '/policy/explain?connection=clinic&operation=tools/call:delete_patient')
    assert.deepEqual([own.status, own.body.decision], [200, 'block'])
    isProblem(await call('carol', '/policy/explain?connection=clinic&operation=tools/call:x'), 404, 'not-found')
    const about = '/policy/explain?connection=clinic&operation=tools/call:x&groups=nurses&subject=bob'
    isProblem(await call('alice', about), 403, 'forbidden')
    for (const who of ['audrey', 'admin']) assert.equal((await call(who, about)).status, 200)
  })

  it('explain a call with its arguments, which come in a body and are told nobody', async () => {
    const asked: unknown[] = []
    const own = fixture
    fixture = await openFixture({
      explain: question => {
        asked.push([question.args, question.found, question.carries])
        return own.options.explain(question)
      },
    })
    const explain = (who: string, body: object) =>
      call(who, '/policy/explain', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ connection: 'clinic', operation: 'tools/call:x', ...body }),
      })
    const args = { ssn: secret, deep: [[[[[[[[[{ more: 1 }]]]]]]]]] }
    const told = await explain('alice', { args, found: ['phi.ssn'] })
    assert.deepEqual([told.status, told.body.decision], [200, 'block'])
    assert.deepEqual(asked, [[args, ['phi.ssn'], undefined]])
    isProblem(await explain('alice', { groups: ['nurses'] }), 403, 'forbidden')
    assert.equal((await explain('audrey', { groups: ['nurses'], subject: 'bob' })).status, 200)
    const refused = [await explain('alice', { args: [secret] }), await explain('alice', { [secret]: 1 })]
    for (const answer of refused) {
      isProblem(answer, 400, 'invalid')
      assert.ok(!answer.text.includes(secret))
    }
    assert.ok(!JSON.stringify(fixture.record.of('refused')).includes(secret))
    await fixture.close()
    fixture = own
  })

  it('show the log to auditors and administrators', async () => {
    for (const who of ['alice', 'carol', 'scribe']) isProblem(await call(who, '/log'), 403, 'forbidden')
    for (const who of ['audrey', 'admin']) assert.equal((await call(who, '/log')).body.size, 7)
  })
})
