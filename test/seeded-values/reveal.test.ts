// What a rule reveals comes out, and nothing else does. Promise: the same answer, for callers who may see different labels,
// differs in exactly those labels.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { loadKeys } from '../../src/recording/keys.ts'
import { openRecord } from '../../src/recording/read.ts'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { McpCaller, textOf } from '../support/mcp-caller.ts'
import { plant } from '../support/planted.ts'
import { type Hostile, PLACE, startHostile } from './hostile-server.ts'
import { labels, Planter } from './identifiers.ts'
import { LeakSearch } from './leaks.ts'
import type { Place } from './place.ts'

const ROWS = 200
const reveals: Readonly<Record<string, readonly string[]>> = {
  blind: [],
  desk: ['phi.name'],
  nurse: ['phi.name', 'phi.mrn', 'phi.date', 'phi.phone'],
  all: ['phi.*'],
}

describe('reveal', () => {
  const planter = new Planter(164_514)
  const rows = (() => {
    planter.place = 'rows'
    return planter.rows(ROWS)
  })()
  const place: Place = {
    name: 'rows',
    rows: [3, 4],
    method: 'tools/call',
    params: { name: 'get_rows' },
    outcome: 'masked',
    tell: () => ({
      result: { content: [{ type: 'text', text: JSON.stringify(rows) }], structuredContent: { rows } },
    }),
  }
  let hostile: Hostile
  let gateway: Gateway

  before(async () => {
    plant(...planter.planted.map(({ value }) => value))
    hostile = await startHostile(new Planter(1), [place])
    gateway = await startGateway({
      connections: { clinic: { mcp: hostile.url, keep: 'phi' } },
      people: Object.fromEntries(Object.keys(reveals).map(group => [group, { groups: [group] }])),
      rules: Object.entries(reveals).map(([group, reveal]) => ({
        id: group,
        allow: ['tools/call:*'],
        who: [group],
        on: ['clinic'],
        ...(reveal.length > 0 ? { reveal } : {}),
      })),
      config: { labels },
    })
  })

  after(async () => {
    await gateway?.stop()
    await hostile?.close()
  })

  for (const [group, reveal] of Object.entries(reveals)) {
    it(`${group} sees ${reveal.length === 0 ? 'nothing' : reveal.join(', ')}`, async () => {
      for (const era of ['legacy', 'modern'] as const) {
        const caller = await McpCaller.connect(gateway, 'clinic', era, group)
        const answer = await caller.ask('tools/call', { name: 'get_rows', arguments: {}, _meta: { [PLACE]: 'rows' } })
        const search = new LeakSearch(planter.planted)
        search.look(answer.body)
        const seen = new Set(search.found.map(({ planted }) => planted.value))
        const may = (label: string) => reveal.includes(label) || reveal.includes('phi.*')
        const wrong = planter.planted.filter(({ value, label }) => seen.has(value) !== may(label))
        assert.deepEqual([...new Set(wrong.map(({ label }) => label))], [])
        // Both copies say the same.
        const { result } = JSON.parse(answer.body.toString())
        assert.deepEqual(JSON.parse(textOf({ result })), result.structuredContent.rows)
      }
    })
  }

  it('changes nothing in the transcript, which hides everything', () => {
    const record = openRecord(gateway.dataDir, loadKeys(gateway.dataDir))
    const search = new LeakSearch(planter.planted)
    let answers = 0
    for (const { id } of record.sessions()) {
      for (const recorded of record.session(id)) {
        const transcript = record.transcript(recorded)
        if (transcript) search.look(transcript)
        if (recorded.entry.kind === 'answer' && transcript?.includes('[phi.name]')) answers++
      }
    }
    record.close()
    assert.deepEqual(search.found, [])
    assert.equal(answers, 2 * Object.keys(reveals).length)
  })
})
