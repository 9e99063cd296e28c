// Time to mask one message, in µs and MB/s, for a clean and a dense one of 1 KB and 100 KB. Run: node bench/masking.ts
import { cpus } from 'node:os'
import { readJson } from '../src/json/document.ts'
import { createMasker, defaultPlan } from '../src/masking/masker.ts'
import { compileMasking } from '../src/masking/plan.ts'

const limits = { depth: 64, values: 1 << 20 }
const shape = {
  members: [
    ['jsonrpc', 'fixed'],
    ['id', 'fixed'],
    ['method', 'fixed'],
    ['result.content.*.type', 'fixed'],
  ] as const,
}
const context = { shape, edits: [], token: null, outputSchema: null }
const rules = compileMasking({
  labels: {
    'phi.mrn': { json: ['**.mrn', 'patient.mrn'], shape: 'mrn' },
    'phi.name': { json: ['**.name', '**.firstName', '**.lastName'] },
    'phi.ssn': { shape: 'ssn' },
    'phi.date': { shape: 'date' },
    'phi.phone': { shape: 'phone' },
    'phi.email': { shape: 'email' },
  },
  clean: { json: ['**.createdAt'] },
  transforms: { default: 'redact', byLabel: { 'phi.ssn': 'last-four' } },
})

const clean = (index: number): object => ({
  code: `R${index}`,
  status: 'active',
  unit: 'ward four',
  bed: index % 40,
  open: true,
  level: 3.25,
  note: 'Vital signs stable, tolerating diet, plan to continue the current regimen and reassess in the morning.',
})
const dense = (index: number): object => ({
  name: 'Jane Roe',
  mrn: `A${100000 + index}`,
  ssn: '123-45-6789',
  phone: '(555) 123-4567',
  email: 'jane@example.org',
  dob: '1970-01-01',
  note: `Seen on 03/04/2021, MRN A${100000 + index}, call 555-123-4567.`,
})

function message(row: (index: number) => object, size: number): Buffer {
  const rows: object[] = []
  while (JSON.stringify(rows).length < size / 2) rows.push(row(rows.length))
  return Buffer.from(
    JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      result: { content: [{ type: 'text', text: JSON.stringify(rows) }], structuredContent: { rows } },
    }),
  )
}

/** About 1 KB in some twenty leaves, none inside another. */
function flat(): Buffer {
  const structuredContent = { one: clean(1), two: clean(2), three: clean(3) }
  return Buffer.from(
    JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content: [], structuredContent, extra: clean(4) } }),
  )
}

const cases: [name: string, bytes: Buffer][] = [
  ['clean, flat, 1 KB', flat()],
  ['clean, with text copy, 1 KB', message(clean, 1000)],
  ['dense, with text copy, 1 KB', message(dense, 1000)],
  ['clean, with text copy, 100 KB', message(clean, 100_000)],
  ['dense, with text copy, 100 KB', message(dense, 100_000)],
]
console.log(`node ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'}`)
for (const [plan, masker] of [
  ['default plan', createMasker(defaultPlan, new Set<string>())],
  ['rules', createMasker(rules, new Set<string>())],
] as const) {
  for (const [name, bytes] of cases) {
    const document = readJson(bytes, limits)
    const times: number[] = []
    const rounds = bytes.length < 5000 ? 4000 : 60
    for (let batch = 0; batch < 9; batch++) {
      const started = process.hrtime.bigint()
      for (let round = 0; round < rounds; round++) masker.message(document, context)
      times.push(Number(process.hrtime.bigint() - started) / rounds / 1000)
    }
    const best = Math.min(...times)
    console.log(`${plan}: ${name}: ${bytes.length} B, ${best.toFixed(1)} µs, ${(bytes.length / best).toFixed(0)} MB/s`)
  }
}
