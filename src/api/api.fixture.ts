// For tests of the API and the command line: the real app over real approvals on a store of its own. The record is a
// double, named as such: entries in memory, transcripts beside them.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Approvals } from '../access/approvals.ts'
import { type Code, Refusal } from '../gateway/errors.ts'
import { newId } from '../gateway/ids.ts'
import type { ApprovalNeed, HoldGrounds, Subject } from '../gateway/seam.ts'
import { unauthenticated } from '../identity/unauthenticated.ts'
import type { Draft, Entry, EntryBody } from '../recording/entry.ts'
import type { RecordedEntry, SessionFilter, SessionSummary } from '../recording/read.ts'
import { openStore } from '../store/open.ts'
import type { ApiOptions, Discovery } from './options.ts'
import { type Readable, RecordPages } from './record-pages.ts'
import type { RecordView } from './record-view.ts'

const publicUrl = 'http://127.0.0.1:7300'
export const need: ApprovalNeed = { rule: 'deletes', from: ['officers'], people: 1, withinMs: 600_000, holdMs: null }
export const secret = '123-45-6789'

export function human(id: string, groups: readonly string[], over: Partial<Subject> = {}): Subject {
  const rest = { purpose: 'TREAT', notAfter: Date.now() + 3_600_000, tokenFamily: id, onBehalfOf: null }
  const person = `${id}@example.org`
  return { provider: 'okta', id, kind: 'human', person, groups: new Set(groups), ...rest, ...over }
}

const alice = human('alice', ['nurses'])

/** Bearer token → who sent it. */
export const people: Readonly<Record<string, Subject>> = {
  alice,
  bob: human('bob', ['nurses']),
  /** An agent with its human, and the same agent with another. */
  scribe: human('scribe', ['agents'], { kind: 'agent', person: null, onBehalfOf: alice }),
  'scribe-for-bob': human('scribe', ['agents'], { kind: 'agent', person: null, onBehalfOf: human('bob', []) }),
  'officer-agent': human('helper', ['officers'], { kind: 'agent', person: null, onBehalfOf: human('carol', []) }),
  /** Approver in the group the rule names. */
  carol: human('carol', ['officers']),
  dora: human('dora', ['officers']),
  /** The role, but another group. */
  mike: human('mike', ['managers']),
  /** The group, but not the role. */
  nemo: human('nemo', ['officers-without-role']),
  audrey: human('audrey', ['auditors']),
  admin: human('admin', ['admins']),
  /** Whose provider calls its groups otherwise than the configuration does. */
  newcomer: human('newcomer', [], { unmapped: 3 }),
  faceless: human('faceless', ['officers'], { person: null }),
}

class RecordDouble implements Readable {
  readonly #all: RecordedEntry[] = []
  readonly #transcripts = new Map<RecordedEntry, Buffer>()
  broken = false

