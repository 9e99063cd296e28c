// Places outside JSON-RPC messages: bodies of HTTP errors, redirects, content that is no message. Nothing of any comes down.
import type { Planter } from './identifiers.ts'
import type { Place, Told } from './place.ts'

type Http = NonNullable<Told['http']>

function outside(name: string, rows: readonly number[], http: (planter: Planter) => Http): Place {
  return {
    name,
    rows,
    method: 'tools/call',
    params: { name: `get_${name}` },
    framings: ['json'],
    outcome: 'refused',
    tell: p => ({ http: http(p) }),
  }
}

const json = { 'content-type': 'application/json' }
const plain = { 'content-type': 'text/plain' }
const events = { 'content-type': 'text/event-stream' }
const answer = (text: string) => `{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"${text}"}]}}`

export const transportPlaces: readonly Place[] = [
  outside('http-500', [14], p => ({ status: 500, reason: p.sentence(), headers: plain, body: p.sentence() })),
  outside('http-500-html', [14], p => ({
    status: 500,
    headers: { 'content-type': 'text/html' },
    body: `<h1>${p.sentence()}`,
  })),
  outside('http-502-json', [14], p => ({ status: 502, headers: json, body: JSON.stringify(p.row()) })),
  outside('http-400', [14], p => ({ status: 400, headers: plain, body: p.sentence() })),
  outside('http-429', [14], p => ({
    status: 429,
    headers: { ...json, 'retry-after': p.ssn() },
    body: JSON.stringify(p.row()),
  })),
  outside('http-401', [14], p => ({
    status: 401,
    headers: { ...json, 'www-authenticate': `Bearer resource_metadata="${p.url()}", scope="${p.ssn()}"` },
    body: JSON.stringify(p.row()),
  })),
  outside('http-403', [14], p => ({
    status: 403,
    headers: { ...plain, 'www-authenticate': `Bearer error="insufficient_scope", error_description="${p.sentence()}"` },
    body: p.sentence(),
  })),
  outside('redirect', [14], p => ({ status: 307, headers: { ...plain, location: p.url() }, body: p.sentence() })),
  outside('other-type', [28], p => ({ status: 200, headers: plain, body: answer(p.sentence()) })),
  outside('other-charset', [28], p => ({
    status: 200,
    headers: { 'content-type': `x/${p.ssn()}` },
    body: answer(p.sentence()),
  })),
  outside('encoded', [28], p => ({
    status: 200,
    headers: { ...json, 'content-encoding': 'gzip' },
    body: answer(p.sentence()),
  })),
  outside('not-json', [28], p => ({ status: 200, headers: json, body: p.sentence() })),
  outside('half-json', [28], p => ({ status: 200, headers: json, body: answer(p.sentence()).slice(0, -3) })),
  outside('twice-named', [28], p => ({
    status: 200,
    headers: json,
    body: answer(p.sentence()).replace('"result"', `"result":{"a":"${p.ssn()}"},"result"`),
  })),
  outside('byte-order-mark', [28], p => ({ status: 200, headers: json, body: `\ufeff${answer(p.sentence())}` })),
  outside('no-message', [28], p => ({ status: 200, headers: json, body: JSON.stringify(p.row()) })),
  outside('batch', [28], p => ({
    status: 200,
    headers: json,
    body: `[${answer(p.sentence())},${answer(p.sentence())}]`,
  })),
  outside('event-no-json', [28], p => ({
    status: 200,
    headers: events,
    body: `event: ${p.ssn()}\ndata: ${p.sentence()}\n\n`,
  })),
  outside('event-cut', [28], p => ({ status: 200, headers: events, body: `data: ${answer(p.sentence())}` })),
  outside('events-no-answer', [28], p => ({
    status: 200,
    headers: events,
    body: `: ${p.sentence()}\nevent: ${p.ssn()}\nretry: 5\ndata: \n\n: ${p.sentence()}\n\n`,
  })),
]
