// SCRAM with channel binding, by a client of this file's own that says whatever it likes. Promise: who is bound to our
// certificate comes in; who is bound to another one, or was talked out of the binding, does not.
import assert from 'node:assert/strict'
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { connect as connectTls, TLSSocket } from 'node:tls'
import { front } from './frames.ts'
import { frame, uint32Bytes } from './messages.ts'
import { field, type Heard, RawClient, startupBytes } from './testing/raw-client.ts'
import { Rig, stopTestPostgres, subjectOf, testPostgres } from './testing/rig.ts'
import { testTls } from './testing/test-tls.ts'

const SSL_REQUEST = Buffer.concat([uint32Bytes(8), uint32Bytes(80_877_103)])
const PLUS = 'SCRAM-SHA-256-PLUS'
const PLAIN = 'SCRAM-SHA-256'
const BOUND = 'p=tls-server-end-point,,'

const file = (name: string) => readFileSync(new URL(`../../test/support/tls/${name}`, import.meta.url), 'utf8')
/** Another certificate than that of the door, as good for the same host. */
const otherTls = { cert: file('loopback-test.crt'), key: file('loopback-test.key') }

let rig: Rig
let login: { readonly user: string; readonly password: string }

before(async () => {
  rig = await Rig.start({ postgres: await testPostgres(), tls: testTls })
  const minted = rig.credentials.mint(subjectOf('ivy'), 'clinic')
  assert.ok(minted)
  login = minted
})
after(async () => {
  await rig?.stop()
  await stopTestPostgres()
})

interface Claim {
  readonly mechanism: string
  /** What the client says of binding; what it binds to is behind it in the last message. */
  readonly header: string
  /** Left out: the certificate that was seen. */
  readonly boundTo?: Buffer
  /** Instead of `header` in the last message: what somebody in the middle had changed is said here as it was. */
  readonly lastHeader?: string
}

interface Ended {
  readonly offered: readonly string[]
  /** `in`, or severity and code of the error. */
  readonly how: string
  /** The server knew the password too. */
  readonly proved: boolean
}

/** tls-server-end-point of RFC 5929, for a certificate that is signed with SHA-256. */
function endPoint(socket: Socket): Buffer {
  if (!(socket instanceof TLSSocket)) return Buffer.alloc(0)
  return createHash('sha256').update(socket.getPeerCertificate(true).raw).digest()
}

async function secured(port: number): Promise<Socket> {
  const plain = connect({ host: '127.0.0.1', port })
  plain.write(SSL_REQUEST)
  const [answer] = (await once(plain, 'data')) as [Buffer]
  assert.equal(answer.toString(), 'S')
  const socket = connectTls({ socket: plain, ca: [testTls.cert, otherTls.cert], host: 'localhost' })
  await once(socket, 'secureConnect')
  return socket
}

const hmac = (key: Uint8Array, text: string) => createHmac('sha256', key).update(text).digest()
const attribute = (message: string, name: string) =>
  message
    .split(',')
    .find(part => part.startsWith(`${name}=`))
    ?.slice(2) ?? ''

function refusalIn(heard: readonly Heard[]): string | null {
  const error = heard.find(({ type }) => type === 'E')
  return error === undefined ? null : `${field(error, 'S')} ${field(error, 'C')}`
}

/** As far as ready or refused. */
async function signIn(socket: Socket, { mechanism, header, boundTo, lastHeader }: Claim): Promise<Ended> {
  const client = RawClient.over(socket)
  client.send(startupBytes({ user: login.user, database: 'clinic' }))
  const answers = async (count: number) => {
    const heard = await client.until('R', count)
    const body = heard.filter(({ type }) => type === 'R')[count - 1]?.body
    return body === undefined || refusalIn(heard) !== null ? null : body.toString('latin1', 4)
  }
  const offered = (await answers(1))?.split('\0').filter(Boolean) ?? []
  const ended = (proved = false): Ended => {
    socket.destroy()
    return { offered, how: refusalIn(client.heard) ?? (client.closed ? 'cut' : 'in'), proved }
  }
  const nonce = randomBytes(18).toString('base64')
  const bare = `n=,r=${nonce}`
  const first = Buffer.from(`${header}${bare}`)
  client.send(frame(front.password, `${mechanism}\0`, uint32Bytes(first.length), first))
  const challenge = await answers(2)
  if (challenge === null) return ended()
  const salt = Buffer.from(attribute(challenge, 's'), 'base64')
  const salted = pbkdf2Sync(login.password, salt, Number(attribute(challenge, 'i')), 32, 'sha256')
  const binding = header.startsWith('p=') ? (boundTo ?? endPoint(socket)) : Buffer.alloc(0)
  const channel = Buffer.concat([Buffer.from(lastHeader ?? header), binding]).toString('base64')
  const unproved = `c=${channel},r=${attribute(challenge, 'r')}`
  const exchanged = `${bare},${challenge},${unproved}`
  const key = hmac(salted, 'Client Key')
  const signature = hmac(createHash('sha256').update(key).digest(), exchanged)
  const proof = Buffer.from(key.map((byte, at) => byte ^ (signature[at] ?? 0)))
  client.send(frame(front.password, `${unproved},p=${proof.toString('base64')}`))
  const last = await answers(3)
  if (last === null) return ended()
  const proved = attribute(last, 'v') === hmac(hmac(salted, 'Server Key'), exchanged).toString('base64')
  await client.until('Z')
  return ended(proved)
}

