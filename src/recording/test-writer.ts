// A process that writes under load and says what was acknowledged, to be killed by a test. Arguments: data directory.
import { writeSync } from 'node:fs'
import { newId } from '../gateway/ids.ts'
import { Inbox } from './inbox.ts'
import { loadKeys } from './keys.ts'
import { answer, draft, openSession, payload, question } from './test-log.ts'

const dir = process.argv[2] as string
const inbox = await Inbox.open({ dir, instance: 'one', keys: loadKeys(dir), fileBytes: 1 << 20, checkpointMs: 20 })

async function caller(): Promise<never> {
  const session = await openSession(inbox)
  for (;;) {
    const exchange = newId('x')
    const asked = await inbox.clear('system', payload('question'), draft(session, question(exchange)))
    writeSync(1, `${asked.entry.seq} question ${exchange}\n`)
    const answered = await inbox.clear('caller', payload('answer'), draft(session, answer(exchange)))
    writeSync(1, `${answered.entry.seq} answer ${exchange}\n`)
    inbox.lazy(draft(session, { kind: 'end', exchange, outcome: 'done', delivered: 6 }))
  }
}

await Promise.all(Array.from({ length: 16 }, caller))
