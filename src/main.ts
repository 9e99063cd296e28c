// Process entry: arguments, configuration, start, stop in order. Promise: nothing listens before the record can be
// written, and nothing is closed before what uses it; a broken change of the configuration keeps the old one.
import { parseArgs } from 'node:util'
import { Approvals } from './access/approvals.ts'
import { createApi } from './api/app.ts'
import { explainQuestion, postgresAddress, usableConnections } from './api/in-force.ts'
import { RecordThread } from './api/record-thread.ts'
import { followCertificate, readCertificate } from './certificate.ts'
import { watchConfig } from './config/watch.ts'
import { searchDatabase } from './database-search.ts'
import { Pipeline } from './gateway/pipeline.ts'
import { bindingOf } from './gateway/ruling.ts'
import type { Gateway } from './gateway/seam.ts'
import { audiencesOf } from './identity/audience.ts'
import { Identity } from './identity/identity.ts'
import { challenge, resourceMetadata } from './identity/metadata.ts'
import { LACKS_SCOPE } from './identity/unauthenticated.ts'
import { createLender, takesTraces } from './lender.ts'
import { type Listener, listen } from './listener.ts'
import { asStarted, type LiveConfig, lineOf, loadLive, makeLive, needsRestart } from './live-config.ts'
import { createMasker } from './masking/masker.ts'
import { compileMasking } from './masking/plan.ts'
import { createMcpDoor } from './mcp/door.ts'
import { fromElsewhere } from './mcp/entrance.ts'
import { StdioProcesses } from './mcp/upstream-stdio.ts'
import { inUrl } from './postgres/client-settings.ts'
import { Credentials } from './postgres/credentials.ts'
import { createPostgresDoor } from './postgres/door.ts'
import { Errands } from './postgres/errands.ts'
import { createStatementReader } from './postgres/statement-reader.ts'
import { listenPostgres, type PostgresListener } from './postgres-listener.ts'
import { Inbox } from './recording/inbox.ts'
import { loadKeys } from './recording/keys.ts'
import { rightsRemoved } from './rights-removed.ts'
import { openStore } from './store/open.ts'
import { UnlistedTargets } from './unlisted-targets.ts'
import { version } from './version.ts'

/** One process on one data directory; a second one is refused by the lock of the log. */
const INSTANCE = 'gateway'

export interface RunningGateway {
  /** The public URL. */
  readonly url: string
  /** Where PostgreSQL clients connect; null: nowhere. */
  readonly postgresPort: number | null
  /** The same as a URL, to be shown. */
  readonly postgresUrl: string | null
  close(): Promise<void>
}

/** Starts the gateway. Rejects with an Error of clear sentences when it cannot start; nothing is left running then. */
export async function runGateway(options: { readonly configFile: string }): Promise<RunningGateway> {
  const undo: (() => unknown)[] = []
  const stopped = async () => {
    for (const step of undo.reverse()) await step()
  }
  try {
    return await start(options.configFile, undo, stopped)
  } catch (error) {
    await stopped()
    throw error
  }
}

