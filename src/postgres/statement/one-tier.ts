// Imported before the parser. Promise: WebAssembly is compiled once, by the quick compiler: doing the parser's largest
// functions over for speed takes 550 MB for a moment and saves a microsecond a statement.
import { setFlagsFromString } from 'node:v8'

setFlagsFromString('--no-wasm-tier-up')
setFlagsFromString('--no-wasm-dynamic-tiering')
