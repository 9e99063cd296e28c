import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isHousekeeping, labelByName, namesProse } from './column-names.ts'
import { discoverColumns } from './discover.ts'

type Row = readonly (string | null)[]

const SSN = '900-12-3456'

/** A database of one table whose columns have these values. */
async function found(columns: Readonly<Record<string, readonly (string | null)[]>>, category = 'S', table = 'things') {
  const names = Object.keys(columns)
  const catalog: Row[] = names.map(name => ['public', table, name, category, 'text'])
  const asked: string[] = []
  const count = Math.max(...Object.values(columns).map(values => values.length))
  const { columns: judged } = await discoverColumns({
    rows: async sql => {
      asked.push(sql)
      if (asked.length === 1) return catalog
      return Array.from({ length: count }, (_, at) => names.map(name => columns[name]?.[at] ?? null))
    },
    declared: (_, __, column) => new Set(column === 'mrn' ? ['phi.mrn'] : []),
  })
  return { judged: judged.map(({ column, label, by, hits, sampled }) => [column, label, by, hits, sampled]), asked }
}

describe('columns that may need a label', () => {
  it('are found by their names, by their values, and by both', async () => {
    const { judged } = await found({
      ssn: [SSN, SSN],
      reference: [SSN, SSN, 'none'],
      last_name: ['Planted', 'Planted'],
      ward: ['west', 'east'],
    })
    assert.deepEqual(judged, [
      ['ssn', 'phi.ssn', 'both', 2, 2],
      ['reference', 'phi.ssn', 'values', 2, 3],
      ['last_name', 'phi.name', 'name', 0, 2],
    ])
  })

  it('are found in prose that holds anything, and a few chance hits elsewhere make none', async () => {
    const prose = 'seen today for a follow up and told to come back soon'
    const { judged } = await found({
      entry: [`${prose} ${SSN}`, prose, prose, prose],
      code: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', SSN],
    })
    assert.deepEqual(judged, [['entry', 'phi.other', 'values', 1, 4]])
  })

  it('are dates of people and not of rows', async () => {
    const { judged } = await found({ seen: ['2026-01-02'], created_at: ['2026-01-02'], updatedOn: ['2026-01-02'] }, 'D')
    assert.deepEqual(judged, [['seen', 'phi.date', 'values', 1, 1]])
  })

  it('are asked for by quoted names and a bounded number of rows', async () => {
    const { asked } = await found({ 'odd"name': ['x'] }, 'S', 'a"; drop table b')
    assert.match(
      asked[1] ?? '',
      /^select pg_catalog\.left\("odd""name"::pg_catalog\.text, 500\) from "public"\."a""; drop table b" limit 200$/,
    )
  })

  it('are judged by their names where a table cannot be read', async () => {
    let first = true
    const { columns, tables, complete } = await discoverColumns({
      rows: async () => {
        if (!first) throw new Error('refused')
        first = false
        return [['public', 'patients', 'mrn', 'S', 'text']]
      },
      declared: () => new Set(['phi.mrn']),
    })
    assert.deepEqual([tables, complete], [1, true])
    assert.deepEqual(columns, [
      {
        schema: 'public',
        table: 'patients',
        column: 'mrn',
        sampled: 0,
        declared: true,
        label: 'phi.mrn',
        by: 'name',
        hits: 0,
      },
    ])
  })

  it('stop where the time is over, and it is said', async () => {
    let clock = 0
    const { complete, tables } = await discoverColumns({
      rows: async () => {
        clock += 100_000
        return [
          ['public', 'a', 'x', 'S', 'text'],
          ['public', 'b', 'x', 'S', 'text'],
          ['public', 'c', 'x', 'S', 'text'],
        ]
      },
      declared: () => new Set(),
      now: () => clock,
    })
    assert.deepEqual([complete, tables], [false, 1])
  })
})

describe('names of columns', () => {
  const rows: [table: string, column: string, label: string | null][] = [
    ['t', 'patientName', 'phi.name'],
    ['t', 'FullName', 'phi.name'],
    ['patients', 'name', 'phi.name'],
    ['departments', 'name', null],
    ['t', 'home_phone', 'phi.phone'],
    ['t', 'e_mail', 'phi.email'],
    ['t', 'zip_code', 'phi.geo'],
    ['t', 'address_line_1', 'phi.geo'],
    ['t', 'dob', 'phi.date'],
    ['t', 'member_id', 'phi.plan'],
    ['t', 'tablename', null],
    ['t', 'id', null],
    ['t', 'description', null],
  ]
  for (const [table, column, label] of rows) {
    it(`${table}.${column}: ${label}`, () => assert.equal(labelByName(table, column), label))
  }

  it('say what is prose and what dates rows', () => {
    assert.deepEqual(['visit_notes', 'note', 'notebook_id'].map(namesProse), [true, true, false])
    assert.deepEqual(['created_at', 'lastUpdated', 'inserted', 'born'].map(isHousekeeping), [true, true, true, false])
  })
})
