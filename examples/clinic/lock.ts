// One demo at a time per folder. Promise: the lock is the operating system's, so that it is free again however its holder
// ended; nothing stale is left to remove.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Null when another process holds it. */
export function tryLock(dir: string): { release(): void } | null {
  const file = new DatabaseSync(join(dir, 'lock.db'), { timeout: 0 })
  try {
    file.exec('BEGIN EXCLUSIVE')
    return { release: () => file.close() }
  } catch (error) {
    file.close()
    if ((error as { errcode?: number }).errcode === 5 /* SQLITE_BUSY */) return null
    throw error
  }
}
