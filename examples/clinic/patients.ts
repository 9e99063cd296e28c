// The people of the synthetic clinic and all that is known of them. Promise: the same seed and count give the same bytes
// everywhere; no social security number was ever issued, no telephone rings, no e-mail address exists.
import { type Random, seeded } from './random.ts'
import { cities, clinicians, complaints, drugs, familyNames, givenNames, kinds, streets, tests } from './words.ts'

export interface Patient {
  readonly id: number
  readonly mrn: string
  readonly full_name: string
  readonly dob: string
  readonly sex: 'F' | 'M'
  readonly ssn: string
  readonly phone: string
  readonly email: string
  readonly address: string
  readonly city: string
  readonly zip: string
}

type Row = Readonly<Record<string, string | number | boolean>>

/** Table → rows, in the order in which they can be inserted. */
export interface Clinic {
  readonly patients: readonly Patient[]
  readonly encounters: readonly Row[]
  readonly notes: readonly Row[]
  readonly appointments: readonly Row[]
  readonly medications: readonly Row[]
  readonly labs: readonly Row[]
  readonly invoices: readonly Row[]
}

/** "Now" of the clinic: a date that never moves, so that the data does not either. */
const TODAY = Date.UTC(2026, 9, 1)
const DAY_MS = 86_400_000

export function generateClinic(options: { readonly patients?: number; readonly seed?: number } = {}): Clinic {
  const random = seeded(options.seed ?? 20_261_001)
  const patients = Array.from({ length: options.patients ?? 3_000 }, (_, index) => patient(index + 1, random))
  const tables = { encounters: [], notes: [], appointments: [], medications: [], labs: [], invoices: [] } as {
    [table in Exclude<keyof Clinic, 'patients'>]: Row[]
  }
  for (const who of patients) {
    for (let visit = random.between(1, 4); visit > 0; visit--) addVisit(tables, who, random)
    for (let pills = random.between(0, 3); pills > 0; pills--) {
      const [drug, dose] = random.pick(drugs)
      tables.medications.push({ ...next(tables.medications, who), drug, dose, started_on: daysAgo(random, 30, 1_500) })
    }
    for (let taken = random.between(0, 5); taken > 0; taken--) {
      const [test, low, high, unit] = random.pick(tests)
      const value = random.between(low, high) / 10
      tables.labs.push({ ...next(tables.labs, who), test, value, unit, taken_on: daysAgo(random, 1, 900) })
    }
    if (random.between(0, 2) > 0) {
      const day = daysAgo(random, -60, 60)
      const starts_at = `${day}T${pad(random.between(8, 16), 2)}:${random.pick(['00', '20', '40'])}:00`
      const status = Date.parse(day) > TODAY ? 'booked' : random.pick(['kept', 'kept', 'missed'])
      const clinic_room = `room ${random.between(1, 12)}`
      tables.appointments.push({ ...next(tables.appointments, who), starts_at, clinic_room, status })
    }
  }
  return { patients, ...tables }
}

function next(rows: readonly Row[], who: Patient): { id: number; patient_id: number } {
  return { id: rows.length + 1, patient_id: who.id }
}

function patient(id: number, random: Random): Patient {
  const sex = random.pick(['F', 'M'])
  const given = random.pick(givenNames[sex])
  const family = random.pick(familyNames)
  const [city, zip] = random.pick(cities)
  return {
    id,
    mrn: `MRN-${pad(400_000 + id * 7, 7)}`,
    full_name: `${given} ${family}`,
    dob: daysAgo(random, 365, 365 * 94),
    sex,
    ssn: neverIssued(id, random),
    phone: `(${random.between(201, 989)}) 555-01${pad(random.between(0, 99), 2)}`,
    email: `${given}.${family}${id}@example.org`.toLowerCase(),
    address: `${random.between(1, 980)} ${random.pick(streets)} Street`,
    city,
    zip,
  }
}

/** Areas 000, 666 and 900 to 999 were never issued; the serial carries the id, so that none comes twice. */
function neverIssued(id: number, random: Random): string {
  const area = random.pick([() => '000', () => '666', () => String(random.between(900, 999))])()
  return `${area}-${pad(10 + Math.floor(id / 9_000), 2)}-${pad(1 + (id % 9_000), 4)}`
}

type Tables = { [table in Exclude<keyof Clinic, 'patients'>]: Row[] }

function addVisit(tables: Tables, who: Patient, random: Random): void {
  const date = daysAgo(random, 1, 700)
  const [reason, plan] = random.pick(complaints)
  const clinician = random.pick(clinicians)
  const encounter = { ...next(tables.encounters, who), date, kind: random.pick(kinds), reason, clinician }
  tables.encounters.push(encounter)
  const note = noteText(who, date, reason, plan, random)
  tables.notes.push({ ...next(tables.notes, who), encounter_id: encounter.id, date, author: clinician, note })
  const number = tables.invoices.length + 1
  const invoice_no = `INV-${date.slice(0, 4)}-${pad(number, 6)}`
  const amount_cents = random.between(40, 420) * 100
  const paid = random.between(0, 4) > 0
  tables.invoices.push({ ...next(tables.invoices, who), invoice_no, amount_cents, issued_on: date, paid })
}

/** Prose with identifiers in it, as people write them: names, dates in several shapes, numbers, addresses. */
function noteText(who: Patient, date: string, reason: string, plan: string, random: Random): string {
  const [year, month, day] = date.split('-') as [string, string, string]
  const american = `${month}/${day}/${year}`
  const [given, family] = who.full_name.split(' ') as [string, string]
  const title = who.sex === 'F' ? 'Ms.' : 'Mr.'
  return random.pick([
    `${who.full_name} (MRN ${who.mrn}, born ${who.dob}) seen on ${american} for ${reason}. Plan: ${plan}. Call back on ${who.phone}.`,
    `${title} ${family} came on ${date} about ${reason}. Lives at ${who.address}, ${who.city}. ${plan}. Results to ${who.email}.`,
    `Telephone consultation ${american}: ${given} reachable on ${who.phone}. Discussed ${reason}; ${plan}. MRN: ${who.mrn}.`,
    `Pt ${who.full_name}, DOB ${who.dob}, SSN ${who.ssn} verified at desk. ${reason}: ${plan}. Next of kin informed.`,
  ])
}

function daysAgo(random: Random, least: number, most: number): string {
  return new Date(TODAY - random.between(least, most) * DAY_MS).toISOString().slice(0, 10)
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0')
}
