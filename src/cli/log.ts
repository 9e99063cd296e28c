// `sallyport log`: whether the log is what it was, and how it stands. Promise: `verify` needs no gateway and no secret; it
// reads the data directory and believes a public key alone.
import { createPublicKey, type KeyObject } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import type { z } from 'zod'
import type { log as health } from '../api/schemas.ts'
import { parseCheckpoint } from '../recording/checkpoint.ts'
import { openRecord, type RecordReader } from '../recording/read.ts'
import { type LogVerdict, verifyLog } from '../recording/verify.ts'
import { type ApiFlags, action, connect, demoFolder } from './client.ts'
import { defaultFile, readConfiguration } from './configuration.ts'
import { CliError, exitCodes, facts, paint, print, printJson } from './output.ts'
import { ago, moment, plural } from './text.ts'

interface VerifyFlags extends ApiFlags {
  readonly data?: string
  readonly config?: string
  readonly key?: string
  readonly checkpoint?: string
}

/** Until then nobody wonders whether anything happens. */
const QUIET_MS = 1_000
const FAULTS_SHOWN = 20

export function register(program: Command): void {
  const log = program.command('log').description('the log, which nobody can quietly change')
  log
    .command('verify')
    .description('recompute the log from its leaves; needs no gateway')
    .option('--data <dir>', 'data directory')
    .option('-c, --config <file>', `configuration that names it (default: ${defaultFile})`)
    .option('--key <file>', 'your own copy of the public key (default: log-public.pem in the data directory)')
    .option('--checkpoint <file>', 'a checkpoint you kept, as log show --json printed it: the log must still hold it')
    .option('--json', 'print JSON')
    .action(action(verify))
  log
    .command('show')
    .description('show its size, root and last checkpoint')
    .option('--json', 'print JSON')
    .action(action(show))
}

async function verify(flags: VerifyFlags): Promise<void> {
  const dir = await dataOf(flags)
  if (!existsSync(join(dir, 'inbox'))) {
    throw new CliError(
      'usage',
      `There is no log under ${dir}.`,
      'Name the data directory of the gateway with --data or --config.',
    )
  }
  const progress = progressLine()
  const publicKey = keyOf(flags.key)
  const kept = keptNote(flags.checkpoint)
  const verdict = await verifyLog(dir, {
    onProgress: progress.at,
    ...(publicKey && { publicKey }),
    ...(kept !== null && { kept }),
  })
  progress.end()
  if (!verdict.intact || !verdict.complete) process.exitCode = exitCodes.failed
  const told = withSessions(dir, verdict)
  if (flags.json) printJson(told)
  else printVerdict(told)
}

type Fault = LogVerdict['faults'][number] & { readonly session: string | null }
type Told = Omit<LogVerdict, 'faults'> & { readonly faults: readonly Fault[] }

/** Whose entry each fault is about. */
function withSessions(dir: string, verdict: LogVerdict): Told {
  const reader = openRecord(dir)
  try {
    return { ...verdict, faults: verdict.faults.map(fault => ({ ...fault, session: sessionOf(reader, fault) })) }
  } finally {
    reader.close()
  }
}

/** Null where there is none, or what is left of the log does not say it. */
function sessionOf(reader: RecordReader, { log, seq }: LogVerdict['faults'][number]): string | null {
  if (seq === null || seq < 0) return null
  try {
    const session = reader.entry(BigInt(seq), log)?.entry.session
    return typeof session === 'string' && /^s_[0-9a-z]{26}$/.test(session) ? session : null
  } catch {
    return null
  }
}

async function dataOf(flags: VerifyFlags): Promise<string> {
  if (flags.data !== undefined) return flags.data
  if (flags.config === undefined && flags.demo !== undefined) return join(demoFolder(), 'data')
  if (flags.config === undefined && !existsSync(defaultFile)) {
    throw new CliError(
      'usage',
      `It is not known which log: there is no ${defaultFile} in this folder.`,
      'Name the data directory with --data DIR, or the configuration of the gateway with --config FILE.',
    )
  }
  return (await readConfiguration(flags.config ?? defaultFile)).config.data
}

