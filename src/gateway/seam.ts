// All that protocols and the gateway know of each other. Promise: what came from one side passes to the other only as
// Cleared, which only a durable commit can make. A door is named after the side the bytes go to; both have the same rules.
import type { JsonDocument } from '../json/document.ts'
import type { Masked } from '../masking/masked.ts'
import type { Cleared } from '../recording/inbox.ts'
import type { Authored } from './authored.ts'
import type { Code, Refusal } from './errors.ts'

export type Door = 'system' | 'caller'
export type Across<D extends Door> = D extends 'system' ? 'caller' : 'system'

/** The only writer a protocol is given. */
export interface Outlet<D extends Door> {
  /** False asks the writer to wait for `drained` before the next part. */
  write(part: Cleared<D> | Authored): boolean
  drained(): Promise<void>
  end(last?: Authored): void
}

// ---- who and where ----

export interface Subject {
  readonly provider: string
  readonly id: string
  readonly kind: 'human' | 'service' | 'agent'
  /** The same human across providers: approvers are counted by it. */
  readonly person: string | null
  /** The human an agent acts for, who is a requester too. */
  readonly onBehalfOf: Subject | null
  /** The gateway's own group names, as the configuration maps them per provider. */
  readonly groups: ReadonlySet<string>
  /** How many groups of its token no group of the gateway is mapped to; left out where there are none. */
  readonly unmapped?: number
  /** HL7 purpose of use: from the token or the connection's default. */
  readonly purpose: string | null
  /** Wall-clock ms at which this token was issued, where it says so. */
  readonly issuedAt?: number
  /** Wall-clock ms at which this token ends; a newer token of the same subject carries the session on. */
  readonly notAfter: number
  /** The grant this token descends from; names a session where the wire does not. Never the token or a part of it. */
  readonly tokenFamily: string
}

export interface Connection {
  readonly name: string
  readonly kind: 'mcp' | 'postgres'
  readonly retention: string
}

export interface Session {
  readonly id: string
  readonly subject: Subject
  readonly connection: Connection
  /** Aborted at expiry, after idle time, on revocation and at shutdown; its reason is a Refusal. */
  readonly ended: AbortSignal
  /** For questions: nothing is hidden from the side asked, everything from the transcript. */
  readonly inspect: Masker
  /** For what answers no question: the GET stream, log lines, stderr. */
  readonly standing: Admission<'system'>
  /**
   * What would become of such an action, as far as it is known without its arguments: for filtering lists.
   * `allow` and `hold` are listed, `block` is not. A condition on arguments that are not known counts as met.
   */
  foresee(action: Pick<Action, 'operation' | 'target' | 'effects' | 'facts' | 'parts'>): Decision['kind']
  /**
   * A newer token of the same subject: the session lives on, at most `limits.sessionMs`. False where the token is for
   * another purpose of use, which needs a session of its own.
   */
  renew(subject: Subject): boolean
  close(outcome: 'done' | 'expired' | 'idle' | 'cut'): Promise<void>
}

// ---- one question and all its answers, asked by either side ----

export type Effect = 'read' | 'write' | 'define' | 'session' | 'ask'

/** One thing an action does to one thing: a statement inserts into a table and reads another. */
export type ActionPart = Pick<Action, 'operation' | 'target' | 'subjectMatter' | 'effects'>

/** What a policy may know of a statement, as the member `sql` of an action's facts. */
export interface SqlFacts {
  /** Of its parts, such as `sql.select`. */
  readonly operations: readonly string[]
  readonly effects: readonly string[]
  /** `schema.name` of all it touches. */
  readonly relations: readonly string[]
  /** `schema.table.column` of all it reads, writes or compares with; `schema.table.*` where that is not known. */
  readonly columns: readonly string[]
  /** The relations among them that have a labelled column. */
  readonly protected: readonly string[]
  /** Labels of the columns it touches. */
  readonly labels: readonly string[]
  /** False where anything in it changes or deletes rows that no condition chooses. */
  readonly hasWhere: boolean
  readonly statements: number
  readonly fingerprint: string
  /** Rows the system expects to read; there only after a probe. */
  readonly estimatedRows?: number
}

