// `sallyport approvals`: who waits for people, and people's answers.
import { setTimeout as delay } from 'node:timers/promises'
import { type Command, Option } from 'commander'
import type { z } from 'zod'
import type { approval, approvalDetail, approvals as approvalsShape } from '../api/schemas.ts'
import { mostOf } from '../gateway/hold-words.ts'
import { groundsOf } from './approval-grounds.ts'
import { type ApiFlags, action, type Client, connect } from './client.ts'
import { exchangeOf, printExchange } from './exchange-text.ts'
import { CliError, facts, paint, print, printJson, table } from './output.ts'
import { ago, counts, deadline, payload, plural, untilTime } from './text.ts'

type Approval = z.infer<typeof approval>
type Detail = z.infer<typeof approvalDetail>

const WATCH_MS = 2_000
const states = ['waiting', 'open', 'approved', 'denied', 'expired', 'used', 'withdrawn', 'all']

interface ListFlags extends ApiFlags {
  readonly state: string
  readonly limit: string
  readonly before?: string
  readonly watch?: boolean
}

interface AnswerFlags extends ApiFlags {
  readonly reason: string
}

export function register(program: Command): void {
  const approvals = program.command('approvals').description('requests that wait for people')
  approvals
    .command('ls')
    .description('list what you asked for and what you may answer')
    .option('--json', 'print JSON')
    .addOption(
      new Option('--state <state>', 'which to list; waiting: open, or approved and not used yet')
        .choices(states)
        .default('waiting'),
    )
    .option('--limit <number>', 'at most this many, newest first', '50')
    .option('--before <reference>', 'those opened before this one')
    .option('--watch', 'list again every two seconds until interrupted')
    .action(action(list))
  approvals
    .command('show <reference>')
    .description('show what is asked, masked, and who may answer')
    .option('--json', 'print JSON')
    .action(action(show))
  for (const outcome of ['approve', 'deny'] as const) {
    approvals
      .command(`${outcome} <reference>`)
      .description(outcome === 'approve' ? 'approve one request' : 'deny one request, or take back an unused approval')
      .option('--json', 'print JSON')
      .requiredOption('--reason <text>', 'why; kept masked in the record')
      .action(action<AnswerFlags>((flags, reference) => answer(outcome, reference, flags)))
  }
}

async function list(flags: ListFlags): Promise<void> {
  const client = connect(flags)
  for (;;) {
    const { state, limit, before } = flags
    const page = await client.get<z.infer<typeof approvalsShape>>('/approvals', { state, limit, before })
    if (flags.watch && process.stdout.isTTY) process.stdout.write('\u001b[2J\u001b[H')
    if (flags.json) printJson(page)
    else printPage(page, state)
    if (!flags.watch) return
    await delay(WATCH_MS)
  }
}

function printPage({ approvals, next }: z.infer<typeof approvalsShape>, state: string): void {
  printList(approvals, state)
  if (next !== null) print(`\nOlder ones: sallyport approvals ls --state ${state} --before ${next}`)
}

function printList(approvals: readonly Approval[], state: string): void {
  if (approvals.length === 0) {
    print(state === 'open' || state === 'waiting' ? 'Nothing waits for you.' : 'None.')
    return
  }
  const head = ['REFERENCE', 'STATE', 'WHAT', 'ON', 'ASKED BY', 'APPROVERS', 'DEADLINE', 'YOU']
  const rows = approvals.map(each => [
    each.reference,
    stateOf(each),
    `${each.operation} ${each.target}`,
    each.connection,
    each.requester,
    approversOf(each),
    each.state === 'open' || each.state === 'approved' ? deadline(each.until) : '–',
    youOf(each),
  ])
  print(table(head, rows))
  const first = approvals.find(each => each.mayAnswer)
  if (first) print(`\nLook before you answer: sallyport approvals show ${first.reference}`)
}

