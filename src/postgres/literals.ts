// Where a constant of a SQL text ends. Promise: as PostgreSQL's own scanner has it, or null.

const QUOTE = 0x27
const BACKSLASH = 0x5c
const DOLLAR = 0x24
const LINE_ENDS = new Set([0x0a, 0x0d])
const BLANKS = new Set([0x20, 0x09, 0x0a, 0x0b, 0x0c, 0x0d])

/** `start` is the first byte of a constant that the parser has found: a number with its sign, a text in any form, a word. */
export function literalEnd(sql: Buffer, start: number): number | null {
  const first = sql[start]
  if (first === undefined) return null
  if (first === DOLLAR) return dollarEnd(sql, start)
  const head = sql.toString('latin1', start, start + 3)
  const prefix = /^(?:[eEbBxXnN](?=')|[uU]&(?='))/.exec(head)?.[0] ?? ''
  const quote = start + prefix.length
  if (sql[quote] === QUOTE) return quotedEnd(sql, quote, /^[eE]$/.test(prefix))
  const rest = sql.toString('latin1', start, Math.min(sql.length, start + 512))
  const plain =
    /^[+-]?\s*(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?)|^[A-Za-z]+/.exec(
      rest,
    )
  return plain === null || plain[0].length === 512 ? null : start + plain[0].length
}

function quotedEnd(sql: Buffer, quote: number, escapes: boolean): number | null {
  for (let at = quote + 1; at < sql.length; at++) {
    if (escapes && sql[at] === BACKSLASH) at++
    else if (sql[at] === QUOTE) {
      if (sql[at + 1] === QUOTE) at++
      else {
        const next = continued(sql, at + 1)
        if (next === null) return at + 1
        at = next
      }
    }
  }
  return null
}

/** A text goes on behind a line end, in quotes of its own. */
function continued(sql: Buffer, from: number): number | null {
  let lines = false
  let at = from
  for (; BLANKS.has(sql[at] as number); at++) lines ||= LINE_ENDS.has(sql[at] as number)
  return lines && sql[at] === QUOTE ? at : null
}

function dollarEnd(sql: Buffer, start: number): number | null {
  const close = sql.indexOf('$', start + 1)
  if (close < 0) return null
  const tag = sql.subarray(start, close + 1)
  const end = sql.indexOf(tag, close + 1)
  return end < 0 ? null : end + tag.length
}
