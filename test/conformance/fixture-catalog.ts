// The fixture's resources and prompts. Promise: addresses, names and texts are those that the scenarios read.
import { completable, type McpServer, ResourceTemplate } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { redPixelPng } from './fixture-media.ts'

export function addResources(server: McpServer): void {
  const textual = { description: 'A fixed text', mimeType: 'text/plain' }
  server.registerResource('Static text', 'test://static-text', textual, uri => ({
    contents: [{ uri: uri.href, mimeType: 'text/plain', text: 'This is the content of the static text resource.' }],
  }))
  server.registerResource('Watched resource', 'test://watched-resource', textual, uri => ({
    contents: [{ uri: uri.href, mimeType: 'text/plain', text: 'Somebody may be watching this.' }],
  }))
  server.registerResource(
    'Static binary',
    'test://static-binary',
    { description: 'A fixed image', mimeType: 'image/png' },
    uri => ({ contents: [{ uri: uri.href, mimeType: 'image/png', blob: redPixelPng() }] }),
  )
  server.registerResource(
    'Template',
    new ResourceTemplate('test://template/{id}/data', { list: undefined }),
    { description: 'One record for each id', mimeType: 'application/json' },
    (uri, { id }) => ({
      contents: [
        {
          uri: uri.href,
          mimeType: 'application/json',
          text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
        },
      ],
    }),
  )
}

/** Requests about subscriptions are the legacy era's alone. */
export function addSubscriptions(server: McpServer): void {
  const watched = new Set<string>()
  server.server.registerCapabilities({ resources: { subscribe: true } })
  server.server.setRequestHandler('resources/subscribe', ({ params }) => {
    watched.add(params.uri)
    return {}
  })
  server.server.setRequestHandler('resources/unsubscribe', ({ params }) => {
    watched.delete(params.uri)
    return {}
  })
}

const places = ['paris', 'park', 'party', 'test']

export function addPrompts(server: McpServer): void {
  const say = (text: string) => ({ role: 'user' as const, content: { type: 'text' as const, text } })

  server.registerPrompt('test_simple_prompt', { description: 'One fixed message' }, () => ({
    messages: [say('This is a simple prompt for testing.')],
  }))
  server.registerPrompt(
    'test_prompt_with_arguments',
    {
      description: 'Repeats its two arguments',
      argsSchema: z.object({
        arg1: completable(z.string().describe('First test argument'), typed =>
          places.filter(place => place.startsWith(typed)),
        ),
        arg2: z.string().describe('Second test argument'),
      }),
    },
    ({ arg1, arg2 }) => ({ messages: [say(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)] }),
  )
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    {
      description: 'Embeds a resource',
      argsSchema: z.object({ resourceUri: z.string().describe('Address of the resource to embed') }),
    },
    ({ resourceUri }) => ({
      messages: [
        {
          role: 'user',
          content: {
            type: 'resource',
            resource: {
              uri: resourceUri,
              mimeType: 'text/plain',
              text: 'Embedded resource content for testing.',
            },
          },
        },
        say('Please process the embedded resource above.'),
      ],
    }),
  )
  server.registerPrompt('test_prompt_with_image', { description: 'Shows an image' }, () => ({
    messages: [
      { role: 'user', content: { type: 'image', data: redPixelPng(), mimeType: 'image/png' } },
      say('Please analyze the image above.'),
    ],
  }))
}
