// Rules about the source that the compiler cannot check. Promise: each takes texts by path, so that a test can show that it
// would notice.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

export type Sources = ReadonlyMap<string, string>

const root = new URL('../../', import.meta.url).pathname

/** What ships: tests, fixtures and doubles are left out. */
export function shippedSources(): Sources {
  const files = globSync('src/**/*.ts', { cwd: root }).filter(
    file => !/\.(?:test|fixture)\.ts$|\/testing\/|\/test-[a-z-]+\.ts$/.test(file),
  )
  return new Map(files.sort().map(file => [file, readFileSync(join(root, file), 'utf8')]))
}

/** All that a cast could hide in. */
export function allSources(): Sources {
  const files = ['src', 'test', 'tools', 'bench', 'examples'].flatMap(dir => globSync(`${dir}/**/*.ts`, { cwd: root }))
  return new Map(files.sort().map(file => [file, readFileSync(join(root, file), 'utf8')]))
}

/** Comments are words about the code. */
function code(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1')
}

export interface Import {
  readonly from: string
  readonly to: string
  /** Names that are values; types bind nothing. */
  readonly values: readonly string[]
}

/** Relative imports and re-exports, `import()` of a literal included. */
export function importsOf(sources: Sources): Import[] {
  const found: Import[] = []
  for (const [from, text] of sources) {
    const plain = code(text)
    const at = (to: string) => normalize(join(dirname(from), to))
    for (const [, kind, what = '', to = ''] of plain.matchAll(
      /^(?:import|export)(\s+type)?\s+([^;'"]*?)\s*from\s*['"](\.[^'"]+)['"]/gm,
    )) {
      const names = what.split(/[{},]/).map(name => name.trim())
      const values = kind === undefined ? names.filter(name => name !== '' && !name.startsWith('type ')) : []
      found.push({ from, to: at(to), values })
    }
    for (const [, to = ''] of plain.matchAll(/(?:^import\s*|\bimport\(\s*)['"](\.[^'"]+)['"]/gm)) {
      found.push({ from, to: at(to), values: ['*'] })
    }
  }
  return found
}

/** Files in which this pattern stands, comments aside. */
export function filesWith(sources: Sources, pattern: RegExp): string[] {
  return [...sources].filter(([, text]) => pattern.test(code(text))).map(([file]) => file)
}

/** What is put into calls of `name`: each interpolation, and each argument that is no literal. */
export function interpolatedInto(sources: Sources, name: RegExp): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const [file, text] of sources) {
    const plain = code(text)
    for (const match of plain.matchAll(name)) {
      if (/function\s+$/.test(plain.slice(0, match.index))) continue
      const from = match.index + match[0].length
      const argument = plain
        .slice(from, closing(plain, from, '(', ')'))
        .trim()
        .replace(/,$/, '')
      found.set(file, [...(found.get(file) ?? []), ...expressionsOf(argument)])
    }
  }
  return found
}

/** Whether every part is a literal but for what is interpolated into one template. */
function expressionsOf(argument: string): string[] {
  if (/^'(?:[^'\\]|\\.)*'$/.test(argument)) return []
  if (/^\w+ === \d+ \? '[^']*' : '[^']*'$/.test(argument)) return []
  if (!/^`[\s\S]*`$/.test(argument)) return [argument]
  const found: string[] = []
  for (let at = argument.indexOf('${'); at >= 0; at = argument.indexOf('${', at)) {
    const end = closing(argument, at + 2, '{', '}')
    found.push(argument.slice(at + 2, end))
    at = end
  }
  return found
}

function closing(text: string, from: number, open: string, close: string): number {
  let depth = 1
  let at = from
  for (; at < text.length && depth > 0; at++) depth += text[at] === open ? 1 : text[at] === close ? -1 : 0
  return at - 1
}

/** Casts to a type, or to something of it, and imports under its name. */
export function castsTo(sources: Sources, type: string): string[] {
  const cast = new RegExp(`\\bas\\s+(?:unknown\\s+as\\s+)?(?:readonly\\s+)?(?:\\w+<)*${type}\\b`)
  return [...sources].flatMap(([file, text]) =>
    code(text)
      .split('\n')
      .flatMap((line, at) => (cast.test(line) ? [`${file}:${at + 1}`] : [])),
  )
}
