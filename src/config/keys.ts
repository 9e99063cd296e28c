// The keys of the configuration as they are written. Promise: none hides another one, whatever form both have, and none is
// lost on the way into a plain object.
import { type Document, isAlias, isNode, isScalar, visit } from 'yaml'

interface KeyFault {
  readonly offset: number
  readonly message: string
}

export function keyFaults(document: Document): KeyFault[] {
  const faults: KeyFault[] = []
  visit(document, {
    Map(_, map) {
      const seen = new Set<string>()
      for (const { key } of map.items) {
        const node = isAlias(key) ? key.resolve(document) : key
        const name = isScalar(node) ? String(node.value) : null
        const offset = (isNode(key) ? key.range?.[0] : null) ?? 0
        if (name === null) faults.push({ offset, message: 'a key is one word: write a name' })
        else if (name === '__proto__')
          faults.push({ offset, message: '"__proto__" cannot be a name: write another one' })
        else if (seen.has(name)) faults.push({ offset, message: 'not YAML: Map keys must be unique' })
        if (name !== null) seen.add(name)
      }
    },
  })
  return faults
}
