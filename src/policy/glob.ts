// Names with wildcards. Promise: matching takes at most (length of the pattern) × (length of the text) steps, whatever
// either holds; there is no backtracking and no regular expression.

/**
 * How the text is read. In a `name` (tools, prompts, labels) `*` is any run of characters. In a `uri`, `*` is any run
 * without `/`, and `**` any run at all.
 */
export type GlobKind = 'name' | 'uri'

/** One character, or a wildcard: `part` stops at `/`, `any` does not. */
type Token = { readonly kind: 'char'; readonly char: string } | { readonly kind: 'part' } | { readonly kind: 'any' }

export interface Glob {
  readonly source: string
  readonly tokens: readonly Token[]
  readonly matches: (text: string) => boolean
}

export function compileGlob(source: string, kind: GlobKind): Glob {
  const tokens = tokensOf(source, kind)
  return { source, tokens, matches: matcher(source, tokens) }
}

function tokensOf(source: string, kind: GlobKind): Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < source.length; at++) {
    if (source[at] !== '*') tokens.push({ kind: 'char', char: source[at] as string })
    else if (kind === 'name' || source[at + 1] === '*') {
      while (source[at + 1] === '*') at++
      tokens.push({ kind: 'any' })
    } else tokens.push({ kind: 'part' })
  }
  return tokens
}

/** The common forms without a simulation: no wildcard, or one `any` at the end. */
function matcher(source: string, tokens: readonly Token[]): (text: string) => boolean {
  const wild = tokens.findIndex(token => token.kind !== 'char')
  if (wild < 0) return text => text === source
  if (wild === tokens.length - 1 && tokens[wild]?.kind === 'any') {
    const prefix = source.slice(0, wild)
    return text => text.startsWith(prefix)
  }
  return text => run(tokens, text.length, at => ({ kind: 'char', char: text[at] as string }))
}

/** True only if `wide` matches every text that `narrow` matches: a wildcard of `narrow` needs one as wide in `wide`. */
export function covers(wide: Glob, narrow: Glob): boolean {
  return run(wide.tokens, narrow.tokens.length, at => narrow.tokens[at] as Token)
}

/** Walks all states at once: state i means that the first i tokens are used up. */
function run(tokens: readonly Token[], length: number, input: (at: number) => Token): boolean {
  let states = new Uint8Array(tokens.length + 1)
  reach(tokens, states, 0)
  for (let at = 0; at < length; at++) {
    const read = input(at)
    const next = new Uint8Array(tokens.length + 1)
    let alive = false
    for (let state = 0; state < tokens.length; state++) {
      if (states[state] === 0) continue
      const token = tokens[state] as Token
      if (!accepts(token, read)) continue
      reach(tokens, next, token.kind === 'char' ? state + 1 : state)
      alive = true
    }
    if (!alive) return false
    states = next
  }
  return states[tokens.length] === 1
}

/** Marks a state and those behind it that need no input, since a wildcard may match nothing. */
function reach(tokens: readonly Token[], states: Uint8Array, from: number): void {
  for (let state = from; states[state] === 0; state++) {
    states[state] = 1
    if (state === tokens.length || tokens[state]?.kind === 'char') return
  }
}

function accepts(token: Token, read: Token): boolean {
  if (token.kind === 'any') return true
  if (token.kind === 'part') return read.kind === 'part' || (read.kind === 'char' && read.char !== '/')
  return read.kind === 'char' && read.char === token.char
}
