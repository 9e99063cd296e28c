// Payloads made shorter before they are closed. Promise: what it leaves in memory stays small however much passes, since
// nobody else gives it back in time.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { constants, zstdCompressSync } from 'node:zlib'

/** Below this, compressing costs more processor time than encrypting and writing the bytes it would save. */
const COMPRESS_FROM_BYTES = 16 << 10
/** Of what is written once and hardly read. The memory for the result is taken in pieces of this size: most fit in one. */
const QUICK = { params: { [constants.ZSTD_c_compressionLevel]: 1 }, chunkSize: 32 << 10 }
/** What passes between two collections of this thread's memory; decision 0015. */
const COLLECT_AFTER_BYTES = 64 << 20

let passed = 0
let collect: (() => void) | null = null

/** The payload itself where it would not get shorter. */
export function compressed(payload: Uint8Array): Uint8Array {
  if (payload.length < COMPRESS_FROM_BYTES) return payload
  passed += payload.length
  if (passed > COLLECT_AFTER_BYTES) {
    passed = 0
    collect ??= collector()
    collect()
  }
  const shorter = zstdCompressSync(payload, QUICK)
  return shorter.length < payload.length ? shorter : payload
}

/** Node has it for those who ask with a flag, in contexts that are made after that. */
function collector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}