export interface Action {
  /** `tools/call`, `resources/read`, `elicitation/create`, `sql.select` … */
  readonly operation: string
  /** A name the gateway knows: a listed tool, prompt or relation, else `unlisted`. Never what a caller wrote. */
  readonly target: string
  /** What policy patterns match after the operation, as the caller wrote it: tool name, URI. In memory only. */
  readonly subjectMatter: string
  readonly effects: ReadonlySet<Effect>
  /** What `when:` sees. In memory only. */
  readonly facts: Readonly<Record<string, unknown>>
  /** Labels in the question. */
  readonly found: ReadonlySet<string>
  /** Labels its answer would have. */
  readonly carries: ReadonlySet<string> | 'unknown'
  /** Decided one by one, and the strictest decision counts; without any the action itself is its only part. */
  readonly parts?: readonly ActionPart[]
  /**
   * Canonical form of what is asked; an approval is bound to an HMAC over it, subject, purpose, connection and rules. Made
   * when it is wanted: no getter of a literal, each of which V8 gives a class of its own that outlives it.
   */
  readonly exact: () => Uint8Array
}

/** Made by a protocol. D is the door its question passes: `system` when the caller asks, `caller` when the system does. */
export interface Exchange<D extends Door> {
  readonly door: D
  readonly action: Action
  readonly question: Masked
  /** The exchange this one is part of: an elicitation inside a tools/call. */
  readonly parent: string | null
  /** The asker cancelled or is gone: never forwarded afterwards. */
  readonly withdrawn: AbortSignal
  /** The same caller asks more at once, which is recorded together with it. */
  readonly followed?: boolean
  /** How long this caller can wait for people before it must be told to come back, in ms; the rule may say less. */
  readonly patienceMs: number
  /** No rule lets it wait longer: what waits in a transaction keeps others waiting. */
  readonly longestWaitMs?: number
  /** Called when a hold begins and again every `limits.holdNoticeMs`. */
  waiting(hold: HoldView): void
  /**
   * Asks the system what the action would take, without doing it; gives further facts. Called once, after the question
   * is durable and only where a rule needs it; what it asks is an exchange of its own whose parent is `reference`.
   */
  readonly probe?: (reference: string) => Promise<Readonly<Record<string, unknown>> | Refusal>
}

export interface HoldView {
  readonly reference: string
  /** Wall-clock ms of the approval's deadline. */
  readonly until: number
  /** Each must be met. */
  readonly needs: readonly Pick<ApprovalNeed, 'from' | 'people'>[]
  readonly waitedMs: number
}

export type Decision =
  | { readonly kind: 'allow'; readonly rules: readonly string[]; readonly obligations: Obligations }
  | {
      readonly kind: 'hold'
      readonly rules: readonly string[]
      readonly need: readonly ApprovalNeed[]
      readonly obligations: Obligations
      /** Left out where the rules that hold say it all. */
      readonly grounds?: HoldGrounds
    }
  | {
      readonly kind: 'block'
      readonly rules: readonly string[]
      readonly code: Code
      /** Those of the rules whose condition has no result, which the caller is told; left out where there are none. */
      readonly unresolved?: readonly string[]
    }

/** What those who are asked need to know beside the rules: ids of rules, labels and counts, never a value. */
export interface HoldGrounds {
  /** Held by its points, and by whose. */
  readonly risk?: {
    readonly points: number
    readonly hold: number | null
    readonly summands: readonly { readonly rule: string; readonly points: number }[]
  }
  /** Held by a budget of rows: how many have passed, and beyond how many the answer ends in any case. */
  readonly rows?: { readonly out: number; readonly stop: number | null }
  /** What its caller would see in clear as the rules were when it was held. */
  readonly reveal?: readonly string[]
}

export interface ApprovalNeed {
  readonly rule: string
  /** Gateway groups any of which may approve. */
  readonly from: readonly string[]
  /** Distinct people. */
  readonly people: number
  readonly withinMs: number
  /** How long the wire is held; null leaves it to what the caller's client is known to bear. */
  readonly holdMs: number | null
}

