// The generated clinic: the same everywhere, belonging to nobody.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { generateClinic } from './patients.ts'

const clinic = generateClinic()
const digest = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex')

test('the same seed makes the same clinic, in every run and on every machine', () => {
  assert.equal(digest(clinic), '8b640f2f251e3f0130d1b202e1d1155c24311326c4b9758db947c46eec2dc12a')
  assert.notEqual(digest(generateClinic({ seed: 2 })), digest(clinic))
})

test('a few thousand patients, each with at least a visit, its note and its invoice', () => {
  assert.equal(clinic.patients.length, 3_000)
  assert.equal(new Set(clinic.encounters.map(row => row.patient_id)).size, 3_000)
  assert.equal(clinic.notes.length, clinic.encounters.length)
  assert.equal(clinic.invoices.length, clinic.encounters.length)
})

test('nothing in it can belong to anybody', () => {
  for (const { ssn, phone, email } of clinic.patients) {
    assert.match(ssn, /^(000|666|9\d\d)-\d\d-\d{4}$/)
    assert.match(phone, /^\(\d{3}\) 555-01\d\d$/)
    assert.match(email, /@example\.org$/)
  }
  assert.equal(new Set(clinic.patients.map(patient => patient.ssn)).size, 3_000)
  assert.equal(new Set(clinic.patients.map(patient => patient.mrn)).size, 3_000)
})

test('notes are prose that mentions their own patient by name, number, telephone and date', () => {
  const mentions = { full_name: 0, mrn: 0, phone: 0, ssn: 0, email: 0, dob: 0 }
  for (const { patient_id, note } of clinic.notes) {
    const patient = clinic.patients[Number(patient_id) - 1]
    assert.ok(patient)
    const seen = (Object.keys(mentions) as (keyof typeof mentions)[]).filter(key => String(note).includes(patient[key]))
    for (const key of seen) mentions[key] += 1
  }
  for (const [key, count] of Object.entries(mentions)) assert.ok(count > 1_000, `${key} is mentioned ${count} times`)
})
