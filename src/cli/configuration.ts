// The configuration file as commands take it. Promise: a file with faults ends the command with all of them printed.
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { type Problem, printProblem } from '../config/problem.ts'
import { CliError } from './output.ts'

export const defaultFile = 'sallyport.yaml'

export async function readConfiguration(
  file: string,
): Promise<{ readonly config: Config; readonly digest: string; readonly warnings: readonly Problem[] }> {
  const loaded = await loadConfig(file)
  if (loaded.ok) return loaded
  throw new CliError('usage', `${loaded.problems.map(printProblem).join('\n')}\n${count(loaded.problems.length)}`)
}

function count(problems: number): string {
  return problems === 1 ? '1 problem' : `${problems} problems`
}