  add(session: string | null, body: EntryBody, transcript: string | null = null): Entry {
    const n = session === null ? 0 : this.session(session).length
    const entry = { v: 1, at: Date.now(), session, n, ...body } as Entry
    const recorded = { ref: { log: 'double', seq: BigInt(this.#all.length) }, entry }
    this.#all.push(recorded)
    if (transcript !== null) this.#transcripts.set(recorded, Buffer.from(transcript))
    return entry
  }
  async record(draft: Draft): Promise<void> {
    if (this.broken) throw new Error('disk full')
    this.add(draft.session, draft.body, draft.payload && Buffer.from(draft.payload.transcript).toString())
  }
  sessions({ limit = 50, before = '~', subject, connection }: SessionFilter = {}): SessionSummary[] {
    return this.#all
      .flatMap(({ entry }) => (entry.kind === 'session.open' ? [this.#summary(entry)] : []))
      .sort((left, right) => (left.id < right.id ? 1 : -1))
      .filter(each => each.id < before && [undefined, each.subject].includes(subject))
      .filter(each => [undefined, each.connection].includes(connection))
      .slice(0, limit)
  }
  summary(id: string): SessionSummary | null {
    const first = this.session(id)[0]?.entry
    return first?.kind === 'session.open' ? this.#summary(first) : null
  }
  session(id: string): RecordedEntry[] {
    return this.#all.filter(({ entry }) => entry.session === id)
  }
  entry(seq: bigint): RecordedEntry | null {
    return this.#all[Number(seq)] ?? null
  }
  together<T>(_: string, work: () => T): T {
    return work()
  }
  exchange(id: string): RecordedEntry[] {
    const ids = (entry: Entry) =>
      ['exchange', 'reference'].flatMap(name => (name in entry ? [entry[name as keyof Entry]] : []))
    return this.#all.filter(({ entry }) => (ids(entry) as unknown[]).includes(id))
  }
  positions(exchange: string): bigint[] {
    return this.exchange(exchange).map(({ ref }) => ref.seq)
  }
  transcript(recorded: RecordedEntry): Buffer | null {
    return this.#transcripts.get(recorded) ?? null
  }
  of<K extends Entry['kind']>(kind: K): Extract<Entry, { kind: K }>[] {
    return this.#all.map(({ entry }) => entry).filter(entry => entry.kind === kind) as Extract<Entry, { kind: K }>[]
  }
  #summary(entry: Extract<Entry, { kind: 'session.open' }>): SessionSummary {
    const entries = this.session(entry.session as string).map(each => each.entry)
    const close = entries.find(each => each.kind === 'session.close')
    const counted = (kind: string) => entries.filter(each => 'decision' in each && each.decision === kind).length
    return {
      ...entry,
      log: 'double',
      id: entry.session as string,
      openedAt: entry.at,
      closedAt: close?.at ?? null,
      outcome: close?.outcome ?? null,
      entries: entries.length,
      questions: entries.filter(each => each.kind === 'question').length,
      blocks: counted('block'),
      holds: counted('hold'),
    }
  }
}

/** Read on this thread. */
function atHand(record: Readable): RecordView {
  const pages = new RecordPages(record, () => assert.fail('there is no log'))
  return {
    sessions: async filter => pages.sessions(filter),
    summary: async session => pages.summary(session),
    story: async (session, page, withPayload) => pages.story(session, page, withPayload),
    exchange: async id => pages.exchange(id),
    steps: async id => pages.steps(id),
    question: async id => pages.question(id),
    log: async () => pages.log(),
  }
}

export interface Fixture {
  readonly options: ApiOptions
  readonly record: RecordDouble
  readonly approvals: Approvals
  readonly strangers: [Code, string, string | undefined][]
  /** Users of credentials that were taken back. */
  readonly revoked: string[]
  /** The rules of every connection, as approvals are bound to them. */
  readonly rules: { now: string }
  /** A session of `who` with one question held for approval; returns both ids. */
  held(
    who: string,
    over?: { needs?: readonly ApprovalNeed[]; grounds?: HoldGrounds },
  ): Promise<{ session: string; reference: string }>
  close(): Promise<void>
}

export async function openFixture(over: Partial<ApiOptions> = {}): Promise<Fixture> {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-api-'))
  const store = await openStore(dir)
  const record = new RecordDouble()
  const strangers: Fixture['strangers'] = []
  const revoked: string[] = []
  const providers = over.providers ?? (() => 1)
  const rules = { now: 'first' }
  const approvals = await Approvals.open({
    store,
    record: draft => record.record(draft),
    transcribe: text => ({ raw: Buffer.from(text), transcript: Buffer.from(text.replaceAll(secret, '[ssn]')) }),
    providers,
    rules: () => rules.now,
  })
  const options: ApiOptions = {
    publicUrl,
    authenticate: async header => {
      const known = header?.startsWith('Bearer ') ? people[header.slice(7)] : undefined
      return known ?? unauthenticated(header === undefined ? 'missing' : 'bad-signature')
    },
    fromElsewhere: ({ host, origin }) => host?.startsWith('127.0.0.1') === false || origin === 'https://evil.example',
    stranger: async (code, source, reason) => {
      strangers.push([code, source, reason])
      return new Refusal(code, newId('x'))
    },
    record: draft => record.record(draft),
    roles: () => ({ approver: ['officers', 'managers'], auditor: ['auditors'], administrator: ['admins'] }),
    providers,
    approvals,
    recorded: atHand(record),
    connections: subject =>
      subject.groups.has('nurses')
        ? [
            { name: 'clinic', kind: 'mcp', url: `${publicUrl}/mcp/clinic` },
            {
              name: 'clinic-db',
              kind: 'postgres',
              url: 'postgresql://127.0.0.1:7432/clinic-db?sslmode=disable',
              postgres: { host: '127.0.0.1', port: 7432, tls: false },
            },
          ]
        : [],
    explain: ({ connection }) => ({
      decision: { kind: 'block', rules: ['no-delete'], code: 'blocked' },
      summary: `blocked by rule no-delete on ${connection}`,
      rules: [{ rule: 'no-delete', kind: 'block', decided: true, why: 'matches' }],
    }),
    credentials: {
      mint: ({ id }) => ({ user: `cred_${id}`, password: `password-of-${id}`, expiresAt: Date.now() + 3_600_000 }),
      revoke: user => revoked.push(user),
    },
    discover: (_, connection) => (connection === 'clinic-db' ? async () => discovered : null),
    log: async () => ({
      origin: 'sallyport/test',
      size: 7,
      root: 'ab'.repeat(32),
      checkpoint: { size: 6, note: 'sallyport/test\n6\n' },
      until: Date.now(),
    }),
    ...over,
  }
  return {
    options,
    record,
    approvals,
    strangers,
    revoked,
    rules,
    held: (who, { needs = [need], grounds = {} } = {}) =>
      hold(people[who] as Subject, record, approvals, { needs, grounds, rules: rules.now }),
    close: async () => {
      await approvals.close()
      await store.destroy()
      rmSync(dir, { recursive: true })
    },
  }
}

const place = { schema: 'public', table: 'patients', sampled: 40 }
const discovered: Discovery = {
  tables: 2,
  complete: true,
  columns: [
    { ...place, column: 'mrn', label: 'phi.mrn', by: 'both', hits: 40, declared: true },
    { ...place, column: 'born', label: 'phi.date', by: 'values', hits: 39, declared: false },
  ],
}

const asked = JSON.stringify({
  jsonrpc: '2.0',
  id: 7,
  method: 'tools/call',
  params: { name: 'delete_patient', arguments: { patient_id: '[mrn]', ssn: '[ssn]', reason: 'moved away' } },
})

interface Held {
  readonly needs: readonly ApprovalNeed[]
  readonly grounds: HoldGrounds
  readonly rules: string
}

async function hold(subject: Subject, record: RecordDouble, approvals: Approvals, held: Held) {
  const { needs, grounds, rules } = held
  const session = newId('s')
  const exchange = newId('x')
  const onBehalfOf = subject.onBehalfOf ? `okta|${subject.onBehalfOf.id}` : null
  record.add(session, {
    kind: 'session.open',
    subject: subject.id,
    provider: 'okta',
    subjectKind: subject.kind,
    person: subject.person,
    onBehalfOf,
    purpose: 'TREAT',
    connection: 'clinic',
    connectionKind: 'mcp',
    retention: 'phi',
  })
  const findings = { 'phi.ssn': { count: 1, transform: 'redact', detector: 'shape' } }
  const what = { operation: 'tools/call', target: 'delete_patient' }
  const decided = { decision: 'hold', rules: needs.map(each => each.rule), policy: 'p' } as const
  record.add(
    session,
    { kind: 'question', exchange, parent: null, door: 'system', findings, approval: null, ...what, ...decided },
    asked,
  )
  const found = { 'phi.ssn': 1 }
  const opened = await approvals.request({
    id: exchange,
    session,
    digest: exchange,
    rules,
    subject,
    needs,
    grounds,
    found,
    connection: 'clinic',
    ...what,
  })
  if (opened === 'too-many') throw new Error('too many')
  record.add(session, { kind: 'hold', exchange, approval: exchange, until: opened.until })
  return { session, reference: exchange }
}
