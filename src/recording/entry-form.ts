// How a draft becomes the text of a leaf. Promise: only the members an entry kind declares, each of its declared type,
// in RFC 8785 order; a draft that says anything else is refused. What only the commit thread knows (position,
// commitments) is left as four gaps, so that the text is written once and never parsed again on its way.
import type { EntryBody } from './entry.ts'

type Kind = EntryBody['kind']
type Body<K extends Kind> = Extract<EntryBody, { kind: K }>

/** The text of a leaf between its gaps: head ‹blob› body ‹key or count› kind ‹n› middle ‹releasedSalted› tail. */
export interface LeafText {
  readonly head: string
  readonly body: string
  readonly kind: string
  readonly middle: string
  readonly tail: string
}

export class MalformedDraft extends Error {}

interface Form<K extends Kind> {
  /** How many members a body has, `kind` among them, and without one that may be left out. */
  readonly members: number
  readonly optional?: string
  /** `at` and `session` are written already. */
  readonly leaf: (body: Body<K>, at: string, session: string) => LeafText
}

/** Every kind as it stands in the log: one expression a member, in the order of their names. */
const forms: { readonly [K in Kind]: Form<K> } = {
  start: { members: 2, leaf: (of, at, session) => ofVersion('start', of.version, at, session) },
  stop: { members: 2, leaf: (of, at, session) => ofVersion('stop', of.version, at, session) },
  refused: {
    members: 7,
    leaf: (of, at, session) => ({
      head: `{"at":${at},`,
      body: `"code":${word(of.code, 'code')},"connection":${textOrNull(of.connection, 'connection')},"count":${number(of.count, 'count')},`,
      kind: '"kind":"refused","n":',
      middle: `,"reason":${textOrNull(of.reason, 'reason')},"reference":${text(of.reference, 'reference')},`,
      tail: `"session":${session},"source":${text(of.source, 'source')},"v":1}`,
    }),
  },
  clock: {
    members: 2,
    leaf: (of, at, session) => ({
      head: `{"at":${at},`,
      body: `"jumpMs":${number(of.jumpMs, 'jumpMs')},`,
      kind: '"kind":"clock","n":',
      middle: ',',
      tail: `"session":${session},"v":1}`,
    }),
  },
  config: {
    members: 7,
    leaf: (of, at, session) => ({
      head: `{"at":${at},`,
      body: `"by":${text(of.by, 'by')},"from":${text(of.from, 'from')},`,
      kind: '"kind":"config","n":',
      middle: `,"outcome":${text(of.outcome, 'outcome')},`,
      tail: `"restart":${list(of.restart, 'restart', text)},"session":${session},"to":${text(of.to, 'to')},"transparent":${number(of.transparent, 'transparent')},"v":1}`,
    }),
  },
  'session.open': {
    members: 10,
    leaf: (of, at, session) => ({
      head: `{"at":${at},`,
      body: `"connection":${text(of.connection, 'connection')},"connectionKind":${text(of.connectionKind, 'connectionKind')},`,
      kind: '"kind":"session.open","n":',
      middle: `,"onBehalfOf":${textOrNull(of.onBehalfOf, 'onBehalfOf')},"person":${textOrNull(of.person, 'person')},"provider":${text(of.provider, 'provider')},"purpose":${textOrNull(of.purpose, 'purpose')},`,
      tail: `"retention":${text(of.retention, 'retention')},"session":${session},"subject":${text(of.subject, 'subject')},"subjectKind":${text(of.subjectKind, 'subjectKind')},"v":1}`,
    }),
  },
  question: {
    members: 11,
    leaf: (of, at, session) => ({
      head: `{"approval":${textOrNull(of.approval, 'approval')},"at":${at},`,
      body: `"decision":${word(of.decision, 'decision')},"door":${word(of.door, 'door')},"exchange":${text(of.exchange, 'exchange')},"findings":${findings(of.findings, 'findings')},`,
      kind: '"kind":"question","n":',
      middle: `,"operation":${word(of.operation, 'operation')},"parent":${textOrNull(of.parent, 'parent')},"policy":${word(of.policy, 'policy')},`,
      tail: `"rules":${list(of.rules, 'rules', word)},"session":${session},"target":${word(of.target, 'target')},"v":1}`,
    }),
  },
  decided: {
    members: 5,
    leaf: (of, at, session) => ({
      head: `{"approval":${textOrNull(of.approval, 'approval')},"at":${at},`,
      body: `"decision":${word(of.decision, 'decision')},"exchange":${text(of.exchange, 'exchange')},`,
      kind: '"kind":"decided","n":',
      middle: ',',
      tail: `"rules":${list(of.rules, 'rules', word)},"session":${session},"v":1}`,
    }),
  },
  hold: {
    members: 4,
    leaf: (of, at, session) => ({
      head: `{"approval":${text(of.approval, 'approval')},"at":${at},`,
      body: `"exchange":${text(of.exchange, 'exchange')},`,
      kind: '"kind":"hold","n":',
      middle: ',',
      tail: `"session":${session},"until":${number(of.until, 'until')},"v":1}`,
    }),
  },
  verdict: {
    members: 5,
    leaf: (of, at, session) => ({
      head: `{"approval":${text(of.approval, 'approval')},"at":${at},`,
      body: `"by":${list(of.by, 'by', text)},"exchange":${text(of.exchange, 'exchange')},`,
      kind: '"kind":"verdict","n":',
      middle: `,"outcome":${text(of.outcome, 'outcome')},`,
      tail: `"session":${session},"v":1}`,
    }),
  },
  answer: {
    members: 6,
    optional: 'rows',
    leaf: (of, at, session) => ({
      head: `{"at":${at},`,
      body: `"door":${word(of.door, 'door')},"exchange":${text(of.exchange, 'exchange')},"findings":${findings(of.findings, 'findings')},`,
      kind: `"kind":"answer","last":${truth(of.last, 'last')},"n":`,
      middle: `,"part":${number(of.part, 'part')},`,
      tail: `${Object.hasOwn(of, 'rows') ? `"rows":${number(of.rows, 'rows')},` : ''}"session":${session},"v":1}`,
    }),
  },
  'answer.refused': {
    members: 3,
    leaf: (of, at, session) => ({
      head: `{"at":${at},`,
      body: `"code":${word(of.code, 'code')},"exchange":${text(of.exchange, 'exchange')},`,
      kind: '"kind":"answer.refused","n":',
      middle: ',',
      tail: `"session":${session},"v":1}`,
    }),
  },
  end: {
    members: 4,
    leaf: (of, at, session) => ({
      head: `{"at":${at},`,
      body: `"delivered":${number(of.delivered, 'delivered')},"exchange":${text(of.exchange, 'exchange')},`,
      kind: '"kind":"end","n":',
      middle: `,"outcome":${word(of.outcome, 'outcome')},`,
      tail: `"session":${session},"v":1}`,
    }),
  },
  access: {
    members: 4,
    leaf: (of, at, session) => ({
      head: `{"act":${text(of.act, 'act')},"at":${at},`,
      body: `"by":${text(of.by, 'by')},`,
      kind: '"kind":"access","n":',
      middle: `,"of":${text(of.of, 'of')},`,
      tail: `"session":${session},"v":1}`,
    }),
  },
  // The count that closes a session is the inbox's to know: it fills the gap before `kind`.
  'session.close': {
    members: 3,
    leaf: (of, at, session) => ({
      head: `{"at":${at},`,
      body: '',
      kind: '"kind":"session.close","n":',
      middle: `,"outcome":${text(of.outcome, 'outcome')},`,
      tail: `"session":${session},"v":1}`,
    }),
  },
}

