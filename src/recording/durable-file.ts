// A file that only grows, and whose writes are durable when they return. Promise: bytes go past the page cache where the
// system lets them, which spares a copy and a fresh page for each; the file reads the same either way.
import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'

/** Past the page cache, file and memory are cut into these; a disk with larger ones is served by the cache. */
const BLOCK_BYTES = 4096
const PAGES_OF_WASM = 16
const STAGED_BYTES = PAGES_OF_WASM * (64 << 10)

/** Durable with the write itself where the system has it: half the calls. */
const DURABLE: number | undefined = constants.O_DSYNC
const PAST_THE_CACHE: number | undefined = constants.O_DIRECT

/** Of the language; no library of types that is used here has it. */
declare const WebAssembly: {
  readonly Memory: new (pages: { initial: number; maximum: number }) => { buffer: ArrayBuffer }
}

/** What is written past the cache lies here, with zeros behind it. */
let memory: { readonly staged: Buffer; readonly zeros: Buffer } | null | undefined

export class DurableFile {
  readonly #path: string
  #handle: number
  #direct: boolean
  /** The block in which the next write begins, as far as the file has it. */
  readonly #begun = Buffer.alloc(BLOCK_BYTES)

  /** Of a file that is there, to be written from `end` on. */
  constructor(path: string, end: number) {
    this.#path = path
    const handle = openDirect(path)
    this.#direct = handle !== null
    this.#handle = handle ?? openCached(path)
    if (handle === null) return
    try {
      this.#readBegun(end)
    } catch (error) {
      closeSync(this.#handle)
      throw error
    }
  }

  /** Whether bytes go past the page cache: then writing zeros first is cheap, and growing the file is not. */
  get direct(): boolean {
    return this.#direct
  }

  /**
   * Writes behind what was written last, and gives the place up to which the file has bytes now: there may be zeros behind
   * these. Throws the system's error; then the file is to be cut to where it was.
   */
  write(bytes: Uint8Array, at: number): number {
    if (this.#direct && this.#past(() => this.#stage(bytes, at))) return blocks(at + bytes.length)
    writeAll(this.#handle, bytes, at)
    if (DURABLE === undefined) fdatasyncSync(this.#handle)
    return at + bytes.length
  }

  /** Zeros from the next whole block on, 1 MiB of them at the most; where they end. */
  reach(from: number, length: number): number {
    const at = blocks(from)
    const end = at + Math.min(blocks(length), STAGED_BYTES)
    if (this.#direct && this.#past(() => writeAll(this.#handle, whole().zeros.subarray(0, end - at), at))) return end
    writeAll(this.#handle, Buffer.alloc(end - from), from)
    return end
  }

  /** To be written from `end` on. */
  cut(end: number): void {
    // On a full disk some systems have no room even for this.
    if (fstatSync(this.#handle).size > end) ftruncateSync(this.#handle, end)
    if (this.#direct) this.#readBegun(end)
  }

  sync(): void {
    fsyncSync(this.#handle)
  }

  close(): void {
    closeSync(this.#handle)
  }

  /** By way of memory that lies as the disk wants it, together with what its first block holds already. */
  #stage(bytes: Uint8Array, at: number): void {
    const { staged } = whole()
    let lead = at % BLOCK_BYTES
    let from = at - lead
    let filled = 0
    staged.set(this.#begun.subarray(0, lead))
    for (let done = 0; done < bytes.length; ) {
      const taken = Math.min(bytes.length - done, staged.length - lead)
      staged.set(bytes.subarray(done, done + taken), lead)
      filled = lead + taken
      const end = blocks(filled)
      staged.fill(0, filled, end)
      writeAll(this.#handle, staged.subarray(0, end), from)
      done += taken
      from += end
      lead = 0
    }
    const last = filled - (filled % BLOCK_BYTES)
    this.#begun.set(staged.subarray(last, filled))
  }

  #readBegun(end: number): void {
    const lead = end % BLOCK_BYTES
    this.#past(() => {
      const { staged } = whole()
      if (readSync(this.#handle, staged, 0, BLOCK_BYTES, end - lead) < lead) throw new Error('The file is shorter.')
      this.#begun.set(staged.subarray(0, lead))
    })
  }

  /** False where this file's system takes no such bytes after all; from then on it goes by the cache. */
  #past(act: () => void): boolean {
    try {
      act()
      return true
    } catch (error) {
      if (!isUnable(error)) throw error
      this.#goCached()
      return false
    }
  }

  #goCached(): void {
    if (!this.#direct) return
    const cached = openCached(this.#path)
    closeSync(this.#handle)
    this.#handle = cached
    this.#direct = false
  }
}

/** Null where the system has no such files. */
function openDirect(path: string): number | null {
  if (PAST_THE_CACHE === undefined || DURABLE === undefined || alignedMemory() === null) return null
  try {
    return openSync(path, constants.O_RDWR | DURABLE | PAST_THE_CACHE)
  } catch (error) {
    if (isUnable(error)) return null
    throw error
  }
}

/** How file systems say that they have no such writes. */
function isUnable(error: unknown): boolean {
  return /^(?:EINVAL|EOPNOTSUPP|ENOTSUP|ENOSYS)$/.test((error as NodeJS.ErrnoException).code ?? '')
}

function openCached(path: string): number {
  return openSync(path, constants.O_RDWR | (DURABLE ?? 0))
}

/** The memory of a WebAssembly module begins at a page, which nothing else in the language promises. */
function alignedMemory(): typeof memory {
  if (memory !== undefined) return memory
  try {
    const { buffer } = new WebAssembly.Memory({ initial: 2 * PAGES_OF_WASM, maximum: 2 * PAGES_OF_WASM })
    memory = { staged: Buffer.from(buffer, 0, STAGED_BYTES), zeros: Buffer.from(buffer, STAGED_BYTES) }
  } catch {
    memory = null
  }
  return memory
}

function whole(): NonNullable<typeof memory> {
  return alignedMemory() as NonNullable<typeof memory>
}

/** Up to a whole number of blocks. */
function blocks(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES
}

export function writeAll(handle: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(handle, bytes, done, bytes.length - done, at + done)
}
