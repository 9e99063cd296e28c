// Hour and day of the week on the clock of a place. Promise: summer time is the time zone's business; nothing else is read.

export interface LocalTime {
  /** 0 to 23. */
  readonly hour: number
  /** 1 is Monday, 7 is Sunday. */
  readonly weekday: number
}

const days: readonly string[] = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

export function clockOf(timeZone: string): (atMs: number) => LocalTime {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', hourCycle: 'h23', weekday: 'short' })
  return atMs => {
    const part = (type: string) => format.formatToParts(atMs).find(each => each.type === type)?.value ?? ''
    return { hour: Number(part('hour')), weekday: days.indexOf(part('weekday')) + 1 }
  }
}
