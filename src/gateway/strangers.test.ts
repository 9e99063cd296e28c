import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { Draft, EntryBody } from '../recording/entry.ts'
import { limits } from './limits.ts'
import { Strangers } from './strangers.ts'

type Refused = Extract<EntryBody, { kind: 'refused' }>

let entries: Refused[]
let disk: 'works' | 'fails' | Promise<void>
let strangers: Strangers

beforeEach(() => {
  entries = []
  disk = 'works'
  const keep = ({ body }: Draft) => entries.push(body as Refused)
  strangers = new Strangers({
    record: async draft => {
      if (disk === 'fails') throw new Error('disk full')
      if (disk !== 'works') await disk
      keep(draft)
      return { log: 'double', seq: 0n }
    },
    lazy: keep,
  })
})
afterEach(() => strangers.close())

describe('strangers', () => {
  it('are counted apart by source, code and reason', async () => {
    for (const source of ['192.0.2.1', '192.0.2.2']) {
      for (const reason of ['expired', 'bad-signature', 'expired', 'expired']) {
        await strangers.refuse('unauthenticated', source, reason)
      }
      await strangers.refuse('forbidden', source)
    }
    assert.deepEqual(
      entries.map(({ count }) => count),
      [1, 1, 1, 1, 1, 1],
    )
    strangers.flush()
    assert.deepEqual(
      entries.slice(6).map(({ source, count }) => [source, count]),
      [
        ['192.0.2.1', 2],
        ['192.0.2.2', 2],
      ],
    )
    assert.equal((await strangers.refuse('unauthenticated', '192.0.2.1', 'expired')).code, 'unauthenticated')
    assert.equal(entries.length, 9)
  })

  it('cannot make a reason of their own', async () => {
    const one = await strangers.refuse('unauthenticated', '192.0.2.1', 'Jane Roe 123-45-6789')
    const other = await strangers.refuse('unauthenticated', '192.0.2.1', 'x'.repeat(33))
    assert.equal(one.reference, other.reference)
    assert.ok(!JSON.stringify(entries).includes('Jane'))
  })

  it('hear nothing, the second like the first, before the entry is durable', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    disk = promise
    let heard = 0
    const both = [1, 2].map(() => strangers.refuse('unauthenticated', '192.0.2.1').then(() => heard++))
    await new Promise(next => setImmediate(next))
    assert.equal(heard, 0)
    resolve()
    await Promise.all(both)
    assert.deepEqual([heard, entries.length], [2, 1])
  })

  it('are not counted under an entry that was never written', async () => {
    disk = 'fails'
    for (const _ of [1, 2]) await assert.rejects(strangers.refuse('unauthenticated', '192.0.2.1'))
    disk = 'works'
    const told = await strangers.refuse('unauthenticated', '192.0.2.1')
    assert.deepEqual(
      entries.map(({ reference, count }) => [reference, count]),
      [[told.reference, 1]],
    )
  })

  it('fill a bounded number of entries, however many addresses they have', async () => {
    for (let at = 0; at < limits.strangerSources + 50; at++) await strangers.refuse('unauthenticated', `source ${at}`)
    assert.equal(entries.length, limits.strangerSources + 1)
    assert.equal(entries.at(-1)?.source, 'others')
    strangers.flush()
    assert.deepEqual(
      entries.slice(limits.strangerSources + 1).map(({ source, count }) => [source, count]),
      [['others', 49]],
    )
  })
})
