// The values planted in lineage-schema.sql and how to find them again. Promise: whole, in parts of six characters, backwards,
// in the usual encodings, as numbers in either format, and spread over the rows of one column.
import { createHash } from 'node:crypto'
import type { Heard } from '../../src/postgres/testing/raw-client.ts'
import { plant } from '../support/planted.ts'

const planted = [
  'Zorbelquint Amaretho',
  'Yndrazil Pomtweck',
  'Hasperoon Vildemar',
  'Quibbelstrand Ono',
  'kevvistan-plo-one',
  'qorrimash-tiv-two',
  'wubbelnax-sef-three',
  'jaffrentil-old-nine',
  '730918221',
  '730918222',
  '730918223',
  '730918229',
  'trolvaneck-badge',
  'midderglump-badge',
  'sprangolite-finding',
  'vexormindal-finding',
  'glimmerthwaite body',
  'brundlewicket body',
  'snorklebind doc',
  'trezzanick doc',
  'pharrowmint-tel',
  'ozzelquat-tel',
  '1931-07-19',
  '1947-11-23',
]

/** For the search of the run; numbers and dates could stand anywhere by chance. */
export function plantLineage(): void {
  plant(...planted.filter(value => /[a-z]/.test(value)))
}

/** Whole values, backwards, in the usual encodings, and any run of six characters. */
const traces = planted.flatMap(value => {
  const low = value.toLowerCase()
  const pieces = Array.from({ length: Math.max(1, low.length - 5) }, (_, at) => low.slice(at, at + 6))
  const whole = Buffer.from(value)
  const spread = [
    [...low].reverse().join(''),
    whole.toString('hex'),
    whole.toString('base64').slice(0, 14).toLowerCase(),
  ]
  return [
    ...pieces.filter(
      piece => !/^ |-(find|badg)|findin|inding|-badge|^badge|^ ?body$|et body|te body|^4?7309182$|^309182/.test(piece),
    ),
    ...spread,
    createHash('md5').update(value).digest('hex'),
  ]
})

export function leaks(text: string): boolean {
  const low = text.toLowerCase().replaceAll(/[{},"\s]+/g, m => (m.includes(' ') ? ' ' : m))
  return traces.some(trace => low.includes(trace))
}

/** The cells of a DataRow. */
function cellsOf({ body }: Heard): readonly (Buffer | null)[] {
  const cells: (Buffer | null)[] = []
  let at = 2
  for (let left = body.readInt16BE(0); left > 0; left--) {
    const length = body.readInt32BE(at)
    at += 4
    cells.push(length < 0 ? null : body.subarray(at, at + length))
    at += Math.max(0, length)
  }
  return cells
}

/** Where a planted value stands in what was heard; null where none does. */
export function leaksIn(heard: readonly Heard[]): string | null {
  const columns: string[] = []
  for (const one of heard) {
    if (one.type === 'D') {
      for (const [at, cell] of cellsOf(one).entries()) {
        if (cell === null) continue
        const text = readable(cell)
        if (leaks(text)) return `row, column ${at}`
        columns[at] = (columns[at] ?? '') + cell.toString('latin1')
      }
    } else if (leaks(one.body.toString('latin1')) || leaks(one.body.toString('utf16le'))) return `frame ${one.type}`
  }
  const spread = columns.findIndex(column => leaks(column ?? ''))
  return spread < 0 ? null : `rows together, column ${spread}`
}

function readable(cell: Buffer): string {
  const text = cell.toString('latin1')
  const numbers = Array.from({ length: Math.max(0, cell.length - 3) }, (_, at) => cell.readInt32BE(at))
  const hex = text.startsWith('\\x') ? Buffer.from(text.slice(2), 'hex').toString('latin1') : ''
  return `${text} ${hex} ${cell.length <= 64 ? numbers.join(' ') : ''}`
}
