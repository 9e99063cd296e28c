// One POST of an identified caller: its body, its era, its session, and then each message on its way. Promise: a body is one
// strict JSON text within the limits, a batch only where the version has them; what cannot be read goes nowhere.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Refusal } from '../gateway/errors.ts'
import { limits } from '../gateway/limits.ts'
import type { Gateway, Subject } from '../gateway/seam.ts'
import type { Turn, Turns } from '../gateway/turns.ts'
import { type JsonDocument, JsonError, readJson, readJsonText } from '../json/document.ts'
import { type Asked, nobody, type Own, refusalAnswer, rpc } from './answers.ts'
import { readBody } from './body.ts'
import type { Burden, Burdens } from './burdens.ts'
import { Call } from './call.ts'
import { relayCallerNotice } from './caller-notice.ts'
import { patienceOf } from './clients.ts'
import type { McpConnectionConfig } from './connection-config.ts'
import { type Accepts, isJson } from './entrance.ts'
import { isBatch, type Message, metaOf, readMessage } from './envelope.ts'
import { type Classified, classify } from './era.ts'
import { jsonLimits } from './http-reading.ts'
import type { Link } from './link.ts'
import type { Links } from './links.ts'
import { BatchReply, type Reply, type SingleReply } from './reply.ts'
import { type CheckedHeaders, legacyHeaders, modernHeaders } from './request-headers.ts'
import { relayReply } from './server-question.ts'
import { UpstreamError } from './upstream.ts'
import { assumedVersion, batchVersion, clientInfoKey, isLegacyVersion } from './versions.ts'

const ANSWERS_NOTHING = 'This response answers no open question of the system.'
const TOO_MUCH = 'What you have under way here takes too much room. Retry when some of it has been answered and read.'
const NO_SESSION = 'There is no such session. Initialize again.'

export class Posting {
  readonly #gateway: Gateway
  readonly #turns: Turns
  readonly #burdens: Burdens
  readonly #links: Links
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #reply: SingleReply
  readonly #accepts: Accepts
  #turn: Turn | null = null

  constructor(
    gateway: Gateway,
    turns: Turns,
    burdens: Burdens,
    links: Links,
    request: IncomingMessage,
    response: ServerResponse,
    reply: SingleReply,
    accepts: Accepts,
  ) {
    this.#gateway = gateway
    this.#turns = turns
    this.#burdens = burdens
    this.#links = links
    this.#request = request
    this.#response = response
    this.#reply = reply
    this.#accepts = accepts
  }

