// Writes schemas/config.schema.json, the JSON Schema of the configuration file. Promise: made from the schema that reads
// the file, so that editors and the gateway agree. With --check it writes nothing and fails where the file is stale.
import { readFileSync, writeFileSync } from 'node:fs'
import { configJsonSchema } from '../src/config/json-schema.ts'

const file = new URL('../schemas/config.schema.json', import.meta.url)
const current = configJsonSchema()
if (!process.argv.includes('--check')) writeFileSync(file, current)
else if (readFileSync(file, 'utf8') !== current) {
  console.error('schemas/config.schema.json is stale: run node tools/config-schema.ts')
  process.exitCode = 1
}