function keyOf(file: string | undefined): KeyObject | null {
  if (file === undefined) return null
  try {
    return createPublicKey(readFileSync(file))
  } catch {
    throw new CliError('usage', `${file} is not a public key in PEM form.`, 'Give a copy of log-public.pem.')
  }
}

/** The note itself, or what `log show --json` printed. */
function keptNote(file: string | undefined): string | null {
  if (file === undefined) return null
  try {
    const text = readFileSync(file, 'utf8')
    const note: unknown = text.trimStart().startsWith('{') ? JSON.parse(text)?.checkpoint?.note : text
    if (typeof note === 'string' && parseCheckpoint(note) !== null) return note
  } catch {}
  throw new CliError('usage', `${file} holds no checkpoint.`, 'Give what sallyport log show --json printed.')
}

function printVerdict(verdict: Told): void {
  const says = (good: boolean, yes: string, no: string) => (good ? paint('green', yes) : paint('red', no))
  const { entries, signed, sessions, openSessions, faults, faultCount } = verdict
  const later = entries - signed
  print(
    facts([
      ['intact', says(verdict.intact, 'yes: what is there was not changed', 'NO: what is there was changed')],
      [
        'complete',
        says(verdict.complete, 'yes: nothing is missing or out of order', 'NO: something is missing or out of order'),
      ],
      ['anchored', `${verdict.anchored}: nobody outside remembers this log yet`],
      ...(verdict.kept === null
        ? []
        : [['kept', `yes: the log goes on from your checkpoint of ${verdict.kept} entries`] as const]),
      ['entries', `${entries}, ${later === 0 ? 'all' : signed} under a signed checkpoint`],
      [
        'sessions',
        openSessions === 0 ? String(sessions) : `${sessions}, ${openSessions} without an end (open, or cut off)`,
      ],
    ]),
  )
  if (faultCount === 0) return
  print(`\n${paint('red', plural(faultCount, 'fault'))}`)
  for (const { log, seq, what, session } of faults.slice(0, FAULTS_SHOWN)) {
    const whose = session === null ? '' : ` of session ${session}`
    print(`  ${log}${seq === null ? '' : ` entry ${seq}`}${whose}: ${what}`)
  }
  if (faultCount > FAULTS_SHOWN) print(`  … and ${faultCount - FAULTS_SHOWN} more; --json lists the first thousand`)
  print('\nKeep this copy, and compare it with a backup or a checkpoint you kept: docs/recording.md')
}

/** On stderr, and only when it takes a while. */
function progressLine(): { at(entries: number): void; end(): void } {
  const began = performance.now()
  let last = began
  let shown = false
  const terminal = process.stderr.isTTY
  return {
    at(entries) {
      const now = performance.now()
      if (now - began < QUIET_MS || now - last < QUIET_MS) return
      last = now
      shown = true
      process.stderr.write(terminal ? `\rverifying: ${entries} entries` : `verifying: ${entries} entries\n`)
    },
    end() {
      if (shown && terminal) process.stderr.write('\r\n')
    },
  }
}

async function show(flags: ApiFlags): Promise<void> {
  const found = await connect(flags).get<z.infer<typeof health>>('/log')
  if (flags.json) return printJson(found)
  const { origin, size, root, checkpoint } = found
  print(
    facts([
      ['log', origin],
      ['entries', String(size)],
      ['root', root],
      ['signed', checkpoint === null ? 'nothing yet' : signedAs(checkpoint)],
    ]),
  )
}

function signedAs({ size, until }: NonNullable<z.infer<typeof health>['checkpoint']>): string {
  const since = until === null ? '' : `, the last of them from ${moment(until)} (${ago(until)})`
  return `the first ${size} entries${since}`
}
