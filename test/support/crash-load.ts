// Load for a gateway that is about to be killed. Promise: callers remember what they were told, whatever happens to the
// gateway between them and the protected system, which remembers what reached it.

/** Unique words of a call, which its transcripts show as they are. */
const MARK = /mark[0-9]+x/g
export const marksIn = (text: string): string[] => text.match(MARK) ?? []

export interface Witness {
  /** Every call that reached the protected system. */
  readonly received: ReadonlySet<string>
  close(): Promise<void>
}

export interface Told {
  /** Messages of the answer that arrived whole. */
  messages: number
  answered: boolean
}

export interface Caller {
  /** One call; resolves once it is answered whole, and writes down meanwhile what came. */
  call(mark: string, told: Told): Promise<void>
  /** It was cut: whatever it had with the gateway is gone. */
  lost(): void
}

export class Load {
  /** What callers were told, by the mark of the call. */
  readonly told = new Map<string, Told>()
  answers = 0
  #up = Promise.withResolvers<void>()
  #stopped = false
  #next = 0
  readonly #running: Promise<void>[]

  constructor(callers: readonly Caller[]) {
    this.#running = callers.map(caller => this.#run(caller))
  }

  /** The gateway serves: callers that had been cut go on. */
  resume(): void {
    this.#up.resolve()
  }

  /** The gateway is about to be killed: who is cut waits. */
  expectEnd(): void {
    this.#up = Promise.withResolvers<void>()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#up.resolve()
    await Promise.all(this.#running)
  }

  async #run(caller: Caller): Promise<void> {
    while (!this.#stopped) {
      await this.#up.promise
      const mark = `mark${++this.#next}x`
      const told: Told = { messages: 0, answered: false }
      this.told.set(mark, told)
      try {
        await caller.call(mark, told)
        told.answered = true
        this.answers++
      } catch {
        caller.lost()
        await new Promise(resolve => setTimeout(resolve, 5))
      }
    }
    caller.lost()
  }
}
