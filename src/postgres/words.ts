// Words of the system: errors, notices, settings it reports. Promise: on a connection that is read, nothing a row
// could have put there leaves: severity, state and position stay, sentences are the gateway's.
import { back, FrameReader, HEAD_BYTES } from './frames.ts'
import { frame } from './messages.ts'
import { namesAlone } from './name-words.ts'
import { isState } from './sqlstates.ts'
import { type HoldsNothing, violationOf } from './violations.ts'

/** Fields of a report that are codes or numbers and never values. */
const plain = new Set(['S', 'V', 'C', 'P'])
const settings = new Set([
  'client_encoding',
  'DateStyle',
  'default_transaction_read_only',
  'in_hot_standby',
  'integer_datetimes',
  'IntervalStyle',
  'is_superuser',
  'scram_iterations',
  'server_encoding',
  'server_version',
  'standard_conforming_strings',
  'TimeZone',
])

/** First two characters of a SQLSTATE, for the classes callers meet most. */
const classes: Readonly<Record<string, string>> = {
  '08': 'connection exception',
  '0A': 'feature not supported',
  '22': 'data exception',
  '23': 'integrity constraint violation',
  '25': 'invalid transaction state',
  '26': 'invalid statement name',
  '34': 'invalid cursor name',
  '40': 'transaction rollback',
  '42': 'syntax error or access rule violation',
  '53': 'insufficient resources',
  '54': 'program limit exceeded',
  '55': 'object not in prerequisite state',
  '57': 'operator intervention',
}

function reportFields(raw: Buffer, start: number, end: number): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  const reader = new FrameReader(raw, start, end)
  for (let kind = reader.byte(); kind !== 0; kind = reader.byte()) {
    fields.set(String.fromCharCode(kind), reader.text().toString())
  }
  return fields
}

/** Said by no function, and of no query but the caller's. */
function ofText(fields: ReadonlyMap<string, string>): boolean {
  return !['W', 'q', 'p'].some(kind => fields.has(kind))
}

/** Of a constant that is read, or a parameter that is bound: it quotes that alone. */
const json = String.raw`JSON data, line \d+: [^\n]*`
const constant = new RegExp(`^${json}$`)
const parameter = new RegExp(
  String.raw`^(?:${json}\n)?(?:unnamed portal|portal "[^"]+") parameter \$\d+(?: = '[^\n]*')?$`,
)

/** Where in what the caller copies in it went wrong: it quotes that alone. */
const copied = /^COPY [^\n]+, line \d+(?:, column [^\n]+)?(?:: "[^\n]*")?$/
const copiedValue = /^COPY [^\n]+, line \d+, column [^\n]+: "[^\n]*"$/

/**
 * An error in reading the caller's own text or parameters, before anything ran: it points into that text, to a name or a
 * constant, or says which parameter, and quotes nothing else.
 */
function readsOnly(fields: ReadonlyMap<string, string>): boolean {
  if (!/^(?:22|42)/.test(fields.get('C') ?? '') || fields.has('q') || fields.has('p')) return false
  const where = fields.get('W')
  if (where !== undefined && (parameter.test(where) || copiedValue.test(where))) return !fields.has('P')
  return fields.has('P') && (where === undefined || constant.test(where))
}

/** Of names that a definition gives and that are there, columns that take no value, rights and locks: they quote names alone. */
const named: Readonly<Record<string, RegExp>> = {
  '08P01': /^bind message supplies \d+ parameters, but prepared statement "[^"]*" requires \d+$/,
  '22001': /^value too long for type (?:character(?: varying)?|bit varying)\(\d+\)$/,
  '25001': /^[A-Z ]+ cannot run inside a transaction block$/,
  '25006': /^cannot execute [A-Z ]+ in a read-only transaction$/,
  '3B001': /^savepoint "[^"]+" does not exist$/,
  '42501':
    /^(?:permission denied for (?:table|view|schema|sequence|function|procedure|database|materialized view) \S+|must be owner of (?:table|view|sequence|function|schema|materialized view|index|relation) \S+|new row violates row-level security policy for table "[^"]+")$/,
  '42P16': /^(?:cannot drop columns from view|cannot change (?:name|data type) of view column "[^"]+"[\w" (),.[\]]*)$/,
  '55P03': /^could not obtain lock on (?:relation|row in relation) "[^"]+"$/,
  '42701': /^column "[^"]+" of relation "[^"]+" already exists(?:, skipping)?$/,
  '42710': /^(?:extension|enum label|type|constraint|trigger|policy) "[^"]+"[\w" ]* already exists(?:, skipping)?$/,
  '42723': /^function "[^"]+" already exists with same argument types$/,
  '42P05': /^prepared statement "[^"]+" already exists$/,
  '42P06': /^schema "[^"]+" already exists(?:, skipping)?$/,
  '42P07': /^relation "[^"]+" already exists(?:, skipping)?$/,
  '428C9': /^(?:cannot insert a non-DEFAULT value into column "[^"]+"|column "[^"]+" can only be updated to DEFAULT)$/,
}

