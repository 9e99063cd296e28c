// Paths such as `**.mrn` or `result.tools.*.name`, walked along with a document. Promise: one table look-up per step,
// however many paths there are; the automaton is made as far as documents need it and bounded.

const ANY = Symbol('*')
const DEEP = Symbol('**')
export type Step = string | typeof ANY | typeof DEEP

/** More states than any sensible configuration needs; beyond it a message is refused rather than half searched. */
const STATES = 20_000

/** Reads a path: names or indices joined by dots, `*` one step, `**` any number, `["odd.name"]`, a leading `$.`. */
export function parsePath(path: string): readonly Step[] | null {
  let rest = path.startsWith('$') ? path.slice(1) : path
  if (path.startsWith('$') && rest !== '' && !rest.startsWith('.') && !rest.startsWith('[')) return null
  const steps: Step[] = []
  if (rest.startsWith('.')) rest = rest.slice(1)
  while (rest !== '') {
    const quoted = /^\[(?:"((?:[^"\\]|\\.)*)"|'([^']*)')\]/.exec(rest)
    const indexed = /^\[(\d+|\*)\]/.exec(rest)
    const plain = /^[^.[\]"'\s]+(?: [^.[\]"'\s]+)*/.exec(rest)
    const taken = quoted ?? indexed ?? plain
    if (!taken) return null
    if (quoted) {
      const name = quoted[1] === undefined ? quoted[2] : unquote(quoted[1])
      if (name === undefined || name === null) return null
      steps.push(name)
    } else {
      const word = indexed ? (indexed[1] as string) : taken[0]
      if (word.includes('*') && word !== '*' && word !== '**') return null
      steps.push(word === '**' ? DEEP : word === '*' ? ANY : word)
    }
    rest = rest.slice(taken[0].length)
    if (rest.startsWith('.')) {
      rest = rest.slice(1)
      if (rest === '') return null
    } else if (rest !== '' && !rest.startsWith('[')) return null
  }
  return steps.length === 0 ? null : steps
}

function unquote(inner: string): string | null {
  try {
    return JSON.parse(`"${inner}"`) as string
  } catch {
    return null
  }
}

/** The member name that a path such as `**.mrn` finds anywhere, else null. */
export function leafName(steps: readonly Step[]): string | null {
  const last = steps[steps.length - 1]
  return steps.length === 2 && steps[0] === DEEP && typeof last === 'string' ? last : null
}

export function isAnchored(steps: readonly Step[]): boolean {
  return steps[0] !== DEEP
}

/** `steps` below a member `name` wherever that is. */
export function below(name: string, steps: readonly Step[]): readonly Step[] {
  return [DEEP, name, ...steps]
}

export class PathState {
  /** Indices of the paths that end here, ascending. */
  readonly accept: readonly number[]
  /** No path can end below. */
  readonly dead: boolean
  readonly positions: readonly number[]
  readonly names = new Map<string, PathState | null>()
  other: PathState | null = null
  constructor(positions: readonly number[], accept: readonly number[], literals: Iterable<string>) {
    this.positions = positions
    this.accept = accept
    this.dead = positions.length === 0
    for (const literal of literals) this.names.set(literal, null)
  }
}

/** Positions are numbered over all paths; the place after a path's last step accepts it. */
export class PathAutomaton {
  readonly start: PathState
  readonly #step: (Step | null)[] = []
  readonly #path: number[] = []
  readonly #states = new Map<string, PathState>()

  constructor(paths: readonly (readonly Step[])[]) {
    const first: number[] = []
    for (const [index, steps] of paths.entries()) {
      first.push(this.#step.length)
      for (const step of [...steps, null]) {
        this.#step.push(step)
        this.#path.push(index)
      }
    }
    this.start = this.#state(first)
  }

  /** The state after a member name, or an array index written as a string. */
  next(state: PathState, name: string): PathState {
    if (state.dead) return state.accept.length === 0 ? state : this.#state([])
    const named = state.names.get(name)
    if (named === undefined) {
      state.other ??= this.#follow(state, null)
      return state.other
    }
    if (named !== null) return named
    const made = this.#follow(state, name)
    state.names.set(name, made)
    return made
  }

  #follow(state: PathState, name: string | null): PathState {
    const targets: number[] = []
    for (const position of state.positions) {
      const step = this.#step[position]
      if (step === DEEP) targets.push(position)
      else if (step === ANY || (name !== null && step === name)) targets.push(position + 1)
    }
    return this.#state(targets)
  }

  #state(seeds: readonly number[]): PathState {
    const closed = new Set<number>()
    for (let position of seeds) {
      closed.add(position)
      while (this.#step[position] === DEEP) closed.add(++position)
    }
    const positions = [...closed].sort((left, right) => left - right)
    const key = positions.join(',')
    const known = this.#states.get(key)
    if (known) return known
    if (this.#states.size >= STATES) throw new Error('too many path states')
    const accept = positions.filter(position => this.#step[position] === null)
    const live = positions.filter(position => this.#step[position] !== null)
    const literals = live.map(position => this.#step[position]).filter(step => typeof step === 'string')
    const paths = new Set(accept.map(position => this.#path[position] as number))
    const made = new PathState(live, [...paths], literals)
    this.#states.set(key, made)
    return made
  }
}