export interface Obligations {
  /** Labels this caller sees in clear. */
  readonly reveal: ReadonlySet<string>
  /** Binary content and unknown content types pass. */
  readonly passBinary: boolean
  /** How many rows of an answer pass; left out: any number. */
  readonly rows?: RowBudget
}

export interface RowBudget {
  /** Beyond it the answer waits for these people; null where nobody is asked. */
  readonly ask: number | null
  readonly need: readonly ApprovalNeed[]
  /** Beyond it the answer ends. */
  readonly stop: number | null
}

export type OwnQuestion = Pick<Exchange<'system'>, 'question' | 'parent'> & Pick<Action, 'operation'>

export interface Gateway {
  /**
   * Opens a session, or finds the one of the same subject, connection and `affinity` (the token family, for stateless
   * MCP; null for a wire that names its own sessions).
   */
  open(subject: Subject, connection: Connection, affinity: string | null): Promise<Session | Refusal>
  /** read → decide → record the question → hold. One durable write when allowed at once. */
  ask<D extends Door>(session: Session, exchange: Exchange<D>): Promise<Admission<D> | Refusal>
  /**
   * A question of the gateway's own in a session (a catalog, a cancellation): recorded as that before it passes, and
   * decided by no rule.
   */
  own(session: Session, question: OwnQuestion): Promise<Admission<'system'> | Refusal>
  /**
   * A refusal before any session exists: recorded, counted per source and reason, first of each minute durable.
   * `source` is an address, or who it was; `reason` is an enumerated word, such as `expired`, never text that came.
   */
  stranger(code: Code, source: string | Subject, reason?: string): Promise<Refusal>
  /**
   * A refusal inside a session, before an exchange could be read: recorded before the caller hears of it. `reason` as for
   * strangers.
   */
  refuse(session: Session, code: Code, detail?: string, reason?: string): Promise<Refusal>
}

export interface Admission<D extends Door> {
  /** The exchange's id, the reference people are given, and the id of its approval. */
  readonly reference: string
  /** Differs from what came only where an identifier the gateway had wrapped was unwrapped. */
  readonly question: Cleared<D>
  readonly obligations: Obligations
  /** People have looked at exactly this question and let it pass. */
  readonly approved: boolean
  /** Bound to the decision's obligations. */
  readonly mask: Masker
  /**
   * Bytes the other way, in order; resolves when durable. A part with which the answer goes beyond its budget of rows
   * waits for people, or is refused, and so is all that follows.
   */
  answer(part: Masked, last: boolean, meters?: Meters): Promise<Cleared<Across<D>> | Refusal>
  /** The question goes on: COPY in, a resumed portal. In order; resolves when durable. */
  more(part: Masked, meters?: Meters): Promise<Cleared<D> | Refusal>
  /** The answer is withheld, or there is none: recorded before the asker hears of it. */
  refuse(code: Code, detail?: string): Promise<Refusal>
  /** Await before reading more: bounds bytes not yet durable, here and in the whole process. */
  room(): Promise<void>
  /** A lazy entry with no barrier. `delivered` counts bytes written to the asker. */
  end(outcome: Outcome, delivered: number): void
}

/** What a part holds, for budgets. */
export interface Meters {
  readonly rows: number
}

export type Outcome = 'done' | 'failed' | 'cancelled' | 'gone' | 'cut'

// ---- what a protected system does for a caller at another connection ----

/** A server asks its database for whoever called it: there it is that caller, for as long as this lasts. */
export interface Errand {
  /** The connection of the server. */
  readonly via: string
  /** The caller, as last known. */
  readonly subject: () => Subject
  /** The exchange it is done for. */
  readonly parent: () => string
  /** Aborted when it is over: what was given for it opens nothing from then on, and what it opened ends. */
  readonly ended: AbortSignal
}

// ---- masking: formats are its business, frames the protocol's ----

