import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { withholdBinary } from './blocks.ts'

const data = Buffer.from('0123456789').toString('base64')

describe('binary content', () => {
  it('is replaced wherever a result or a question holds it, and text stays', () => {
    const edits = withholdBinary(
      {
        content: [
          { type: 'text', text: 'a' },
          { type: 'image', data, mimeType: 'image/png' },
          { type: 'audio', data, mimeType: 'of Jane Doe' },
          { type: 'hologram', beam: 'Jane Doe' },
          { type: 'resource', resource: { uri: 'u', blob: data, mimeType: 'application/pdf' } },
          { type: 'resource', resource: { uri: 'u', text: 't' } },
          { type: 'tool_result', content: [{ type: 'image', data }] },
          { type: 'resource_link', uri: 'u' },
        ],
        messages: [{ content: { type: 'image', data } }, { content: [{ type: 'audio', data }] }],
        contents: [
          { uri: 'u', blob: data },
          { uri: 'u', text: 't' },
        ],
        result: { content: [{ type: 'image', data }] },
      },
      ['result'],
    )
    const paths = edits.map(({ path, json }) => `${path.join('.')}=${json}`)
    const block = (what: string) => JSON.stringify({ type: 'text', text: `[${what}: withheld by the gateway]` })
    assert.deepEqual(paths, [
      `result.content.1=${block('image, image/png, 10 bytes')}`,
      `result.content.2=${block('audio, 10 bytes')}`,
      `result.content.3=${block('content of an unknown type, 37 bytes')}`,
      'result.content.4.resource.blob=null',
      'result.content.4.resource.mimeType="text/plain"',
      'result.content.4.resource.text="[binary resource, application/pdf, 10 bytes: withheld by the gateway]"',
      `result.content.6.content.0=${block('image, 10 bytes')}`,
      'result.contents.0.blob=null',
      'result.contents.0.mimeType="text/plain"',
      'result.contents.0.text="[binary resource, 10 bytes: withheld by the gateway]"',
      `result.messages.0.content=${block('image, 10 bytes')}`,
      `result.messages.1.content.0=${block('audio, 10 bytes')}`,
      `result.result.content.0=${block('image, 10 bytes')}`,
    ])
    assert.ok(!JSON.stringify(edits).includes('Jane'))
  })
})
