// One process per log. Promise: the lock is the operating system's, so it ends with the process, however that ends.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Held until the returned handle is closed. Throws Error with one sentence where another process has it. */
export function lockFolder(folder: string): DatabaseSync {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const lock = new DatabaseSync(join(folder, 'lock.sqlite'), { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch {
    lock.close()
    throw new Error(`Another process writes the log in ${folder}: stop it, or give this one its own instance name.`)
  }
}
