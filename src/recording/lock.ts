// One process per log. Promise: the lock is the operating system's, so it ends with the process, however that ends.
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Held until the returned handle is closed. Throws Error with one sentence where another process has it. */
export function lockFolder(folder: string): DatabaseSync {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'lock.sqlite')
  closeSync(openSync(path, 'a', 0o600))
  const lock = new DatabaseSync(path, { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch {
    lock.close()
    throw new Error(`Another process writes the log in ${folder}: stop it, or give this one its own instance name.`)
  }
}