  async run(subject: Subject, config: McpConnectionConfig): Promise<void> {
    const refuse = (own: Own | null, sentence?: string, code: Refusal['code'] = 'unreadable') =>
      this.#refuse(subject, config, { code, sentence, own, asked: nobody, data: {} })
    if (!isJson(this.#request.headers)) return refuse(rpc.mediaType, 'Send application/json, not encoded.')
    if (!this.#accepts.json) return refuse(rpc.notAcceptable, 'Accept application/json and text/event-stream.')
    const burden = this.#burdens.of(subject, this.#response)
    this.#reply.burden = burden
    const body = await readBody(this.#request, burden)
    if (body === 'too-large') return refuse(null, undefined, 'too-large')
    if (body === 'limit') return refuse(null, TOO_MUCH, 'limit')
    if (body === 'unreadable') return refuse(rpc.parseError)
    const begun = this.#turns.begin()
    this.#turn = begun instanceof Promise ? await begun : begun
    try {
      await this.#read(body, subject, config, burden)
    } finally {
      this.#turn.over()
    }
  }

  async #read(body: Buffer, subject: Subject, config: McpConnectionConfig, burden: Burden): Promise<void> {
    const refuse = (own: Own) => this.#refuse(subject, config, { ...unread, own })
    let json: JsonDocument
    try {
      json = readJson(body, jsonLimits)
    } catch (error) {
      const malformed = error instanceof JsonError && error.fault === 'malformed'
      return refuse(malformed ? rpc.parseError : rpc.invalidRequest)
    }
    if (!burden.values(json.nodes))
      return this.#refuse(subject, config, { ...unread, code: 'limit', sentence: TOO_MUCH })
    if (isBatch(json)) {
      this.#turn?.over()
      return this.#batch(subject, config, json)
    }
    const message = readMessage(json)
    if (message === null) return refuse(rpc.invalidRequest)
    const classified = classify(message, this.#request.headers, config.system.kind)
    if (classified.kind === 'fault') return this.#fault(subject, config, message, classified)
    if (classified.kind === 'modern') return this.#modern(subject, config, message, classified.version)
    return this.#legacy(subject, config, message, classified.version)
  }

  async #modern(subject: Subject, config: McpConnectionConfig, message: Message, version: string): Promise<void> {
    const asked = askedBy(message, 'modern')
    const link = await this.#reached(this.#links.shared(subject, config, 'modern'), subject, config, asked)
    if (link === null) return
    link.version = version
    if (message.kind === 'request') link.patienceMs = patienceOf(metaOf(message.params)[clientInfoKey], config)
    await this.#dispatch(link, message, this.#reply, modernHeaders(this.#request.headers))
  }

  async #legacy(subject: Subject, config: McpConnectionConfig, message: Message, version: string): Promise<void> {
    const headers = legacyHeaders(this.#request.headers)
    if (message.kind === 'request' && message.method === 'initialize') {
      return this.#initialize(subject, config, message, headers)
    }
    const link = await this.#linkOf(subject, config, message, version)
    if (link) await this.#dispatch(link, message, this.#reply, headers)
  }

  async #initialize(
    subject: Subject,
    config: McpConnectionConfig,
    message: Message & { kind: 'request' },
    headers: CheckedHeaders,
  ): Promise<void> {
    const link = await this.#reached(this.#links.open(subject, config), subject, config, askedBy(message, 'legacy'))
    if (link === null) return
    link.patienceMs = patienceOf(message.params.clientInfo, config)
    // Before the answer is known, since a stream may carry it; the name opens nothing if the answer is no.
    this.#reply.headers['mcp-session-id'] = this.#links.nameOf(link)
    await this.#dispatch(link, message, this.#reply, headers)
    if (link.version === null) await link.session.close('cut')
  }

  /** The session once the system behind it was reached; when it was not the caller has been told. */
  async #reached(
    opening: Promise<Link | Refusal>,
    subject: Subject,
    config: McpConnectionConfig,
    asked: Asked,
  ): Promise<Link | null> {
    try {
      const link = await opening
      if (!(link instanceof Refusal)) return link
      this.#tell(link, asked)
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      await this.#refuse(subject, config, { code: 'upstream', sentence: undefined, own: null, asked, data: {} })
    }
    return null
  }

  /** The session a legacy message belongs to; when there is none the caller has been told. */
  async #linkOf(
    subject: Subject,
    config: McpConnectionConfig,
    message: Message | null,
    version: string,
  ): Promise<Link | null> {
    const name = this.#request.headers['mcp-session-id']
    const asked = askedBy(message, 'legacy')
    const refuse = async (sentence: string, own: Own) => {
      await this.#refuse(subject, config, { code: 'unreadable', sentence, own, asked, data: {} })
      return null
    }
    if (typeof name === 'string') {
      return this.#links.find(name, subject, config) ?? (await refuse(NO_SESSION, rpc.sessionNotFound))
    }
    if (config.system.kind === 'stdio')
      return refuse('This request needs a session: initialize first.', rpc.invalidRequest)
    const link = await this.#reached(this.#links.shared(subject, config, 'legacy'), subject, config, asked)
    if (link === null) return null
    link.version = version
    link.patienceMs ||= limits.holdMs
    return link
  }