export interface Masker {
  message(json: JsonDocument, context: MessageContext): Masked
  /** Errors, log lines, anything with no shape of its own. */
  text(value: Uint8Array): Masked
  /**
   * Frames that are not text and pass as they are, for questions: throws where this masker hides anything from the other
   * side. `told` is what is found in them, `shown` what the transcript shows of that, its labels hidden.
   */
  frames(raw: Uint8Array, told: Uint8Array, shown?: Uint8Array): Masked
  /** Once per description of rows. */
  columns(origins: readonly ColumnOrigin[]): RowMasker
}

/** One column of a result, as the protocol derives it. */
export interface ColumnOrigin {
  readonly name: string
  /** The protocol's number of the type; 0 where it is not known. */
  readonly type: number
  readonly format: 'text' | 'binary'
  /** Labels of what it derives from. */
  readonly labels: ReadonlySet<string> | 'unknown'
  /** Not the labelled column itself but something made of it, which is hidden whole. */
  readonly derived: boolean
  /** Shown after all in rows where this other column, which counts the values it is made of, is at least so much. */
  readonly group?: { readonly countColumn: number; readonly atLeast: number } | undefined
}

export interface RowMasker {
  /** Columns whose cells are to be shown to `release`'s cell function, ascending; empty: rows pass as they are. */
  readonly touched: readonly number[]
  /** Of a description's data rows: columns whose cells are shown to it before the others of their row. */
  readonly first?: readonly number[] | undefined
  /** Whether the value of a touched column in bytes[start, end) stays as it is: told without cutting it out. */
  readonly stays?: ((column: number, bytes: Uint8Array, start: number, end: number) => boolean) | undefined
  /** One Masked per chunk, never per row. */
  chunk(raw: Uint8Array, walk: RowWalk): Masked
}

/** The value for one side: the same object where it stays, null for SQL's NULL. */
export type Cell = (column: number, value: Uint8Array | null) => Uint8Array | null

/** The protocol walks its own frames; the masker says what becomes of each cell. */
export interface RowWalk {
  /** The bytes for the other side, `raw` itself where nothing changed. `hidden`: values so far, by label. */
  release(cell: Cell, hidden: () => ReadonlyMap<string, number>): Uint8Array
  /** Readable text for the transcript; what is left in it is searched once more. */
  tell(cell: Cell): Uint8Array
}

/** How one JSON message is to be taken. A masker that cannot do its work throws a Refusal `unmaskable`. */
export interface MessageContext {
  readonly shape: MessageShape
  /** Replacements the protocol has already worked out, by path; their new text is not walked again. */
  readonly edits: readonly Edit[]
  /** What becomes of a `uri` member in which a label is found; without it such a member is masked like any other. */
  readonly token: ((value: string) => string) | null
  /** JSON Schema that a released `result.structuredContent` must still satisfy; null where the tool declares none. */
  readonly outputSchema: unknown
  /** Name of the argument whose values a member `values` of the answer offers. */
  readonly completes?: string | null
}

/**
 * - `fixed`: the protocol's own word or an echo that was checked (`jsonrpc`, `id`, a known `method`): not searched
 * - `name`: an identifier of the catalog (tool and prompt names): searched by shape, not by path
 * - `words`: text about names, such as the description in a schema: searched like `data`, but not under the label of its place
 * - `uri`: an address a caller will send back: searched, and replaced through `token`
 * - `data`: everything else, the default: member names and values are searched
 */
export type Treatment = 'fixed' | 'name' | 'words' | 'uri' | 'data'

/** Paths such as `result.tools.*.name` (`*`: any one step; `**`: any number) with their treatment. First match wins. */
export interface MessageShape {
  readonly members: readonly (readonly [path: string, treatment: Treatment])[]
}

export interface Edit {
  readonly path: readonly (string | number)[]
  /** New JSON text of the value, or of a new member where the object has none of that name; null removes it. */
  readonly json: string | null
  /** What the transcript shows there instead, where the value itself is not to be in it and is not searched. */
  readonly recorded?: string
}

export type { Masked }
