// A message as an action, in the terms policy reads. Promise: `target` is a name from the system's own lists or `unlisted`;
// what the caller wrote is only in members that stay in memory.
import type { Action, Effect, Masked } from '../gateway/seam.ts'
import { canonicalJson, nodeAt } from '../json/canonical.ts'
import { type JsonDocument, Kind } from '../json/document.ts'
import { type Catalog, recordable } from './catalog.ts'
import type { McpConnectionConfig } from './connection-config.ts'
import { isObject, type Members } from './envelope.ts'
import type { Link } from './link.ts'
import { callerRequests, effect, serverRequests } from './methods.ts'

const NO_LABELS: ReadonlySet<string> = new Set()

/** What a caller's request or notification would do; `tool` is the one it calls, or whose task it is about. */
export function callerAction(
  message: { readonly json: JsonDocument; readonly method: string; readonly params: Members },
  question: Masked,
  { config, catalog }: Pick<Link, 'config' | 'catalog'>,
  tool: string | null,
): Action {
  const { json, method, params } = message
  return new ReadAction(json, {
    operation: method,
    target: targetOf(method, tool ?? text(params.name), catalog),
    subjectMatter: tool ?? subjectMatterOf(method, params),
    effects: tool !== null && method === 'tools/call' ? toolEffects(tool, config, catalog) : effectsOf(method),
    facts: factsOf(method, params),
    found: labelsOf(question),
    // Looked up each time: it may change while people think.
    definition: tool === null ? noDefinition : () => catalog.tool(tool)?.hash ?? null,
  })
}

/** What the system wants of the caller. */
export function serverAction(
  message: { readonly json: JsonDocument; readonly method: string; readonly params: Members },
  question: Masked,
): Action {
  const { json, method, params } = message
  return new ReadAction(json, {
    operation: method,
    target: method,
    subjectMatter: method,
    effects: serverRequests.get(method) ?? effect.ask,
    facts: { params },
    found: labelsOf(question),
    definition: noDefinition,
  })
}

interface Read {
  readonly operation: string
  readonly target: string
  readonly subjectMatter: string
  readonly effects: ReadonlySet<Effect>
  readonly facts: Readonly<Record<string, unknown>>
  readonly found: ReadonlySet<string>
  readonly definition: () => string | null
}

const noDefinition = () => null

/** The canonical form is only worked out when somebody has to approve. */
class ReadAction implements Action {
  readonly operation: string
  readonly target: string
  readonly subjectMatter: string
  readonly effects: ReadonlySet<Effect>
  readonly facts: Readonly<Record<string, unknown>>
  readonly found: ReadonlySet<string>
  readonly carries = 'unknown'
  readonly #json: JsonDocument
  readonly #definition: () => string | null
  #exact: { readonly definition: string | null; readonly bytes: Uint8Array } | null = null

  constructor(json: JsonDocument, read: Read) {
    this.operation = read.operation
    this.target = read.target
    this.subjectMatter = read.subjectMatter
    this.effects = read.effects
    this.facts = read.facts
    this.found = read.found
    this.#json = json
    this.#definition = read.definition
  }

  exact(): Uint8Array {
    const definition = this.#definition()
    if (this.#exact?.definition !== definition) {
      const text = `{"definition":${JSON.stringify(definition)},"method":${JSON.stringify(this.operation)},"params":${exactParams(this.#json)}}`
      this.#exact = { definition, bytes: Buffer.from(text) }
    }
    return this.#exact.bytes
  }
}

/** All parameters but `_meta`, whose progress token and trace ids differ each time an identical call is made. */
function exactParams(json: JsonDocument): string {
  const params = nodeAt(json, ['params'])
  if (params < 0 || json.kind(params) !== Kind.object) return '{}'
  const members: [string, string][] = []
  for (let at = params + 1; at < json.next(params); at = json.next(at + 1)) {
    const name = json.string(at)
    if (name !== '_meta') members.push([name, canonicalJson(json, at + 1)])
  }
  members.sort(([left], [right]) => (left < right ? -1 : 1))
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`
}

export function toolEffects(name: string, config: McpConnectionConfig, catalog: Catalog): ReadonlySet<Effect> {
  return config.effectsOf(name, catalog.tool(name)?.readOnlyHint)
}

function effectsOf(method: string): ReadonlySet<Effect> {
  const known = callerRequests.get(method)
  if (known) return known
  return method.startsWith('notifications/') ? effect.session : effect.write
}

function targetOf(method: string, name: string, catalog: Catalog): string {
  const listed = method === 'prompts/get' ? catalog.hasPrompt(name) : catalog.tool(name) !== undefined
  return listed && (method === 'tools/call' || method === 'prompts/get' || isOfTask(method))
    ? recordable(name)
    : 'unlisted'
}

function isOfTask(method: string): boolean {
  return method.startsWith('tasks/') && method !== 'tasks/list'
}

function subjectMatterOf(method: string, params: Members): string {
  if (method === 'tools/call' || method === 'prompts/get') return text(params.name)
  if (method.startsWith('resources/')) return text(params.uri)
  // By its type, as the system reads it: the other member may say anything.
  if (method === 'completion/complete' && isObject(params.ref))
    return text(params.ref.type === 'ref/prompt' ? params.ref.name : params.ref.uri)
  return ''
}

/** What `when:` sees, and what policy must know beside it: `follows` and `uris`. */
function factsOf(method: string, params: Members): Readonly<Record<string, unknown>> {
  const args = isObject(params.arguments) ? params.arguments : {}
  switch (method) {
    case 'tools/call':
    case 'prompts/get':
      return { name: text(params.name), args }
    case 'resources/read':
    case 'resources/subscribe':
    case 'resources/unsubscribe':
      return { uri: text(params.uri), args: {} }
    case 'completion/complete':
      return completionFacts(params)
    case 'subscriptions/listen': {
      const asked = isObject(params.notifications) ? params.notifications.resourceSubscriptions : undefined
      return { args: {}, uris: Array.isArray(asked) ? asked : [] }
    }
    default:
      return isOfTask(method) ? { args: {} } : { args: params }
  }
}

/** The arguments as far as they are known, of the prompt or the resource whose argument is completed. */
function completionFacts({ ref, argument, context }: Members): Readonly<Record<string, unknown>> {
  const before = isObject(context) && isObject(context.arguments) ? context.arguments : {}
  const own = isObject(argument) && typeof argument.name === 'string' ? { [argument.name]: argument.value } : {}
  const args = { ...before, ...own }
  if (!isObject(ref)) return { args }
  return ref.type === 'ref/prompt'
    ? { args, follows: 'prompts/get' }
    : { args, follows: 'resources/read', uri: text(ref.uri) }
}

function labelsOf({ findings }: Masked): ReadonlySet<string> {
  for (const _ in findings) return new Set(Object.keys(findings))
  return NO_LABELS
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
