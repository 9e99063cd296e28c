// `sallyport log`: how the log stands.
import type { Command } from 'commander'
import type { z } from 'zod'
import type { log as health } from '../api/schemas.ts'
import { type ApiFlags, apiOptions, connect } from './client.ts'
import { facts, print, printJson } from './output.ts'
import { ago } from './text.ts'

export function register(program: Command): void {
  const log = program.command('log').description('the log, which nobody can quietly change')
  apiOptions(log.command('show').description('show its size, root and last checkpoint')).action(show)
}

async function show(flags: ApiFlags): Promise<void> {
  const found = await connect(flags).get<z.infer<typeof health>>('/log')
  if (flags.json) return printJson(found)
  const { origin, size, root, checkpoint } = found
  const signed = checkpoint === null ? 'none yet' : `over ${checkpoint.size} entries, ${ago(checkpoint.at)}`
  print(
    facts([
      ['log', origin],
      ['entries', String(size)],
      ['root', root],
      ['signed', signed],
    ]),
  )
}