async function show(flags: ApiFlags, reference: string): Promise<void> {
  const client = connect(flags)
  const found = await client
    .get<Detail>(`/approvals/${encodeURIComponent(reference)}`)
    .catch((error: unknown) => showExchange(client, reference, flags, error))
  if (found === null) return
  if (flags.json) return printJson(found)
  const asked = [
    ['asked by', `${found.requester}, ${ago(found.opened)}`],
    ['what', `${paint('bold', `${found.operation} ${found.target}`)} on ${found.connection}`],
    ['hidden', counts(found.found)],
    ...found.needs.map(need => [
      'held by',
      `rule ${need.rule}, for ${plural(need.people, 'person')} of ${need.approvers.join(' or ')}`,
    ]),
    ...groundsOf(found),
    [
      'answers',
      found.votes.length === 0
        ? 'none yet'
        : found.votes.map(vote => `${vote.outcome} by ${vote.by}, ${ago(vote.at)}`).join('; '),
    ],
    ['purpose', found.purpose ?? 'none'],
    ['session', found.session],
  ] as [string, string][]
  print(
    `${paint('bold', found.reference)}  ${stateOf(found)}${found.state === 'open' ? `, deadline ${deadline(found.until)}` : ''}`,
  )
  print(facts(asked))
  print(`\n${paint('dim', 'What is asked, as the record shows it:')}`)
  print(
    found.asked === null
      ? `  ${paint('red', 'It cannot be shown, so do not approve it.')}`
      : payload(found.asked, '  ', found.target),
  )
  print(`\n${nextOf(found)}`)
}

/** A reference that no approval has may be that of a refusal; null once it was printed. */
async function showExchange(client: Client, reference: string, { json }: ApiFlags, error: unknown): Promise<null> {
  const { code } = ((error instanceof CliError && error.problem) || {}) as { readonly code?: unknown }
  if (code !== 'not-found') throw error
  const found = await exchangeOf(client, reference).catch(() => {
    throw error
  })
  if (!json) print('Nobody was asked for an approval under this reference, or not you. What is known of it:\n')
  printExchange(found, { json: json ?? false, said: false })
  return null
}

async function answer(outcome: 'approve' | 'deny', reference: string, flags: AnswerFlags): Promise<void> {
  const client = connect(flags)
  const after = await client.post<Approval>(`/approvals/${encodeURIComponent(reference)}/${outcome}`, {
    reason: flags.reason,
  })
  if (flags.json) return printJson(after)
  if (after.state === 'denied') return print(`${paint('red', 'Denied.')} The caller is told so; nothing runs.`)
  if (after.state === 'open')
    return print(
      `${paint('yellow', 'Counted.')} ${missingOf(after)} must approve, ${deadline(after.until)} at the latest.`,
    )
  print(
    `${paint('green', 'Approved.')} It runs once, when ${after.requester} waits or calls again with the same arguments.`,
  )
}

function approversOf({ needs }: Approval): string {
  return needs.map(need => `${need.people > 1 ? `${need.people} of ` : ''}${need.approvers.join(' or ')}`).join(' and ')
}

/** `1 more of officers`. */
function missingOf({ needs }: Approval): string {
  const short = mostOf(needs.map(({ missing, approvers }) => [approvers.join(' or '), missing]))
  return short.flatMap(([groups, missing]) => (missing === 0 ? [] : [`${missing} more of ${groups}`])).join(' and ')
}

function youOf({ mayAnswer, mayTakeBack, yours, whyNot }: Approval): string {
  if (mayAnswer) return paint('green', 'may answer')
  if (mayTakeBack) return 'may take back'
  if (yours) return 'asked'
  return whyNot === 'already-voted' ? 'answered' : '–'
}

function stateOf({ state, outdated, until }: Approval): string {
  if (outdated) return paint('red', `${state}, outdated`)
  const styles = {
    open: 'yellow',
    approved: 'green',
    used: 'green',
    denied: 'red',
    expired: 'red',
    withdrawn: 'red',
  } as const
  return paint(styles[state], state === 'approved' ? `approved, waits to be used ${untilTime(until)}` : state)
}

const because = {
  self: 'You asked for this, or an agent asked on your behalf, so someone else must answer.',
  'not-human': 'Only people answer, never an agent or a service.',
  'no-person': 'Your token does not say which person you are, so you cannot be counted.',
  'unknown-requester': 'It does not say which person asks, so somebody of the same identity provider must answer.',
  'not-in-group': 'None of your groups may answer this.',
  'already-voted': 'You have answered; someone else must give the missing approval.',
  closed: 'It has been answered, or is not wanted any more.',
  expired: 'Its deadline has passed, so it is denied.',
  outdated: 'The rules of this connection changed since; ask them to call again.',
} as const

function nextOf({ reference, outdated, yours, mayTakeBack, whyNot }: Approval): string {
  if (outdated) return yours ? 'The rules of this connection changed since: call again to ask anew.' : because.outdated
  if (mayTakeBack) return `It is approved and not used yet. Take it back:\n  ${denyWith(reference)}`
  if (whyNot !== null) return because[whyNot]
  return `Answer it:\n  sallyport approvals approve ${reference} --reason "…"\n  ${denyWith(reference)}`
}

function denyWith(reference: string): string {
  return `sallyport approvals deny ${reference} --reason "…"`
}
