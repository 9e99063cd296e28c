import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { connect, type TLSSocket } from 'node:tls'
import { crowd, disperse } from '../test/support/crowd.ts'
import { limits } from './gateway/limits.ts'
import { type Doors, listen } from './listener.ts'

let dir: string
let tls: { readonly cert: string; readonly key: string }
let renewed: typeof tls

/** A copy: in a clone of the repository everyone can read the key. */
function pair(name: string): typeof tls {
  const copied = (suffix: string) => {
    const path = join(dir, `${name}.${suffix}`)
    writeFileSync(path, readFileSync(new URL(`../test/support/tls/${name}.${suffix}`, import.meta.url)), {
      mode: 0o600,
    })
    return path
  }
  return { cert: copied('crt'), key: copied('key') }
}

before(() => {
  dir = mkdtempSync(join(tmpdir(), 'sallyport-tls-'))
  tls = pair('loopback-test')
  renewed = pair('loopback-renewed')
})
after(() => rmSync(dir, { recursive: true }))

const doors: Doors = {
  mcp: (request, response, connection) => {
    request.resume()
    response.end(`mcp ${connection}`)
  },
  api: (request, response) => {
    request.resume()
    response.end('api')
  },
  metadata: connection => (connection === 'clinic' || connection === null ? { resource: connection } : null),
  healthy: () => true,
  crowded: () => undefined,
}

function ask(secure: boolean, port: number, path: string, method = 'GET'): Promise<{ status: number; text: string }> {
  const send = secure ? secureRequest : plainRequest
  const options = { host: '127.0.0.1', port, path, method, ...(secure && { ca: readFileSync(tls.cert) }) }
  return new Promise((resolve, reject) => {
    const request = send(options, async response => {
      resolve({ status: response.statusCode ?? 0, text: (await response.toArray()).join('') })
    })
    request.once('error', reject)
    request.end()
  })
}

