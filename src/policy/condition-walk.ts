// Reads a parsed condition before it is ever evaluated. Promise: an unknown name, fact or function, a pattern made at run time,
// a loop in a loop and a loop that builds a list are found here, since the evaluator would let them pass.
import type { parse } from '@bufbuild/cel'
import { limits } from '../gateway/limits.ts'
import { nearest } from './nearest.ts'

export type Expr = ReturnType<typeof parse>['expr']

export interface Inspected {
  readonly names: ReadonlySet<string>
  /** Literal patterns given to matches(). */
  readonly patterns: readonly string[]
  /** Members read of a name whose members are known, as `sql.hasWhere`. */
  readonly members: ReadonlySet<string>
  /** Those whose presence is asked for with has(). */
  readonly tested: ReadonlySet<string>
  readonly fault: string | null
}

/** What a condition can name, and of some names their only members. */
export interface Vocabulary {
  readonly names: readonly string[]
  readonly members: Readonly<Record<string, readonly string[]>>
  /** What some members can be. */
  readonly values: Readonly<Record<string, readonly string[] | { readonly from: number; readonly to: number }>>
  /** Members that are bound under a name of their own, since the value they stand on has none. */
  readonly ownNames: Readonly<Record<string, string>>
}

const types = ['int', 'uint', 'double', 'bool', 'string', 'bytes', 'list', 'map', 'null_type', 'type']
const operators = '! - + * / % == != < <= > >= && || ?: [] in not_strictly_false'.split(' ')
const named = [
  ...['size', 'contains', 'startsWith', 'endsWith', 'matches', 'type', 'dyn', 'duration', 'timestamp'],
  ...['int', 'uint', 'double', 'bool', 'string', 'bytes'],
  ...['getFullYear', 'getMonth', 'getDate', 'getDayOfMonth', 'getDayOfWeek', 'getDayOfYear'],
  ...['getHours', 'getMinutes', 'getSeconds', 'getMilliseconds'],
]
const functions = new Set([...operators, ...named])

/** `_<=_` is `<=`, `@in` is `in`, `-_` is `-`. */
function plainName(name: string): string {
  return name === '_?_:_' ? '?:' : name === '_[_]' ? '[]' : name.replace(/^@|^_|_$/g, '').replace(/_$/, '')
}

class Fault extends Error {}

class Walk {
  readonly names = new Set<string>()
  readonly patterns: string[] = []
  readonly members = new Set<string>()
  readonly tested = new Set<string>()
  readonly known: Vocabulary
  nodes = 0

  constructor(known: Vocabulary) {
    this.known = known
  }

  visit(expression: Expr | undefined, local: ReadonlySet<string>, loops: number): void {
    if (expression === undefined) return
    if (++this.nodes > limits.celNodes) throw new Fault(`the condition has more than ${limits.celNodes} parts`)
    const { case: kind, value } = expression.exprKind
    switch (kind) {
      case 'constExpr':
        return
      case 'identExpr':
        this.#name(value.name, local)
        return
      case 'selectExpr':
        if (!this.#member(expression, local)) this.visit(value.operand, local, loops)
        return
      case 'listExpr':
        for (const element of value.elements) this.visit(element, local, loops)
        return
      case 'structExpr':
        if (value.messageName !== '') throw new Fault(`"${value.messageName}" cannot be made in a condition`)
        for (const entry of value.entries) {
          if (entry.keyKind.case === 'mapKey') this.visit(entry.keyKind.value, local, loops)
          this.visit(entry.value, local, loops)
        }
        return
      case 'callExpr':
        this.#call(value, local, loops)
        return
      case 'comprehensionExpr':
        this.#loop(value, local, loops)
        return
      default:
        throw new Fault('the condition has a part that is not understood')
    }
  }

  #name(name: string, local: ReadonlySet<string>): void {
    if (local.has(name) || types.includes(name)) return
    const { names, members } = this.known
    if (!names.includes(name)) {
      throw new Fault(`unknown name "${name}" in the condition: it can use ${names.join(', ')}`)
    }
    // A timestamp is also a value of its own.
    if (Object.hasOwn(members, name) && name !== 'now') {
      throw new Fault(
        `"${name}" cannot be used whole in a condition: write ${name}. and one of ${listOf(members[name])}`,
      )
    }
    this.names.add(name)
  }

