import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Item, Packer, type Parcel, Unpacker } from './parcel.ts'

const raw = Buffer.from('as it came')
const shown = Buffer.from('as the record shows it')
const told = Buffer.from('as it left')
const leaf = { head: '{"at":1,', body: '"é€":1,', kind: '"kind":"end","n":', middle: ',', tail: '"v":1}' }

function item(raw: Uint8Array | null, transcript: Uint8Array | null, released: Uint8Array | null): Item {
  return { session: 's_1', leaf, roles: 33, at: 1_763_000_000_123, extra: '😀', raw, transcript, released }
}

function unpacked(parcel: Parcel): Item[] {
  return new Unpacker().unpack(parcel)
}

test('what goes into a parcel comes out of it, in order', () => {
  const items = [
    item(null, null, null),
    item(raw, shown, told),
    item(raw, raw, raw),
    item(raw, shown, raw),
    item(raw, shown, shown),
    item(Buffer.alloc(0), shown, null),
    { ...item(null, null, null), session: '', extra: '' },
  ]
  const out = unpacked(structuredClone(new Packer(1).pack(1, 0, items)))
  const plain = (list: readonly Item[]) =>
    list.map(one => ({
      ...one,
      payloads: [one.raw, one.transcript, one.released].map(part => part && Buffer.from(part).toString()),
      raw: null,
      transcript: null,
      released: null,
    }))
  assert.deepEqual(plain(out), plain(items))
})

test('bytes that are the same object are sent once and stay the same object', () => {
  const [once] = unpacked(new Packer(1).pack(1, 0, [item(raw, raw, raw)]))
  assert.ok(once && once.raw !== null && once.raw === once.transcript && once.raw === once.released)
})

test('a parcel larger than the memory before it brings its own, and the next one needs none', () => {
  const packer = new Packer(1)
  const unpacker = new Unpacker()
  const sizes = [10, 1 << 20, 10, 20 << 20, 10, 10]
  const brought = sizes.map((size, id) => {
    const sent = Buffer.alloc(size, id + 1)
    const parcel = structuredClone(packer.pack(id, 0, [item(sent, shown, sent)]))
    const [got] = unpacker.unpack(parcel)
    assert.ok(got?.raw && sent.equals(got.raw))
    assert.equal(Buffer.from(got.transcript ?? []).toString(), shown.toString())
    return parcel.memory !== null
  })
  assert.deepEqual(brought, [true, true, false, true, true, false])
})

test('memory of a parcel that nobody read comes again with the next one, and nothing is read from an older one', () => {
  const packer = new Packer(1)
  const unpacker = new Unpacker()
  const small = () => [item(raw, shown, told)]
  unpacker.unpack(structuredClone(packer.pack(1, 0, small())))
  packer.pack(2, 0, [item(Buffer.alloc(1 << 20), shown, null)])
  assert.throws(() => unpacker.unpack(structuredClone(packer.pack(3, 0, small()))), /without its memory/)
  packer.forget()
  const [got] = unpacker.unpack(structuredClone(packer.pack(4, 0, small())))
  assert.equal(String(Buffer.from(got?.raw ?? [])), raw.toString())
  assert.throws(() => new Unpacker().unpack(structuredClone(packer.pack(5, 0, small()))), /without its memory/)
})
