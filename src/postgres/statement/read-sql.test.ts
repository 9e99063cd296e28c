import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { inlineBytes } from './parse.ts'
import { AsideParser } from './parse-aside.ts'
import { loadParser } from './parser.ts'
import { readLongSql, readSql } from './read-sql.ts'
import type { Statement } from './statement.ts'

before(loadParser)

function one(sql: string): Statement {
  const read = readSql(sql)
  assert.equal(read.kind, 'read', sql)
  assert.ok(read.kind === 'read' && read.statements[0] !== undefined)
  return read.statements[0]
}

const corpus = join(import.meta.dirname, '../../../test/postgres')
const lines = (file: string) =>
  readFileSync(join(corpus, file), 'utf8')
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('--'))

describe('the corpus of statements', () => {
  const letters = { read: 'r', write: 'w', define: 'd', session: 's', ask: 'a' } as const
  for (const line of lines('statements.sql')) {
    const [kind, effects, where, ...rest] = line.split(' | ')
    const sql = rest.join(' | ')
    test(sql, () => {
      const statement = one(sql)
      assert.equal(statement.kind, kind)
      const found = ['read', 'write', 'define', 'session'] as const
      const said = found.map(effect => (statement.effects.has(effect) ? letters[effect] : '')).join('')
      assert.equal(said + (statement.refusal === null ? '' : '!'), effects)
      assert.equal(statement.hasWhere === null ? 'none' : statement.hasWhere ? 'yes' : 'no', where)
    })
  }

  test('every statement of every corpus gives a decision', t => {
    const texts = [...lines('lineage-attacks.sql'), ...lines('lineage-harmless.sql')]
    let statements = 0
    for (const text of texts) {
      const read = readSql(text)
      assert.equal(read.kind, 'read', text)
      if (read.kind !== 'read') continue
      for (const statement of read.statements) {
        statements++
        assert.ok(statement.effects.size > 0, text)
        assert.match(statement.fingerprint(), /^[0-9a-f]{16}$/)
      }
    }
    t.diagnostic(`${statements} statements`)
  })
})

describe('what a statement names', () => {
  test('a WITH name hides a relation only where it stands for it', () => {
    const named = (sql: string) => one(sql).relations.map(({ name, use }) => `${use} ${name}`)
    assert.deepEqual(named('WITH p AS (SELECT * FROM p) SELECT * FROM p'), ['read p'])
    assert.deepEqual(named('WITH p AS (SELECT 1) SELECT * FROM p'), [])
    assert.deepEqual(named('WITH p AS (SELECT 1) SELECT * FROM public.p'), ['read p'])
    assert.deepEqual(named('WITH p AS (SELECT 1) DELETE FROM p'), ['write p'])
    assert.deepEqual(named('WITH RECURSIVE p AS (SELECT 1 UNION SELECT * FROM p) SELECT * FROM p'), [])
    assert.deepEqual(named('SELECT * FROM (WITH q AS (SELECT 1) SELECT * FROM q) x, q'), ['read q'])
    assert.deepEqual(named('DROP TABLE a.b, c'), ['define b', 'define c'])
    assert.deepEqual(named('TRUNCATE a, b'), ['write a', 'write b'])
    assert.deepEqual(named('COPY a FROM STDIN'), ['write a'])
    assert.deepEqual(named('SELECT * INTO x FROM y'), ['read y', 'define x'])
  })

  test('unqualified names are found along the search path', () => {
    const names = { schemaOf: (name: string) => (name === 'p' ? 'clinic' : null), functionReach: () => null }
    const read = readSql('SELECT * FROM p, q', { names })
    assert.ok(read.kind === 'read')
    assert.deepEqual(
      read.statements[0]?.relations.map(({ schema, name }) => [schema, name]),
      [
        ['clinic', 'p'],
        [null, 'q'],
      ],
    )
  })

  test('statements of one text have their own bytes', () => {
    const sql = "SELECT 'é' ; DELETE FROM p; -- end"
    const read = readSql(sql)
    assert.ok(read.kind === 'read')
    const bytes = Buffer.from(sql)
    const texts = read.statements.map(({ start, end }) => bytes.subarray(start, end).toString().trim())
    assert.deepEqual(texts.slice(0, 2), ["SELECT 'é'", 'DELETE FROM p'])
    assert.equal(read.statements.length, 2)
  })

  test('parameters are counted, constants do not change the fingerprint', () => {
    assert.equal(one('SELECT * FROM p WHERE a = $2').parameters, 2)
    assert.equal(one('SELECT 1 FROM p WHERE a = 5').fingerprint(), one('SELECT 1 FROM p WHERE a = $1').fingerprint())
  })
})

