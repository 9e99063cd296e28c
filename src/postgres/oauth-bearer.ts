// SASL OAUTHBEARER (RFC 7628) as PostgreSQL 18 speaks it. Promise: strictly read; what is told to a client without a valid
// token is where to get one, and nothing of what it sent.

export const OAUTHBEARER = 'OAUTHBEARER'

const SEPARATOR = String.fromCharCode(1)

/**
 * The token of a client's first message; '' where it sent none, to be told where to get one; null where the message is
 * not one. Channel binding is not part of this mechanism, and who the token is of is not the client's to say.
 */
export function oauthToken(message: string): string | null {
  const [header, ...rest] = message.split(SEPARATOR)
  if (!/^[ny],,$/.test(header ?? '') || rest.length < 3 || rest.pop() !== '' || rest.pop() !== '') return null
  let found: string | null = null
  for (const pair of rest) {
    const [, name, value = ''] = /^([A-Za-z]+)=(.*)$/s.exec(pair) ?? []
    if (name === undefined) return null
    if (name !== 'auth') continue
    if (found !== null) return null
    found = value
  }
  if (found === null || found === '') return found
  return /^bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(found)?.[1] ?? null
}

/** RFC 7628 §3.2.2, with the discovery document of OpenID Connect. */
export function discoveryAnswer(discoveryUrl: string): string {
  return JSON.stringify({ status: 'invalid_token', scope: 'openid', 'openid-configuration': discoveryUrl })
}
