// What the lexer finds in a text, for the tests beside it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CONTEXTUAL, FOUND_STRIDE, lex } from './lexer.ts'
import { builtInShapes } from './shapes.ts'

export function shapesIn(text: string): string[] {
  const found: number[] = []
  lex(text, 0, text.length, -1, -1, found)
  const list: string[] = []
  for (let at = 0; at < found.length; at += FOUND_STRIDE) {
    const shape = builtInShapes[(found[at] as number) % CONTEXTUAL]?.shape
    list.push(`${shape} ${text.slice(found[at + 1], found[at + 2])}`)
  }
  return list
}

/**
 * Text → what is found in it, whole. Titles name rows, not values: what looks like PHI has no place in output, not even
 * when a test invented it.
 */
export function testFinds(rows: readonly (readonly [text: string, ...found: string[]])[]): void {
  for (const [row, [text, ...found]] of rows.entries()) {
    const shapes = found.map(each => each.split(' ', 1)[0]).join(', ') || 'nothing'
    test(`finds ${shapes} (row ${row})`, () => assert.deepEqual(shapesIn(text), found))
  }
}
