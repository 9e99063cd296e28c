// The fixture's tools that answer at once, stream, or ask the client in mid-call. Promise: names and answers are those
// that the scenarios of the conformance suite ask for, in both eras where the scenario exists in both.
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import {
  type CallToolResult,
  type ElicitRequestFormParams,
  fromJsonSchema,
  type JsonSchemaType,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { redPixelPng, silentWav } from './fixture-media.ts'

/** How a tool makes the lists of the server change for those who listen. */
export interface Changes {
  tools(): void
  prompts(): void
}

export const noArguments = fromJsonSchema<Record<string, unknown>>({ type: 'object', properties: {} })

export function text(words: string): CallToolResult {
  return { content: [{ type: 'text', text: words }] }
}

const STEP_MS = 50

function addContentTools(server: McpServer): void {
  const add = (name: string, description: string, content: CallToolResult['content']) =>
    server.registerTool(name, { description, inputSchema: noArguments }, () => ({ content }))
  const image = { type: 'image', data: redPixelPng(), mimeType: 'image/png' } as const

  add('test_simple_text', 'Answers with one text block', [
    { type: 'text', text: 'This is a simple text response for testing.' },
  ])
  add('test_image_content', 'Answers with an image', [image])
  add('test_audio_content', 'Answers with a sound', [{ type: 'audio', data: silentWav(), mimeType: 'audio/wav' }])
  add('test_embedded_resource', 'Answers with an embedded resource', [
    {
      type: 'resource',
      resource: {
        uri: 'test://embedded-resource',
        mimeType: 'text/plain',
        text: 'This is an embedded resource content.',
      },
    },
  ])
  add('test_multiple_content_types', 'Answers with text, an image and a resource', [
    { type: 'text', text: 'Multiple content types test:' },
    image,
    {
      type: 'resource',
      resource: {
        uri: 'test://mixed-content-resource',
        mimeType: 'application/json',
        text: JSON.stringify({ test: 'data', value: 123 }),
      },
    },
  ])
  server.registerTool(
    'test_error_handling',
    { description: 'Always fails', inputSchema: noArguments },
    (): CallToolResult => ({ ...text('This tool intentionally returns an error for testing'), isError: true }),
  )
}

async function logThreeTimes(ctx: ServerContext): Promise<void> {
  await ctx.mcpReq.log('info', 'Tool execution started')
  await delay(STEP_MS)
  await ctx.mcpReq.log('info', 'Tool processing data')
  await delay(STEP_MS)
  await ctx.mcpReq.log('info', 'Tool execution completed')
}

async function reportProgress(ctx: ServerContext): Promise<void> {
  const progressToken = ctx.mcpReq._meta?.progressToken
  for (const progress of [0, 50, 100]) {
    if (progress > 0) await delay(STEP_MS)
    if (progressToken === undefined) continue
    await ctx.mcpReq.notify({
      method: 'notifications/progress',
      params: { progressToken, progress, total: 100, message: `Completed step ${progress} of 100` },
    })
  }
}

function addStreamingTools(server: McpServer, changes: Changes): void {
  for (const name of ['test_tool_with_logging', 'test_logging_tool']) {
    server.registerTool(name, { description: 'Logs while it works', inputSchema: noArguments }, async (_, ctx) => {
      await logThreeTimes(ctx)
      return text('Logged three times')
    })
  }
  server.registerTool(
    'test_tool_with_progress',
    { description: 'Reports progress while it works', inputSchema: noArguments },
    async (_, ctx) => {
      await reportProgress(ctx)
      return text('Reported progress three times')
    },
  )
  server.registerTool(
    'test_reconnection',
    { description: 'Closes its stream in mid-call and answers on the next one', inputSchema: noArguments },
    async (_, ctx) => {
      await delay(STEP_MS)
      ctx.http?.closeSSE?.()
      await delay(2 * STEP_MS)
      return text('Answered after the stream was closed')
    },
  )
  server.registerTool(
    'test_trigger_tool_change',
    { description: 'Says that the list of tools has changed', inputSchema: noArguments },
    () => {
      changes.tools()
      return text('Said so')
    },
  )
  server.registerTool(
    'test_trigger_prompt_change',
    { description: 'Says that the list of prompts has changed', inputSchema: noArguments },
    () => {
      changes.prompts()
      return text('Said so')
    },
  )
}

/** What the client is asked to fill in, one schema for each tool that asks. */
const forms = {
  test_elicitation_sep1034_defaults: {
    name: { type: 'string', description: 'A name', default: 'John Doe' },
    age: { type: 'integer', description: 'An age', default: 30 },
    score: { type: 'number', description: 'A score', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', description: 'Whether it was verified', default: true },
  },
  test_elicitation_sep1330_enums: {
    untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
    titledSingle: {
      type: 'string',
      oneOf: [
        { const: 'value1', title: 'First Option' },
        { const: 'value2', title: 'Second Option' },
        { const: 'value3', title: 'Third Option' },
      ],
    },
    legacyEnum: {
      type: 'string',
      enum: ['opt1', 'opt2', 'opt3'],
      enumNames: ['Option One', 'Option Two', 'Option Three'],
    },
    untitledMulti: { type: 'array', items: { type: 'string', enum: ['option1', 'option2', 'option3'] } },
    titledMulti: {
      type: 'array',
      items: {
        anyOf: [
          { const: 'value1', title: 'First Choice' },
          { const: 'value2', title: 'Second Choice' },
          { const: 'value3', title: 'Third Choice' },
        ],
      },
    },
  },
} satisfies Record<string, ElicitRequestFormParams['requestedSchema']['properties']>

/** Else the request goes out on the GET stream, which the client may not have opened yet. */
function onThisStream(ctx: ServerContext) {
  return { relatedRequestId: ctx.mcpReq.id }
}

/** Requests of the server to the client while a call is open: only the legacy era has them. */
function addAskingTools(server: McpServer): void {
  server.registerTool(
    'test_sampling',
    {
      description: 'Asks the model of the client',
      inputSchema: fromJsonSchema<{ prompt: string }>({
        type: 'object',
        properties: { prompt: { type: 'string', description: 'What to ask' } },
        required: ['prompt'],
      }),
    },
    async ({ prompt }, ctx) => {
      const answer = await ctx.mcpReq.requestSampling(
        {
          messages: [{ role: 'user', content: { type: 'text', text: prompt } }],
          maxTokens: 100,
        },
        onThisStream(ctx),
      )
      const [block] = [answer.content].flat()
      return text(`LLM response: ${block?.type === 'text' ? block.text : 'no text'}`)
    },
  )
  server.registerTool(
    'test_elicitation',
    {
      description: 'Asks the user of the client',
      inputSchema: fromJsonSchema<{ message: string }>({
        type: 'object',
        properties: { message: { type: 'string', description: 'What to say' } },
        required: ['message'],
      }),
    },
    async ({ message }, ctx) => {
      const answer = await ctx.mcpReq.elicitInput(
        {
          message,
          requestedSchema: {
            type: 'object',
            properties: {
              username: { type: 'string', description: "User's response" },
              email: { type: 'string', description: "User's email address" },
            },
            required: ['username', 'email'],
          },
        },
        onThisStream(ctx),
      )
      return text(`User response: action=${answer.action}, content=${JSON.stringify(answer.content ?? {})}`)
    },
  )
  for (const [name, properties] of Object.entries(forms)) {
    server.registerTool(
      name,
      { description: 'Asks the user with a form', inputSchema: noArguments },
      async (_, ctx) => {
        const answer = await ctx.mcpReq.elicitInput(
          { message: 'Please fill in the form', requestedSchema: { type: 'object', properties } },
          onThisStream(ctx),
        )
        return text(`Elicitation completed: action=${answer.action}, content=${JSON.stringify(answer.content ?? {})}`)
      },
    )
  }
}

/** Kept as JSON: every keyword that a relay could lose from a tool's definition, and a mirrored argument. */
const schemas: { readonly rich: JsonSchemaType; readonly mirrored: JsonSchemaType } = JSON.parse(
  readFileSync(new URL('fixture-schemas.json', import.meta.url), 'utf8'),
)

function addSchemaTools(server: McpServer): void {
  server.registerTool(
    'json_schema_2020_12_tool',
    { description: 'Tool with JSON Schema 2020-12 features', inputSchema: fromJsonSchema(schemas.rich) },
    args => text(`Called with ${JSON.stringify(args)}`),
  )
  server.registerTool(
    'test_mirrored_header',
    {
      description: 'Mirrors one argument in a request header',
      inputSchema: fromJsonSchema<{ region?: string }>(schemas.mirrored),
    },
    ({ region }) => text(`Region: ${region ?? 'none'}`),
  )
}

export function addTools(server: McpServer, era: 'legacy' | 'modern', changes: Changes): void {
  addContentTools(server)
  addStreamingTools(server, changes)
  addSchemaTools(server)
  if (era === 'legacy') addAskingTools(server)
}
