// What people read about a hold while it lasts. Promise: one place for the words of every protocol; how many people of which
// groups of the configuration, and until when by a clock that everybody can read.
import type { HoldView } from './seam.ts'

export const RULES_CHANGED = 'The rules of this connection changed since'

/** `Waiting for approval by 2 of compliance-officer until 20:46 UTC (15 minutes)`, without a full stop. */
export function waitingFor({ needs, until }: Pick<HoldView, 'needs' | 'until'>, now = Date.now()): string {
  const people = mostOf(needs.map(({ from, people }) => [from.join(' or '), people]))
  const by =
    people.length === 0 ? '' : ` by ${people.map(([groups, number]) => `${number} of ${groups}`).join(' and ')}`
  return `Waiting for approval${by} until ${clock(until, now)} (${left(until - now)})`
}

/** Where several rules ask the same groups, one person counts for all of them. */
export function mostOf(asked: readonly (readonly [groups: string, people: number])[]): [string, number][] {
  const most = new Map<string, number>()
  for (const [groups, people] of asked) most.set(groups, Math.max(people, most.get(groups) ?? 0))
  return [...most]
}

function clock(until: number, now: number): string {
  const [day, time] = [new Date(until).toISOString().slice(0, 10), new Date(until).toISOString().slice(11, 16)]
  return `${day === new Date(now).toISOString().slice(0, 10) ? '' : `${day} `}${time} UTC`
}

function left(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  if (minutes < 1) return 'less than a minute'
  if (minutes < 120) return counted(minutes, 'minute')
  const rest = minutes % 60
  return `${counted((minutes - rest) / 60, 'hour')}${rest === 0 ? '' : ` ${counted(rest, 'minute')}`}`
}

function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}
