// Types that a client gives parameters beside the text. Promise: a parameter of a type that people made is read as if the text
// cast it to that.
import { count, isTree, type Tree } from './tree.ts'

/** Schema and name, by the number of the parameter. */
export type ParameterTypes = ReadonlyMap<number, readonly [string, string]>

/** Null where one of them is not in it: its value is read all the same. */
export function typed(tree: Tree, types: ParameterTypes): Tree | null {
  const used = new Set<number>()
  const cast: Tree = JSON.parse(JSON.stringify(tree), (_, held) => {
    if (!isTree(held) || !isTree(held.ParamRef)) return held
    const number = count(held.ParamRef, 'number')
    used.add(number)
    const names = types.get(number)?.map(sval => ({ String: { sval } }))
    return names === undefined ? held : { TypeCast: { arg: held, typeName: { names, typemod: -1 } } }
  })
  return [...types.keys()].every(number => used.has(number)) ? cast : null
}
