// How a draft becomes the text of a leaf. Promise: only the members an entry kind declares, each of its declared type,
// in RFC 8785 order; a draft that says anything else is refused. What only the commit thread knows (position,
// commitments) is left as four gaps, so that the text is written once and never parsed again on its way.
import type { EntryBody } from './entry.ts'

type Kind = EntryBody['kind']
/** `word`: a text of which there are few. `count?` may be left out, and then is not written. */
type Form = 'text' | 'text?' | 'word' | 'number' | 'count?' | 'truth' | 'texts' | 'words' | 'findings'
type FormOf<K extends Kind> = Readonly<Required<Record<Exclude<keyof Extract<EntryBody, { kind: K }>, 'kind'>, Form>>>

/** Every kind and its members; the compiler keeps it in step with EntryBody. */
const forms: { readonly [K in Kind]: FormOf<K> } = {
  start: { version: 'text' },
  stop: { version: 'text' },
  refused: { code: 'word', reference: 'text', source: 'text', connection: 'text?', reason: 'text?', count: 'number' },
  clock: { jumpMs: 'number' },
  config: { from: 'text', to: 'text', by: 'text', outcome: 'text', transparent: 'number', restart: 'texts' },
  'session.open': {
    subject: 'text',
    provider: 'text',
    subjectKind: 'text',
    person: 'text?',
    onBehalfOf: 'text?',
    purpose: 'text?',
    connection: 'text',
    connectionKind: 'text',
    retention: 'text',
  },
  question: {
    exchange: 'text',
    parent: 'text?',
    door: 'word',
    operation: 'word',
    target: 'word',
    decision: 'word',
    rules: 'words',
    policy: 'word',
    findings: 'findings',
    approval: 'text?',
  },
  decided: { exchange: 'text', decision: 'word', rules: 'words', approval: 'text?' },
  hold: { exchange: 'text', approval: 'text', until: 'number' },
  verdict: { exchange: 'text', approval: 'text', by: 'texts', outcome: 'text' },
  answer: { exchange: 'text', part: 'number', last: 'truth', door: 'word', findings: 'findings', rows: 'count?' },
  'answer.refused': { exchange: 'text', code: 'word' },
  end: { exchange: 'text', outcome: 'word', delivered: 'number' },
  access: { by: 'text', act: 'text', of: 'text' },
  'session.close': { entries: 'number', outcome: 'text' },
}

/** The text of a leaf between its gaps: head ‹blob› body ‹key or count› kind ‹n› middle ‹releasedSalted› tail. */
export interface LeafText {
  readonly head: string
  readonly body: string
  readonly kind: string
  readonly middle: string
  readonly tail: string
}

export class MalformedDraft extends Error {}

interface Member {
  readonly name: string
  readonly label: string
  readonly form: Form
}

interface Compiled {
  /** Members without the optional ones. */
  readonly count: number
  readonly optional: readonly string[]
  /** Members before each gap, in canonical order; the common members are written by hand. */
  readonly head: readonly Member[]
  readonly body: readonly Member[]
  readonly kindText: string
  readonly afterKind: readonly Member[]
  readonly middle: readonly Member[]
  readonly beforeSession: readonly Member[]
  readonly afterSession: readonly Member[]
  readonly last: readonly Member[]
}

const compiled = new Map<string, Compiled>(Object.entries(forms).map(([kind, form]) => [kind, compile(kind, form)]))

function compile(kind: string, form: Readonly<Record<string, Form>>): Compiled {
  const members = Object.entries(form)
    // The count that closes a session is the inbox's to know: it fills the gap before `kind`.
    .filter(([name]) => !(kind === 'session.close' && name === 'entries'))
    .map(([name, of]) => ({ name, label: `${JSON.stringify(name)}:`, form: of }))
    .sort((left, right) => (left.name < right.name ? -1 : 1))
  const optional = members.filter(({ form: of }) => of === 'count?').map(({ name }) => name)
  const between = (after: string, before: string) => members.filter(({ name }) => name > after && name < before)
  return {
    count: Object.keys(form).length + 1 - optional.length,
    optional,
    head: between('', 'at'),
    body: between('at', 'key'),
    kindText: `"kind":${JSON.stringify(kind)},`,
    afterKind: between('kind', 'n'),
    middle: between('n', 'releasedSalted'),
    beforeSession: between('releasedSalted', 'session'),
    afterSession: between('session', 'v'),
    last: between('v', '\uffff'),
  }
}

/** Throws MalformedDraft, whose message names the member and never its value. */
export function leafText(body: EntryBody, session: string | null, at: number): LeafText {
  const form = typeof body === 'object' && body !== null ? compiled.get(body.kind) : undefined
  if (!form) throw new MalformedDraft('kind')
  const values = body as unknown as Readonly<Record<string, unknown>>
  let count = form.count
  for (const name of form.optional) if (Object.hasOwn(values, name)) count++
  if (Object.keys(body).length !== count) throw new MalformedDraft('members')
  return {
    head: `{${members(form.head, values)}"at":${number(at, 'at')},`,
    body: members(form.body, values),
    kind: `${form.kindText}${members(form.afterKind, values)}"n":`,
    middle: `,${members(form.middle, values)}`,
    tail: `${members(form.beforeSession, values)}"session":${session === null ? 'null' : word(session, 'session')},${members(form.afterSession, values)}"v":1${ending(form.last, values)}}`,
  }
}

function members(of: readonly Member[], values: Readonly<Record<string, unknown>>): string {
  let written = ''
  for (const { name, label, form } of of) {
    if (form === 'count?' && !Object.hasOwn(values, name)) continue
    written += `${label}${write(form, values[name], name)},`
  }
  return written
}

function ending(of: readonly Member[], values: Readonly<Record<string, unknown>>): string {
  return of.length === 0 ? '' : `,${members(of, values).slice(0, -1)}`
}

function write(form: Form, value: unknown, name: string): string {
  switch (form) {
    case 'text':
      return text(value, name)
    case 'text?':
      return value === null ? 'null' : text(value, name)
    case 'word':
      return word(value, name)
    case 'number':
    case 'count?':
      return number(value, name)
    case 'truth':
      if (typeof value !== 'boolean') throw new MalformedDraft(name)
      return value ? 'true' : 'false'
    case 'texts':
      return list(value, name, text)
    case 'words':
      return list(value, name, word)
    case 'findings':
      return findings(value, name)
  }
}

function text(value: unknown, name: string): string {
  if (typeof value !== 'string' || !value.isWellFormed()) throw new MalformedDraft(name)
  return JSON.stringify(value)
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
  return value.length === 0 ? '[]' : `[${value.map(item => write(item, name)).join(',')}]`
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
