// The fixture's tools and prompt that need more from the client and say so in their result (2026-07-28). Promise: each
// asks only for what the client has declared, and no state that the client hands back is believed unless it is ours.
import { randomBytes } from 'node:crypto'
import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  createRequestStateCodec,
  fromJsonSchema,
  type InputRequests,
  inputRequired,
  type McpServer,
  type RequestStateCodec,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { noArguments, text } from './fixture-tools.ts'

interface State {
  readonly round: number
}

/** Seals the state that goes through the client; one key for the life of the process. */
export function stateCodec(): RequestStateCodec<State> {
  return createRequestStateCodec<State>({ key: randomBytes(32), bind: ctx => ctx.mcpReq.method })
}

type Field = { type: 'string' } | { type: 'boolean' }

function ask(message: string, field: string, type: Field['type'] = 'string') {
  return inputRequired.elicit({
    message,
    requestedSchema: { type: 'object', properties: { [field]: { type } as Field }, required: [field] },
  })
}

function askModel(question: string, maxTokens: number) {
  return inputRequired.createMessage({
    messages: [{ role: 'user', content: { type: 'text', text: question } }],
    maxTokens,
  })
}

function answered(ctx: ServerContext, ...keys: string[]): boolean {
  return keys.every(key => ctx.mcpReq.inputResponses?.[key] !== undefined)
}

/** Tools that ask once, without state, and finish when the answer is there. */
const stateless: Record<string, { requests: InputRequests; finish: (ctx: ServerContext) => string }> = {
  test_input_required_result_elicitation: {
    requests: { user_name: ask('What is your name?', 'name') },
    finish: ctx => `Hello, ${acceptedContent(ctx.mcpReq.inputResponses, 'user_name')?.name ?? 'stranger'}!`,
  },
  test_input_required_result_sampling: {
    requests: { capital_question: askModel('What is the capital of France?', 100) },
    finish: ctx => `The model said: ${JSON.stringify(ctx.mcpReq.inputResponses?.capital_question)}`,
  },
  test_input_required_result_list_roots: {
    requests: { client_roots: inputRequired.listRoots() },
    finish: ctx => `The roots are: ${JSON.stringify(ctx.mcpReq.inputResponses?.client_roots)}`,
  },
  test_streaming_elicitation: {
    requests: { user_name: ask('What is your name?', 'name') },
    finish: () => 'Asked in the result, never on the stream',
  },
  test_missing_capability: {
    requests: { question: askModel('Anything?', 10) },
    finish: () => 'The client has sampling',
  },
}

/** Tools that ask once and find their own state again when the answer comes. */
const stateful: Record<string, InputRequests> = {
  test_input_required_result_request_state: { confirm: ask('Please confirm', 'ok', 'boolean') },
  test_input_required_result_tampered_state: { confirm: ask('Please confirm', 'ok', 'boolean') },
  test_input_required_result_multiple_inputs: {
    user_name: ask('What is your name?', 'name'),
    greeting: askModel('Generate a greeting', 50),
    client_roots: inputRequired.listRoots(),
  },
}

function addStateful(server: McpServer, codec: RequestStateCodec<State>): void {
  for (const [name, inputRequests] of Object.entries(stateful)) {
    server.registerTool(name, { description: 'Asks, with state', inputSchema: noArguments }, async (_, ctx) => {
      if (answered(ctx, ...Object.keys(inputRequests)) && ctx.mcpReq.requestState<State>()?.round === 1)
        return text('state-ok')
      return inputRequired({ inputRequests, requestState: await codec.mint({ round: 1 }, ctx) })
    })
  }
  server.registerTool(
    'test_input_required_result_multi_round',
    { description: 'Asks twice, with state that changes', inputSchema: noArguments },
    async (_, ctx) => {
      const round = ctx.mcpReq.requestState<State>()?.round ?? 0
      if (round === 2 && answered(ctx, 'step2')) return text('Both steps are done')
      const next = round === 1 && answered(ctx, 'step1') ? 2 : 1
      const inputRequests =
        next === 1
          ? { step1: ask('Step 1: What is your name?', 'name') }
          : { step2: ask('Step 2: What is your favorite color?', 'color') }
      return inputRequired({ inputRequests, requestState: await codec.mint({ round: next }, ctx) })
    },
  )
}

export function addInputRequired(server: McpServer, codec: RequestStateCodec<State>): void {
  for (const [name, { requests, finish }] of Object.entries(stateless)) {
    server.registerTool(name, { description: 'Asks the client', inputSchema: noArguments }, (_, ctx) =>
      answered(ctx, ...Object.keys(requests)) ? text(finish(ctx)) : inputRequired({ inputRequests: requests }),
    )
  }
  addStateful(server, codec)
  server.registerTool(
    'test_input_required_result_capabilities',
    { description: 'Asks only for what the client declared', inputSchema: noArguments },
    (_, ctx) => {
      const envelope: Readonly<Record<string, unknown>> = ctx.mcpReq.envelope ?? {}
      const declared = envelope[CLIENT_CAPABILITIES_META_KEY] as ClientCapabilities | undefined
      const inputRequests: InputRequests = {}
      if (declared?.sampling) inputRequests.question = askModel('Anything?', 10)
      if (declared?.elicitation) inputRequests.form = ask('Anything?', 'answer')
      const keys = Object.keys(inputRequests)
      return keys.length === 0 || answered(ctx, ...keys) ? text('Nothing to ask') : inputRequired({ inputRequests })
    },
  )
  server.registerPrompt(
    'test_input_required_result_prompt',
    { description: 'Asks before it answers', argsSchema: fromJsonSchema({ type: 'object', properties: {} }) },
    (_, ctx) => {
      const context = acceptedContent(ctx.mcpReq.inputResponses, 'user_context')?.context
      if (context === undefined)
        return inputRequired({
          inputRequests: { user_context: ask('What context should the prompt use?', 'context') },
        })
      return { messages: [{ role: 'user', content: { type: 'text', text: `Context: ${context}` } }] }
    },
  )
}
