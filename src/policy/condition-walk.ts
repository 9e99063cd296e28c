// Reads a parsed condition before it is ever evaluated. Promise: an unknown name or function, a pattern made at run time,
// a loop in a loop and a loop that builds a list are found here, since the evaluator would let them pass.
import type { parse } from '@bufbuild/cel'
import { limits } from '../gateway/limits.ts'

export type Expr = ReturnType<typeof parse>['expr']

export interface Inspected {
  readonly names: ReadonlySet<string>
  /** Literal patterns given to matches(). */
  readonly patterns: readonly string[]
  readonly fault: string | null
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
  readonly known: ReadonlySet<string>
  nodes = 0

  constructor(known: readonly string[]) {
    this.known = new Set(known)
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
        this.visit(value.operand, local, loops)
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
    if (!this.known.has(name)) {
      throw new Fault(`unknown name "${name}" in the condition: it can use ${[...this.known].join(', ')}`)
    }
    this.names.add(name)
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
    this.visit(call.target, local, loops)
    for (const argument of call.args) this.visit(argument, local, loops)
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

type CallOf<E extends Expr> = Extract<E['exprKind'], { case: 'callExpr' }>['value']
type LoopOf<E extends Expr> = Extract<E['exprKind'], { case: 'comprehensionExpr' }>['value']

export function inspect(expression: Expr, known: readonly string[]): Inspected {
  const walk = new Walk(known)
  let fault: string | null = null
  try {
    walk.visit(expression, new Set(), 0)
  } catch (error) {
    fault = error instanceof Fault ? error.message : 'the condition is nested too deeply'
  }
  return { names: walk.names, patterns: walk.patterns, fault }
}
