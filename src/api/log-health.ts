// How the log of one instance stands, read from its newest file. Promise: reads alone, and only what is durable.
import { origin, parseCheckpoint } from '../recording/checkpoint.ts'
import { fileNumbers, filePath, isLeftover, logDir, openForReading, readTree } from '../recording/inbox-file.ts'
import { emptyEdge, root } from '../recording/merkle.ts'
import type { LogHealth } from './options.ts'

export function logHealth(dir: string, instance: string): LogHealth {
  const folder = logDir(dir, instance)
  const files = fileNumbers(folder)
    .map(number => filePath(folder, number))
    .filter(path => !isLeftover(path))
  const newest = files.at(-1)
  if (newest === undefined) return { origin: origin(instance), size: 0, root: hex(emptyEdge), checkpoint: null }
  const tree = edgeOf(newest)
  const notes = files.slice(-2).flatMap(noteOf)
  return { origin: origin(instance), size: tree.size, root: hex(tree), checkpoint: notes.at(-1) ?? null }
}

function edgeOf(path: string) {
  const db = openForReading(path)
  try {
    const tree = readTree(db)
    if (tree === null) throw new Error('The newest file of the log has no readable right edge.')
    return tree
  } finally {
    db.close()
  }
}

function noteOf(path: string): { readonly size: number; readonly note: string }[] {
  const db = openForReading(path)
  try {
    const row = db.prepare('SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1').get() as
      | { note: string }
      | undefined
    const parsed = row === undefined ? null : parseCheckpoint(row.note)
    return row !== undefined && parsed !== null ? [{ size: parsed.size, note: row.note }] : []
  } finally {
    db.close()
  }
}

function hex(edge: Parameters<typeof root>[0]): string {
  return root(edge).toString('hex')
}