describe('listener', () => {
  it('serves HTTPS from certificate files, and nothing in the clear on that port', async () => {
    const listener = await listen({ host: '127.0.0.1', port: 0, tls }, doors)
    assert.deepEqual(await ask(true, listener.port, '/mcp/clinic', 'POST'), { status: 200, text: 'mcp clinic' })
    await assert.rejects(ask(false, listener.port, '/mcp/clinic', 'POST'))
    listener.finish()
    await listener.close()
  })

  for (const secure of [false, true])
    it(`is not closed to others by a crowd that asks nothing (${secure ? 'https' : 'http'})`, async () => {
      const told: string[] = []
      const crowded = (address: string) => told.push(address)
      const listener = await listen({ host: '127.0.0.1', port: 0, tls: secure ? tls : null }, { ...doors, crowded })
      const sockets = await crowd(listener.port, '127.0.0.2', limits.anteroom + 5)
      assert.deepEqual(await ask(secure, listener.port, '/mcp/clinic', 'POST'), { status: 200, text: 'mcp clinic' })
      assert.deepEqual(new Set(told), new Set(['127.0.0.2']))
      assert.ok(told.length >= 5)
      disperse(sockets)
      listener.finish()
      await listener.close()
    })

  it('says in one sentence which certificate cannot be read', async () => {
    const missing = { cert: '/nowhere/cert.pem', key: tls.key }
    await assert.rejects(
      listen({ host: '127.0.0.1', port: 0, tls: missing }, doors),
      /\/nowhere\/cert\.pem.*\(ENOENT\)/,
    )
  })

  it('refuses a private key that everyone can read, in one sentence that does not hold it', async () => {
    const { key } = pair('loopback-test')
    const start = async () => {
      const listener = await listen({ host: '127.0.0.1', port: 0, tls: { ...tls, key } }, doors)
      listener.finish()
      await listener.close()
    }
    for (const mode of [0o644, 0o604, 0o606, 0o641]) {
      chmodSync(key, mode)
      await assert.rejects(start(), (error: Error) => {
        assert.equal(error.message, `The private key ${key} can be read by everyone: chmod 600 it.`)
        return true
      })
    }
    // As Kubernetes mounts a secret for the group of its pod.
    for (const mode of [0o600, 0o400, 0o640, 0o440]) {
      chmodSync(key, mode)
      await start()
    }
  })

  it('follows a renewed certificate without cutting anybody off, and keeps the old one where the new is none', {
    timeout: 15_000,
  }, async () => {
    const files = { cert: join(dir, 'cert.pem'), key: join(dir, 'key.pem') }
    const put = (name: 'cert' | 'key', from: string) => {
      writeFileSync(`${files[name]}.new`, readFileSync(from), { mode: 0o600 })
      renameSync(`${files[name]}.new`, files[name])
    }
    put('cert', tls.cert)
    put('key', tls.key)
    const said: string[] = []
    let heard = Promise.withResolvers<void>()
    const say = (sentence: string) => {
      said.push(sentence)
      heard.resolve()
    }
    const listener = await listen({ host: '127.0.0.1', port: 0, tls: files, say }, doors)
    const open = connect({ host: '127.0.0.1', port: listener.port, ca: readFileSync(tls.cert) })
    await once(open, 'secureConnect')
    const askOn = async (socket: TLSSocket) => {
      socket.write('GET /mcp/clinic HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
      return String((await once(socket, 'data'))[0])
    }
    assert.match(await askOn(open), /^HTTP\/1\.1 200/)

    // Only half of the new pair is there: no handshake fails.
    put('cert', renewed.cert)
    await heard.promise
    assert.match(said[0] ?? '', /cert\.pem.*cannot be used.*The former one stays\.$/)
    const meanwhile = connect({ host: '127.0.0.1', port: listener.port, ca: readFileSync(tls.cert) })
    await once(meanwhile, 'secureConnect')
    meanwhile.destroy()

    heard = Promise.withResolvers<void>()
    put('key', renewed.key)
    await heard.promise
    assert.match(said[1] ?? '', /was renewed/)
    const stale = connect({ host: '127.0.0.1', port: listener.port, ca: readFileSync(tls.cert) })
    await assert.rejects(once(stale, 'secureConnect'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    const fresh = connect({ host: '127.0.0.1', port: listener.port, ca: readFileSync(renewed.cert) })
    await once(fresh, 'secureConnect')
    assert.equal(fresh.getPeerCertificate().subject.CN, 'loopback renewed')
    assert.match(await askOn(fresh), /^HTTP\/1\.1 200/)
    assert.match(await askOn(open), /^HTTP\/1\.1 200/)
    assert.equal(said.length, 2)
    open.destroy()
    fresh.destroy()
    listener.finish()
    await listener.close()
  })

  for (const secure of [false, true]) {
    it(`cuts a caller that reads nothing of its answer, and no stream that is silent (${secure ? 'https' : 'http'})`, {
      timeout: 15_000,
    }, async () => {
      const stallMs = 300
      let cut = 0
      const slow: Doors = {
        ...doors,
        mcp: (request, response, connection) => {
          request.resume()
          response.once('close', () => cut++)
          response.write(connection === 'silent' ? ': begins\n\n' : Buffer.alloc(32 << 20))
        },
      }
      const listener = await listen({ host: '127.0.0.1', port: 0, tls: secure ? tls : null, stallMs }, slow)
      const send = secure ? secureRequest : plainRequest
      const open = async (path: string) => {
        const options = { host: '127.0.0.1', port: listener.port, path, ...(secure && { ca: readFileSync(tls.cert) }) }
        const request = send({ ...options, agent: false })
        request.on('error', () => undefined)
        request.end()
        const [response] = await once(request, 'response')
        response.on('error', () => undefined)
        return response
      }
      const silent = await open('/mcp/silent')
      await open('/mcp/unread')
      const read = await open('/mcp/read')
      let bytes = 0
      let rested = 0
      const all = new Promise<void>(resolve =>
        read.on('data', (piece: Buffer) => {
          bytes += piece.length
          if (bytes === 32 << 20) resolve()
          if (bytes - rested < 64 << 10) return
          rested = bytes
          read.pause()
        }),
      )
      const reading = setInterval(() => read.resume(), 4)
      await all
      clearInterval(reading)
      await new Promise(resolve => setTimeout(resolve, 4 * stallMs))
      assert.equal(cut, 1)
      assert.equal(silent.destroyed, false)
      const closed = listener.close()
      listener.finish()
      await closed
    })
  }

  it('knows its paths and no spelling beside them', async () => {
    const listener = await listen({ host: '127.0.0.1', port: 0, tls: null }, doors)
    const status = async (path: string, method?: string) => (await ask(false, listener.port, path, method)).status
    assert.equal((await ask(false, listener.port, '/mcp/clinic?x=1')).text, 'mcp clinic')
    assert.equal((await ask(false, listener.port, '/api/v1/me')).text, 'api')
    assert.equal(await status('/.well-known/oauth-protected-resource/mcp/clinic'), 200)
    assert.equal(await status('/.well-known/oauth-protected-resource'), 200)
    assert.equal(await status('/.well-known/oauth-protected-resource/mcp/other'), 404)
    assert.equal(await status('/healthz'), 200)
    assert.equal(await status('/healthz', 'POST'), 405)
    for (const path of [
      '/',
      '//mcp/clinic',
      '/mcp/%63linic',
      '/mcp/clinic/x',
      '/mcp/../mcp/clinic',
      '/MCP/clinic',
      '/api/v2/me',
    ]) {
      assert.equal(await status(path), 404, path)
    }
    listener.finish()
    await listener.close()
  })
})
