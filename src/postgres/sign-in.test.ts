import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import pg from 'pg'
import { limits } from '../gateway/limits.ts'
import { Credentials } from './credentials.ts'
import type { Startup } from './entrance.ts'
import { uint32Bytes } from './messages.ts'
import { signIn } from './sign-in.ts'
import { field, RawClient, startupBytes } from './testing/raw-client.ts'
import { Rig, stopTestPostgres, subjectOf, testPostgres } from './testing/rig.ts'
import { testTls } from './testing/test-tls.ts'

let rig: Rig
let listening = 1

before(async () => {
  rig = await Rig.start({ postgres: await testPostgres(), tls: testTls })
  listening = rig.port
})
after(async () => {
  await rig?.stop()
  await stopTestPostgres()
})

async function answers(over: object): Promise<string> {
  const client = new pg.Client({ ...rig.settings, ...over })
  client.on('error', () => undefined)
  await client.connect()
  const { rows } = await client.query('select current_user as who')
  await client.end()
  return rows[0].who
}

test('an access token opens a session, over TLS and on loopback', async () => {
  assert.equal(await answers({}), 'postgres')
  assert.equal(await answers({ ssl: { ca: testTls.cert } }), 'postgres')
})

test('a wrong token, an unknown database and a wrong credential are FATAL and in the record', async () => {
  await assert.rejects(answers({ password: 'wrong' }), { code: '28000', severity: 'FATAL' })
  await assert.rejects(answers({ database: 'other' }), { code: '42501' })
  await assert.rejects(answers({ user: 'cred_00000000000000000000', password: 'x' }), { code: '28000' })
  const refused = rig.refused()
  const told = refused.map(({ code, reason, source }) => [code, reason, source])
  assert.deepEqual(told, [
    ['unauthenticated', 'token', '127.0.0.1'],
    ['forbidden', 'no-connection', 'test|alice'],
    ['unauthenticated', 'proof', '127.0.0.1'],
  ])
  assert.equal(new Set(refused.map(({ reference }) => reference)).size, 3)
})

test('a minted credential opens any number of connections until it is revoked, and only its own', async () => {
  const minted = rig.credentials.mint(subjectOf('bea'), 'clinic')
  assert.ok(minted)
  const { user, password } = minted
  assert.ok(minted.expiresAt > Date.now())
  for (const ssl of [false, { ca: testTls.cert }]) assert.equal(await answers({ user, password, ssl }), 'postgres')
  await assert.rejects(answers({ user, password: `${password}x` }), { code: '28000' })
  const elsewhere = rig.credentials.mint(subjectOf('bea'), 'elsewhere')
  assert.ok(elsewhere)
  await assert.rejects(answers({ user: elsewhere.user, password: elsewhere.password }), { code: '28000' })
  rig.credentials.revoke(({ subject }) => subject.id === 'bea')
  await assert.rejects(answers({ user, password }), { code: '28000' })
})

test('a credential ends with the token of its subject', async () => {
  const minted = rig.credentials.mint({ ...subjectOf('bea'), notAfter: Date.now() - 1 }, 'clinic')
  assert.ok(minted)
  await assert.rejects(answers({ user: minted.user, password: minted.password }), { code: '28000' })
})

function psql(environment: Record<string, string>): Promise<string> {
  const env = {
    PATH: process.env.PATH,
    PGHOST: 'localhost',
    PGHOSTADDR: '127.0.0.1',
    PGPORT: String(listening),
    PGDATABASE: 'clinic',
    PGGSSENCMODE: 'disable',
    ...environment,
  }
  const child = spawn('psql', ['-XAtqc', 'select 1'], { env })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', piece => {
      said += piece
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve(said))
  })
}

const hasPsql = await psql({}).then(
  () => true,
  () => false,
)
const skip = hasPsql ? false : 'NOT TESTED: psql is not installed'

test('libpq binds SCRAM to our certificate, and refuses a token where it must bind', { skip }, async () => {
  const minted = rig.credentials.mint(subjectOf('cai'), 'clinic')
  assert.ok(minted)
  const bound = { PGSSLMODE: 'require', PGCHANNELBINDING: 'require' }
  assert.equal(await psql({ ...bound, PGUSER: minted.user, PGPASSWORD: minted.password }), '1\n')
  assert.match(await psql({ ...bound, PGUSER: 'alice', PGPASSWORD: 'token-of-alice' }), /channel binding/)
})

test('a newer protocol and unknown options are negotiated, 3.1 and 2.0 are not spoken', async () => {
  const client = await RawClient.open(rig.port)
  client.send(startupBytes({ user: 'alice', database: 'clinic', '_pq_.unheard': '1' }, (3 << 16) | 9))
  const [negotiated] = await client.until('R')
  assert.equal(negotiated?.type, 'v')
  assert.deepEqual([negotiated?.body.readUInt32BE(0), negotiated?.body.readUInt32BE(4)], [(3 << 16) | 2, 1])
  assert.match(negotiated?.body.toString('latin1') ?? '', /_pq_\.unheard/)
  client.socket.destroy()
  for (const version of [(3 << 16) | 1, 2 << 16]) {
    const old = await RawClient.open(rig.port)
    old.send(startupBytes({ user: 'alice', database: 'clinic' }, version))
    assert.deepEqual(await old.end(), [])
  }
})

