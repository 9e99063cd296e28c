// The shapes the API speaks. Promise: strict both ways; each becomes a component of the OpenAPI document.
import { z } from 'zod'
import { limits } from '../gateway/limits.ts'
import { roleNames } from './roles.ts'

export const none = z.strictObject({})
const time = z.string().meta({ format: 'date-time' })
export const reference = z.string().regex(/^x_[0-9a-hjkmnp-tv-z]{26}$/, 'a reference: x_ and 26 letters and digits')
export const sessionId = z
  .string()
  .regex(/^s_[0-9a-hjkmnp-tv-z]{26}$/, 'the id of a session: s_ and 26 letters and digits')
/** Names of connections, groups and rules in the configuration, and subjects (`provider|id`). */
export const name = z.string().min(1).max(320)
export const limit = z.coerce.number().int().min(1).max(limits.apiItems).default(50)

const decision = z.enum(['allow', 'hold', 'block'])
/** `probe`: decided once the gateway had asked the system more about it. */
const recordedDecision = z.enum([...decision.options, 'probe'])

/** What the record shows of a payload: every label hidden. `cut` when it is longer than the API shows. */
const shown = z.strictObject({ text: z.string(), bytes: z.int(), cut: z.boolean() })

export const me = z.strictObject({
  subject: z.string(),
  kind: z.enum(['human', 'service', 'agent']),
  person: z.string().nullable(),
  onBehalfOf: z.string().nullable(),
  groups: z.array(z.string()),
  /** Groups of the token that no group of the gateway is mapped to. */
  unmappedGroups: z.int(),
  roles: z.array(z.enum(roleNames)),
  purpose: z.string().nullable(),
  tokenEnds: time,
  connections: z.array(z.strictObject({ name: z.string(), kind: z.enum(['mcp', 'postgres']), url: z.string() })),
})

/** For a client of a database. Told once, and kept nowhere. */
export const credential = z.strictObject({
  user: z.string(),
  password: z.string(),
  expires: time,
  host: z.string(),
  port: z.int(),
  database: z.string(),
  /** Whether the gateway speaks TLS there; where it does not, it is on loopback. */
  tls: z.boolean(),
})

export const discovery = z.strictObject({
  connection: z.string(),
  tables: z.int(),
  /** False where the time ran out first. */
  complete: z.boolean(),
  columns: z.array(
    z.strictObject({
      schema: z.string(),
      table: z.string(),
      column: z.string(),
      label: z.string(),
      by: z.enum(['name', 'values', 'both']),
      /** Values that were looked at, and how many of them look like it. */
      sampled: z.int(),
      hits: z.int(),
      /** Under `labels:` already. */
      declared: z.boolean(),
    }),
  ),
})

export const connections = me.pick({ connections: true })

export const approvalStates = ['open', 'approved', 'denied', 'expired', 'used', 'withdrawn'] as const

/** Rules that gave points, and how many. */
const summands = z.array(z.strictObject({ rule: z.string(), points: z.int() }))

export const approval = z.strictObject({
  reference: z.string(),
  state: z.enum(approvalStates),
  connection: z.string(),
  operation: z.string(),
  target: z.string(),
  requester: z.string(),
  opened: time,
  until: time,
  decided: time.nullable(),
  /** The rules of the connection, or its address, changed since: whoever approves, no call would use it. */
  outdated: z.boolean(),
  /** Each must be met. `missing`: how many of `people` must still approve. */
  needs: z.array(
    z.strictObject({ rule: z.string(), approvers: z.array(z.string()), people: z.int(), missing: z.int() }),
  ),
  /** Labels found in the question, with counts. */
  found: z.record(z.string(), z.int()),
  /** Whether the reader asked for it, and whether the reader may answer it now; if not, why. */
  yours: z.boolean(),
  mayAnswer: z.boolean(),
  /** Whether the reader may deny it after all: it is approved, and not used yet. */
  mayTakeBack: z.boolean(),
  whyNot: z
    .enum([
      ...['self', 'not-human', 'no-person', 'unknown-requester', 'not-in-group'],
      ...['already-voted', 'closed', 'expired', 'outdated'],
    ] as const)
    .nullable(),
})

export const approvals = z.strictObject({
  approvals: z.array(approval),
  /** Give it as `before` for the next page; null on the last. */
  next: z.string().nullable(),
})

const votes = z.array(z.strictObject({ by: z.string(), outcome: z.enum(['approve', 'deny']), at: time }))

