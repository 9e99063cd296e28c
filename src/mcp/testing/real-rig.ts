// A door with the real pipeline, rules, masking and record behind it, in one process. Promise: what is told of the record
// is read from its files after everything was closed.
import { generateKeySync } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Approvals } from '../../access/approvals.ts'
import { Pipeline } from '../../gateway/pipeline.ts'
import type { Connection, Subject } from '../../gateway/seam.ts'
import { listen } from '../../listener.ts'
import { createMasker } from '../../masking/masker.ts'
import { compileMasking, type MaskingRules } from '../../masking/plan.ts'
import { compilePolicy } from '../../policy/compile.ts'
import { effectsOf } from '../../policy/effects.ts'
import type { Rule } from '../../policy/rules.ts'
import { Inbox } from '../../recording/inbox.ts'
import { loadKeys } from '../../recording/keys.ts'
import { openRecord, type RecordedEntry } from '../../recording/read.ts'
import { openStore } from '../../store/open.ts'
import type { McpConnectionConfig } from '../connection-config.ts'
import { createMcpDoor, type McpDoor } from '../door.ts'
import type { OpenStdio } from '../upstream.ts'
import { subjectOf } from './rig.ts'

export interface Recorded {
  readonly entries: readonly RecordedEntry[]
  readonly transcripts: readonly string[]
}

export interface RealRig {
  readonly url: string
  readonly approvals: Approvals
  /** Closes everything, and gives what is in the record. */
  finish(): Promise<Recorded>
}

export interface RealRigOptions {
  readonly system: McpConnectionConfig['system']
  readonly rules: readonly Rule[]
  readonly labels?: MaskingRules['labels']
  readonly openStdio?: OpenStdio
  /** Who a bearer token stands for; by default a nurse of that name. */
  readonly subject?: (token: string) => Partial<Subject>
  readonly stallMs?: number
}

const connection: Connection = { name: 'clinic', kind: 'mcp', retention: 'phi' }
const transforms = { default: 'redact', byLabel: {} } as const

export async function realRig(options: RealRigOptions): Promise<RealRig> {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-mcp-'))
  const keys = loadKeys(dir)
  const inbox = await Inbox.open({ dir, instance: 'gateway', keys, checkpointMs: 50 })
  const store = await openStore(dir)
  const masking = compileMasking({ labels: options.labels ?? null, clean: {}, transforms })
  const approvals = await Approvals.open({
    store,
    record: draft => inbox.record(draft),
    transcribe: text => createMasker(masking, new Set()).text(Buffer.from(text)),
    providers: () => 1,
  })
  const policy = compilePolicy({
    rules: options.rules,
    connections: [{ name: 'clinic', transparent: false }],
    labels: masking.labels.map(({ name }) => name),
  })
  const connections = new Map([['clinic', { connection, masking, transparent: false, purpose: null, place: '' }]])
  const ruling = { policy, connections }
  const pipeline = new Pipeline({ inbox, approvals, approvalKey: keys.secretKey('approval'), ruling: () => ruling })
  const config: McpConnectionConfig = {
    connection,
    system: options.system,
    effectsOf: effectsOf({ effects: { read: ['get_*'] }, trustAnnotations: false }),
    passesMethod: () => false,
  }
  const configs = new Map([['clinic', config]])
  const door: McpDoor[] = []
  const stallMs = options.stallMs === undefined ? {} : { stallMs: options.stallMs }
  const own = await listen(
    { host: '127.0.0.1', port: 0, tls: null, ...stallMs },
    {
      mcp: (request, response) => door[0]?.handle(request, response, 'clinic'),
      api: (_request, response) => response.writeHead(404).end(),
      metadata: () => null,
      healthy: () => true,
      crowded: () => undefined,
    },
  )
  const url = `http://127.0.0.1:${own.port}`
  const subjects = new Map<string, Subject>()
  door[0] = createMcpDoor({
    gateway: pipeline,
    connections: () => configs,
    identify: ({ authorization }) => {
      const token = authorization?.slice(7) ?? ''
      const subject = subjects.get(token) ?? {
        ...subjectOf(token),
        groups: new Set(['nurse']),
        ...options.subject?.(token),
      }
      subjects.set(token, subject)
      return subject
    },
    publicUrl: url,
    opaqueKey: generateKeySync('aes', { length: 256 }),
    version: '0.0.0',
    ...(options.openStdio ? { openStdio: options.openStdio } : {}),
  })
  return {
    url: `${url}/mcp/clinic`,
    approvals,
    async finish() {
      await door[0]?.close()
      const closed = own.close()
      own.finish()
      await closed
      await pipeline.close()
      await approvals.close()
      await inbox.close()
      await store.destroy()
      const reader = openRecord(dir, keys)
      const entries: RecordedEntry[] = []
      for (const session of reader.sessions({ limit: 10_000 })) entries.push(...reader.session(session.id))
      const transcripts = entries.map(entry => reader.transcript(entry)?.toString() ?? '')
      reader.close()
      rmSync(dir, { recursive: true })
      return { entries, transcripts }
    },
  }
}

/** Exchanges that were let in and never ended, by operation. */
export function unended({ entries }: Recorded): string[] {
  const ended = new Set(entries.map(({ entry }) => (entry.kind === 'end' ? entry.exchange : '')))
  return entries.flatMap(({ entry }) =>
    entry.kind === 'question' &&
    entry.decision === 'allow' &&
    entry.operation !== 'session/standing' &&
    !ended.has(entry.exchange)
      ? [entry.operation]
      : [],
  )
}
