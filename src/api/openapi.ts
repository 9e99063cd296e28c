// The OpenAPI 3.1 document. Promise: made from the same route descriptions that check requests and run handlers.
import { z } from 'zod'
import { problems } from './problem.ts'
import type { Route } from './route.ts'
import { problem } from './schemas.ts'

/** What any route may answer. */
const everywhere = ['unauthenticated', 'insufficient-scope', 'elsewhere', 'invalid', 'unrecorded', 'internal'] as const

export function openApiDocument(routes: readonly Route[], base: string) {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method]: operation(route) }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Sallyport control API',
      version: '1',
      description: 'Who waits for approval, who asked what, and how the log stands. Payloads are shown masked.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: base }],
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: {
        ...Object.fromEntries(routes.map(route => [route.answerName, schemaOf(route.answer, 'output')])),
        Problem: schemaOf(problem, 'output'),
      },
    },
  }
}

function operation(route: Route) {
  const body =
    route.method === 'post' ? { requestBody: { required: true, ...json(schemaOf(route.body, 'input')) } } : {}
  return {
    operationId: route.id,
    summary: route.summary,
    description: route.access,
    parameters: [...parameters('path', route.params), ...parameters('query', route.query)],
    ...body,
    responses: {
      200: { description: route.summary, ...json({ $ref: `#/components/schemas/${route.answerName}` }) },
      ...failures(route),
    },
  }
}

function parameters(place: 'path' | 'query', schema: z.ZodType) {
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, unknown>
    required?: string[]
  }
  return Object.entries(properties).map(([name, of]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: of,
  }))
}

function failures(route: Route) {
  const byStatus = new Map<number, string[]>()
  for (const code of new Set([...everywhere, ...route.problems])) {
    const { status, title } = problems[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), `\`${code}\`: ${title}.`])
  }
  const content = json({ $ref: '#/components/schemas/Problem' }, 'application/problem+json')
  return Object.fromEntries(
    [...byStatus].map(([status, says]) => [status, { description: says.join(' '), ...content }]),
  )
}

function json(schema: unknown, type = 'application/json') {
  return { content: { [type]: { schema } } }
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output') {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io })
  return rest
}
