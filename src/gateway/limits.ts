// Every cap of the gateway in one place, each with its default and its reason. Promise: nothing that a caller or a
// protected system controls is unbounded. docs/limits.md is made from this table.

interface Limit {
  readonly value: number
  readonly unit: 'bytes' | 'ms' | 'levels' | 'values' | 'items' | 'chars'
  readonly reason: string
}

export const limitTable = {
  bodyBytes: { value: 4 << 20, unit: 'bytes', reason: 'a request body is read whole before it is decided' },
  answerBytes: { value: 16 << 20, unit: 'bytes', reason: 'a JSON answer is read whole before it is masked' },
  eventBytes: { value: 4 << 20, unit: 'bytes', reason: 'a server-sent event is one message, masked whole' },
  headerBytes: { value: 32 << 10, unit: 'bytes', reason: 'tokens with many groups exceed the 16 KiB of Node' },
  jsonDepth: { value: 64, unit: 'levels', reason: 'walks of a message stay shallow; MCP needs under 20' },
  jsonValues: { value: 1 << 20, unit: 'values', reason: 'bounds the memory of one parsed message' },
  nestedJsonDepth: {
    value: 4,
    unit: 'levels',
    reason: 'JSON in a string in JSON …: what tools really nest, and one more',
  },
  batchItems: { value: 50, unit: 'items', reason: 'each message of a 2025-03-26 batch is an exchange of its own' },
  tokenChars: { value: 16 << 10, unit: 'chars', reason: 'larger tokens are refused before any signature check' },
  tokenCacheMs: { value: 60_000, unit: 'ms', reason: 'a verified token is not verified again within a minute' },
  tokenCacheItems: { value: 10_000, unit: 'items', reason: 'bounds the memory of the verified-token cache' },
  tokenLifeMs: {
    value: 2 * 3_600_000,
    unit: 'ms',
    reason: 'the longest accepted life of a token where its provider sets none',
  },
  providerMs: { value: 5_000, unit: 'ms', reason: 'one answer of an identity provider: metadata or keys' },
  providerBytes: {
    value: 512 << 10,
    unit: 'bytes',
    reason: 'metadata and key sets are read whole; real ones are under 50 KiB',
  },
  providerKeys: { value: 100, unit: 'items', reason: 'keys of one provider; real sets hold under 10' },
  providerRetryMs: { value: 2_000, unit: 'ms', reason: 'a provider that failed is not asked again at once' },
  keysFreshMs: { value: 600_000, unit: 'ms', reason: 'a withdrawn signing key is forgotten within ten minutes' },
  keysStaleMs: {
    value: 3_600_000,
    unit: 'ms',
    reason: 'known keys outlive an outage of their provider this long, then all is refused',
  },
  keysCoolDownMs: { value: 30_000, unit: 'ms', reason: 'made-up key ids cannot make the gateway flood a provider' },
  clockSkewMs: { value: 60_000, unit: 'ms', reason: 'clocks of identity providers drift by seconds' },
  signInMs: { value: 60_000, unit: 'ms', reason: 'a caller that has not identified itself holds no resources' },
  headersMs: { value: 60_000, unit: 'ms', reason: 'the time a caller may take to send its request headers' },
  bodyMs: { value: 60_000, unit: 'ms', reason: 'the time a caller may take to send its request body' },
  drainBytes: {
    value: 16 << 20,
    unit: 'bytes',
    reason: 'the rest of a refused body is read so that its answer arrives; then the connection is cut',
  },
  drainMs: { value: 5_000, unit: 'ms', reason: 'the time for that' },
  turns: {
    value: 32,
    unit: 'items',
    reason: 'MCP requests made ready at once; more wait as they came, which is less memory',
  },
  turnMs: { value: 50, unit: 'ms', reason: 'one that takes longer waits for somebody, and lets the next one begin' },
  connectMs: { value: 10_000, unit: 'ms', reason: 'a protected system that does not accept is down' },
  answerStartMs: { value: 300_000, unit: 'ms', reason: 'tools may work for minutes before their first byte' },
  chunkBytes: {
    value: 128 << 10,
    unit: 'bytes',
    reason: 'one durable part of a streamed answer: of larger ones too many grow old',
  },
  chunksPerExchange: { value: 4, unit: 'items', reason: 'parts of one exchange that may be in flight to the record' },
  undurableBytes: { value: 64 << 20, unit: 'bytes', reason: 'bytes not yet durable in the whole process' },
  holds: { value: 1_000, unit: 'items', reason: 'open requests for approval, so that nobody floods the approvers' },
  holdsPerSubject: { value: 50, unit: 'items', reason: 'open requests for approval of one subject' },
  holdMs: { value: 45_000, unit: 'ms', reason: 'common clients give up after 60 s' },
  patientHoldMs: { value: 240_000, unit: 'ms', reason: 'for clients known to wait' },
  holdNoticeMs: { value: 10_000, unit: 'ms', reason: 'a held call says each ten seconds that it is alive' },
  approvalMs: { value: 900_000, unit: 'ms', reason: 'the default deadline of a request for approval' },
  acceptedMs: { value: 1_000, unit: 'ms', reason: 'the body behind an accepted notification says nothing' },
  stallMs: {
    value: 300_000,
    unit: 'ms',
    reason: 'a caller that reads nothing of what waits for it holds locks of a database, and memory',
  },
  sessionMs: { value: 8 * 3_600_000, unit: 'ms', reason: 'one working day, however often the token is renewed' },
  sessionIdleMs: { value: 900_000, unit: 'ms', reason: 'a forgotten session ends' },
  sessions: { value: 10_000, unit: 'items', reason: 'bounds the memory of open sessions' },
  sessionsPerSubject: { value: 100, unit: 'items', reason: 'one subject cannot use up the sessions of all' },
  exchangesPerSession: { value: 500, unit: 'items', reason: 'calls under way at once in one MCP session' },
  exchangesPerSubject: { value: 1_000, unit: 'items', reason: 'and in all MCP sessions of one subject' },
  streamsPerSession: { value: 16, unit: 'items', reason: 'a client keeps one stream of unasked messages open' },
  processes: { value: 64, unit: 'items', reason: 'stdio servers running at once, one per session' },
  lineBytes: { value: 4 << 20, unit: 'bytes', reason: 'a stdio message is one line, masked whole' },
  stderrBytes: { value: 1 << 20, unit: 'bytes', reason: 'standard error kept for one session of a stdio server' },
  stdinEndMs: {
    value: 500,
    unit: 'ms',
    reason: 'a stdio server ends by itself when its input closes; then it is told to',
  },
  processEndMs: { value: 2_000, unit: 'ms', reason: 'a stdio server that was told to end and did not is killed' },
  unaskedMessages: {
    value: 64,
    unit: 'items',
    reason: 'messages of a stdio server kept until a stream is opened for them',
  },
  unaskedBytes: { value: 1 << 20, unit: 'bytes', reason: 'their size together' },
  catalogPages: { value: 50, unit: 'items', reason: 'pages of tools/list read when the catalog is fetched' },
  clockJumpMs: { value: 2_000, unit: 'ms', reason: 'a wall clock that moves further than this is an entry' },
  configBytes: { value: 1 << 20, unit: 'bytes', reason: 'a configuration file is written by people' },
  configPollMs: { value: 1_000, unit: 'ms', reason: 'a changed configuration is live within two seconds' },
  checkpointMs: { value: 1_000, unit: 'ms', reason: 'the root of the log is signed at least this often' },
  leafBytes: { value: 65_535, unit: 'bytes', reason: 'the entry size of C2SP tlog-tiles' },
  lazyEntries: { value: 10_000, unit: 'items', reason: 'entries nobody waits for, kept while the disk is full' },
  inboxFileBytes: {
    value: 64 << 20,
    unit: 'bytes',
    reason: 'an inbox file of this size is followed by another',
  },
  strangerSources: { value: 10_000, unit: 'items', reason: 'sources of refused strangers counted apart in one minute' },
  apiBytes: { value: 64 << 10, unit: 'bytes', reason: 'bodies of the API are a reason or a question' },
  apiItems: { value: 200, unit: 'items', reason: 'one page of a list of the API' },
  apiScannedSessions: {
    value: 2_000,
    unit: 'items',
    reason: 'sessions one request looks through for those its caller may see',
  },
  apiPageBytes: { value: 1 << 20, unit: 'bytes', reason: 'a page ends early where its payloads are long' },
  apiReads: { value: 64, unit: 'items', reason: 'questions about the record that wait for the thread that reads it' },
  apiReadMs: { value: 20_000, unit: 'ms', reason: 'a reading of the record that takes longer is given up' },
  apiScannedApprovals: {
    value: 2_000,
    unit: 'items',
    reason: 'requests for approval one request looks through for those its caller may see',
  },
  apiShownBytes: { value: 64 << 10, unit: 'bytes', reason: 'what the API shows of one payload; a page has up to 200' },
  celChars: { value: 1_024, unit: 'chars', reason: 'a condition is a line, not a program' },
  celNodes: { value: 200, unit: 'items', reason: 'bounds the cost of one evaluation' },
  celSteps: { value: 10_000, unit: 'items', reason: 'values one evaluation may read; 64 characters are one' },
  startupBytes: { value: 10_000, unit: 'bytes', reason: 'the length PostgreSQL itself accepts of a startup packet' },
  statementBytes: { value: 8 << 20, unit: 'bytes', reason: 'a statement is read whole before it is decided' },
  wireMessageBytes: {
    value: 64 << 20,
    unit: 'bytes',
    reason: 'one message of a database client, parameters or copied rows, is read whole',
  },
  wireQueueBytes: {
    value: 4 << 20,
    unit: 'bytes',
    reason: 'what a database client may send ahead while a statement of it waits',
  },
  flightBytes: { value: 256 << 10, unit: 'bytes', reason: 'pipelined messages are decided together up to this size' },
  wholeAnswerBytes: {
    value: 16 << 20,
    unit: 'bytes',
    reason: 'one message of a database that must be read whole to be masked; others pass in chunks',
  },
  answerPauseMs: { value: 20, unit: 'ms', reason: 'an unfinished part of an answer waits this long for the rest' },
  transactionHoldMs: { value: 30_000, unit: 'ms', reason: 'a statement held inside a transaction holds its locks' },
  transcriptRows: {
    value: 1_000,
    unit: 'items',
    reason: 'rows of one answer the transcript shows; the rest is counted',
  },
  catalogMs: {
    value: 15_000,
    unit: 'ms',
    reason: 'a definition that was changed past the gateway is noticed within this time of use',
  },
  catalogAgainMs: {
    value: 2_000,
    unit: 'ms',
    reason: 'a statement that names what is not known looks again, at most this often',
  },
  guessesPerMinute: {
    value: 30,
    unit: 'items',
    reason: 'single values that one session compares with protected columns',
  },
  preparedNames: { value: 10_000, unit: 'items', reason: 'prepared statements and portals one database client keeps' },
  credentialMs: {
    value: 8 * 3_600_000,
    unit: 'ms',
    reason: 'a minted database credential lasts a working day at most',
  },
  credentials: { value: 10_000, unit: 'items', reason: 'minted database credentials that are valid at once' },
  credentialsPerSubject: { value: 1_000, unit: 'items', reason: 'one subject cannot use up the credentials of all' },
  discoverRows: { value: 200, unit: 'items', reason: 'rows of one table looked at when columns to label are searched' },
  discoverMs: { value: 120_000, unit: 'ms', reason: 'a search for columns to label ends with what it has found' },
  ownStatementMs: { value: 30_000, unit: 'ms', reason: 'one question of the gateway itself to a database' },
  definitionWaitMs: {
    value: 10_000,
    unit: 'ms',
    reason: 'what writes what it reads waits for definitions of what it reads, and they for it',
  },
  cancelsPerMinute: { value: 60, unit: 'items', reason: 'cancel requests one source may send without naming a key' },
} as const satisfies Record<string, Limit>

export type LimitName = keyof typeof limitTable

/** The values alone: `limits.bodyBytes`. */
export const limits = Object.fromEntries(Object.entries(limitTable).map(([name, limit]) => [name, limit.value])) as {
  readonly [name in LimitName]: number
}