  /** `sql.hasWhere`, `now.hour`: true where it was one, and all of it is read. */
  #member(expression: Expr, local: ReadonlySet<string>): boolean {
    const { exprKind } = expression
    if (exprKind.case !== 'selectExpr') return false
    const { operand, field, testOnly } = exprKind.value
    const ident = operand?.exprKind
    if (ident?.case !== 'identExpr') return false
    const { name } = ident.value
    const members = Object.hasOwn(this.known.members, name) ? this.known.members[name] : undefined
    if (members === undefined || local.has(name)) return false
    if (!members.includes(field)) {
      throw new Fault(
        `unknown "${name}.${field}" in the condition${nearest(field, members)}: it can be ${listOf(members)}`,
      )
    }
    if (++this.nodes > limits.celNodes) throw new Fault(`the condition has more than ${limits.celNodes} parts`)
    const path = `${name}.${field}`
    this.names.add(name)
    this.members.add(path)
    if (testOnly) this.tested.add(path)
    const own = this.known.ownNames[path]
    if (own === undefined) return true
    if (testOnly) throw new Fault(`"${path}" is always there: leave out has()`)
    expression.exprKind = { case: 'identExpr', value: { ...ident.value, name: own } }
    return true
  }

  #call(call: CallOf<Expr>, local: ReadonlySet<string>, loops: number): void {
    const name = plainName(call.function)
    if (!functions.has(name)) throw new Fault(`unknown function "${call.function}" in the condition`)
    if (name === 'matches') {
      const pattern = call.args.at(-1)?.exprKind
      const literal = pattern?.case === 'constExpr' ? pattern.value.constantKind : undefined
      if (literal?.case !== 'stringValue') throw new Fault('the pattern given to matches() must be written in quotes')
      this.patterns.push(literal.value)
    }
    if (comparing.has(name)) this.#compared(call.args, name)
    this.visit(call.target, local, loops)
    for (const argument of call.args) this.visit(argument, local, loops)
  }

  /** With a value that it never is, a comparison says nothing. */
  #compared(sides: readonly Expr[], operator: string): void {
    const paths = sides.map(pathOf)
    const path = paths.find(one => one !== null && Object.hasOwn(this.known.values, one))
    if (path === undefined || path === null) return
    const can = this.known.values[path] as Vocabulary['values'][string]
    for (const value of sides.flatMap(constantsIn)) {
      // `now.hour < 24` is what people write.
      const beyond = /[<>]/.test(operator) ? 1 : 0
      const fits =
        'from' in can
          ? Number(value) >= can.from - beyond && Number(value) <= can.to + beyond
          : operator === '!=' || can.includes(value)
      const range = 'from' in can ? `${can.from} to ${can.to}` : listOf(can)
      if (!fits) throw new Fault(`"${path}" is never ${value} in the condition: it can be ${range}`)
    }
  }

  #loop(loop: LoopOf<Expr>, local: ReadonlySet<string>, loops: number): void {
    if (loops > 0) throw new Fault('a condition may not loop inside a loop')
    if (loop.accuInit?.exprKind.case === 'listExpr') {
      throw new Fault('map() and filter() build lists, which a condition may not: use exists(), all() or exists_one()')
    }
    this.visit(loop.iterRange, local, loops)
    const inside = new Set([...local, loop.accuVar, loop.iterVar])
    for (const part of [loop.accuInit, loop.loopCondition, loop.loopStep, loop.result])
      this.visit(part, inside, loops + 1)
  }
}

const comparing = new Set(['==', '!=', '<', '<=', '>', '>=', 'in'])

/** `subject.kind` of a select; null of anything else. */
function pathOf({ exprKind }: Expr): string | null {
  if (exprKind.case !== 'selectExpr') return null
  const ident = exprKind.value.operand?.exprKind
  return ident?.case === 'identExpr' ? `${ident.value.name}.${exprKind.value.field}` : null
}

/** Constants written there, alone or as a list. */
function constantsIn({ exprKind }: Expr): readonly string[] {
  if (exprKind.case === 'listExpr') return exprKind.value.elements.flatMap(constantsIn)
  const constant = exprKind.case === 'constExpr' ? exprKind.value.constantKind : undefined
  return constant?.value === undefined || constant.case === 'nullValue' ? [] : [String(constant.value)]
}

function listOf(members: readonly string[] | undefined): string {
  return (members ?? []).join(', ')
}

type CallOf<E extends Expr> = Extract<E['exprKind'], { case: 'callExpr' }>['value']
type LoopOf<E extends Expr> = Extract<E['exprKind'], { case: 'comprehensionExpr' }>['value']

export function inspect(expression: Expr, known: Vocabulary): Inspected {
  const walk = new Walk(known)
  let fault: string | null = null
  try {
    walk.visit(expression, new Set(), 0)
  } catch (error) {
    fault = error instanceof Fault ? error.message : 'the condition is nested too deeply'
  }
  const { names, patterns, members, tested } = walk
  return { names, patterns, members, tested, fault }
}
