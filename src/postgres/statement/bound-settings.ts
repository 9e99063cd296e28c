// Settings whose value is a parameter of the protocol. Promise: it is what the caller bound, as text, and nothing else: no
// query, no cast and no function of people's own stands between.
import { boundFreely } from './settings.ts'
import { as, count, list, strings, type Tagged, type Tree } from './tree.ts'
import type { Uses } from './uses.ts'

/** Whether the statement is `SELECT set_config('name', $1, …)` and nothing beside such calls. */
export function bindsSettings({ tag, body }: Tagged, { setConfigs, functions }: Uses): boolean {
  const alone = Object.keys(body).every(part => /^(?:targetList|limitOption|op)$/.test(part))
  const own = functions.some(({ name, reach }) => name !== 'set_config' || reach !== 'session')
  if (tag !== 'SelectStmt' || !alone || own) return false
  const calls = callsIn(body)
  if (calls.length !== list(body, 'targetList').length || calls.length !== setConfigs.length) return false
  return setConfigs.every(one => one !== null && (one.bound !== true || boundFreely(one.name)))
}

/** Calls with a setting, a value and a constant or parameter. */
function callsIn(body: Tree): readonly (readonly unknown[])[] {
  return list(body, 'targetList').flatMap(target => {
    const call = as(as(target, 'ResTarget')?.val, 'FuncCall') ?? {}
    const args = list(call, 'args')
    const plain = Object.keys(call).every(part => /^(?:funcname|args|funcformat|location)$/.test(part))
    const named = strings(list(call, 'funcname')).at(-1) === 'set_config'
    const places = args.every(arg => as(arg, 'A_Const') !== null || as(arg, 'ParamRef') !== null)
    return plain && named && places && args.length === 3 ? [args] : []
  })
}

/** Not said, or said to be unknown; text and varchar, which is text; boolean. */
const TEXT = new Set([0, 25, 705, 1043])
const BOOLEAN = new Set([0, 16, 705])

/** Whether Parse gave the parameters types of which nothing is made: a cast may be what people wrote. */
export function fitsSettings({ SelectStmt: query }: Tree, oids: Uint8Array): boolean {
  const view = new DataView(oids.buffer, oids.byteOffset, oids.length)
  const fits = (arg: unknown, known: ReadonlySet<number>) => {
    const at = 2 + (count(as(arg, 'ParamRef') ?? {}, 'number') - 1) * 4
    return at < 2 || at + 4 > oids.length || known.has(view.getUint32(at))
  }
  const calls = callsIn((query ?? {}) as Tree).filter(args => as(args[1], 'ParamRef') !== null)
  return calls.every(([, value, local]) => fits(value, TEXT) && fits(local, BOOLEAN))
}
