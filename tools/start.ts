// `npm start` runs the demo clinic with the gateway in front; `npm start -- --config FILE` runs the gateway alone.
import { parseArgs } from 'node:util'
import { type RunGateway, startDemo } from '../examples/clinic/demo.ts'
import { demoFolder } from '../examples/clinic/demo-file.ts'

/** Terminals and npm both pass Ctrl-C on, so the same one arrives twice; only a later one means "at once". */
const IMPATIENCE_MS = 2_000

const stopping = new AbortController()
let askedAt = Number.POSITIVE_INFINITY
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (performance.now() - askedAt > IMPATIENCE_MS) process.exit(130)
    askedAt = Math.min(askedAt, performance.now())
    stopping.abort(new Error('Stopped while starting.'))
  })
}

function arguments_(): { config?: string } {
  try {
    return parseArgs({ options: { config: { type: 'string' } } }).values
  } catch {
    console.error('Usage: npm start [-- --config FILE]')
    return process.exit(2)
  }
}

async function start(): Promise<{ stop(): Promise<void>; text: string }> {
  const { config } = arguments_()
  const runGateway: RunGateway = async options => {
    const entry = new URL('../src/main.ts', import.meta.url).href
    return ((await import(entry)) as { runGateway: RunGateway }).runGateway(options)
  }
  if (config !== undefined) {
    const gateway = await runGateway({ configFile: config })
    const databases = gateway.postgresUrl ? `, for database clients at ${gateway.postgresUrl}` : ''
    return { stop: () => gateway.close(), text: `Sallyport listens at ${gateway.url}${databases}` }
  }
  console.log('Starting the demo clinic …')
  const say = (line: string) => console.log(line)
  const demo = await startDemo({ dir: demoFolder, runGateway, say, signal: stopping.signal })
  return { stop: () => demo.stop(), text: demo.tour }
}

try {
  const running = await start()
  console.log(running.text)
  if (!stopping.signal.aborted) await new Promise(done => stopping.signal.addEventListener('abort', done))
  console.log('Stopping …')
  await running.stop()
  process.exit(0)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
