// What the clinic's server asks of its database. Promise: each value goes in as a parameter, and free SQL runs as a role
// that can only read, one statement at a time, for at most five seconds and two hundred rows.
import pg from 'pg'
import type { ClinicDatabase } from './database.ts'

// Dates stay the text that the database sends: a Date would move them by the zone of this machine.
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === 1082 || oid === 1114 ? (text: string) => text : pg.types.getTypeParser(oid, format as 'text'),
}

export interface PatientRow {
  readonly mrn: string
  readonly full_name: string
  readonly dob: string
  readonly sex: string
  readonly ssn: string
  readonly phone: string
  readonly email: string
  readonly address: string
  readonly city: string
  readonly zip: string
}

export interface Chart extends PatientRow {
  readonly encounters: readonly { date: string; kind: string; reason: string; clinician: string }[]
  readonly medications: readonly { drug: string; dose: string; started_on: string }[]
  readonly labs: readonly { test: string; value: number; unit: string; taken_on: string }[]
  readonly appointments: readonly { starts_at: string; clinic_room: string; status: string }[]
  readonly invoices: readonly { invoice_no: string; amount_cents: number; issued_on: string; paid: boolean }[]
}

export interface NoteRow {
  readonly date: string
  readonly author: string
  readonly note: string
}

const PERSON = 'mrn, full_name, dob, sex, ssn, phone, email, address, city, zip'
const CHART_PARTS = {
  encounters: 'date, kind, reason, clinician',
  medications: 'drug, dose, started_on',
  labs: 'test, value::float8, unit, taken_on',
  appointments: 'starts_at, clinic_room, status',
  invoices: 'invoice_no, amount_cents, issued_on, paid',
}

export class Records {
  readonly #writer: pg.Pool
  readonly #reader: pg.Pool

  constructor(database: ClinicDatabase) {
    this.#writer = new pg.Pool({ connectionString: database.writer, max: 8, types })
    this.#reader = new pg.Pool({ connectionString: database.reader, max: 4, types, statement_timeout: 5_000 })
    // A connection that breaks while idle is replaced by the pool; without a listener it would end the process.
    this.#writer.on('error', () => {})
    this.#reader.on('error', () => {})
  }

  /** By a fragment of the name or the MRN, and by date of birth where given; how many match, and the first `limit`. */
  async search(query: string, dob: string | null, limit: number): Promise<{ total: number; patients: PatientRow[] }> {
    const { rows } = await this.#writer.query<PatientRow & { total: string }>(
      `SELECT ${PERSON}, count(*) OVER () AS total FROM patients
       WHERE (full_name ILIKE $1 OR mrn ILIKE $1) AND ($2::date IS NULL OR dob = $2) ORDER BY id LIMIT $3`,
      [`%${query.replace(/[\\%_]/g, '\\$&')}%`, dob, limit],
    )
    return { total: Number(rows[0]?.total ?? 0), patients: rows.map(({ total: _, ...patient }) => patient) }
  }

  async chart(mrn: string): Promise<Chart | null> {
    const found = await this.#writer.query<PatientRow & { id: number }>(
      `SELECT id, ${PERSON} FROM patients WHERE mrn = $1`,
      [mrn],
    )
    const person = found.rows[0]
    if (person === undefined) return null
    const { id, ...patient } = person
    const parts = Object.entries(CHART_PARTS).map(async ([table, columns]) => {
      const { rows } = await this.#writer.query(`SELECT ${columns} FROM ${table} WHERE patient_id = $1 ORDER BY id`, [
        id,
      ])
      return [table, rows] as const
    })
    return { ...patient, ...Object.fromEntries(await Promise.all(parts)) } as Chart
  }

  async notes(mrn: string, limit: number): Promise<NoteRow[]> {
    const { rows } = await this.#writer.query<NoteRow>(
      `SELECT n.date, n.author, n.note FROM notes n JOIN patients p ON p.id = n.patient_id
       WHERE p.mrn = $1 ORDER BY n.date DESC, n.id LIMIT $2`,
      [mrn, limit],
    )
    return rows
  }

  async delete(mrn: string): Promise<boolean> {
    return (await this.#writer.query('DELETE FROM patients WHERE mrn = $1', [mrn])).rowCount === 1
  }

  async updatePhone(mrn: string, phone: string): Promise<boolean> {
    return (await this.#writer.query('UPDATE patients SET phone = $2 WHERE mrn = $1', [mrn, phone])).rowCount === 1
  }

  async sql(text: string): Promise<{ rows: readonly unknown[]; more: boolean }> {
    // Only the simple protocol takes several statements in one text.
    const { rows } = await this.#reader.query<Record<string, unknown>>({
      text,
      queryMode: 'extended',
    } as pg.QueryConfig)
    return { rows: rows.slice(0, 200), more: rows.length > 200 }
  }

  /** MRNs that begin as typed, for completion. */
  async complete(beginning: string): Promise<string[]> {
    const { rows } = await this.#writer.query<{ mrn: string }>(
      `SELECT mrn FROM patients WHERE starts_with(mrn, $1) ORDER BY id LIMIT 20`,
      [beginning],
    )
    return rows.map(row => row.mrn)
  }

  async close(): Promise<void> {
    await Promise.all([this.#writer.end(), this.#reader.end()])
  }
}
