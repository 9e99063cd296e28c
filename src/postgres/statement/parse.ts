// From bytes to trees. Promise: what the server would read otherwise than the parser (NUL, invalid UTF-8) is refused
// before parsing, and any failure of the parser is a refusal, never a guess.
import { isUtf8 } from 'node:buffer'
import { limits } from '../../gateway/limits.ts'
import { parseSql, syntaxErrorOf } from './parser.ts'
import { refused, type StatementRefusal } from './statement.ts'
import { count, isTree, list, measure, sub, type Tree } from './tree.ts'

/** A text above this is parsed in a worker. */
export const inlineBytes = limits.inlineStatementBytes
const largestTextBytes = 8 << 20
const mostNodes = 400_000
const mostLevels = 1_200
const grammatical = /^(?:syntax error at end of input$|[a-z][A-Za-z /*-]* at or near ")/

export interface RawStatement {
  readonly start: number
  readonly end: number
  readonly tree: Tree
}

export interface Trees {
  readonly kind: 'trees'
  readonly statements: readonly RawStatement[]
}

/** Null where the bytes may be parsed. */
export function refuseBytes(bytes: Uint8Array): StatementRefusal | null {
  if (bytes.length > largestTextBytes) return refused('too-large', '54000', 'The statement is too long.')
  if (bytes.includes(0)) return refused('unreadable', '22021', 'The statement holds a NUL byte.')
  if (!isUtf8(bytes)) return refused('unreadable', '22021', 'The statement is not valid UTF-8.')
  return null
}

export function parseText(text: string, shorten = (tree: unknown) => tree): Trees | StatementRefusal {
  const bytes = Buffer.byteLength(text)
  let parsed: unknown
  try {
    parsed = shorten(parseSql(text))
  } catch (error) {
    return refuseParse(error, text)
  }
  if (!isTree(parsed)) return notAnalysable()
  const size = measure(parsed)
  if (size.nodes > mostNodes || size.levels > mostLevels)
    return refused('limit', '54001', 'The statement is too complex to be analysed.')
  const statements: RawStatement[] = []
  for (const raw of list(parsed, 'stmts')) {
    if (!isTree(raw)) return notAnalysable()
    const tree = sub(raw, 'stmt')
    if (tree === null) return notAnalysable()
    const start = count(raw, 'stmt_location')
    const length = count(raw, 'stmt_len')
    statements.push({ start, end: length === 0 ? bytes : start + length, tree })
  }
  return { kind: 'trees', statements }
}

export function notAnalysable(): StatementRefusal {
  return refused('unreadable', '0A000', 'The statement could not be analysed, so it was not passed on.')
}

function refuseParse(error: unknown, text: string): Trees | StatementRefusal {
  const told = syntaxErrorOf(error)
  if (told === null) return notAnalysable()
  const { message, position: at } = told
  if (message.includes('cannot be empty')) return { kind: 'trees', statements: [] }
  if (message.includes('memory exhausted') || message.includes('stack depth'))
    return refused('limit', '54001', 'The statement is too complex to be analysed.')
  const inText = at >= 0 && at <= text.length
  const refusal = refused('unreadable', '42601', 'The statement has a syntax error.', inText ? at + 1 : null)
  const said = { message, file: 'scan.l', routine: 'scanner_yyerror' }
  return inText && grammatical.test(message) ? { ...refusal, said } : refusal
}
