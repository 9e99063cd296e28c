// The real pipeline, approvals and record behind a connection that is only pretended. Promise: what is told of the record
// is read from its files after everything was closed.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Approvals } from '../access/approvals.ts'
import { type Masked, masked } from '../masking/masked.ts'
import { createMasker, defaultPlan } from '../masking/masker.ts'
import { compilePolicy } from '../policy/compile.ts'
import { person } from '../policy/decide-fixture.ts'
import type { Rule } from '../policy/rules.ts'
import type { Entry } from '../recording/entry.ts'
import { Inbox } from '../recording/inbox.ts'
import { loadKeys } from '../recording/keys.ts'
import { openRecord } from '../recording/read.ts'
import { verifyLog } from '../recording/verify.ts'
import { openStore } from '../store/open.ts'
import { Refusal } from './errors.ts'
import { Pipeline } from './pipeline.ts'
import type { Action, Connection, Exchange, HoldView, Session, Subject } from './seam.ts'

const nurse: Subject = { ...person('nurse'), notAfter: Number.MAX_SAFE_INTEGER }
const officer: Subject = {
  ...person('compliance'),
  id: 'officer',
  person: 'officer',
  notAfter: Number.MAX_SAFE_INTEGER,
}

export function bytes(text: string): Masked {
  const raw = Buffer.from(text)
  return masked(raw, raw, raw, {})
}

export class PipelineRig {
  readonly pipeline: Pipeline
  readonly session: Session
  readonly inbox: Inbox
  /** What is in the record of the session by now. */
  readonly soFar: () => Entry[]
  /** Put others in the place of those in force. */
  readonly rules: { now: readonly Rule[] }
  readonly #approvals: Approvals
  readonly #finish: () => Promise<Entry[]>

  private constructor(
    parts: Pick<PipelineRig, 'pipeline' | 'session' | 'inbox' | 'soFar' | 'rules'> & {
      approvals: Approvals
      finish: () => Promise<Entry[]>
    },
  ) {
    this.pipeline = parts.pipeline
    this.session = parts.session
    this.inbox = parts.inbox
    this.soFar = parts.soFar
    this.#approvals = parts.approvals
    this.#finish = parts.finish
    this.rules = parts.rules
  }

  static async start(initial: readonly Rule[], kind: Connection['kind'] = 'postgres'): Promise<PipelineRig> {
    const dir = mkdtempSync(join(tmpdir(), 'sallyport-pipeline-'))
    const keys = loadKeys(dir)
    const inbox = await Inbox.open({ dir, instance: 'gateway', keys })
    const store = await openStore(dir)
    const rules = { now: initial }
    const approvals = await Approvals.open({
      store,
      record: draft => inbox.record(draft),
      transcribe: text => createMasker(defaultPlan, new Set()).text(Buffer.from(text)),
      providers: () => 1,
    })
    const connection: Connection = { name: 'clinic', kind, retention: 'phi' }
    const connections = new Map([
      ['clinic', { connection, masking: defaultPlan, transparent: false, purpose: null, place: '' }],
    ])
    const pipeline = new Pipeline({
      inbox,
      approvals,
      approvalKey: keys.secretKey('approval'),
      ruling: () => ({
        policy: compilePolicy({ rules: rules.now, connections: [{ name: 'clinic', transparent: false }], labels: [] }),
        connections,
      }),
    })
    const session = await pipeline.open(nurse, connection, null)
    if (session instanceof Refusal) throw session
    const soFar = () => {
      const reader = openRecord(dir, keys)
      const entries = reader.session(session.id).map(({ entry }) => entry)
      reader.close()
      return entries
    }
    const finish = async () => {
      await pipeline.close()
      await approvals.close()
      await inbox.close()
      await store.destroy()
      const entries = soFar()
      const { intact, complete, faults } = await verifyLog(dir)
      if (!intact || !complete) throw new Error(`the log is at fault: ${JSON.stringify(faults)}`)
      rmSync(dir, { recursive: true })
      return entries
    }
    return new PipelineRig({ pipeline, session, inbox, soFar, approvals, rules, finish })
  }

  ask(action: Action, more: Partial<Exchange<'system'>> = {}, session = this.session) {
    return this.pipeline.ask(session, {
      door: 'system',
      action,
      question: bytes('a statement'),
      parent: null,
      withdrawn: new AbortController().signal,
      patienceMs: 10_000,
      waiting: () => undefined,
      ...more,
    })
  }

  /** An exchange's `waiting` and the reference it is first called with. */
  held(): { readonly waiting: (hold: HoldView) => void; readonly reference: Promise<string> } {
    const { promise, resolve } = Promise.withResolvers<string>()
    return { waiting: hold => resolve(hold.reference), reference: promise }
  }

  async vote(reference: string, outcome: 'approve' | 'deny' = 'approve'): Promise<void> {
    const voted = await this.#approvals.vote(reference, officer, outcome, 'looked at it')
    if (typeof voted === 'string') throw new Error(voted)
  }

  /** What those who are asked are shown beside the question. */
  async grounds(reference: string) {
    return (await this.#approvals.show(reference))?.grounds
  }

  /** Closes everything, and gives what is in the record of the session. */
  finish(): Promise<Entry[]> {
    return this.#finish()
  }
}
