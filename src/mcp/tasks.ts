// Which tool a task is the work of. Promise: known for tasks this process saw begin, per subject, and bounded; what is not
// known names no tool, so that only rules about all tools decide it.
import { limits } from '../gateway/limits.ts'
import type { Binding } from './opaque.ts'

export class Tasks {
  readonly #tools = new Map<string, string>()

  /** Whether anybody was given a task: the system has them at all. */
  get any(): boolean {
    return this.#tools.size > 0
  }

  began(binding: Binding, task: string, tool: string): void {
    const key = keyOf(binding, task)
    this.#tools.delete(key)
    this.#tools.set(key, tool)
    if (this.#tools.size <= limits.tasks) return
    for (const oldest of this.#tools.keys()) {
      this.#tools.delete(oldest)
      return
    }
  }

  toolOf(binding: Binding, task: string): string | null {
    return this.#tools.get(keyOf(binding, task)) ?? null
  }
}

function keyOf({ subject }: Binding, task: string): string {
  return JSON.stringify([subject, task])
}
