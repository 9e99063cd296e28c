// The letters of PostgreSQL's frames and how one is measured. Promise: numbers only; nothing here is made per message.

const code = (letter: string): number => letter.charCodeAt(0)

/** Of the caller. */
export const front = {
  bind: code('B'),
  close: code('C'),
  describe: code('D'),
  execute: code('E'),
  functionCall: code('F'),
  flush: code('H'),
  parse: code('P'),
  query: code('Q'),
  sync: code('S'),
  terminate: code('X'),
  password: code('p'),
  copyData: code('d'),
  copyDone: code('c'),
  copyFail: code('f'),
} as const

/** Of the system. */
export const back = {
  authentication: code('R'),
  keyData: code('K'),
  parameterStatus: code('S'),
  parsed: code('1'),
  bound: code('2'),
  closed: code('3'),
  notification: code('A'),
  complete: code('C'),
  row: code('D'),
  error: code('E'),
  copyIn: code('G'),
  copyOut: code('H'),
  empty: code('I'),
  noData: code('n'),
  notice: code('N'),
  parameters: code('t'),
  rowDescription: code('T'),
  suspended: code('s'),
  functionResult: code('V'),
  ready: code('Z'),
  negotiate: code('v'),
  copyData: code('d'),
  copyDone: code('c'),
} as const

/** Codes in place of a version in the first packet of a connection. */
export const startup = { cancel: 80_877_102, tls: 80_877_103, gss: 80_877_104 } as const

/** Of a transaction, as ReadyForQuery says it. */
export const IDLE = code('I')
export const IN_TRANSACTION = code('T')
export const FAILED = code('E')

/** Type and length; the length counts itself and not the type. */
export const HEAD_BYTES = 5

export function uint32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  )
}

export function int32(bytes: Uint8Array, at: number): number {
  return uint32(bytes, at) | 0
}

export function int16(bytes: Uint8Array, at: number): number {
  return (((bytes[at] as number) << 24) >> 16) | (bytes[at + 1] as number)
}

/** What cannot be read. The message is the gateway's own. */
export class WireFault extends Error {
  readonly code: 'unreadable' | 'too-large' | 'upstream'
  constructor(code: 'unreadable' | 'too-large' | 'upstream', message: string) {
    super(message)
    this.code = code
  }
}

/** Reads the members of one frame in order; whatever lies outside the frame is a fault. */
export class FrameReader {
  readonly #bytes: Buffer
  readonly #end: number
  #at: number

  /** `start` is the frame's type byte. */
  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes
    this.#at = start + HEAD_BYTES
    this.#end = end
  }

  get at(): number {
    return this.#at
  }

  byte(): number {
    const at = this.#take(1)
    return this.#bytes[at] as number
  }

  int16(): number {
    return int16(this.#bytes, this.#take(2))
  }

  int32(): number {
    return int32(this.#bytes, this.#take(4))
  }

  /** Bytes up to a NUL, which is left out. */
  text(): Buffer {
    const at = this.#at
    return this.#bytes.subarray(at, this.#pastNul() - 1)
  }

  /** The same as a string: of names, whose bytes stand for themselves, in latin1. */
  name(encoding: 'latin1' | 'utf8' = 'latin1'): string {
    const at = this.#at
    const end = this.#pastNul() - 1
    return at === end ? '' : this.#bytes.toString(encoding, at, end)
  }

  #pastNul(): number {
    const from = this.#at
    // Most are short or empty, and found sooner than the search begins.
    const nul = this.#bytes[from] === 0 ? from : this.#bytes.indexOf(0, from)
    if (nul < 0 || nul >= this.#end) throw new WireFault('unreadable', 'A text of this message has no end.')
    this.#at = nul + 1
    return this.#at
  }

  bytes(length: number): Buffer {
    const at = this.#take(length)
    return this.#bytes.subarray(at, at + length)
  }

  utf8(length: number): string {
    const at = this.#take(length)
    return this.#bytes.toString('utf8', at, at + length)
  }

  done(): void {
    if (this.#at !== this.#end) throw new WireFault('unreadable', 'This message is longer than what it holds.')
  }

  #take(length: number): number {
    const at = this.#at
    if (length < 0 || at + length > this.#end) throw new WireFault('unreadable', 'This message ends too early.')
    this.#at = at + length
    return at
  }
}
