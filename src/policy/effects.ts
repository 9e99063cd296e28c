// Whether a tool reads or writes. Promise: what nobody declared writes, and of several declarations all count.
import type { Effect } from '../gateway/seam.ts'
import { compileGlob, type Glob } from './glob.ts'

export interface DeclaredEffects {
  readonly effects: Readonly<Partial<Record<Effect, readonly string[]>>>
  /** Believe the `readOnlyHint` of the server. */
  readonly trustAnnotations: boolean
}

/** Effects by tool name, with the server's own hint about it (undefined: none). */
export type EffectsOf = (tool: string, readOnlyHint: boolean | undefined) => ReadonlySet<Effect>

export function effectsOf(declared: DeclaredEffects): EffectsOf {
  const globs = Object.entries(declared.effects).map(
    ([effect, names]) => [effect as Effect, names.map(name => compileGlob(name, 'name'))] as const,
  )
  const has = (names: readonly Glob[], tool: string) => names.some(glob => glob.matches(tool))
  return (tool, readOnlyHint) => {
    const found = new Set(globs.filter(([, names]) => has(names, tool)).map(([effect]) => effect))
    return found.size > 0 ? found : new Set([declared.trustAnnotations && readOnlyHint === true ? 'read' : 'write'])
  }
}
