// What the name of a member, a column or an element says about its value. Promise: a name is judged once.
import { fieldOf } from './fields.ts'
import { Lexer } from './lexer.ts'
import { NO_SHAPE } from './shapes.ts'
import { CALL } from './words.ts'

export interface Told {
  /** The shape, or AGE, that a value with the form of one has; or NO_SHAPE. */
  readonly context: number
  /** The shape that a value has whatever its form; or NO_SHAPE. */
  readonly field: number
  /** Whether the other members of its object say more. */
  readonly asks: boolean
  /** Whether another member says what the value is called. */
  readonly value: boolean
  /** Whether a value is the version of a program. */
  readonly version: boolean
}

const ASKS: ReadonlySet<string> = new Set(['value', 'line', 'valueString', 'valueDecimal'])
/** `value`, `valueString`; and what a change was made from and to: `oldValue`, `new_value`, `before`. */
const VALUE = /^(?:val(?:ue)?|(?:(?:old|new|prior|previous|current|original|from|to)(?:_?values?)?|before|after)$)/i
const VERSION = /(?:^|[_.-])[vV]ersion$|[a-z]Version$/
const LONGEST = 48
const known = new Map<string, Told>()

export function toldBy(name: string): Told {
  const before = known.get(name)
  if (before !== undefined) return before
  const told = {
    context: contextIn(name),
    field: fieldOf(name),
    asks: ASKS.has(name),
    value: VALUE.test(name),
    version: VERSION.test(name),
  }
  // Names with digits may be identifiers themselves: not kept.
  if (known.size < 4096 && name.length <= LONGEST && !/\d/.test(name)) known.set(name, told)
  return told
}

export function contextOf(name: string): number {
  return toldBy(name).context
}

function contextIn(name: string): number {
  if (name.length > 1024) return NO_SHAPE
  const end = name.slice(-LONGEST)
  const lexer = new Lexer(end, end.length, 0, NO_SHAPE, [])
  lexer.run(0)
  // Who is to be called is more than a number.
  return lexer.context === CALL ? NO_SHAPE : lexer.context
}
