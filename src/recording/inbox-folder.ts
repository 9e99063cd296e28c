// Names in the folder of a log. Promise: a log's files are numbered without gaps from 1, and a file of an earlier format is
// refused, never passed over.
import { closeSync, existsSync, fsyncSync, openSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const NAME = /^inbox-([0-9]{6})\.(log|sqlite)$/
const INSTANCE = /^[a-z0-9][a-z0-9._-]{0,63}$/i

export function logDir(dir: string, instance: string): string {
  if (!INSTANCE.test(instance)) throw new Error('An instance is named with letters, digits, dots and dashes.')
  return join(dir, 'inbox', instance)
}

/** The instances that have a log under this data directory. */
export function logsIn(dir: string): string[] {
  const folder = join(dir, 'inbox')
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter(item => item.isDirectory() && INSTANCE.test(item.name))
    .map(item => item.name)
    .sort()
}

export function filePath(folder: string, number: number): string {
  return join(folder, `inbox-${String(number).padStart(6, '0')}.log`)
}

/** Numbers of the files of one log, ascending. */
export function fileNumbers(folder: string): number[] {
  if (!existsSync(folder)) return []
  const numbers: number[] = []
  for (const name of readdirSync(folder)) {
    const match = NAME.exec(name)
    if (!match) continue
    if (match[2] !== 'log') {
      throw new Error(
        `The inbox ${join(folder, name)} has format 1, and this version reads format 2 only: move the folder away to begin a new log.`,
      )
    }
    numbers.push(Number(match[1]))
  }
  return numbers.sort((left, right) => left - right)
}

/** Makes the names of a folder durable. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
