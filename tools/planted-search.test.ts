import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { searchFile, searchFor } from './planted-search.ts'

const values = ['123-45-6789', 'Zoë Quackenbush', 'MRN00001234']
const search = searchFor(values)
const findIn = (text: string) => search(Buffer.from(text)).map(({ value, form }) => `${value} ${form}`)

describe('search for planted values', () => {
  it('finds nothing in a clean text', () => {
    assert.deepEqual(findIn('GET /mcp/clinic 200 123-45-678 MRN0000123'), [])
  })

  it('finds a value as it is, with its place', () => {
    assert.deepEqual(search(Buffer.from('error: key (ssn)=(123-45-6789)')), [{ value: 0, form: 'plain', offset: 18 }])
  })

  it('finds a value in a URL', () => {
    assert.deepEqual(findIn(`GET /patients?name=${encodeURIComponent('Zoë Quackenbush')}`), ['1 url'])
  })

  it('finds a value in base64, however it is aligned', () => {
    for (const before of ['', 'a', 'ab', 'abc', 'abcd'])
      assert.deepEqual(findIn(Buffer.from(`${before}123-45-6789 and more`).toString('base64')), ['0 base64'], before)
  })

  it('finds a value across the blocks of a large file, once', () => {
    const dir = mkdtempSync(join(tmpdir(), 'sallyport-search-'))
    try {
      const file = join(dir, 'printed.log')
      const edge = 4 << 20
      for (const offset of [edge - 11, edge - 5, edge, edge + 3]) {
        const text = Buffer.alloc(edge + 100, '.')
        text.write('MRN00001234', offset)
        writeFileSync(file, text)
        assert.deepEqual(searchFile(search, file), [{ value: 2, form: 'plain', offset }])
      }
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  })

  it('refuses values that would be found by chance', () => {
    assert.throws(() => searchFor(['12345']), /planted value 0/)
  })
})
