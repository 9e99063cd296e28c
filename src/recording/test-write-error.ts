// Run by a test under a limit on file size, which the system reports as an error of the write. Prints the state and the refusals.
import { Inbox } from './inbox.ts'
import { loadKeys } from './keys.ts'
import { call, openSession } from './test-log.ts'

process.on('SIGXFSZ', () => {})
const dir = process.argv[2] as string
const inbox = await Inbox.open({ dir, instance: 'one', keys: loadKeys(dir) })
const session = await openSession(inbox)
const codes: string[] = []
for (let count = 0; count < 400 && codes.length === 0; count++) {
  await call(inbox, session, 'x'.repeat(3_000)).catch(error => codes.push(error.code))
}
const { state } = inbox.health()
await call(inbox, session).catch(error => codes.push(`again ${error.code}`))
await inbox.close()
console.log(state, codes.join(', '))
