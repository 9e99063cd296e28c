// Who a caller is. Promise: nobody signs in where somebody could listen: over TLS, or in clear from this machine alone; a
// minted credential is proved and never sent; every failure looks the same.
import { authoredBytes } from '../gateway/authored.ts'
import { limits } from '../gateway/limits.ts'
import type { Subject } from '../gateway/seam.ts'
import type { Credentials } from './credentials.ts'
import type { Startup, WireTls } from './entrance.ts'
import { FrameReader, front } from './frames.ts'
import { authenticationBytes } from './messages.ts'
import { discoveryAnswer, OAUTHBEARER, oauthToken } from './oauth-bearer.ts'
import { WireOutlet } from './outlets.ts'
import { noSecret, SCRAM, SCRAM_PLUS, ScramServer } from './scram.ts'

/** The subject of an access token at a connection; null where it is not valid there. */
export type Authenticate = (user: string, token: string, connection: string) => Promise<Subject | null> | Subject | null

export interface SignInParts {
  readonly authenticate: Authenticate
  readonly credentials: Credentials
  readonly tls: WireTls | null
  /** Where callers of a connection without a token are sent; null where a token is a password there. */
  readonly oauth: (connection: string) => { readonly discoveryUrl: string } | null
}

const CLEARTEXT = 3
const SASL = 10
const SASL_CONTINUE = 11
const SASL_FINAL = 12

/** Null where the caller is not who it says, `clear` where others could read along. */
export function signIn(caller: Startup, connection: string, parts: SignInParts): Promise<Subject | 'clear' | null> {
  const user = caller.parameters.get('user') ?? ''
  if (!caller.secure && !isLoopback(caller.socket.remoteAddress)) return Promise.resolve('clear')
  if (parts.credentials.names(user)) return byCredential(caller, user, connection, parts)
  const oauth = parts.oauth(connection)
  if (oauth !== null) return byOauth(caller, user, connection, parts, oauth.discoveryUrl)
  return byToken(caller, user, connection, parts)
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && (address.startsWith('127.') || address === '::1' || address.startsWith('::ffff:127.'))
}

async function byToken(caller: Startup, user: string, connection: string, parts: SignInParts): Promise<Subject | null> {
  say(caller, authenticationBytes(CLEARTEXT))
  const { type, bytes } = await caller.input.frame(limits.tokenChars * 4)
  if (type !== front.password) return null
  const reader = new FrameReader(bytes, 0, bytes.length)
  const token = reader.text().toString()
  reader.done()
  return token.length === 0 || token.length > limits.tokenChars ? null : parts.authenticate(user, token, connection)
}

/** RFC 7628: a client without a token is told where to get one, and then refused like any other. */
async function byOauth(
  caller: Startup,
  user: string,
  connection: string,
  { authenticate }: SignInParts,
  discoveryUrl: string,
): Promise<Subject | null> {
  say(caller, authenticationBytes(SASL, `${OAUTHBEARER}\0\0`))
  const { type, bytes } = await caller.input.frame(limits.tokenChars * 2)
  if (type !== front.password) return null
  const reader = new FrameReader(bytes, 0, bytes.length)
  const mechanism = reader.name()
  const length = reader.int32()
  if (mechanism !== OAUTHBEARER || length < 0) return null
  const token = oauthToken(reader.bytes(length).toString())
  reader.done()
  if (token === null) return null
  const known = token !== '' && token.length <= limits.tokenChars
  const subject = known ? await authenticate(user, token, connection) : null
  if (subject !== null) return subject
  say(caller, authenticationBytes(SASL_CONTINUE, discoveryAnswer(discoveryUrl)))
  await caller.input.frame(limits.tokenChars)
  return null
}

async function byCredential(
  caller: Startup,
  user: string,
  connection: string,
  { credentials, tls }: SignInParts,
): Promise<Subject | null> {
  const { input } = caller
  const binding = caller.secure ? (tls?.binding ?? null) : null
  const offered = binding ? `${SCRAM_PLUS}\0${SCRAM}\0\0` : `${SCRAM}\0\0`
  say(caller, authenticationBytes(SASL, offered))
  const known = credentials.find(user, connection)
  const first = await saslPacket(caller)
  if (first === null) return null
  const reader = new FrameReader(first, 0, first.length)
  const mechanism = reader.name()
  const length = reader.int32()
  if ((mechanism !== SCRAM && (mechanism !== SCRAM_PLUS || binding === null)) || length < 0) return null
  const server = new ScramServer(known?.secret ?? noSecret(), mechanism === SCRAM_PLUS, binding)
  const challenge = server.first(reader.bytes(length).toString())
  reader.done()
  if (challenge === null) return null
  say(caller, authenticationBytes(SASL_CONTINUE, challenge))
  const { type, bytes } = await input.frame(limits.tokenChars)
  if (type !== front.password) return null
  const proof = server.final(bytes.subarray(5).toString())
  if (proof === null || known === null) return null
  say(caller, authenticationBytes(SASL_FINAL, proof))
  // Read again: it may have been revoked while its owner proved it.
  return credentials.find(user, connection)?.subject ?? null
}

async function saslPacket({ input }: Startup): Promise<Buffer | null> {
  const { type, bytes } = await input.frame(limits.tokenChars)
  return type === front.password ? bytes : null
}

function say({ socket }: Startup, bytes: Buffer): void {
  new WireOutlet<'caller'>(socket).write(authoredBytes(bytes))
}
