// What a protected system offers, as the gateway has seen it itself. Promise: tool names, definitions and hints come from the
// system's own lists, never from a caller; a definition that changed has another hash.
import { createHash } from 'node:crypto'
import { limits } from '../gateway/limits.ts'
import { canonicalJson, nodeAt } from '../json/canonical.ts'
import type { JsonDocument } from '../json/document.ts'
import { isObject } from './envelope.ts'
import { declaredHeaders, type ParamHeader } from './mirrored-headers.ts'

export interface Tool {
  readonly name: string
  /** SHA-256 of the canonical definition, hex: an approval is bound to it. */
  readonly hash: string
  readonly readOnlyHint: boolean
  readonly outputSchema: unknown
  readonly headers: readonly ParamHeader[]
}

/** Told all names of a list, where the whole of it was read. */
export type OnListed = (operation: 'tools/call' | 'prompts/get', names: readonly string[]) => void

export class Catalog {
  readonly #onListed: OnListed
  #tools = new Map<string, Tool>()
  readonly #folded = new Set<string>()
  readonly #prompts = new Set<string>()
  #readAtMs = Number.NEGATIVE_INFINITY
  #fetching: Promise<void> | null = null

  constructor(onListed: OnListed = () => undefined) {
    this.#onListed = onListed
  }

  tool(name: string): Tool | undefined {
    return this.#tools.get(name)
  }

  /**
   * Whether a name that is not listed reads like one that is: servers may fold case, spaces and Unicode where rules do not,
   * so that a rule about the one would be passed by with the other.
   */
  isVariant(name: string): boolean {
    return !this.#tools.has(name) && this.#folded.has(folded(name))
  }

  hasPrompt(name: string): boolean {
    return this.#prompts.has(name)
  }

  /** Whether the list should be read before a call of this tool is judged. */
  wants(name: string): boolean {
    const age = performance.now() - this.#readAtMs
    return age > limits.toolsFreshMs || (age > limits.toolAbsentMs && !this.#tools.has(name))
  }

  /** One reading at a time, whoever asks. `read` gives every page; a failure leaves what was known out. */
  refresh(read: () => Promise<readonly JsonDocument[]>): Promise<void> {
    this.#fetching ??= read()
      .then(pages => {
        this.#tools = new Map()
        this.#folded.clear()
        for (const page of pages) this.learnTools(page)
        this.#tell('tools/call', [...this.#tools.keys()])
      })
      .catch(() => this.forget())
      .finally(() => {
        this.#readAtMs = performance.now()
        this.#fetching = null
      })
    return this.#fetching
  }

  /** From a `tools/list` answer as the system gave it; `whole`: it is no page of several. */
  learnTools(json: JsonDocument, whole = false): void {
    this.#learnTools(json)
    if (whole) this.#tell('tools/call', namesOf(listed(json, 'tools')))
  }

  #learnTools(json: JsonDocument): void {
    const tools = listed(json, 'tools')
    for (let at = 0; at < tools.length && this.#tools.size < limits.catalogItems; at++) {
      const tool = tools[at]
      if (!isObject(tool) || typeof tool.name !== 'string') continue
      const definition = canonicalJson(json, nodeAt(json, ['result', 'tools', at]))
      const annotations = isObject(tool.annotations) ? tool.annotations : {}
      this.#folded.add(folded(tool.name))
      this.#tools.set(tool.name, {
        name: tool.name,
        hash: createHash('sha256').update(definition).digest('hex'),
        readOnlyHint: annotations.readOnlyHint === true,
        outputSchema: tool.outputSchema ?? null,
        headers: declaredHeaders(tool.inputSchema),
      })
    }
  }

  learnPrompts(json: JsonDocument, whole = false): void {
    const names = namesOf(listed(json, 'prompts'))
    for (const name of names) if (this.#prompts.size < limits.catalogItems) this.#prompts.add(name)
    if (whole) this.#tell('prompts/get', names)
  }

  #tell(operation: Parameters<OnListed>[0], names: readonly string[]): void {
    // Of a longer list not all is known.
    if (names.length < limits.catalogItems) this.#onListed(operation, names)
  }

  /** The system said that its lists changed. */
  forget(): void {
    this.#tools = new Map()
    this.#folded.clear()
    this.#prompts.clear()
    this.#readAtMs = Number.NEGATIVE_INFINITY
  }
}

function namesOf(items: readonly unknown[]): readonly string[] {
  return items.flatMap(item => (isObject(item) && typeof item.name === 'string' ? [item.name] : []))
}

function listed(json: JsonDocument, member: 'tools' | 'prompts'): readonly unknown[] {
  const { value } = json
  const result = isObject(value) ? value.result : null
  const list = isObject(result) ? result[member] : null
  return Array.isArray(list) ? list : []
}

function folded(name: string): string {
  return name
    .normalize('NFKD')
    .toUpperCase()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
}

const PLAIN_NAME = /^[A-Za-z0-9_./-]{1,128}$/

/** The name as the record may show it: one from a list, and of the form names have. */
export function recordable(name: string): string {
  return PLAIN_NAME.test(name) ? name : 'unlisted'
}
