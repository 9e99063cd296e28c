// What the clinic's server asks of its database. Promise: it asks as whoever it is asked by, in a connection of that call
// alone; each value goes in as a parameter; free SQL is one statement, for at most five seconds and two hundred rows.
import pg from 'pg'

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

// A date that is hidden from the caller is NULL, and as text it says so.
const PERSON = 'mrn, full_name, dob::text AS dob, sex, ssn, phone, email, address, city, zip'
const CHART_PARTS = {
  encounters: 'date::text AS date, kind, reason, clinician',
  medications: 'drug, dose, started_on::text AS started_on',
  labs: 'test, value::float8, unit, taken_on::text AS taken_on',
  appointments: 'starts_at::text AS starts_at, clinic_room, status',
  invoices: 'invoice_no, amount_cents, issued_on::text AS issued_on, paid',
}

export class Records {
  readonly #database: () => string | undefined

  /** `database`: where to ask for the call that is under way, with the credential of its caller. */
  constructor(database: () => string | undefined) {
    this.#database = database
  }

  /** By a fragment of the name or the MRN, and by date of birth where given; how many match, and the first `limit`. */
  search(query: string, dob: string | null, limit: number): Promise<{ total: number; patients: PatientRow[] }> {
    return this.#ask(async client => {
      const { rows } = await client.query<PatientRow & { total: string }>(
        `SELECT ${PERSON}, count(*) OVER () AS total FROM patients
         WHERE (full_name ILIKE $1 OR mrn ILIKE $1) AND ($2::date IS NULL OR dob = $2) ORDER BY id LIMIT $3`,
        [`%${query.replace(/[\\%_]/g, '\\$&')}%`, dob, limit],
      )
      return { total: Number(rows[0]?.total ?? 0), patients: rows.map(({ total: _, ...patient }) => patient) }
    })
  }

  chart(mrn: string): Promise<Chart | null> {
    return this.#ask(async client => {
      const found = await client.query<PatientRow & { id: number }>(
        `SELECT id, ${PERSON} FROM patients WHERE mrn = $1`,
        [mrn],
      )
      const person = found.rows[0]
      if (person === undefined) return null
      const { id, ...patient } = person
      const parts: Record<string, unknown> = {}
      for (const [table, columns] of Object.entries(CHART_PARTS)) {
        const { rows } = await client.query(`SELECT ${columns} FROM ${table} WHERE patient_id = $1 ORDER BY id`, [id])
        parts[table] = rows
      }
      return { ...patient, ...parts } as unknown as Chart
    })
  }

  notes(mrn: string, limit: number): Promise<NoteRow[]> {
    return this.#ask(async client => {
      const { rows } = await client.query<NoteRow>(
        `SELECT n.date::text AS date, n.author, n.note FROM notes n JOIN patients p ON p.id = n.patient_id
         WHERE p.mrn = $1 ORDER BY n.date DESC, n.id LIMIT $2`,
        [mrn, limit],
      )
      return rows
    })
  }

  delete(mrn: string): Promise<boolean> {
    return this.#ask(async client => (await client.query('DELETE FROM patients WHERE mrn = $1', [mrn])).rowCount === 1)
  }

  updatePhone(mrn: string, phone: string): Promise<boolean> {
    const change = 'UPDATE patients SET phone = $2 WHERE mrn = $1'
    return this.#ask(async client => (await client.query(change, [mrn, phone])).rowCount === 1)
  }

  sql(text: string): Promise<{ rows: readonly unknown[]; more: boolean }> {
    return this.#ask(async client => {
      await client.query('SET statement_timeout = 5000')
      // Only the simple protocol takes several statements in one text.
      const { rows } = await client.query<Record<string, unknown>>({ text, queryMode: 'extended' } as pg.QueryConfig)
      return { rows: rows.slice(0, 200), more: rows.length > 200 }
    })
  }

  /** MRNs that begin as typed, for completion. */
  complete(beginning: string): Promise<string[]> {
    return this.#ask(async client => {
      const { rows } = await client.query<{ mrn: string }>(
        `SELECT mrn FROM patients WHERE starts_with(mrn, $1) ORDER BY id LIMIT 20`,
        [beginning],
      )
      return rows.map(row => row.mrn)
    })
  }

  /** The credential ends with the call, so that no connection can outlive it. */
  async #ask<T>(use: (client: pg.Client) => Promise<T>): Promise<T> {
    const connectionString = this.#database()
    if (connectionString === undefined) throw new Error('This request names no database.')
    const client = new pg.Client({ connectionString, types })
    client.on('error', () => {})
    await client.connect()
    try {
      return await use(client)
    } finally {
      await client.end().catch(() => {})
    }
  }
}