export const approvalDetail = z.strictObject({
  ...approval.shape,
  session: z.string(),
  /** Of use: it runs for no other. */
  purpose: z.string().nullable(),
  /** Null where points did not hold it. */
  risk: z.strictObject({ points: z.int(), hold: z.int().nullable(), summands }).nullable(),
  /** Where a budget of rows held it: how many have passed, and beyond how many the answer ends in any case. */
  rows: z.strictObject({ out: z.int(), stop: z.int().nullable() }).nullable(),
  /**
   * Labels its caller would see in clear as the rules were when it was held; decided anew when it runs. Null where that is
   * not known, or it is about the rest of an answer, which is masked as what has passed.
   */
  reveal: z.array(z.string()).nullable(),
  votes,
  asked: shown.nullable(),
  unreadable: z.boolean(),
})

export const reason = z.strictObject({
  reason: z.string().trim().min(1).max(1_000).meta({ description: 'Why. Kept masked in the record and nowhere else.' }),
})

export const session = z.strictObject({
  id: z.string(),
  opened: time,
  closed: time.nullable(),
  outcome: z.string().nullable(),
  subject: z.string(),
  subjectKind: z.enum(['human', 'service', 'agent']),
  person: z.string().nullable(),
  onBehalfOf: z.string().nullable(),
  purpose: z.string().nullable(),
  connection: z.string(),
  connectionKind: z.enum(['mcp', 'postgres']),
  exchanges: z.int(),
  entries: z.int(),
})

export const sessions = z.strictObject({
  sessions: z.array(session),
  /** Give it as `before` for the next page; null on the last. */
  next: z.string().nullable(),
})

/** An entry as it stands in the log, and where; kinds and optional members are added, never changed. */
const entry = z.strictObject({
  log: z.string(),
  /** Number of the leaf. */
  seq: z.string(),
  entry: z.looseObject({
    v: z.literal(1),
    at: z.int(),
    session: z.string().nullable(),
    n: z.int(),
    kind: z.string(),
  }),
})

export const sessionDetail = z.strictObject({
  session,
  entries: z.array(entry),
  /** Give it as `from` for the next page; null on the last. */
  next: z.int().nullable(),
})

export const replayStep = z.strictObject({
  /** Number of the leaf in its log. */
  seq: z.string(),
  at: time,
  /** Since the session opened. */
  offsetMs: z.int(),
  kind: z.string(),
  exchange: z.string().nullable(),
  parent: z.string().nullable(),
  /** Who speaks: the caller, the protected system, or the gateway. */
  from: z.enum(['caller', 'system', 'gateway']),
  operation: z.string().nullable(),
  target: z.string().nullable(),
  decision: recordedDecision.nullable(),
  rules: z.array(z.string()),
  /** A code, an outcome or a verdict. */
  outcome: z.string().nullable(),
  approval: z.string().nullable(),
  by: z.array(z.string()),
  /** Labels hidden in `shown`, with counts. */
  hidden: z.record(z.string(), z.int()),
  shown: shown.nullable(),
  /** There is a payload, and it is not what its entry committed to. */
  unreadable: z.boolean(),
})

export const replay = z.strictObject({ session, steps: z.array(replayStep), next: z.int().nullable() })

export const exchange = z.strictObject({
  reference: z.string(),
  session: z.string().nullable(),
  at: time,
  /** Who asked, as `provider|id`, or from where, where that is not known. */
  subject: z.string().nullable(),
  connection: z.string().nullable(),
  operation: z.string().nullable(),
  target: z.string().nullable(),
  decision: recordedDecision.nullable(),
  /** Why there was no answer; null when there was one, or none yet. */
  refused: z.string().nullable(),
  rules: z.array(z.string()),
  approval: z.string().nullable(),
  /** For a person to read, naming the rules. */
  explanation: z.array(z.string()),
  /** As in a replay of its session, and as many as fit on a page; for those who may replay that. */
  steps: z.array(replayStep).nullable(),
  /** For auditors alone. */
  entries: z.array(entry).nullable(),
})

export const explanation = z.strictObject({
  decision,
  summary: z.string(),
  rules: z.array(
    z.strictObject({
      rule: z.string(),
      kind: z.string(),
      decided: z.boolean(),
      why: z.string(),
      /** Of the request, where they did not all come out the same. */
      parts: z.array(z.string()).optional(),
      points: z.int().optional(),
    }),
  ),
  /** Null where no risk rule matched. */
  risk: z
    .strictObject({
      points: z.int(),
      hold: z.int().nullable(),
      block: z.int().nullable(),
      summands,
    })
    .nullable(),
})

export const log = z.strictObject({
  origin: z.string(),
  size: z.int(),
  root: z.string(),
  /** `until`: when the newest entry under it was made. */
  checkpoint: z.strictObject({ size: z.int(), note: z.string(), until: time.nullable() }).nullable(),
})

export const problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string().optional(),
  next: z.string(),
  reference: z.string(),
  errors: z.array(z.strictObject({ where: z.string(), expected: z.string() })).optional(),
})
