// How much of the labelled corpora the shape detectors find, for the classes that have a shape. Informative: names and
// places have none. Run: SALLYPORT_CORPORA=DIR node bench/detection.ts
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

/** Values of the patient resource that must not occur anywhere in the masked bundle. */
function synthea(dir: string): void {
  const masker = createMasker(defaultPlan, new Set<string>())
  const left: Record<string, [values: number, left: number]> = { ssn: [0, 0], phone: [0, 0], birthDate: [0, 0] }
  for (const file of readdirSync(dir).filter(one => one.endsWith('.json'))) {
    const bytes = readFileSync(join(dir, file))
    const bundle = JSON.parse(bytes.toString()) as { entry: { resource: Record<string, unknown> }[] }
    const patient = bundle.entry.find(one => one.resource.resourceType === 'Patient')?.resource as {
      birthDate: string
      telecom?: { value: string }[]
      identifier?: { system: string; value: string }[]
    }
    const masked = masker.message(readJson(bytes, { depth: 64, values: 1 << 20 }), {
      shape: { members: [] },
      edits: [],
      token: null,
      outputSchema: null,
    })
    const text = Buffer.from(masked.released).toString()
    const values: [string, string][] = [['birthDate', patient.birthDate]]
    for (const one of patient.telecom ?? []) values.push(['phone', one.value])
    for (const one of patient.identifier ?? []) if (one.system.endsWith('us-ssn')) values.push(['ssn', one.value])
    for (const [kind, value] of values) {
      const row = left[kind] as [number, number]
      row[0]++
      if (text.includes(value)) row[1]++
    }
  }
  for (const [kind, [values, remaining]] of Object.entries(left)) {
    console.log(`synthea: ${kind}: ${remaining} of ${values} values still in the masked bundle`)
  }
}

score('asq-phi', asq(join(corpora, 'asq-phi/synthetic_clinical_queries.txt')), [
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
score('presidio-research', presidio(join(corpora, 'presidio-research/synth_dataset_v2.json')), [
  'CREDIT_CARD',
  'EMAIL_ADDRESS',
  'PHONE_NUMBER',
  'IP_ADDRESS',
  'US_SSN',
  'DATE_TIME',
  'DOMAIN_NAME',
  'IBAN_CODE',
  'ZIP_CODE',
])
synthea(join(corpora, 'synthea-fhir-r4'))
