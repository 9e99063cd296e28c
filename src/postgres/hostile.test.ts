import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import pg from 'pg'
import { crowd, disperse } from '../../test/support/crowd.ts'
import { limits } from '../gateway/limits.ts'
import { back, front } from './frames.ts'
import { authenticationBytes, frame, uint32Bytes } from './messages.ts'
import { field, RawClient, say } from './testing/raw-client.ts'
import { Rig, stopTestPostgres, testPostgres } from './testing/rig.ts'

let rig: Rig
let falseRig: Rig
let server: Server
/** What the false system says to the first question. */
let says: Buffer = Buffer.alloc(0)
let greets: Buffer[] = []
/** What came after the startup packet. */
let heard: Buffer[] = []

const welcome = [
  authenticationBytes(0),
  frame(back.parameterStatus, 'server_version\x0018\0'),
  frame(back.keyData, uint32Bytes(1), uint32Bytes(2)),
  frame(back.ready, 'I'),
]

before(async () => {
  server = createServer(socket => {
    let asked = 0
    socket.on('error', () => undefined)
    socket.on('data', piece => {
      if (asked > 0) heard.push(piece)
      if (asked++ === 0) for (const each of greets) socket.write(each)
      else if (asked === 2) socket.write(says)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  falseRig = await Rig.start({ postgres: { host: '127.0.0.1', port, user: 'x', password: 'y' } })
  rig = await Rig.start({ postgres: await testPostgres() })
})
after(async () => {
  await falseRig?.stop()
  await rig?.stop()
  server?.close()
  await stopTestPostgres()
})

const lies: [string, Buffer][] = [
  [
    'rows after the end',
    Buffer.concat([frame(back.complete, 'SELECT 1\0'), frame(back.ready, 'I'), frame(back.row, 'x')]),
  ],
  ['parse complete to a query', frame(back.parsed)],
  ['an unknown frame', frame(0x7a, 'x')],
  ['a length below 4', Buffer.from([back.row, 0, 0, 0, 1])],
  ['copy both ways', frame(0x57, Buffer.from([0, 0, 0]))],
  ['another authentication', authenticationBytes(3)],
  ['another key', frame(back.keyData, uint32Bytes(1), uint32Bytes(2))],
  ['a function result', frame(0x56, uint32Bytes(0))],
  ['a notice without an end, and then nothing', frame(back.notice, 'Mno end')],
  ['a description cut short', frame(back.rowDescription, Buffer.from([0, 3, 65]))],
]

for (const [what, bytes] of lies) {
  test(`a system that sends ${what} is cut off`, async () => {
    greets = welcome
    says = bytes
    const client = await RawClient.signedIn(falseRig.port)
    client.send(say.query('select 1'))
    const heard = await client.end()
    const last = heard[heard.length - 1]
    assert.equal(last?.type, 'E')
    assert.equal(field(last as never, 'S'), 'FATAL')
    assert.match(field(last as never, 'C') ?? '', /^(08|42501)/)
    assert.ok(!heard.some(({ type }) => type === 'D' || type === 'R' || type === 'K'))
  })
}

const refusals: [string, Buffer[]][] = [
  ['refuses the login', [frame(back.error, 'SFATAL\0C28P01\0Mpassword of user x is wrong\0\0')]],
  ['wants Kerberos', [authenticationBytes(7)]],
  ['offers no mechanism we know', [authenticationBytes(10, 'OTHER\0\0')]],
  ['claims a proof it never gave', [authenticationBytes(12, 'v=AAAA')]],
]
for (const [what, greeting] of refusals) {
  test(`a system that ${what} is 08006 to the caller, in the gateway’s own words`, async () => {
    greets = greeting
    const client = new pg.Client(falseRig.settings)
    client.on('error', () => undefined)
    await assert.rejects(client.connect(), (error: pg.DatabaseError) => {
      assert.equal(error.code, '08006')
      assert.doesNotMatch(error.message, /user x/)
      return true
    })
  })
}

for (const [what, greeting, says] of [
  ['a password in clear without TLS', authenticationBytes(3), /^The database asks for a password in clear/],
  ['MD5', authenticationBytes(5, Buffer.from('salt')), /^The database asks for MD5, which is off/],
] as const) {
  test(`a system that asks for ${what} is given nothing, and the caller is told why`, async () => {
    greets = [greeting]
    heard = []
    const client = new pg.Client(falseRig.settings)
    client.on('error', () => undefined)
    await assert.rejects(client.connect(), (error: pg.DatabaseError) => {
      assert.equal(error.code, '08006')
      assert.match(error.message, says)
      return true
    })
    assert.equal(Buffer.concat(heard).length, 0)
  })
}

test('MD5 is given where the configuration says so', async () => {
  greets = [authenticationBytes(5, Buffer.from('salt')), ...welcome.slice(1)]
  says = Buffer.alloc(0)
  heard = []
  const { port } = server.address() as AddressInfo
  const postgres = { host: '127.0.0.1', port, user: 'x', password: 'y' }
  const allowing = await Rig.start({ postgres, md5: true })
  const client = new pg.Client(allowing.settings)
  client.on('error', () => undefined)
  await client.connect()
  const proofOf = () => heard.find(([type]) => type === front.password)
  while (proofOf() === undefined) await new Promise(resolve => setTimeout(resolve, 5))
  await client.end()
  await allowing.stop()
  const inner = createHash('md5').update('yx').digest('hex')
  const proof = createHash('md5').update(`${inner}salt`).digest('hex')
  assert.equal(proofOf()?.toString('latin1', 5, 5 + 35), `md5${proof}`)
})

const script = Buffer.concat([
  say.parse('s', 'select $1::text'),
  say.describe('S', 's'),
  say.bind('p', 's', ['value']),
  say.execute('p', 1),
  say.flush(),
  say.execute('p', 1),
  say.close('P', 'p'),
  say.sync(),
  say.query('select 1; select 2'),
  say.sync(),
  frame(front.copyData, 'x\n'),
  frame(front.terminate),
])

test('mutated messages of a caller end its connection or are answered; the next caller is served', async () => {
  const mutated = fc.array(fc.tuple(fc.nat(script.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(mutated, fc.nat(script.length), async (changes, cut) => {
      const bytes = Buffer.from(script)
      for (const [at, value] of changes) bytes[at] = value
      const client = await RawClient.signedIn(rig.port)
      client.send(bytes.subarray(0, cut))
      client.send(bytes.subarray(cut))
      client.socket.end()
      await client.end()
    }),
    { numRuns: 60 },
  )
  const client = new pg.Client(rig.settings)
  await client.connect()
  assert.equal((await client.query('select 6 as n')).rows[0].n, 6)
  await client.end()
})

test('mutated answers of a system end the connection or pass; the gateway serves on', async () => {
  const answer = Buffer.concat([
    frame(
      back.rowDescription,
      Buffer.from([0, 1]),
      'a\0',
      uint32Bytes(0),
      Buffer.alloc(2),
      uint32Bytes(25),
      Buffer.alloc(8),
    ),
    frame(back.row, Buffer.from([0, 1, 0, 0, 0, 1, 65])),
    frame(back.notice, 'SNOTICE\0Mhello\0\0'),
    frame(back.complete, 'SELECT 1\0'),
    frame(back.ready, 'I'),
  ])
  greets = welcome
  const mutated = fc.array(fc.tuple(fc.nat(answer.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 })
  await fc.assert(
    fc.asyncProperty(mutated, async changes => {
      says = Buffer.from(answer)
      for (const [at, value] of changes) says[at] = value
      const client = await RawClient.signedIn(falseRig.port)
      client.send(say.query('select 1'))
      // A length that was made longer is waited for: the caller gives up.
      const patience = setTimeout(() => client.socket.end(), 50)
      await Promise.race([client.until('Z'), client.end()])
      clearTimeout(patience)
      client.socket.destroy()
      await client.end()
    }),
    { numRuns: 60 },
  )
  says = answer
  const client = await RawClient.signedIn(falseRig.port)
  client.send(say.query('select 1'))
  await client.until('Z')
  assert.equal(client.types, 'TDNCZ')
  client.socket.destroy()
})

test('a crowd that never signs in keeps nobody else out, and its source is recorded', async () => {
  const early = new pg.Client(rig.settings)
  await early.connect()
  const sockets = await crowd(rig.port, '127.0.0.2', limits.anteroom + 20)
  const late = new pg.Client(rig.settings)
  await late.connect()
  assert.equal((await late.query('select 1 as one')).rows[0].one, 1)
  assert.equal((await early.query('select 1 as one')).rows[0].one, 1, 'nor who is in')
  disperse(sockets)
  await early.end()
  await late.end()
  const [refused] = rig.refused().filter(({ reason }) => reason === 'crowd')
  assert.deepEqual([refused?.code, refused?.source], ['limit', '127.0.0.2'])
})