function ofVersion(kind: 'start' | 'stop', version: string, at: string, session: string): LeafText {
  return {
    head: `{"at":${at},`,
    body: '',
    kind: `"kind":"${kind}","n":`,
    middle: ',',
    tail: `"session":${session},"v":1,"version":${text(version, 'version')}}`,
  }
}

/** Throws MalformedDraft, whose message names the member and never its value. */
export function leafText<K extends Kind>(body: Body<K>, session: string | null, at: number): LeafText {
  const known = typeof body === 'object' && body !== null && typeof body.kind === 'string'
  if (!known || !Object.hasOwn(forms, body.kind)) throw new MalformedDraft('kind')
  const { members, optional, leaf }: Form<K> = forms[body.kind as K]
  const extra = optional !== undefined && Object.hasOwn(body, optional) ? 1 : 0
  if (Object.keys(body).length !== members + extra) throw new MalformedDraft('members')
  return leaf(body, atText(at), session === null ? 'null' : word(session, 'session'))
}

let lastAt = Number.NaN
let lastAtText = ''

/** Of many entries it is the same millisecond. */
function atText(at: number): string {
  if (at === lastAt) return lastAtText
  lastAtText = number(at, 'at')
  lastAt = at
  return lastAtText
}

function text(value: unknown, name: string): string {
  if (typeof value !== 'string') throw new MalformedDraft(name)
  if (PLAIN.test(value)) return `"${value}"`
  if (!value.isWellFormed()) throw new MalformedDraft(name)
  return JSON.stringify(value)
}