describe('what is not read', () => {
  const state = (sql: string | Uint8Array) => {
    const read = readSql(sql)
    return read.kind === 'refused' ? read.sqlState : read.statements.length
  }

  test('bytes that the server would read otherwise', () => {
    assert.equal(state('SELECT 1\0; DROP TABLE p'), '22021')
    assert.equal(state(Buffer.from([0x53, 0xff])), '22021')
    assert.equal(state('SELECT \ud800'), '0A000')
    assert.equal(state('x'.repeat((8 << 20) + 1)), '54000')
  })

  test('syntax errors keep their place and nothing of the text', () => {
    const read = readSql("SELECT 'secret' FRO p")
    assert.ok(read.kind === 'refused')
    assert.equal(read.sqlState, '42601')
    assert.ok(!JSON.stringify(read).includes('secret'))
    assert.ok(read.position !== null)
  })

  test('nothing to do is no error', () => {
    for (const sql of ['', '  ', ';', '-- only a comment', '/* a */ ;;']) assert.equal(state(sql), 0, sql)
  })

  test('a long condition is read in linear time', { timeout: 10_000 }, () => {
    assert.equal(one(`DELETE FROM p WHERE ${Array(5_000).fill('a = 1').join(' OR ')}`).hasWhere, true)
  })

  test('deep nesting ends in a refusal', () => {
    for (const depth of [2_000, 20_000]) {
      assert.match(String(state(`SELECT ${'('.repeat(depth)}1${')'.repeat(depth)}`)), /^(1|54001|0A000)$/)
      assert.match(String(state(`SELECT ${Array(depth).fill('1').join('+')}`)), /^(54001|0A000)$/)
    }
    assert.match(String(state(`${'SELECT ('.repeat(400)}SELECT 1${')'.repeat(400)}`)), /^(1|54001|0A000)$/)
    assert.equal(state('SELECT 1'), 1)
  })
})

describe('long texts', () => {
  test('are parsed aside, cut to what matters', async () => {
    const aside = new AsideParser()
    const rows = `INSERT INTO t VALUES ${Array(20_000).fill('(1, $7)').join(',')}, ((SELECT x FROM q), 2)`
    const read = await readLongSql(rows, {}, aside.parse)
    assert.ok(read.kind === 'read' && rows.length > inlineBytes)
    assert.deepEqual(
      read.statements[0]?.relations.map(({ name }) => name),
      ['t', 'q'],
    )
    assert.equal(read.statements[0]?.parameters, 7)
    const broken = await readLongSql(`SELEC ${' '.repeat(inlineBytes)}`, {}, aside.parse)
    assert.ok(broken.kind === 'refused' && broken.sqlState === '42601')
    await aside.close()
  })

  test('that take too long are refused, and the next one is read', async () => {
    const aside = new AsideParser({ timeoutMs: 40 })
    const slow = await readLongSql(`SELECT 1 WHERE ${Array(150_000).fill('a = 1').join(' OR ')}`, {}, aside.parse)
    assert.ok(slow.kind === 'refused' && slow.sqlState === '57014')
    await aside.close()
    const patient = new AsideParser()
    const next = await readLongSql(`SELECT 1 ${' '.repeat(inlineBytes)}`, {}, patient.parse)
    assert.equal(next.kind, 'read')
    await patient.close()
  })
})