const details =
  /^(?:A field with precision \d+, scale -?\d+ must round to an absolute value less than [\d^]+\.|Ensure that no rows proposed for insertion within the same command have duplicate constrained values\.|Column "[^"]+" is a(?: generated column|n identity column defined as GENERATED ALWAYS)\.|Use OVERRIDING SYSTEM VALUE to override\.)$/

/** They are the same whatever the data is. */
const sentences: Readonly<Record<string, readonly string[]>> = {
  '21000': [
    'more than one row returned by a subquery used as an expression',
    'ON CONFLICT DO UPDATE command cannot affect row a second time',
    'MERGE command cannot affect row a second time',
  ],
  '22003': ['smallint out of range', 'integer out of range', 'bigint out of range', 'numeric field overflow'],
  '22012': ['division by zero'],
  '22023': ['identity column type must be smallint, integer, or bigint'],
  '2201W': ['LIMIT must not be negative'],
  '2201X': ['OFFSET must not be negative'],
  '25P02': ['current transaction is aborted, commands ignored until end of transaction block'],
  '40001': [
    'could not serialize access due to concurrent update',
    'could not serialize access due to concurrent delete',
  ],
  '40P01': ['deadlock detected'],
  '55P03': ['canceling statement due to lock timeout'],
  '57014': ['canceling statement due to statement timeout', 'canceling statement due to user request'],
}

/** What is said, where it could not be otherwise for other data. */
function fixedSentence(fields: ReadonlyMap<string, string>): string | null {
  const [state, says] = [fields.get('C') ?? '', fields.get('M') ?? '']
  return ofText(fields) && (sentences[state]?.includes(says) || named[state]?.test(says)) ? says : null
}

/** The frame that goes out in place of this one; null where it goes out as it is. */
export function releasedWords(
  type: number,
  raw: Buffer,
  start: number,
  end: number,
  holdsNothing: HoldsNothing,
): Uint8Array | null {
  if (type === back.parameterStatus) {
    const name = new FrameReader(raw, start, end).name()
    return settings.has(name) ? null : frame(type, `${name}\0[hidden]\0`)
  }
  if (type === back.notification) {
    const reader = new FrameReader(raw, start, end)
    return frame(type, reader.bytes(4), `${reader.text().toString()}\0\0`)
  }
  const fields = reportFields(raw, start, end)
  if (type === back.error && readsOnly(fields)) return null
  const checked = type === back.error && (ofText(fields) || copied.test(fields.get('W') ?? ''))
  const violation = checked ? violationOf(fields, holdsNothing) : null
  const told = violation ?? (ofText(fields) ? namesAlone(fields) : null)
  if (told !== null) return frame(type, `${told.map(([kind, text]) => `${kind}${text}\0`).join('')}\0`)
  const own = type === back.notice ? '01000' : 'P0001'
  const state = isState(fields.get('C') ?? '') ? (fields.get('C') ?? '') : own
  const kept = [...fields]
    .filter(([kind]) => plain.has(kind))
    .map(([kind, text]) => `${kind}${kind === 'C' ? state : text}\0`)
  const fixed = fixedSentence(fields)
  if (fixed !== null) {
    // Which routine says it may be told where it is about names: another divides by zero for other data.
    const isNamed = named[state]?.test(fixed) === true
    const more = [...fields].filter(
      ([kind, text]) => (/[DH]/.test(kind) && details.test(text)) || (isNamed && /[FLR]/.test(kind)),
    )
    return frame(type, `${kept.join('')}M${fixed}\0${more.map(([kind, text]) => `${kind}${text}\0`).join('')}\0`)
  }
  const says = classes[state.slice(0, 2)] ?? (type === back.notice ? 'notice' : 'error')
  return frame(type, `${kept.join('')}M${says} (words of the database are hidden)\0\0`)
}

/** An error about a longer text, with its position in what the caller wrote. */
export function movedBack(raw: Buffer, before: number): Buffer {
  const fields = [...reportFields(raw, 0, raw.length)].flatMap(([kind, text]) => {
    const at = Number(text) - before
    return kind !== 'P' ? [`${kind}${text}\0`] : at > 0 ? [`P${at}\0`] : []
  })
  return frame(back.error, `${fields.join('')}\0`)
}

/** For the transcript, where it is searched for labels. */
export function wordsOf(type: number, raw: Buffer, start: number, end: number): string {
  if (type === back.parameterStatus) return raw.toString('utf8', start + HEAD_BYTES, end - 1).replace('\0', ' = ')
  const fields = reportFields(raw, start, end)
  return `${fields.get('V') ?? ''} ${fields.get('C') ?? ''} ${fields.get('M') ?? ''}`
}
