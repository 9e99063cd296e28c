// Frames the gateway itself writes, to both sides. Promise: built from codes, numbers and sentences of the product.
import { type Authored, authoredBytes } from '../gateway/authored.ts'
import type { Refusal } from '../gateway/errors.ts'
import { back, front } from './frames.ts'
import type { Said } from './statement/statement.ts'

export function frame(type: number, ...parts: readonly (string | Uint8Array)[]): Buffer {
  const bytes = parts.map(part => (typeof part === 'string' ? Buffer.from(part) : part))
  const length = bytes.reduce((sum, part) => sum + part.length, 4)
  const head = Buffer.alloc(5)
  head[0] = type
  head.writeUInt32BE(length, 1)
  return Buffer.concat([head, ...bytes])
}

export function uint32Bytes(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

export function int16Bytes(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

export interface Report {
  readonly severity: 'ERROR' | 'FATAL' | 'NOTICE'
  readonly sqlState: string
  readonly message: string
  readonly hint?: string
  /** In characters of the statement, from 1. */
  readonly position?: number
  readonly file?: string
  readonly routine?: string
}

function report(type: number, { severity, sqlState, message, hint, position, file, routine }: Report): Buffer {
  const fields = [`S${severity}`, `V${severity}`, `C${sqlState}`, `M${message}`]
  if (hint !== undefined) fields.push(`H${hint}`)
  if (position !== undefined) fields.push(`P${position}`)
  if (file !== undefined) fields.push(`F${file}`)
  if (routine !== undefined) fields.push(`R${routine}`)
  return frame(type, `${fields.join('\0')}\0\0`)
}

export function errorBytes(what: Report): Buffer {
  return report(back.error, what)
}

/** Null where nothing was hidden. */
export function hiddenNotice(hidden: ReadonlyMap<string, number>, reference: string): Uint8Array | null {
  const counts = [...hidden].filter(([, count]) => count > 0).sort(([left], [right]) => (left < right ? -1 : 1))
  if (counts.length === 0) return null
  const sum = counts.reduce((all, [, count]) => all + count, 0)
  const labels = counts.map(([label, count]) => `${label} (${count})`).join(', ')
  const message = `${sum} ${sum === 1 ? 'value is' : 'values are'} hidden from you: ${labels}.`
  const hint = `To see more, ask for a rule or an approval that reveals these labels. Reference: ${reference}`
  return report(back.notice, { severity: 'NOTICE', sqlState: '00000', message, hint })
}

export function notice(message: string, hint: string): Authored {
  return authoredBytes(report(back.notice, { severity: 'NOTICE', sqlState: '00000', message, hint }))
}

/** Where a refusal's code stands for several states, the reader of statements names its own. */
export function refusalReport(
  refusal: Refusal,
  severity: 'ERROR' | 'FATAL',
  own: { readonly sqlState: string; readonly position: number | null; readonly said?: Said } | null = null,
): Report {
  const common = { severity, sqlState: own?.sqlState ?? refusal.row.sqlState, message: refusal.says, ...own?.said }
  return own?.position == null ? common : { ...common, position: own.position }
}

export function fatal(refusal: Refusal): Authored {
  return authoredBytes(errorBytes(refusalReport(refusal, 'FATAL')))
}

export function fatalReport(sqlState: string, message: string): Authored {
  return authoredBytes(errorBytes({ severity: 'FATAL', sqlState, message }))
}

export function readyBytes(status: number): Buffer {
  return frame(back.ready, Buffer.from([status]))
}

export function authenticationBytes(kind: number, ...more: readonly (string | Uint8Array)[]): Buffer {
  return frame(back.authentication, uint32Bytes(kind), ...more)
}

/** The newest minor version spoken, and names of options that are not known. */
export function negotiateBytes(minor: number, unknown: readonly string[]): Buffer {
  const names = unknown.map(name => `${name}\0`).join('')
  return frame(back.negotiate, uint32Bytes((3 << 16) | minor), uint32Bytes(unknown.length), names)
}

export const own = {
  sync: authoredBytes(frame(front.sync)),
  flush: authoredBytes(frame(front.flush)),
  terminate: authoredBytes(frame(front.terminate)),
} as const

/** Fails whatever transaction there is: no portal has this name. */
export function failingExecute(portal: string): Authored {
  return authoredBytes(Buffer.concat([frame(front.execute, `${portal}\0`, uint32Bytes(0)), frame(front.flush)]))
}
