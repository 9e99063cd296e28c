// What tools send while they start and while people browse answers through the gateway exactly as without it, under the
// rules for databases of the file that `sallyport init` writes.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import pg from 'pg'
import { readConfig } from '../../../src/config/load.ts'
import { template } from '../../../src/config/template.ts'
import { compileMasking } from '../../../src/masking/plan.ts'
import { Rig, stopTestPostgres, testPostgres } from '../../../src/postgres/testing/rig.ts'

interface Statement {
  readonly about: string
  readonly sql: string
}

function statementsOf(text: string): Statement[] {
  let about = ''
  return text
    .split(/;\n/)
    .map(part => {
      const lines = part.split('\n')
      const comments = lines.filter(line => line.startsWith('-- '))
      about = comments.at(-1)?.slice(3) ?? about
      return {
        about,
        sql: lines
          .filter(line => !line.startsWith('-- '))
          .join('\n')
          .trim(),
      }
    })
    .filter(({ sql }) => sql !== '')
}

const schema = readFileSync(new URL('../../../examples/clinic/schema.sql', import.meta.url), 'utf8')
const tools = globSync('*.sql', { cwd: import.meta.dirname }).sort()
const named = ['patients', 'patients_pkey', 'appointments', 'encounters', 'notes']
const loaded = readConfig(Buffer.from(template('config.schema.json')), '/etc/sallyport.yaml')
assert.ok(loaded.ok)
const shipped = loaded.config.rules
  .filter(({ id }) => id.startsWith('sql-'))
  .map(rule => ({ ...rule, who: rule.who && ['*'] }))
let rig: Rig
let direct: pg.Client
let through: pg.Client
let oids: ReadonlyMap<string, string>

before(async () => {
  const server = await testPostgres()
  const { host, port, user, password } = server
  const login = { host, port, user, password }
  const setup = new pg.Client({ ...login, database: 'postgres' })
  await setup.connect()
  await setup.query('drop database if exists browsing')
  await setup.query('create database browsing')
  await setup.end()
  // As the gateway's own sessions begin, so that what the catalog says of settings is the same.
  direct = new pg.Client({ ...login, database: 'browsing', options: '-c standard_conforming_strings=on' })
  await direct.connect()
  await direct.query(schema)
  const { rows } = await direct.query('select relname, oid::text from pg_class where relname = any($1)', [named])
  oids = new Map(rows.map(({ relname, oid }) => [relname, oid]))
  const masking = compileMasking({
    labels: { 'phi.ssn': { sql: ['*.patients.ssn'], shape: 'ssn' }, 'phi.name': { sql: ['*.patients.full_name'] } },
    clean: {},
    transforms: { default: 'redact', byLabel: {} },
  })
  rig = await Rig.start({
    postgres: server,
    database: 'browsing',
    rules: shipped,
    masking,
  })
  through = new pg.Client(rig.settings)
  await through.connect()
})
after(async () => {
  await through?.end()
  await direct?.end()
  await rig?.stop()
  await stopTestPostgres()
})

/** Rows as text, or the code of the error. */
async function answerOf(client: pg.Client, sql: string, extended = false): Promise<unknown> {
  try {
    const result = await client.query({
      text: sql,
      rowMode: 'array',
      ...(extended && { queryMode: 'extended' }),
      types: { getTypeParser: () => (value: unknown) => value },
    })
    return { fields: result.fields.map(({ name, dataTypeID }) => [name, dataTypeID]), rows: result.rows }
  } catch (error) {
    return (error as pg.DatabaseError).code
  }
}

/** Values of settings that are not named by a constant: one of them can hold what somebody put there. */
const hidden = new Set(['\\dconfig'])

function namesOf(answer: unknown): unknown {
  return (answer as { rows: unknown[][] }).rows.map(row => row[0])
}

for (const file of tools) {
  const statements = statementsOf(readFileSync(`${import.meta.dirname}/${file}`, 'utf8'))
  describe(basename(file, '.sql'), () => {
    it('has statements', () => assert.ok(statements.length >= 12, String(statements.length)))
    for (const [at, { about, sql }] of statements.entries()) {
      it(`${at + 1}: ${about}`, async () => {
        const text = sql.replaceAll(/\{(\w+)\}/g, (written, name: string) => oids.get(name) ?? written)
        let expected = await answerOf(direct, text)
        // A newer server no longer has some columns that an older psql asks for.
        if (typeof expected === 'string') assert.equal(expected, '42703', text)
        for (const extended of [false, true]) {
          let answered = await answerOf(through, text, extended)
          // Other tests make and drop databases of this server meanwhile, and its sizes are among what is asked for.
          for (let again = 0; again < 3 && !isDeepStrictEqual(answered, expected); again++) {
            expected = await answerOf(direct, text)
            answered = await answerOf(through, text, extended)
          }
          if (!hidden.has(about)) assert.deepEqual(answered, expected)
          else assert.deepEqual(namesOf(answered), namesOf(expected))
        }
      })
    }
  })
}
