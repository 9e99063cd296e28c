// How much of the labelled corpora the shape detectors find, for the classes that have a shape: names and places have none
// in prose. Both halves are shown, as rules are made on the even texts alone; of documents, what is left after masking.
// Run: SALLYPORT_CORPORA=DIR node bench/detection.ts
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readJson } from '../src/json/document.ts'
import { CONTEXTUAL, lex } from '../src/masking/lexer.ts'
import { createMasker, defaultPlan } from '../src/masking/masker.ts'
import { builtInShapes } from '../src/masking/shapes.ts'

const corpora = process.env.SALLYPORT_CORPORA
if (!corpora) {
  console.log('SALLYPORT_CORPORA is not set: nothing to measure')
  process.exit(0)
}

interface Labelled {
  readonly text: string
  readonly spans: readonly { readonly type: string; readonly start: number; readonly end: number }[]
}

function find(text: string): { shape: string; start: number; end: number }[] {
  const found: number[] = []
  lex(text, 0, text.length, -1, -1, found)
  const list = []
  for (let at = 0; at < found.length; at += 3) {
    const shape = builtInShapes[(found[at] as number) % CONTEXTUAL]?.shape ?? ''
    list.push({ shape, start: found[at + 1] as number, end: found[at + 2] as number })
  }
  return list
}

/** Recall of a class: its spans wholly covered, or touched. Precision: finds that touch any labelled span. */
function score(name: string, set: readonly Labelled[], classes: readonly string[]): void {
  const rows = new Map(classes.map(type => [type, { all: 0, covered: 0, touched: 0 }]))
  let finds = 0
  let right = 0
  const wrong = new Map<string, number>()
  let clean = 0
  let cleanTouched = 0
  for (const { text, spans } of set) {
    const found = find(text)
    finds += found.length
    if (spans.length === 0) {
      clean++
      if (found.length > 0) cleanTouched++
    }
    for (const one of found) {
      if (spans.some(span => span.start < one.end && one.start < span.end)) right++
      else wrong.set(one.shape, (wrong.get(one.shape) ?? 0) + 1)
    }
    for (const span of spans) {
      const row = rows.get(span.type)
      if (!row) continue
      row.all++
      let at = span.start
      for (const one of found) if (one.start <= at && one.end > at) at = one.end
      if (at >= span.end) row.covered++
      if (found.some(one => one.start < span.end && span.start < one.end)) row.touched++
    }
  }
  console.log(
    `${name}: ${set.length} texts, ${finds} finds, span precision ${percent(right, finds)}, ` +
      `texts without labels touched ${cleanTouched}/${clean}, wrong by shape ${JSON.stringify(Object.fromEntries(wrong))}`,
  )
  for (const [type, row] of rows) {
    console.log(
      `  ${type}: covered ${percent(row.covered, row.all)}, touched ${percent(row.touched, row.all)} of ${row.all}`,
    )
  }
}

