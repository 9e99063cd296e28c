// What the run must never print. Promise: a test that plants identifiers names them here, and the runner searches all
// that the whole run printed or logged for each of them; a test that has to quote what it heard quotes it without them.
import { appendFileSync } from 'node:fs'

/** Shorter values would be found by chance. */
const SHORTEST_PLANTED = 6

const own = new Set<string>()

/** Registers identifiers that this test put into requests, answers or a database. */
export function plant(...values: readonly string[]): void {
  const short = values.findIndex(value => value.length < SHORTEST_PLANTED)
  if (short >= 0) throw new Error(`planted value ${short} is shorter than ${SHORTEST_PLANTED} characters`)
  for (const value of values) own.add(value)
  const file = process.env.SALLYPORT_PLANTED
  if (file) appendFileSync(file, values.map(value => `${JSON.stringify(value)}\n`).join(''))
}

/** A text for the message of a test: what this file planted stands in it as a number, in whatever case it was heard. */
export function unplanted(text: string): string {
  let told = text
  for (const [number, value] of [...own].entries()) {
    const pattern = value.replaceAll(/[^\w ]/g, '\\$&')
    told = told.replaceAll(new RegExp(pattern, 'gi'), `(planted ${number})`)
  }
  return told
}

/** Registers a file that the runner searches too: a log, metrics, a process title. */
export function searched(...files: readonly string[]): void {
  const list = process.env.SALLYPORT_SEARCHED
  if (list) appendFileSync(list, files.map(file => `${JSON.stringify(file)}\n`).join(''))
}
