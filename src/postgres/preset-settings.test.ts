// Settings of an application's own that a session begins with: somebody has put there what the session never said.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { defaultPlan } from '../masking/masker.ts'
import { databaseWith, Rig, rule, stopTestPostgres } from './testing/rig.ts'

const PLACED = 'placed by others'

after(stopTestPostgres)

async function shown(database: string, definitions: readonly string[]): Promise<unknown[]> {
  const postgres = await databaseWith(database, definitions)
  const rig = await Rig.start({ postgres, database, masking: defaultPlan, rules: [rule('all', 'allow', {})] })
  try {
    return await rig.withClient(async client => {
      const values: unknown[] = []
      const read = ["select current_setting('app.given', true)", 'show app.own']
      for (const sql of ['discard all', "set app.own = 'mine'", ...read]) {
        const { rows } = await client.query({ text: sql, rowMode: 'array' })
        if (rows.length > 0) values.push((rows as unknown[][])[0]?.[0])
      }
      return values
    })
  } finally {
    await rig.stop()
  }
}

test('what a database gives its sessions is hidden, as its catalog hides it', async () => {
  const name = `preset_${process.pid}`
  assert.deepEqual(await shown(name, [`alter database ${name} set app.given = '${PLACED}'`]), [
    '[unknown]',
    '[unknown]',
  ])
})

test('settings of the server, and what another database gives, hide nothing', async () => {
  const name = `unset_${process.pid}`
  assert.deepEqual(await shown(name, [`alter database ${name} set work_mem = '8MB'`]), [null, 'mine'])
})
