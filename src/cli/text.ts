// Times, counts and payloads as people read them.

/** `45s`, `12m`, `1h 30m`, `3d`: to the minute, up to two days. */
export function span(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  if (seconds < 90) return `${seconds}s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  if (hours >= 48) return `${Math.round(minutes / 1_440)}d`
  return minutes % 60 === 0 ? `${hours}h` : `${hours}h ${minutes % 60}m`
}

/** `in 12m`, or `passed`. */
export function deadline(iso: string, now = Date.now()): string {
  const left = Date.parse(iso) - now
  return left <= 0 ? 'passed' : `in ${span(left)}`
}

/** `3m ago`. */
export function ago(iso: string, now = Date.now()): string {
  return `${span(Math.max(0, now - Date.parse(iso)))} ago`
}

/** `2026-11-21 04:12:03`, local time. */
export function moment(iso: string): string {
  const at = new Date(iso)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

/** `until 20:46`, local time; with the day where that is another one. */
export function untilTime(iso: string, now = Date.now()): string {
  const [day, time = ''] = moment(iso).split(' ')
  const [today] = moment(new Date(now).toISOString()).split(' ')
  return `until ${day === today ? '' : `${day} `}${time.slice(0, 5)}`
}

/** `phi.ssn ×2, phi.name ×1`, or `none`. */
export function counts(of: Readonly<Record<string, number>>): string {
  const parts = Object.entries(of).map(([label, count]) => `${label} ×${count}`)
  return parts.length === 0 ? 'none' : parts.join(', ')
}

/** `1 page`, `2 pages`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/**
 * A transcript for the eye: JSON is laid out, the JSON-RPC envelope is left away, JSON inside a text block is laid out as
 * `text (JSON)`. What is not JSON is shown as it is. `told` is the tool whose name stands beside it.
 */
export function payload(
  shown: { readonly text: string; readonly bytes: number; readonly cut: boolean },
  indent: string,
  told: string | null,
): string {
  const lines = laidOut(shown.text, told).split('\n')
  if (shown.cut) lines.push(`… cut: ${shown.bytes} bytes in all`)
  return lines.map(line => indent + line).join('\n')
}

function laidOut(text: string, told: string | null): string {
  const value = parsed(text)
  return value === undefined ? text : JSON.stringify(expanded(withoutEnvelope(value, told)), null, 2)
}

function withoutEnvelope(value: unknown, told: string | null): unknown {
  if (!isObject(value) || value.jsonrpc !== '2.0') return value
  const { params, result, error, method } = value
  if (method === 'tools/call' && isObject(params) && isObject(params.arguments)) {
    const { _meta, ...asked } = params
    // Whoever approves must see all that would go up.
    return asked.name === told && Object.keys(asked).length === 2 ? params.arguments : asked
  }
  return params ?? result ?? error ?? {}
}

const LAID_OUT = 'text (JSON)'

function expanded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expanded)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const inner = name === 'text' && typeof member === 'string' ? parsed(member) : undefined
      const laid = typeof inner === 'object' && inner !== null && !Object.hasOwn(value, LAID_OUT)
      return laid ? [LAID_OUT, inner] : [name, expanded(member)]
    }),
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
