// Reads the statements of one caller's connection. Promise: each is read as the system will read it, with the path, the
// prepared statements, cursors and temporary relations of this session; where that is in doubt the system is asked, and
// where it cannot be asked nothing is known.
import { limits } from '../gateway/limits.ts'
import type { Ruling } from '../gateway/ruling.ts'
import type { MaskingPlan } from '../masking/plan.ts'
import { type Catalogs, protectionOf, type Snapshot } from './catalogs.ts'
import { copyOutOf } from './copy-plan.ts'
import type { Text } from './definitions.ts'
import { allOf } from './estimable.ts'
import { callsOwn, readsSettings, unsettles } from './lineage/behind-names.ts'
import { sessionNames } from './lineage/names.ts'
import type { Plan } from './lineage/resolve.ts'
import {
  type Field,
  type LinkReader,
  opaque,
  type ReadContext,
  type ReaderLink,
  type SqlRefusal,
  type StatementReading,
  unknownOrigins,
} from './reading.ts'
import { beliefOf, namesUnknown, parameterTypes, visible, withBound } from './session-names.ts'
import { SessionState } from './session-state.ts'
import { fitsSettings } from './statement/bound-settings.ts'
import { type ParseAside, readLongSql } from './statement/read-sql.ts'
import { refuseComputed } from './statement/refuse.ts'
import type { StatementKind } from './statement/statement.ts'
import { tagged } from './statement/tree.ts'
import { actionOf, emptyAction, type Planned } from './statement-action.ts'
import { endsWork, forgottenBy } from './statement-changes.ts'
import { shownBy } from './statement-labels.ts'
import { CONTESTED, FOREIGN, NO_CONNECTION, NO_TYPE } from './statement-refusals.ts'
import { type Believed, meansTheSame, planOf, type TextPlan } from './text-plan.ts'
import { type Traced, TracedColumns, trace } from './traced-columns.ts'
import { type Untold, untoldOf } from './untold.ts'
import { holdsNothing } from './violations.ts'

export interface LinkReaderParts {
  readonly link: ReaderLink
  readonly ruling: () => Ruling
  readonly catalogs: Catalogs
  readonly parseAside: ParseAside
}

export async function openLinkReader(parts: LinkReaderParts): Promise<LinkReader> {
  const { link, catalogs } = parts
  return new SessionReader(parts, new SessionState(link, catalogs, await catalogs.current(link)))
}

const NONE: ReadonlySet<string> = new Set()
/** Letters that are not in ASCII, or escapes that may stand for them. */
const FOREIGN_LETTERS = /\P{ASCII}|\\[uUxX0-7]|[uU]&/u
/** They change rows, and no relations. */
const keeping = new Set<StatementKind>([
  'select',
  'insert',
  'update',
  'delete',
  'merge',
  'copy-in',
  'transaction',
  'set',
])
function keepsRelations({ kind, tree }: Planned['decided']): boolean {
  return keeping.has(kind) || tagged(tree)?.tag === 'IndexStmt'
}

/**
 * They name nothing. The first must come before any query of its transaction, and a question of ours would be one; the other
 * gives statements, and so our questions, more time.
 */
const namesNothing =
  /^\s*(?:set\s+transaction\s|(?:set\s+(?:session\s+|local\s+)?|reset\s+)statement_timeout\b)[^;]*;?\s*$/i

class SessionReader implements LinkReader {
  readonly #parts: LinkReaderParts
  readonly #session: SessionState

  constructor(parts: LinkReaderParts, session: SessionState) {
    this.#parts = parts
    this.#session = session
  }

  get asks(): boolean {
    return this.#session.asks
  }

  get unfinished(): boolean {
    return this.#session.unfinished
  }

  begins(): void {
    this.#session.begins()
  }

  heard(setting: string, value: string): void {
    this.#session.heard(setting, value)
  }

  idle(status: number, failed: boolean): void {
    this.#session.idle(status, failed)
  }

  gone(): void {
    this.#session.gone()
  }

  settle(): Promise<void> | null {
    return this.#session.underWay.settle()
  }

  readonly read = (sql: string, context: ReadContext): Promise<StatementReading | SqlRefusal> =>
    this.#read(sql, context, performance.now() + limits.definitionWaitMs)

