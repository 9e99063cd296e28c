// `sallyport sessions`: who used what, and a replay of it, masked, on the terminal.
import { setTimeout as delay } from 'node:timers/promises'
import { type Command, InvalidArgumentError } from 'commander'
import type { z } from 'zod'
import type { replay, sessionDetail, session as sessionShape, sessions as sessionsShape } from '../api/schemas.ts'
import { type ApiFlags, action, type Client, connect } from './client.ts'
import { exchangeOf, isReference, printExchange } from './exchange-text.ts'
import { facts, paint, print, printJson, table } from './output.ts'
import { stepText } from './replay-text.ts'
import { printLinks } from './session-links.ts'
import { moment, span } from './text.ts'

type Session = z.infer<typeof sessionShape>
type Detail = z.infer<typeof sessionDetail>
type Replay = z.infer<typeof replay>
type Step = Replay['steps'][number]

/** A pause of the session is not worth more than this of the reader's time. */
const LONGEST_PAUSE_MS = 3_000
const PAGE = 100

interface ListFlags extends ApiFlags {
  readonly limit: string
  readonly before?: string
  readonly subject?: string
  readonly connection?: string
}

interface ReplayFlags extends ApiFlags {
  readonly speed: number
  readonly wait: boolean
}

export function register(program: Command): void {
  const sessions = program.command('sessions').description('who used what')
  sessions
    .command('ls')
    .description('list your sessions; an auditor sees all')
    .option('--json', 'print JSON')
    .option('--limit <number>', 'at most this many, newest first', '50')
    .option('--before <id>', 'those opened before this session')
    .option('--subject <provider|id>', 'of this subject')
    .option('--connection <name>', 'on this connection')
    .action(action(list))
  sessions
    .command('show <id>')
    .description('show one session and its entries in the log, or one exchange by its reference')
    .option('--json', 'print JSON')
    .action(action(show))
  sessions
    .command('replay <id>')
    .description('replay what was asked and answered in a session or an exchange, masked; this is recorded')
    .option('--json', 'print JSON')
    .option('--speed <factor>', 'times the real speed', positive, 1)
    .option('--no-wait', 'all at once; also where the output is no terminal')
    .action(action(replaySession))
}

async function list(flags: ListFlags): Promise<void> {
  const { limit, before, subject, connection } = flags
  const found = await connect(flags).get<z.infer<typeof sessionsShape>>('/sessions', {
    limit,
    before,
    subject,
    connection,
  })
  if (flags.json) return printJson(found)
  if (found.sessions.length === 0) return print('No session that you may see.')
  const columns = ['SESSION', 'OPENED', 'LASTED', 'SUBJECT', 'ON', 'PURPOSE', 'EXCHANGES', 'END']
  const rows = found.sessions.map(each => [
    each.id,
    moment(each.opened),
    lasted(each),
    who(each),
    each.connection,
    each.purpose ?? '–',
    String(each.exchanges),
    each.outcome ?? 'open',
  ])
  print(table(columns, rows))
  if (found.next !== null) print(`\nOlder ones: sallyport sessions ls --before ${found.next}`)
}

async function show(flags: ApiFlags, id: string): Promise<void> {
  const client = connect(flags)
  if (isReference(id)) return printExchange(await exchangeOf(client, id), { json: flags.json ?? false, said: false })
  const pages: Detail[] = []
  for await (const page of pagesOf<Detail>(client, `/sessions/${encodeURIComponent(id)}`)) pages.push(page)
  const entries = pages.flatMap(page => page.entries)
  const { session } = pages[0] as Detail
  if (flags.json) return printJson({ session, entries })
  head(session)
  const rows = entries.map(({ seq, entry }) => [
    seq,
    `+${span(entry.at - Date.parse(session.opened))}`,
    entry.kind,
    ['operation', 'target', 'decision', 'outcome', 'code', 'exchange'].flatMap(name => told(entry[name])).join(' '),
  ])
  print()
  print(table(['LEAF', 'AT', 'ENTRY', 'WHAT'], rows))
  await printLinks(client, session, entries)
  print(`\nRead what was said: sallyport sessions replay ${session.id}`)
}

async function replaySession(flags: ReplayFlags, id: string): Promise<void> {
  const client = connect(flags)
  if (isReference(id)) return printExchange(await exchangeOf(client, id), { json: flags.json ?? false, said: true })
  const steps: Step[] = []
  let session: Session | null = null
  let shownAt = 0
  for await (const page of pagesOf<Replay>(client, `/sessions/${encodeURIComponent(id)}/replay`)) {
    if (session === null && !flags.json) head(page.session)
    session = page.session
    for (const step of page.steps) {
      steps.push(step)
      if (flags.json) continue
      const pause = Math.min((step.offsetMs - shownAt) / flags.speed, LONGEST_PAUSE_MS)
      if (flags.wait && process.stdout.isTTY && pause > 0) await delay(pause)
      shownAt = step.offsetMs
      print(`\n${stepText(step)}`)
    }
  }
  if (flags.json) printJson({ session, steps })
}

async function* pagesOf<T extends { readonly next: number | null }>(client: Client, path: string): AsyncGenerator<T> {
  for (let from: number | null = 0; from !== null; ) {
    const page: T = await client.get<T>(path, { from, limit: PAGE })
    // Else it would be asked for ever.
    if (page.next !== null && !(page.next > from)) throw new RangeError('no next page')
    yield page
    from = page.next
  }
}

function head(session: Session): void {
  print(`${paint('bold', session.id)}  ${who(session)} on ${session.connection}`)
  print(
    facts([
      ['opened', moment(session.opened)],
      ['lasted', `${lasted(session)}${session.outcome === null ? ', still open' : `, ended: ${session.outcome}`}`],
      ['purpose', session.purpose ?? 'none named'],
      ['exchanges', `${session.exchanges}, in ${session.entries} entries`],
    ]),
  )
}

function who({ subject, subjectKind, onBehalfOf }: Session): string {
  const behalf = onBehalfOf !== null ? ` for ${onBehalfOf}` : subjectKind === 'service' ? ', human unknown' : ''
  return `${subject}${subjectKind === 'human' ? '' : ` (${subjectKind}${behalf})`}`
}

function lasted({ opened, closed }: Session): string {
  return span((closed === null ? Date.now() : Date.parse(closed)) - Date.parse(opened))
}

function told(value: unknown): string[] {
  return typeof value === 'string' && value !== '' ? [value] : []
}

function positive(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value <= 1_000)) throw new InvalidArgumentError('Give a number above 0, at most 1000.')
  return value
}
