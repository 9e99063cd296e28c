// What a caller may set while it connects. Promise: only settings that change how values look or what the caller is called;
// what the reading of statements rests on is pinned here and cannot be set.
import type { Session, Subject } from '../gateway/seam.ts'

const allowed = new Set([
  'application_name',
  'bytea_output',
  'datestyle',
  'extra_float_digits',
  'geqo',
  'idle_in_transaction_session_timeout',
  'intervalstyle',
  'jit',
  'lock_timeout',
  'search_path',
  'statement_timeout',
  'timezone',
])
/** Named by every client; the gateway gives its own. */
const own = new Set(['user', 'database', 'client_encoding', 'standard_conforming_strings', 'options'])
const utf8 = new Set(['utf8', 'utf-8', 'unicode'])
const MARK_CHARS = 63

/** The settings of the system's session, or a fixed sentence on what cannot be set. */
export function startupSettings(
  given: ReadonlyMap<string, string>,
  session: Pick<Session, 'id' | 'subject'>,
  transparent: boolean,
): ReadonlyMap<string, string> | string {
  const settings = new Map<string, string>()
  const all = [...given, ...optionsOf(given.get('options') ?? '')]
  for (const [name, value] of all) {
    const lower = name.toLowerCase()
    if (lower === '') return 'The options of this startup packet could not be read.'
    if (lower === 'client_encoding' && !transparent && !utf8.has(value.toLowerCase().replaceAll("'", ''))) {
      return 'Only the client encoding UTF8 is supported.'
    }
    if (lower === 'standard_conforming_strings' && !transparent && !/^(on|true|yes|1)$/i.test(value)) {
      return 'The setting standard_conforming_strings stays on.'
    }
    if (lower === 'replication' && !/^(off|false|no|0)$/i.test(value)) return 'Replication is not supported.'
    if (own.has(lower) || lower === 'replication') continue
    if (!transparent && !allowed.has(lower)) return 'A setting of this startup packet is not one a caller may set.'
    settings.set(lower, value)
  }
  settings.set('client_encoding', transparent ? (given.get('client_encoding') ?? 'UTF8') : 'UTF8')
  if (transparent) return settings
  settings.set('standard_conforming_strings', 'on')
  settings.set(
    'application_name',
    `${(settings.get('application_name') ?? '').slice(0, MARK_CHARS - 29)} ${session.id}`.trim(),
  )
  for (const [name, value] of callerSettings(session.subject)) settings.set(name, value)
  return settings
}

/** What row-level security can rest on. */
export function callerSettings({ id, groups, purpose }: Subject): ReadonlyMap<string, string> {
  return new Map([
    ['sallyport.subject', id],
    ['sallyport.groups', [...groups].sort().join(',')],
    ['sallyport.purpose', purpose ?? ''],
  ])
}

/** `-c name=value` and `--name=value`, words separated by spaces, a backslash before what is meant literally. */
function optionsOf(text: string): (readonly [string, string])[] {
  const words = (text.match(/(?:\\.|[^\s\\])+/gs) ?? []).map(word => word.replace(/\\(.)/gs, '$1'))
  const found: (readonly [string, string])[] = []
  for (let at = 0; at < words.length; at++) {
    let word = words[at] as string
    if (word === '-c') word = words[++at] ?? ''
    else if (word.startsWith('-c')) word = word.slice(2)
    else if (word.startsWith('--')) word = word.slice(2)
    const equals = word.indexOf('=')
    // Without a name: the caller hears that it could not be read.
    found.push(equals < 0 ? ['', ''] : [word.slice(0, equals).replaceAll('-', '_'), word.slice(equals + 1)])
  }
  return found
}
