// What a protocol declares of the members of its messages. Promise: a declaration is compiled once.
import type { MessageShape, Treatment } from '../gateway/seam.ts'
import { PathAutomaton, parsePath } from './paths.ts'

export interface CompiledShape {
  readonly paths: PathAutomaton
  readonly treatments: readonly Treatment[]
}

const compiledShapes = new WeakMap<MessageShape, CompiledShape>()

export function compileShape(shape: MessageShape): CompiledShape {
  const known = compiledShapes.get(shape)
  if (known) return known
  const steps = shape.members.map(([path]) => {
    const parsed = parsePath(path)
    if (!parsed) throw new Error('bad path in a message shape')
    return parsed
  })
  const made = { paths: new PathAutomaton(steps), treatments: shape.members.map(([, treatment]) => treatment) }
  compiledShapes.set(shape, made)
  return made
}
