import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { newId } from '../gateway/ids.ts'
import { type Fixture, openFixture } from './api.fixture.ts'
import { createApp } from './app.ts'

interface Response {
  readonly content: Readonly<Record<string, { readonly schema: { readonly $ref: string } }>>
}
interface Operation {
  readonly operationId: string
  readonly responses: Readonly<Record<string, Response>>
}
interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

let fixture: Fixture
let document: Document
let ajv: Ajv2020

function request(who: string | null, path: string, init: RequestInit = {}) {
  const headers = { ...(who !== null && { authorization: `Bearer ${who}` }), host: '127.0.0.1:7300', ...init.headers }
  return createApp(fixture.options).request(`/api/v1${path}`, { ...init, headers })
}

before(async () => {
  fixture = await openFixture()
  document = (await (await request('alice', '/openapi.json')).json()) as Document
  ajv = new Ajv2020({ strict: true, allErrors: true })
  addFormats.default(ajv)
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    ajv.addSchema(schema, `#/components/schemas/${name}`)
  }
})
after(() => fixture.close())

describe('the OpenAPI document', () => {
  it('has each route of the app and no other', () => {
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(method => `${method.toUpperCase()} /api/v1${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    )
    const served = createApp(fixture.options)
      .routes.filter(({ method, path }) => method !== 'ALL' && path !== '/api/v1/openapi.json')
      .map(({ method, path }) => `${method} ${path}`)
    assert.deepEqual(documented.sort(), [...new Set(served)].sort())
    assert.match(document.openapi, /^3\.1\./)
  })

  it('describes what each route answers, failures included', async () => {
    const { session, reference } = await fixture.held('alice')
    const other = await fixture.held('alice')
    const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"reason":"ok"}' }
    const database = { issueCredential: 'clinic-db', discoverColumns: 'clinic-db' }
    const ids = { getSession: session, replaySession: session, denyApproval: other.reference, ...database }
    const asks = { issueCredential: 'alice', discoverColumns: 'admin' }
    const explainCall = { ...post, body: '{"connection":"clinic","operation":"tools/call:x","groups":["nurses"]}' }
    const query = { explainPolicy: '?connection=clinic&operation=tools/call:x&groups=nurses' }
    let checked = 0
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, { operationId, responses }] of Object.entries(methods)) {
        const id = operationId in ids ? ids[operationId as keyof typeof ids] : reference
        const url = path.replace(/\{\w+\}/, id) + (operationId in query ? query[operationId as keyof typeof query] : '')
        const own = operationId in asks ? asks[operationId as keyof typeof asks] : null
        const who = own ?? (method === 'post' && operationId !== 'explainCall' ? 'carol' : 'audrey')
        const init =
          method !== 'post' ? {} : operationId === 'explainCall' ? explainCall : { ...post, ...(own && { body: '{}' }) }
        const unknown = path.replace(/\{\w+\}/, newId(path.startsWith('/sessions') ? 's' : 'x'))
        const tries = [request(who, url, init), request(null, url, init), request(who, `${unknown}?x=1`, init)]
        for (const response of await Promise.all(tries)) {
          const told = responses[response.status]
          const type = response.headers.get('content-type') ?? ''
          const schema = told?.content[type]?.schema
          assert.ok(schema, `${operationId} ${response.status} ${type} is documented`)
          const valid = ajv.validate({ $ref: schema.$ref }, await response.json())
          assert.ok(valid, `${operationId} ${response.status}: ${ajv.errorsText()}`)
          checked++
        }
        assert.equal((await tries[0])?.status, 200, operationId)
      }
    }
    assert.equal(checked, 3 * 15)
  })
})