/** JSON writes it as it is; ids are such. */
const PLAIN = /^[\w-]*$/

function textOrNull(value: unknown, name: string): string {
  return value === null ? 'null' : text(value, name)
}

function truth(value: unknown, name: string): string {
  if (typeof value !== 'boolean') throw new MalformedDraft(name)
  return value ? 'true' : 'false'
}

const words = new Map<string, string>()
const WORDS_MAX = 2_000
const WORD_MAX = 128

/** Written once and remembered: an entry says a dozen of them. */
function word(value: unknown, name: string): string {
  const known = words.get(value as string)
  if (known !== undefined) return known
  const written = text(value, name)
  if (written.length > WORD_MAX) return written
  if (words.size === WORDS_MAX) words.clear()
  words.set(value as string, written)
  return written
}

function list(value: unknown, name: string, write: (item: unknown, name: string) => string): string {
  if (!Array.isArray(value)) throw new MalformedDraft(name)
  if (value.length === 1) return `[${write(value[0], name)}]`
  // Gaps are read too, and refused.
  return `[${Array.from(value, item => write(item, name)).join(',')}]`
}

/** Whole numbers only: their digits are the same in every JSON library. */
function number(value: unknown, name: string): string {
  if (!Number.isSafeInteger(value)) throw new MalformedDraft(name)
  return String(value)
}

function findings(value: unknown, name: string): string {
  if (typeof value !== 'object' || value === null) throw new MalformedDraft(name)
  const labels = Object.keys(value)
  if (labels.length === 0) return '{}'
  const written = labels.sort().map(label => {
    const found = (value as Record<string, unknown>)[label]
    if (typeof found !== 'object' || found === null) throw new MalformedDraft(name)
    const { count, detector, transform } = found as Record<string, unknown>
    const says = `{"count":${number(count, name)},"detector":${word(detector, name)},"transform":${word(transform, name)}}`
    return `${word(label, name)}:${says}`
  })
  return `{${written.join(',')}}`
}

/** The leaf, its gaps filled. `key` and `entries` never meet: a close begins no key. */
export function fillLeaf(
  leaf: LeafText,
  fill: { n: number; blob: string | null; key: string | null; entries: number | null; released: string | null },
): string {
  const { head, body, kind, middle, tail } = leaf
  const blob = fill.blob === null ? '' : `"blob":${fill.blob},`
  const gap = fill.entries !== null ? `"entries":${fill.entries},` : fill.key !== null ? `"key":"${fill.key}",` : ''
  const released = fill.released === null ? '' : `"releasedSalted":"${fill.released}",`
  return head + blob + body + gap + kind + fill.n + middle + released + tail
}