const percent = (part: number, whole: number): string => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`)

function asq(path: string): Labelled[] {
  return readFileSync(path, 'utf8')
    .split('===QUERY===')
    .slice(1)
    .map(part => {
      const [query = '', tags = ''] = part.split('===PHI_TAGS===')
      const text = query.trim()
      const spans = tags
        .split('\n')
        .filter(line => line.startsWith('{'))
        .flatMap(line => {
          const tag = JSON.parse(line) as { identifier_type: string; value: string }
          const start = text.indexOf(tag.value)
          return start < 0 ? [] : [{ type: tag.identifier_type, start, end: start + tag.value.length }]
        })
      return { text, spans }
    })
}

function presidio(path: string): Labelled[] {
  type Row = { full_text: string; spans: { entity_type: string; start_position: number; end_position: number }[] }
  return (JSON.parse(readFileSync(path, 'utf8')) as Row[]).map(row => ({
    text: row.full_text,
    spans: row.spans.map(span => ({ type: span.entity_type, start: span.start_position, end: span.end_position })),
  }))
}

/** Values of identifiers by kind, and how many of them still stand somewhere in the masked document. */
class Left {
  readonly #masker = createMasker(defaultPlan, new Set<string>())
  readonly #kinds = new Map<string, { values: number; left: number }>()

  take(text: string, values: readonly (readonly [kind: string, value: string | undefined])[]): void {
    const content = [{ type: 'text', text }]
    const bytes = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content } }))
    const { released } = this.#masker.message(readJson(bytes, { depth: 64, values: 1 << 20 }), {
      shape: { members: [] },
      edits: [],
      token: null,
      outputSchema: null,
    })
    const masked = JSON.parse(Buffer.from(released).toString()).result.content[0].text as string
    for (const [kind, given] of values) {
      const value = given?.trim() ?? ''
      if (value.length < 3) continue
      const row = this.#kinds.get(kind) ?? { values: 0, left: 0 }
      this.#kinds.set(kind, row)
      row.values++
      if (whole(masked, value)) row.left++
    }
  }

  print(name: string): void {
    const rows = [...this.#kinds].map(([kind, { values, left }]) => `${kind} ${left}/${values}`)
    console.log(`${name}: still in the masked document: ${rows.join(', ')}`)
  }
}

function whole(text: string, value: string): boolean {
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) {
    if (!/[A-Za-z0-9]/.test(text.charAt(at - 1)) && !/[A-Za-z0-9]/.test(text.charAt(at + value.length))) return true
  }
  return false
}

function files(dir: string, ending: string): string[] {
  const names = readdirSync(dir).filter(one => one.endsWith(ending))
  return names.map(one => readFileSync(join(dir, one), 'utf8'))
}

function synthea(dir: string): void {
  const left = new Left()
  for (const text of files(dir, '.json')) {
    const bundle = JSON.parse(text) as { entry: { resource: Record<string, unknown> }[] }
    const patient = bundle.entry.find(one => one.resource.resourceType === 'Patient')?.resource as {
      birthDate: string
      name: { family: string; given: string[] }[]
      address: { line: string[]; city: string; postalCode: string }[]
      telecom: { value: string }[]
      identifier: { value: string }[]
    }
    left.take(text, [
      ['birth', patient.birthDate],
      ...patient.identifier.map(one => ['identifier', one.value] as const),
      ...patient.telecom.map(one => ['phone', one.value] as const),
      ...patient.name.flatMap(one => [one.family, ...one.given].map(part => ['name', part] as const)),
      ...patient.address.flatMap(one =>
        [...one.line, one.city, one.postalCode].map(part => ['address', part] as const),
      ),
    ])
  }
  left.print('synthea-fhir-r4')
}

/** Fields of PID, and the components of them that identify. */
const fields: readonly (readonly [kind: string, fields: readonly number[], components: readonly number[]])[] = [
  ['identifier', [2, 3, 4, 18, 19, 20], [0]],
  ['name', [5, 6, 9], [0, 1]],
  ['birth', [7], [0]],
  ['address', [11], [0, 2, 4]],
  ['phone', [13, 14], [0, 11]],
]

function hl7(dir: string): void {
  const left = new Left()
  for (const text of files(dir, '.hl7')) {
    const segments = text.split(/[\r\n]+/).filter(line => line.startsWith('PID|'))
    const values = segments.flatMap(line => {
      const cells = line.split('|')
      return fields.flatMap(([kind, numbers, components]) =>
        numbers.flatMap(number =>
          (cells[number] ?? '').split('~').flatMap(repetition => {
            const parts = repetition.split('^')
            return components.map(at => [kind, parts[at]?.split('&')[0]] as const)
          }),
        ),
      )
    })
    left.take(text, values)
  }
  left.print('hl7v2')
}

function ccda(dir: string): void {
  const left = new Left()
  for (const text of files(dir, '.ccda')) {
    const role = /<patientRole[\s\S]*?<\/patientRole>/.exec(text)?.[0] ?? ''
    const patient = role.replace(/<providerOrganization[\s\S]*?<\/providerOrganization>/, '')
    const all = (kind: string, of: string, pattern: RegExp) =>
      [...of.matchAll(pattern)].map(match => [kind, match[1]] as const)
    left.take(text, [
      ...all('identifier', patient, /<id\b[^>]*extension="([^"]+)"/g),
      ...all('name', patient, /<(?:family|given)\b[^>]*>([^<]+)</g),
      ...all('address', patient, /<(?:streetAddressLine|city|postalCode)\b[^>]*>([^<]+)</g),
      ...all('phone', patient, /<telecom\b[^>]*value="(?:tel:)?([^"]+)"/g),
      ...all('birth', patient, /<birthTime\b[^>]*value="([^"]+)"/g),
      ...all('date', text, /<(?:effectiveTime|time|low|high)\b[^>]*value="(\d{8,}[^"]*)"/g),
    ])
  }
  left.print('ccda')
}

function halves(name: string, set: readonly Labelled[], classes: readonly string[]): void {
  for (const [half, odd] of [
    ['even', 0],
    ['odd', 1],
  ] as const)
    score(
      `${name}, ${half}`,
      set.filter((_, index) => index % 2 === odd),
      classes,
    )
}

halves('asq-phi', asq(join(corpora, 'asq-phi/synthetic_clinical_queries.txt')), [
  'DATE',
  'MEDICAL_RECORD_NUMBER',
  'SOCIAL_SECURITY_NUMBER',
  'PHONE_NUMBER',
  'EMAIL_ADDRESS',
  'HEALTH_PLAN_BENEFICIARY_NUMBER',
  'IP_ADDRESS',
  'ACCOUNT_NUMBER',
  'CERTIFICATE_LICENSE_NUMBER',
  'UNIQUE_IDENTIFIER',
])
halves('presidio-research', presidio(join(corpora, 'presidio-research/synth_dataset_v2.json')), [
  'CREDIT_CARD',
  'EMAIL_ADDRESS',
  'PHONE_NUMBER',
  'IP_ADDRESS',
  'US_SSN',
  'DATE_TIME',
  'DOMAIN_NAME',
  'IBAN_CODE',
  'ZIP_CODE',
  'US_DRIVER_LICENSE',
])
synthea(join(corpora, 'synthea-fhir-r4'))
hl7(join(corpora, 'hl7v2'))
ccda(join(corpora, 'ccda'))