  async #read(sql: string, context: ReadContext, late: number): Promise<StatementReading | SqlRefusal> {
    const { catalogs, link } = this.#parts
    const session = this.#session
    session.underWay.reads()
    if (session.foreign && FOREIGN_LETTERS.test(sql)) return FOREIGN
    if ((session.doubtful || session.asks) && !namesNothing.test(sql)) {
      if (context.ask === null) session.unasked()
      else await session.refresh(context.ask, context.forget)
    }
    let snapshot = session.own ?? (await catalogs.current(link))
    let read = await this.#parse(sql, snapshot, context)
    if (read.kind === 'refused') return read
    // It may have been made by somebody else a moment ago.
    const unknown = () => parameterTypes(context.types, snapshot.catalog) === null
    if (session.own === null && (unknown() || namesUnknown(read.statements, snapshot, session.names))) {
      const fresh = await catalogs.again(link, snapshot)
      if (fresh !== snapshot) read = await this.#parse(sql, fresh, context)
      if (read.kind === 'refused') return read
      snapshot = fresh
    }
    if (unknown()) return NO_TYPE
    if (!read.statements.every(({ tree }) => fitsSettings(tree, context.types))) return refuseComputed()
    const masking = this.#masking
    if (masking === undefined) return NO_CONNECTION
    session.readsBy(snapshot)
    if (read.statements.length === 0) return { ...opaque, action: emptyAction, quotes: () => NONE }
    const kept = context.parameters !== null
    const plan = planOf(read.statements, snapshot, protectionOf(snapshot, masking), session, kept)
    if (plan.kind === 'refused') return plan
    const text = this.#text(plan, snapshot, masking, kept)
    if (!text.keeps || !session.underWay.contested(text)) return this.#reading(plan, text, masking)
    // What it means may be something else once nobody is in its way.
    return (await session.underWay.free(text, late)) ? this.#read(sql, context, late) : CONTESTED
  }

  #parse(sql: string, snapshot: Snapshot, { types }: ReadContext) {
    const names = sessionNames(snapshot.catalog, visible(this.#session.names, snapshot))
    const parameters = parameterTypes(types, snapshot.catalog)
    return readLongSql(sql, { names, ...(parameters === null ? {} : { parameters }) }, this.#parts.parseAside)
  }

  /** Of its connection, as they are configured now. */
  get #masking(): MaskingPlan | undefined {
    const { ruling, link } = this.#parts
    return ruling().connections.get(link.config.connection.name)?.masking
  }

  #text(plan: TextPlan, snapshot: Snapshot, masking: MaskingPlan, kept: boolean): Text {
    const { catalogs, link } = this.#parts
    const { names, user, doubtful, defining, own } = this.#session
    const believed: Believed = { names, user, doubtful, defining }
    return {
      trees: plan.planned.map(({ decided }) => decided.tree),
      snapshot,
      shared: (own === null ? snapshot : catalogs.last(link))?.catalog.version ?? null,
      sameBy: now => {
        const statements = plan.planned.map(({ statement }) => statement)
        const again = planOf(statements, now, protectionOf(now, masking), believed, kept)
        return again.kind === 'planned' && meansTheSame(plan, again)
      },
      defines: plan.forAll,
      keeps: plan.keeps,
    }
  }

  #reading(plan: TextPlan, text: Text, masking: MaskingPlan): StatementReading {
    const session = this.#session
    const { link, catalogs } = this.#parts
    const { snapshot } = text
    const { planned, setting, changes } = plan
    const statements = planned.map(({ statement }) => statement)
    const { catalog } = snapshot
    const { spoken } = session
    const shown = shownBy(planned)
    const { quotes } = shown
    const traced = new TracedColumns()
    let untold: { readonly is: Untold | null } | null = null
    const { names } = session
    const belief = beliefOf(names)
    const believes = (now: typeof names) => now === names || beliefOf(now) === belief
    const named = planned.some(({ statement: { kind, inner } }) => /^(execute|fetch)$/.test(inner ?? kind))
    const ends = planned.some(({ statement }) => endsWork(statement))
    const endQuotes = () => spoken.with(quotes)
    return {
      ...opaque,
      probes: shown.probes,
      missing: shown.missing,
      guesses: shown.guesses,
      guessed: shown.guessed,
      quotes: ends ? endQuotes : () => quotes,
      endQuotes,
      // What defines anything may have made it another relation by now.
      holdsNothing: quoted =>
        planned.every(one => keepsRelations(one.decided) && !unsettles(one.decided.tree, catalog)) &&
        holdsNothing(quoted, setting.protection, names),
      action: actionOf(planned, setting),
      origins: (fields, result) => {
        const now = this.#masking
        const plan = planned[result]?.plan ?? null
        return traced.of(fields, result, now, () => this.#origins(plan, snapshot, fields, now))
      },
      copyOut: result => {
        const one = planned[result]
        return one === undefined ? null : copyOutOf(one.statement.tree, one.plan, catalog)
      },
      changes,
      launders: plan.launders,
      forgets: statements.flatMap(forgottenBy),
      holds: () => {
        if (named || session.doubtful || !believes(session.names)) return false
        // What it leaves behind was worked out from what there was.
        if (changes !== 'nothing' && session.names !== names) return false
        // What is protected may have been configured anew.
        if (this.#masking !== masking) return false
        return !session.asks && (session.own ?? catalogs.fresh(link)) === snapshot
      },
      passes: bound => {
        spoken.add(quotes)
        return session.pass(
          text,
          statements,
          bound === null ? plan.after : withBound(plan.after, statements, bound),
          plan,
        )
      },
      resumes: () => session.resumes(),
      calls: planned.some(
        ({ decided: { tree, effects }, statement: { kind } }) =>
          kind !== 'select' || effects.has('write') || callsOwn(tree, catalog) || readsSettings(tree, catalog),
      ),
      lasts: () => {
        if (this.#masking !== masking) return false
        // A cursor, or a prepared statement, may be another by now.
        if (named && (session.names.cursors !== names.cursors || session.names.prepared !== names.prepared))
          return false
        const now = session.own ?? catalogs.last(link)
        return !session.doubtful && now?.catalog.version === catalog.version && believes(session.names)
      },
      untold: () => {
        untold ??= { is: untoldOf(planned, setting) }
        return untold.is
      },
      estimable: () => (planned.length === 1 || !plan.blind ? allOf(plan.estimates) : null),
    }
  }

  #origins(plan: Plan | null, snapshot: Snapshot, fields: readonly Field[], masking: MaskingPlan | undefined): Traced {
    if (plan === null || masking === undefined) return { origins: unknownOrigins(fields), sure: false }
    const traced = trace(plan, protectionOf(snapshot, masking), fields)
    if (!traced.sure) this.#session.contradicted()
    return traced
  }
}
