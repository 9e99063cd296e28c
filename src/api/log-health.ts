// How the log of one instance stands. Promise: reads alone, and only what is durable.
import { origin, parseCheckpoint } from '../recording/checkpoint.ts'
import { LogReader } from '../recording/log-reader.ts'
import { root } from '../recording/merkle.ts'
import type { LogHealth } from './options.ts'

export function logHealth(dir: string, instance: string): LogHealth {
  const log = new LogReader(dir, instance)
  try {
    return log.atOnce(() => {
      const note = log.checkpoint
      const parsed = note === null ? null : parseCheckpoint(note)
      const checkpoint = note !== null && parsed !== null ? { size: parsed.size, note } : null
      return { origin: origin(instance), size: log.edge.size, root: root(log.edge).toString('hex'), checkpoint }
    })
  } finally {
    log.close()
  }
}
