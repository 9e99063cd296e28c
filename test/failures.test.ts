// Parts of the gateway that fail: each refuses, and nothing passes. The rows of "What a failure does" in
// docs/architecture.md that no other test file is about.
import assert from 'node:assert/strict'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { it } from 'node:test'
import { LiveAdmission } from '../src/gateway/admission.ts'
import { Refusal } from '../src/gateway/errors.ts'
import { createMasker, defaultPlan } from '../src/masking/masker.ts'
import { back, front } from '../src/postgres/frames.ts'
import { authenticationBytes, frame, uint32Bytes } from '../src/postgres/messages.ts'
import { field, RawClient, say, startupBytes } from '../src/postgres/testing/raw-client.ts'
import { Rig, rule } from '../src/postgres/testing/rig.ts'
import { ApprovalsRig } from './support/approvals-rig.ts'
import { refusalOf } from './support/mcp-caller.ts'

it('without its store of approvals a call that must wait is refused and does not run', async () => {
  const rig = await ApprovalsRig.start()
  try {
    const ann = await rig.caller('ann')
    await rig.runs(ann, 'get_text', {})
    const store = new DatabaseSync(join(rig.gateway.dataDir, 'state.sqlite'))
    store.exec('drop table vote; drop table approval')
    store.close()
    const refusal = refusalOf(await ann.call('wait_write', { mark: 'storeless' }))
    assert.equal(refusal?.code, 'internal')
    assert.equal(rig.ran('storeless'), 0)
    await rig.runs(ann, 'get_text', {})
  } finally {
    await rig.stop()
  }
})

it('a masker that throws releases nothing', () => {
  const masker = createMasker(defaultPlan, new Set())
  masker.text = () => {
    throw new Error('a fault of its own')
  }
  type Parts = ConstructorParameters<typeof LiveAdmission<'system'>>
  const obligations = { reveal: new Set<string>(), passBinary: false }
  const parts = { reference: 'x_1', masker: () => masker, obligations } as unknown as Parts[0]
  const admission = new LiveAdmission(parts, {} as Parts[1], false)
  assert.throws(
    () => admission.mask.text(Buffer.from('value')),
    (error: unknown) => error instanceof Refusal && error.code === 'unmaskable' && error.reference === 'x_1',
  )
})

it('a database whose catalog cannot be read is asked nothing for anybody', async () => {
  const asked: string[] = []
  const sockets = new Set<Socket>()
  const welcome = Buffer.concat([
    authenticationBytes(0),
    frame(back.keyData, uint32Bytes(1), uint32Bytes(2)),
    frame(back.ready, 'I'),
  ])
  const denied = Buffer.concat([frame(back.error, 'SERROR\0C42501\0Mdenied\0\0'), frame(back.ready, 'I')])
  const server = createServer(socket => {
    sockets.add(socket)
    let first = true
    socket.on('error', () => undefined)
    socket.on('data', piece => {
      if (!first) asked.push(piece.toString('latin1'))
      socket.write(first ? welcome : denied)
      first = false
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const postgres = { host: '127.0.0.1', port, user: 'x', password: 'y' }
  const rig = await Rig.start({ postgres, masking: defaultPlan, rules: [rule('all', 'allow', {})] })
  try {
    const client = await RawClient.open(rig.port)
    client.send(startupBytes({ user: 'alice', database: 'clinic' }))
    await client.until('R')
    client.send(frame(front.password, 'token-of-alice\0'), say.query('select secret from patients'))
    const last = (await client.end()).at(-1)
    assert.equal(field(last as never, 'C'), '08006')
    assert.match(field(last as never, 'M') ?? '', /^What the database holds could not be read/)
    assert.ok(asked.length > 0)
    assert.ok(!asked.some(text => text.includes('patients')))
  } finally {
    await rig.stop()
    for (const socket of sockets) socket.destroy()
    server.close()
  }
})
