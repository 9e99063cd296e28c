// Stand-ins of hidden cells against a real server and a real client. Promise: what leaves in place of a value is one that the
// type's own input and receive functions take, and that the client parses without a word of what was there.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { type Postgres, startPostgres } from '../../examples/clinic/postgres.ts'
import type { ColumnOrigin } from '../../src/gateway/seam.ts'
import { createMasker } from '../../src/masking/masker.ts'
import { compileMasking } from '../../src/masking/plan.ts'

const LABEL = 'phi.name'
const masker = createMasker(
  compileMasking({
    labels: { [LABEL]: { sql: ['*.*.x'] } },
    clean: {},
    transforms: { default: 'redact', byLabel: {} },
  }),
  new Set(),
)

/** One value of each type, as its text. */
const values: Readonly<Record<string, string>> = {
  bool: 't',
  int2: '7',
  int4: '7',
  int8: '7',
  float4: '1.5',
  float8: '1.5',
  numeric: '12.50',
  money: '$12.50',
  oid: '7',
  text: 'abc',
  varchar: 'abc',
  bpchar: 'abc',
  name: 'abc',
  '"char"': 'a',
  bytea: '\\x616263',
  date: '2026-01-02',
  time: '10:00',
  timetz: '10:00+00',
  timestamp: '2026-01-02 10:00',
  timestamptz: '2026-01-02 10:00+00',
  interval: '1 day',
  uuid: '5b0e2fbc-0d8e-4b1a-9f10-3c1f0d1d7a10',
  json: '{"a": 1}',
  jsonb: '{"a": 1}',
  xml: '<a/>',
  inet: '10.0.0.1',
  cidr: '10.0.0.0/8',
  macaddr: '08:00:2b:01:02:03',
  bit: '1',
  varbit: '101',
  point: '(1,2)',
  box: '(1,2),(0,0)',
  path: '((1,2))',
  polygon: '((1,2))',
  circle: '<(1,2),3>',
  tsvector: "'a'",
  tsquery: "'a'",
  int4range: '[1,5)',
  tstzrange: '[2026-01-02 10:00+00,)',
  int4multirange: '{[1,5)}',
  'text[]': '{abc,d}',
  'varchar[]': '{abc}',
  'bpchar[]': '{abc}',
  'name[]': '{abc}',
  'int4[]': '{1,2}',
  'date[]': '{2026-01-02}',
  'json[]': '{"{\\"a\\": 1}"}',
  'jsonb[]': '{"{\\"a\\": 1}"}',
  'xml[]': '{<a/>}',
  'bytea[]': '{"\\\\x61"}',
  'uuid[]': '{5b0e2fbc-0d8e-4b1a-9f10-3c1f0d1d7a10}',
  mood: 'calm',
  'mood[]': '{calm}',
  short: 'abc',
  pair: '(a,1)',
  'pair[]': '{"(a,1)"}',
}

let home: string
let server: Postgres
let client: pg.Client

before(async () => {
  home = mkdtempSync(join(tmpdir(), 'sallyport-stand-ins-'))
  server = await startPostgres({ dir: home })
  const { host, port, user, password } = server
  client = new pg.Client({ host, port, user, password, database: 'postgres' })
  await client.connect()
  await client.query(`CREATE TYPE pg_temp.mood AS ENUM ('calm'); CREATE DOMAIN pg_temp.short AS text;
    CREATE TYPE pg_temp.pair AS (a text, b integer); SET search_path = pg_temp, pg_catalog`)
})

after(async () => {
  await client?.end()
  await server?.stop()
  rmSync(home, { recursive: true, force: true })
})

/** What becomes of a cell; undefined where it was not touched. */
function released(type: number, format: 'text' | 'binary', value: Buffer): Uint8Array | null {
  const origin: ColumnOrigin = { name: 'x', type, format, labels: new Set([LABEL]), derived: true }
  let made: Uint8Array | null = value
  masker.columns([origin]).chunk(value, {
    release: cell => {
      made = cell(0, value)
      return value
    },
    tell: () => value,
  })
  return made
}

for (const [type, value] of Object.entries(values)) {
  test(`a hidden ${type} leaves as one`, async () => {
    const text = await client.query({ text: `SELECT $1::${type} AS x`, values: [value], rowMode: 'array' })
    const oid = text.fields[0]?.dataTypeID ?? 0
    const asText = released(oid, 'text', Buffer.from(value))
    const asBinary = released(oid, 'binary', Buffer.from(value))
    assert.equal(asText === null, asBinary === null)
    if (asText === null || asBinary === null) return
    const words = Buffer.from(asText).toString()
    assert.doesNotMatch(words, /abc|616263/)
    assert.doesNotThrow(() => pg.types.getTypeParser(oid, 'text')(words))
    const read = await client.query({
      text: `SELECT ($1::${type})::text, ($2::${type})::text`,
      values: [words, asBinary],
      rowMode: 'array',
    })
    const [[fromText, fromBinary] = []] = read.rows as string[][]
    assert.equal(fromText, fromBinary)
    assert.match(
      Buffer.from((fromText ?? '').replace(/^\\x/, ''), /^\\x/.test(fromText ?? '') ? 'hex' : 'utf8').toString(),
      /phi\.name|5b7068692e6e616d655d/,
    )
  })
}
