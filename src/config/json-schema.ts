// The JSON Schema of the configuration file, as published in schemas/. Promise: the same schema that reads the file.
import { z } from 'zod'
import { configSchema } from './schema.ts'

export function configSchemaJson(): object {
  return z.toJSONSchema(configSchema, { io: 'input', target: 'draft-2020-12' })
}

/** The published file. */
export function configJsonSchema(): string {
  return `${JSON.stringify({ title: 'Sallyport configuration', ...configSchemaJson() }, null, 2)}\n`
}
