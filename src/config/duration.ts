// Lengths of time as people write them: `90s`, `15m`, `8h`, `30d`, `6y1mo`. Promise: a month and a year are never shorter
// than the calendar's (31 and 366 days), so that nothing is destroyed a day early.

const unitMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  mo: 31 * 86_400_000,
  y: 366 * 86_400_000,
}

export const durationPattern = /^(?:\d{1,6}(?:y|mo|d|h|m|s))+$/

/** Milliseconds, or null where the text is not a length of time or is none at all. */
export function parseDuration(text: string): number | null {
  if (!durationPattern.test(text)) return null
  let total = 0
  for (const [, count, unit] of text.matchAll(/(\d+)(mo|[ydhms])/g))
    total += Number(count) * (unitMs[unit ?? ''] as number)
  return total > 0 ? total : null
}
