// Numbers that look random and never change: the same seed makes the same clinic on every machine.
export interface Random {
  /** A whole number from `low` to `high`, both possible. */
  between(low: number, high: number): number
  pick<const T>(from: readonly [T, ...T[]]): T
}

/** SplitMix32: 32 bits of state, no dependence on the engine's own generator. */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    return (mixed ^ (mixed >>> 15)) >>> 0
  }
  const between = (low: number, high: number) => low + (next() % (high - low + 1))
  return { between, pick: from => from[between(0, from.length - 1)] ?? from[0] }
}