const REFUSED = { offered: [PLUS, PLAIN], how: 'FATAL 28000', proved: false }

test('who is bound to our certificate comes in, and hears that the gateway knows the password', async () => {
  const ended = await signIn(await secured(rig.port), { mechanism: PLUS, header: BOUND })
  assert.deepEqual(ended, { offered: [PLUS, PLAIN], how: 'in', proved: true })
})

test('who cannot bind comes in without, over TLS; in clear there is nothing to bind to', async () => {
  const ended = await signIn(await secured(rig.port), { mechanism: PLAIN, header: 'n,,' })
  assert.deepEqual(ended, { offered: [PLUS, PLAIN], how: 'in', proved: true })
  for (const header of ['n,,', 'y,,']) {
    const socket = connect({ host: '127.0.0.1', port: rig.port })
    assert.deepEqual(await signIn(socket, { mechanism: PLAIN, header }), { offered: [PLAIN], how: 'in', proved: true })
  }
})

const attacks: Readonly<Record<string, Claim>> = {
  'bound to another certificate': {
    mechanism: PLUS,
    header: BOUND,
    boundTo: createHash('sha256').update('another certificate').digest(),
  },
  'bound to nothing': { mechanism: PLUS, header: BOUND, boundTo: Buffer.alloc(0) },
  'bound in another way': { mechanism: PLUS, header: 'p=tls-unique,,' },
  'told that there is no binding': { mechanism: PLAIN, header: 'y,,' },
  'told that there is no binding, and what it had said put right': {
    mechanism: PLAIN,
    header: 'n,,',
    lastHeader: 'y,,',
  },
  'a binding that the mechanism has not': { mechanism: PLAIN, header: BOUND },
  'a mechanism whose binding is left out': { mechanism: PLUS, header: 'n,,' },
  'a mechanism whose binding is said to be missing': { mechanism: PLUS, header: 'y,,' },
  'a mechanism there is none of': { mechanism: 'SCRAM-SHA-1-PLUS', header: BOUND },
}

for (const [name, claim] of Object.entries(attacks)) {
  test(`refused like any other: ${name}`, async () => {
    assert.deepEqual(await signIn(await secured(rig.port), claim), REFUSED)
  })
}

test('in clear a binding is refused', async () => {
  const socket = connect({ host: '127.0.0.1', port: rig.port })
  const claim = { mechanism: PLUS, header: BOUND, boundTo: Buffer.alloc(32) }
  assert.deepEqual(await signIn(socket, claim), { ...REFUSED, offered: [PLAIN] })
})

/** Ends the client's TLS with a certificate of its own, and passes all on to the gateway over TLS. */
async function middleman(): Promise<Server> {
  const server = createServer(near => {
    near.once('data', async () => {
      near.write('S')
      const toClient = new TLSSocket(near, { isServer: true, ...otherTls })
      const toGateway = await secured(rig.port)
      for (const socket of [toClient, toGateway]) socket.on('error', () => undefined)
      toClient.pipe(toGateway)
      toGateway.pipe(toClient)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return server
}

test('somebody in the middle whose certificate the client believes gets no session out of it', async t => {
  const server = await middleman()
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  assert.deepEqual(await signIn(await secured(port), { mechanism: PLUS, header: BOUND }), REFUSED)
  // Without a binding it would have one: that is what the binding is for.
  assert.equal((await signIn(await secured(port), { mechanism: PLAIN, header: 'n,,' })).how, 'in')
})