test('protocol 3.2 is given a long key of our own', async () => {
  const client = await RawClient.open(rig.port)
  client.send(startupBytes({ user: 'alice', database: 'clinic' }, (3 << 16) | 2))
  await client.until('R')
  client.send(Buffer.concat([Buffer.from('p'), uint32Bytes(19), Buffer.from('token-of-alice\0')]))
  await client.until('Z')
  assert.equal(client.heard.find(({ type }) => type === 'K')?.body.length, 36)
  client.socket.destroy()
})

/** What the door says to each piece, before it closes. */
async function saysTo(...pieces: Buffer[]): Promise<string> {
  const client = await RawClient.open(rig.port)
  let said = ''
  client.socket.on('data', piece => {
    said += piece.toString('latin1')
  })
  for (const piece of pieces) {
    client.socket.write(piece)
    await Promise.race([once(client.socket, 'data'), client.end()])
  }
  client.socket.destroy()
  return said
}

const tlsRequest = Buffer.concat([uint32Bytes(8), uint32Bytes(80_877_103)])
const gssRequest = Buffer.concat([uint32Bytes(8), uint32Bytes(80_877_104)])

test('GSS is refused once; asking twice or stuffing bytes behind a request ends the connection', async () => {
  assert.equal(await saysTo(gssRequest, tlsRequest), 'NS')
  assert.equal(await saysTo(gssRequest, gssRequest), 'N')
  assert.equal(await saysTo(Buffer.concat([tlsRequest, startupBytes({ user: 'mallory' })])), '')
  assert.equal(await saysTo(uint32Bytes(4)), '')
  assert.equal(await saysTo(uint32Bytes(1 << 20)), '')
})

async function direct(protocols: string[]): Promise<TLSSocket> {
  const socket = connectTls({ host: '127.0.0.1', port: rig.port, ca: testTls.cert, ALPNProtocols: protocols })
  socket.on('error', () => undefined)
  await new Promise(resolve => socket.once('secureConnect', resolve).once('close', resolve))
  return socket
}

test('direct TLS needs the protocol name', async () => {
  const socket = await direct(['postgresql'])
  assert.equal(socket.alpnProtocol, 'postgresql')
  socket.write(startupBytes({ user: 'alice', database: 'clinic' }))
  const [asked] = (await once(socket, 'data')) as [Buffer]
  assert.deepEqual([...asked], [0x52, 0, 0, 0, 8, 0, 0, 0, 3])
  socket.destroy()
  for (const protocols of [['http/1.1'], []]) {
    const other = await direct(protocols)
    const said: Buffer[] = []
    other.on('data', piece => said.push(piece))
    other.write(startupBytes({ user: 'alice', database: 'clinic' }))
    if (!other.closed) await new Promise(resolve => other.once('close', resolve))
    assert.deepEqual(said, [])
  }
})

test('replication and settings the reading of statements rests on cannot be asked for at startup', async () => {
  for (const [name, value] of [
    ['replication', 'database'],
    ['options', '-c replication=true'],
  ] as const) {
    const client = await RawClient.open(rig.port)
    client.send(startupBytes({ user: 'alice', database: 'clinic', [name]: value }))
    await client.until('R')
    client.send(Buffer.concat([Buffer.from('p'), uint32Bytes(19), Buffer.from('token-of-alice\0')]))
    const heard = await client.end()
    assert.equal(field(heard[heard.length - 1] as never, 'M')?.startsWith('Replication is not supported.'), true)
  }
})

test('the system may want a password in clear or SCRAM, over TLS whose certificate is checked', async () => {
  const minted = rig.credentials.mint(subjectOf('dee'), 'clinic')
  assert.ok(minted)
  const upstreamTls = { ca: testTls.cert, servername: 'localhost' }
  const host = { host: '127.0.0.1', port: rig.port }
  for (const login of [minted, { user: 'alice', password: 'token-of-alice' }]) {
    const chained = await Rig.start({ postgres: { ...host, ...login }, upstreamTls, database: 'clinic' })
    assert.equal(await answers({ port: chained.port }), 'postgres')
    await chained.stop()
  }
  for (const tls of [
    { ca: null, servername: 'localhost' },
    { ca: testTls.cert, servername: 'elsewhere.example' },
  ]) {
    const chained = await Rig.start({ postgres: { ...host, ...minted }, upstreamTls: tls, database: 'clinic' })
    await assert.rejects(answers({ port: chained.port }), { code: '08006' })
    await chained.stop()
  }
})

test('from another machine nothing is asked before TLS, not even a proof', async () => {
  const caller = { secure: false, socket: { remoteAddress: '10.0.0.9' } }
  const minted = rig.credentials.mint(subjectOf('eve'), 'clinic')
  for (const user of ['alice', minted?.user ?? '']) {
    const startup = { ...caller, parameters: new Map([['user', user]]) } as unknown as Startup
    const parts = { authenticate: () => null, credentials: rig.credentials, tls: null, oauth: () => null }
    assert.equal(await signIn(startup, 'clinic', parts), 'clear')
  }
})

test('one subject cannot use up the credentials of all', () => {
  const credentials = new Credentials()
  for (let count = 0; count < limits.credentialsPerSubject; count++)
    assert.ok(credentials.mint(subjectOf('fay'), 'clinic'))
  assert.equal(credentials.mint(subjectOf('fay'), 'clinic'), null)
  const other = credentials.mint(subjectOf('gus'), 'clinic')
  assert.ok(other)
  credentials.revoke(({ subject }) => subject.id === 'fay')
  assert.ok(credentials.mint(subjectOf('fay'), 'clinic'))
  credentials.forget(other.user)
  assert.equal(credentials.find(other.user, 'clinic'), null)
})
