// The name somebody probably meant. Promise: a suggestion only where two names differ by a slip of the hand.

/** ` (did you mean "clinical-read"?)`, or nothing. */
export function nearest(name: string, known: readonly string[]): string {
  const best = known
    .map(candidate => ({ candidate, distance: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((left, right) => left.distance - right.distance)[0]
  if (best === undefined || best.distance > Math.max(1, Math.floor(name.length / 3))) return ''
  return ` (did you mean "${best.candidate}"?)`
}

/** Insertions, deletions and replacements from one to the other, with two rows of Levenshtein's table. */
function distance(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > 8) return Number.POSITIVE_INFINITY
  let above = Array.from({ length: to.length + 1 }, (_, at) => at)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1] ? 0 : 1
      current.push(
        Math.min(
          (above[column] as number) + 1,
          (current[column - 1] as number) + 1,
          (above[column - 1] as number) + same,
        ),
      )
    }
    above = current
  }
  return above[to.length] as number
}