  async #batch(subject: Subject, config: McpConnectionConfig, json: JsonDocument): Promise<void> {
    const header = this.#request.headers['mcp-protocol-version'] ?? assumedVersion
    const refuse = (sentence: string) =>
      this.#refuse(subject, config, { code: 'unreadable', sentence, own: rpc.invalidRequest, asked: nobody, data: {} })
    if (!isLegacyVersion(header, config.system.kind)) return refuse('This protocol version has no batches.')
    const messages = itemsOf(json)
    if (messages === null) return refuse('A batch holds one to fifty requests, notifications and responses.')
    const link = await this.#linkOf(subject, config, null, header)
    if (!link) return
    if (link.version !== batchVersion) return refuse('This protocol version has no batches.')
    const requests = messages.filter(({ kind }) => kind === 'request').length
    const headers = legacyHeaders(this.#request.headers)
    if (requests === 0) {
      const outcomes = await Promise.all(messages.map(message => this.#oneWay(link, message, headers)))
      return this.#close(outcomes.find(outcome => outcome !== 202) ?? 202, link, nobody)
    }
    const reply = new BatchReply(this.#response, this.#reply, requests)
    await Promise.all(messages.map(message => this.#inBatch(link, message, reply, headers)))
  }

  #inBatch(link: Link, message: Message, reply: Reply, headers: CheckedHeaders): Promise<unknown> {
    return message.kind === 'request'
      ? new Call(link, message, reply, headers, null).run()
      : this.#oneWay(link, message, headers)
  }

  async #dispatch(link: Link, message: Message, reply: Reply, headers: CheckedHeaders): Promise<void> {
    if (message.kind === 'request') return new Call(link, message, reply, headers, this.#turn).run()
    this.#close(await this.#oneWay(link, message, headers), link, askedBy(message, link.era))
  }

  async #oneWay(link: Link, message: Message, headers: CheckedHeaders): Promise<202 | 404 | Refusal> {
    if (message.kind === 'notification') return relayCallerNotice(link, message, headers.base)
    if (message.kind === 'request') return 202
    const outcome = await relayReply(link, message)
    if (outcome === 'taken') return 202
    if (outcome !== 'unknown') return outcome
    return this.#gateway.refuse(link.session, 'unreadable', ANSWERS_NOTHING, 'no-question')
  }

  // ---- refusals ----

  async #close(outcome: 202 | 404 | Refusal, link: Link, asked: Asked): Promise<void> {
    if (outcome === 202) return this.#reply.finishEmpty(202)
    if (outcome instanceof Refusal) return this.#tell(outcome, asked)
    const refusal = await this.#gateway.refuse(link.session, 'unreadable', NO_SESSION, rpc.sessionNotFound.word)
    this.#tell(refusal, asked, rpc.sessionNotFound)
  }

  #fault(subject: Subject, config: McpConnectionConfig, message: Message, fault: Classified & { kind: 'fault' }) {
    const { own, sentence, data } = fault
    return this.#refuse(subject, config, { code: 'unreadable', sentence, own, asked: askedBy(message, 'modern'), data })
  }

  /** In the record of what this subject does at this connection, outside every named session. */
  async #refuse(
    subject: Subject,
    config: McpConnectionConfig,
    { code, sentence, own, asked, data }: Refused,
  ): Promise<void> {
    const session = await this.#gateway.open(subject, config.connection, subject.tokenFamily)
    if (session instanceof Refusal) return this.#tell(session, asked)
    this.#tell(await this.#gateway.refuse(session, code, sentence, own?.word), asked, own, data)
  }

  #tell(refusal: Refusal, asked: Asked, own: Own | null = null, data: object = {}): void {
    if (this.#response.destroyed) return
    const { status, part } = refusalAnswer(refusal, asked, own, data)
    this.#reply.finish(part, status)
  }
}

interface Refused {
  readonly code: Refusal['code']
  readonly sentence: string | undefined
  readonly own: Own | null
  readonly asked: Asked
  readonly data: object
}

const unread: Refused = { code: 'unreadable', sentence: undefined, own: null, asked: nobody, data: {} }

function askedBy(message: Message | null, era: Asked['era']): Asked {
  return message?.kind === 'request' ? { idSource: message.idSource, method: message.method, era } : nobody
}

/** Each message of a batch as a document of its own; null when one is none. */
function itemsOf(json: JsonDocument): readonly Message[] | null {
  const messages: Message[] = []
  for (let at = 1; at < json.next(0); at = json.next(at)) {
    const message = readMessage(readJsonText(json.source(at), jsonLimits))
    if (message === null || messages.length >= limits.batchItems) return null
    if (message.kind === 'request' && message.method === 'initialize') return null
    messages.push(message)
  }
  return messages.length > 0 ? messages : null
}
