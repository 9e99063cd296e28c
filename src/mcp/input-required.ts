// Questions inside a result or the state of a task (modern versions). Promise: each is decided and recorded as a question
// to the caller before any of them is shown; one that is refused withholds the whole message.
import { Refusal } from '../gateway/errors.ts'
import type { Admission } from '../gateway/seam.ts'
import { nodeAt } from '../json/canonical.ts'
import { type JsonDocument, readJsonText } from '../json/document.ts'
import { serverAction } from './action.ts'
import { isObject, type Members } from './envelope.ts'
import { jsonLimits } from './http-reading.ts'
import type { Link } from './link.ts'
import { serverRequests } from './methods.ts'
import { ServerFault } from './server-fault.ts'
import { serverQuestionShape } from './shapes.ts'

/** Null when all may be asked. Throws ServerFault. */
export async function askInputs(
  link: Link,
  json: JsonDocument,
  members: Members | null,
  within: 'result' | 'params',
  way: Admission<'system'>,
): Promise<Refusal | null> {
  const inputs = members?.inputRequests
  if (inputs === undefined || link.era === 'legacy') return null
  if (!isObject(inputs)) throw new ServerFault()
  for (const [key, input] of Object.entries(inputs)) {
    if (!isObject(input) || typeof input.method !== 'string' || !serverRequests.has(input.method))
      throw new ServerFault()
    const part = readJsonText(json.source(nodeAt(json, [within, 'inputRequests', key])), jsonLimits)
    const question = way.mask.message(part, { shape: serverQuestionShape, edits: [], token: null, outputSchema: null })
    const params = isObject(input.params) ? input.params : {}
    const admission = await link.parts.gateway.ask(link.session, {
      door: 'caller',
      action: serverAction({ json: part, method: input.method, params }, question),
      question,
      parent: way.reference,
      withdrawn: link.session.ended,
      patienceMs: link.patienceMs,
      waiting: () => undefined,
    })
    if (admission instanceof Refusal) return admission
    // Its reply comes inside the retried request, which is a question of its own.
    admission.end('done', 0)
  }
  return null
}
