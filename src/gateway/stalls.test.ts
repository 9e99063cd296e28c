import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { setTimeout as after } from 'node:timers/promises'
import { Stalls } from './stalls.ts'

const STALL_MS = 300
/** More than both machines' buffers take of what nobody reads. */
const MUCH = Buffer.alloc(32 << 20)

let server: Server
let stalls: Stalls
let near: Socket
let far: Socket
let stalled = 0

beforeEach(async () => {
  stalled = 0
  stalls = new Stalls(STALL_MS)
  server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  far = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port })
  near = (await once(server, 'connection'))[0]
  near.on('error', () => undefined)
  stalls.watch(near, () => stalled++)
})
afterEach(() => {
  stalls.close()
  near.destroy()
  far.destroy()
  server.close()
})

describe('a caller that takes nothing of what waits for it', () => {
  it('is told of, once, and not before its time', async () => {
    near.write(MUCH)
    await after(STALL_MS / 2)
    assert.equal(stalled, 0)
    await after(4 * STALL_MS)
    assert.equal(stalled, 1)
  })

  it('is told of although it sends, and although more is written to it', async () => {
    near.resume()
    near.write(MUCH)
    for (let at = 0; at < 20; at++) {
      far.write('still here')
      near.write('still there')
      await after(STALL_MS / 5)
    }
    assert.equal(stalled, 1)
  })

  it('is none while nothing waits for it', async () => {
    near.write('a little')
    await after(4 * STALL_MS)
    assert.equal(stalled, 0)
  })

  it('is none while it takes a little at a time of one large write', async () => {
    let over = false
    near.write(MUCH, () => {
      over = true
    })
    far.on('data', () => far.pause())
    const until = performance.now() + 5 * STALL_MS
    while (performance.now() < until) {
      far.resume()
      await after(8)
    }
    assert.equal(over, false)
    assert.equal(stalled, 0)
    await after(4 * STALL_MS)
    assert.equal(stalled, 1)
  })

  it('is not told of once it is gone', async () => {
    near.write(MUCH)
    const closed = new Promise<void>(resolve => near.once('close', () => resolve()))
    far.destroy()
    await closed
    await after(3 * STALL_MS)
    assert.equal(stalled, 0)
  })
})
