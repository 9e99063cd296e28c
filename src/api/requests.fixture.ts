// Requests of the API as tests send them. Promise: they reach the real app, and a refusal is checked in all its parts.
import assert from 'node:assert/strict'
import type { Fixture } from './api.fixture.ts'
import { createApp } from './app.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown>
  readonly text: string
}

export async function request(on: Fixture, who: string | null, path: string, init: RequestInit = {}): Promise<Answer> {
  const headers = { ...(who !== null && { authorization: `Bearer ${who}` }), host: '127.0.0.1:7300', ...init.headers }
  const response = await createApp(on.options).request(`/api/v1${path}`, { ...init, headers })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: JSON.parse(text), text }
}

export function post(on: Fixture, who: string, path: string, body: unknown = {}): Promise<Answer> {
  return request(on, who, path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

export function vote(
  on: Fixture,
  who: string,
  reference: string,
  outcome: string,
  body: unknown = { reason: 'checked the chart' },
): Promise<Answer> {
  return post(on, who, `/approvals/${reference}/${outcome}`, body)
}

export function isProblem(answer: Answer, status: number, code: string): void {
  assert.deepEqual([answer.status, answer.body.code, answer.body.status], [status, code, status], answer.text)
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/)
  assert.equal(answer.body.type, `urn:sallyport:problem:${code}`)
  assert.match(String(answer.body.reference), /^x_[0-9a-z]{26}$/)
  assert.ok(String(answer.body.next).length > 0)
}