async function start(
  configFile: string,
  undo: (() => unknown)[],
  stopped: () => Promise<void>,
): Promise<RunningGateway> {
  const loaded = await loadLive(configFile)
  let { live } = loaded
  for (const warning of loaded.warnings) say(`warning: ${lineOf(warning)}`)
  const { config } = live
  const { publicUrl } = config.listen
  const keys = loadKeys(config.data, { sealDir: config.sealKeys })
  const inbox = await Inbox.open({ dir: config.data, instance: INSTANCE, keys, version })
  undo.push(() => inbox.close())
  const store = await openStore(config.data)
  undo.push(() => store.destroy())

  // A reason is people's free text: hidden by every built-in shape whatever the labels of a connection are.
  const reasons = createMasker(
    compileMasking({ labels: null, clean: {}, transforms: { default: 'redact', byLabel: {} } }),
    new Set(),
  )
  const approvals = await Approvals.open({
    store,
    record: draft => inbox.record(draft),
    transcribe: text => reasons.text(Buffer.from(text)),
    providers: () => live.config.providers.length,
    rules: connection => bindingOf(live.ruling, connection),
  })
  undo.push(() => approvals.close())
  const identity = await Identity.open({ providers: config.providers, groups: config.groups, publicUrl })
  undo.push(() => identity.close())
  const pipeline = new Pipeline({
    inbox,
    approvals,
    approvalKey: keys.secretKey('approval'),
    ruling: () => live.ruling,
  })
  undo.push(() => pipeline.close())
  const gateway: Gateway = pipeline
  const processes = new StdioProcesses()
  undo.push(() => processes.close())
  const credentials = new Credentials()
  const errands = new Errands((service, connection) => takesTraces(live.config, service, connection))
  const { postgres, tls } = config.listen
  let wire: PostgresListener | null = null
  const address = () =>
    postgresAddress(config.listen, postgres && { host: postgres.host, port: wire?.port ?? postgres.port })
  const unlisted = new UnlistedTargets(
    () => ({ rules: live.config.rules, placeOf: name => live.ruling.connections.get(name)?.place }),
    target => say('warning: a rule is about what its server does not list, so it never fires there', { ...target }),
  )
  const door = createMcpDoor({
    gateway,
    connections: () => live.mcp,
    identify: async ({ authorization }, connection) => {
      const subject = await identity.authenticate(authorization, audiencesOf(publicUrl, connection))
      if (subject.kind !== 'unauthenticated') return subject
      const { reason } = subject
      const told = { reason, challenge: challenge(subject, connection, publicUrl) }
      if (reason === 'insufficient-scope') return { ...told, code: 'forbidden', says: LACKS_SCOPE }
      return { ...told, code: 'unauthenticated' }
    },
    publicUrl,
    opaqueKey: keys.secretKey('opaque-id'),
    version,
    openStdio: (system, stderr) => processes.open(system, stderr),
    lender: createLender({ credentials, errands, address }),
    listed: (connection, operation, names) => unlisted.listed(connection, operation, names),
  })
  const reader = createStatementReader({ ruling: () => live.ruling })
  undo.push(() => reader.close())
  const pair = tls && (await readCertificate(tls))
  const databases = createPostgresDoor({
    gateway,
    connections: () => live.postgres,
    authenticate: async (_user, token, connection) => {
      const subject = await identity.authenticate(`Bearer ${token}`, audiencesOf(publicUrl, connection))
      return subject.kind === 'unauthenticated' ? null : subject
    },
    credentials,
    errands,
    tls: pair && { cert: pair.cert.toString(), key: pair.key.toString() },
    read: reader,
  })
  const recorded = new RecordThread({ dir: config.data, instance: INSTANCE }, keys)
  undo.push(() => recorded.close())
  const inForce = () => ({
    policy: live.ruling.policy,
    connections: live.config.connections,
    postgres: address(),
  })
  const api = createApi({
    publicUrl,
    authenticate: authorization => identity.authenticate(authorization, audiencesOf(publicUrl, null)),
    fromElsewhere: fromElsewhere({ publicUrl }),
    stranger: (code, source, reason) => gateway.stranger(code, source, reason),
    record: draft => inbox.record(draft),
    roles: () => live.config.roles,
    providers: () => live.config.providers.length,
    approvals,
    recorded,
    connections: subject => usableConnections(inForce(), subject, publicUrl),
    explain: question => explainQuestion(inForce(), question),
    log: () => recorded.log(),
    credentials: {
      mint: (subject, connection) => credentials.mint(subject, connection),
      revoke: user => credentials.forget(user),
    },
    discover: (by, name) =>
      searchDatabase({ inbox, by, database: live.postgres.get(name), labels: live.config.labels }),
  })
  const listener = await listen(
    { ...config.listen, say },
    {
      mcp: (request, response, name) => door.handle(request, response, name),
      api,
      metadata: name => (name === null || live.mcp.has(name) ? resourceMetadata(publicUrl, name, identity) : null),
      healthy: () => inbox.health().state === 'ok',
      crowded: address => void gateway.stranger('limit', address, 'crowd'),
    },
  )
  undo.push(() => closeInOrder(listener, () => door.close()))
  if (postgres !== null) {
    const listening = await listenPostgres(postgres, socket => databases.handle(socket))
    wire = listening
    if (tls && pair) undo.push(followCertificate(databases, tls, pair, say))
    undo.push(async () => {
      const closed = listening.close()
      await databases.close()
      await closed
    })
  }

  await recordConfig(inbox, '', live, 'live')
  const watch = watchConfig(configFile, live, {
    async onChange(loaded) {
      const next = await makeLive(asStarted(config, loaded.config), loaded.digest)
      const restart = needsRestart(config, loaded.config)
      await recordConfig(inbox, live.digest, next, 'live', restart)
      identity.update(next.config.providers, next.config.groups)
      const removed = rightsRemoved(live, next)
      live = next
      credentials.revoke(({ subject, connection }) => removed(subject, connection))
      databases.end(removed)
      pipeline.end(removed)
      say('configuration changed', { digest: next.digest })
      for (const warning of loaded.warnings) say(`warning: ${lineOf(warning)}`)
      unlisted.rulesChanged()
      if (restart.length > 0) say(`RESTART NEEDED: ${restart.join(', ')} changed in the file and stay as they were`)
    },
    async onBroken(problems) {
      await recordConfig(inbox, live.digest, live, 'broken')
      for (const problem of problems) say(lineOf(problem))
      say('the changed configuration cannot be used; the old one stays', { digest: live.digest })
    },
  })
  undo.push(() => watch.close())
  const reached = address()
  const postgresUrl = reached && `postgresql://${inUrl(reached.host)}:${reached.port}`
  return { url: publicUrl, postgresPort: wire?.port ?? null, postgresUrl, close: stopped }
}

/** New connections are refused first, then what is under way ends, then sockets that are left are cut. */
async function closeInOrder(listener: Listener, closeDoor: () => Promise<void>): Promise<void> {
  const closed = listener.close()
  await closeDoor()
  listener.finish()
  await closed
}

function recordConfig(
  inbox: Inbox,
  from: string,
  to: LiveConfig,
  outcome: 'live' | 'broken',
  restart: readonly string[] = [],
): Promise<unknown> {
  const transparent = [...to.config.connections.values()].filter(connection => connection.transparent).length
  const body = { kind: 'config', from, to: to.digest, by: 'file', outcome, transparent, restart } as const
  return inbox.record({ session: null, body, payload: null, released: null })
}

/** One JSON object a line, for whoever collects the output. It holds codes and digests only. */
function say(message: string, fields: Readonly<Record<string, string>> = {}): void {
  console.log(JSON.stringify({ at: new Date().toISOString(), message, ...fields }))
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { config: { type: 'string' } } })
  if (values.config === undefined) {
    console.error('Name the configuration: --config FILE. Write one with: sallyport init')
    return 2
  }
  const gateway = await runGateway({ configFile: values.config })
  say('listening', { url: gateway.url, ...(gateway.postgresUrl === null ? {} : { postgres: gateway.postgresUrl }) })
  const signal = await new Promise<string>(resolve => {
    for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => resolve(name))
  })
  say('stopping', { signal })
  await gateway.close()
  return 0
}

if (import.meta.main) {
  process.exitCode = await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : 'failed')
    return 1
  })
}
