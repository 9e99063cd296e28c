// Questions inside an `input_required` result (modern versions). Promise: each is decided and recorded as a question to the
// caller before any of them is shown; one that is refused withholds the whole result.
import { Refusal } from '../gateway/errors.ts'
import type { Admission } from '../gateway/seam.ts'
import { nodeAt } from '../json/canonical.ts'
import { readJsonText } from '../json/document.ts'
import { serverAction } from './action.ts'
import { ServerFault } from './answer.ts'
import { isObject, type Response } from './envelope.ts'
import { jsonLimits } from './http-reading.ts'
import type { Link } from './link.ts'
import { serverRequests } from './methods.ts'
import { serverQuestionShape } from './shapes.ts'

/** Null when all may be asked. Throws ServerFault. */
export async function askInputs(
  link: Link,
  { json, result }: Response,
  way: Admission<'system'>,
): Promise<Refusal | null> {
  const inputs = result?.inputRequests
  if (inputs === undefined) return null
  if (!isObject(inputs)) throw new ServerFault()
  for (const [key, input] of Object.entries(inputs)) {
    if (!isObject(input) || typeof input.method !== 'string' || !serverRequests.has(input.method))
      throw new ServerFault()
    const part = readJsonText(json.source(nodeAt(json, ['result', 'inputRequests', key])), jsonLimits)
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
