// Who is asking, said twice. Promise: of two tokens or two hosts in one request neither is chosen, since whoever stands in
// front of the gateway may have looked at the other one.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Listener, listen } from '../../src/listener.ts'
import { rawHttp } from '../support/raw-http.ts'

let listener: Listener
let seen: { authorization: string | undefined; host: string | undefined }

before(async () => {
  listener = await listen(
    { host: '127.0.0.1', port: 0, tls: null },
    {
      mcp: ({ headers: { authorization, host } }, response) => {
        seen = { authorization, host }
        response.end()
      },
      api: (_, response) => response.end(),
      metadata: () => null,
      healthy: () => true,
      crowded: () => undefined,
    },
  )
})
after(async () => {
  const closed = listener.close()
  listener.finish()
  await closed
})

describe('a request to a connection', () => {
  const asked = async (headers: Record<string, string | readonly string[]>) => {
    await rawHttp(`http://127.0.0.1:${listener.port}/mcp/clinic`, { headers })
    return seen
  }

  it('has one token and one host as they are', async () => {
    assert.deepEqual(await asked({ authorization: 'Bearer a.b.c', host: 'gate' }), {
      authorization: 'Bearer a.b.c',
      host: 'gate',
    })
  })

  it('with two tokens has none that could be read, in whatever case their names are', async () => {
    assert.equal(
      (await asked({ Authorization: ['Bearer a.b.c', 'Bearer d.e.f'] })).authorization,
      'Bearer a.b.c, Bearer d.e.f',
    )
    const mixed = await asked({ authorization: 'Bearer a.b.c', AUTHORIZATION: 'Bearer d.e.f' })
    assert.equal(mixed.authorization, 'Bearer a.b.c, Bearer d.e.f')
  })

  it('with two hosts has none that is the gateway’s', async () => {
    assert.equal((await asked({ host: ['gate', 'evil'] })).host, 'gate, evil')
  })
})
