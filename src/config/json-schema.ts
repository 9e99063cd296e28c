// The JSON Schema of the configuration file, as published in schemas/. Promise: the same schema that reads the file.
import { z } from 'zod'
import { configSchema } from './schema.ts'

export function configJsonSchema(): string {
  const schema = z.toJSONSchema(configSchema, { io: 'input', target: 'draft-2020-12' })
  return `${JSON.stringify({ title: 'Sallyport configuration', ...schema }, null, 2)}\n`
}
