// What a suite came to, as a file beside the scripts. Promise: command, machine, date, versions and counts, and each name
// that did not come out alike.
import { writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { basename } from 'node:path'

export interface SuiteResult {
  /** `results-NAME.md`. */
  readonly name: string
  readonly title: string
  readonly what: readonly string[]
  readonly counts: readonly (readonly [name: string, direct: string | number, through: string | number])[]
  /** Names with what differs. */
  readonly differing: readonly string[]
  /** Differences that are meant, by what their names begin with. */
  readonly meant?: Readonly<Record<string, string>>
  /** Failed both ways, and why that is no matter of the gateway. */
  readonly failedAlike: readonly string[]
}

export function record({ name, title, what, counts, differing: all, failedAlike, meant = {} }: SuiteResult): void {
  const reason = (line: string) => Object.entries(meant).find(([start]) => line.startsWith(start))?.[1]
  const differing = all.filter(line => reason(line) === undefined)
  const explained = all.filter(line => reason(line) !== undefined)
  const machine = `${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`
  const args = process.argv.slice(2).map(arg => (arg.includes('/') ? `…/${basename(arg)}` : arg))
  const lines = [
    `# ${title}`,
    '',
    `- Command: \`node test/interop/postgres/${basename(process.argv[1] ?? '')} ${args.join(' ')}\``,
    `- Machine: ${machine}`,
    `- Date: ${new Date().toISOString()}`,
    ...what.map(line => `- ${line}`),
    '',
    '| | direct | through the gateway, `transparent` |',
    '|---|---|---|',
    ...counts.map(([label, direct, through]) => `| ${label} | ${direct} | ${through} |`),
    '',
    all.length === 0 ? 'Every result is the same.' : `Not the same, and not meant (${differing.length}):`,
    ...differing.map(line => `- ${line}`),
    ...(explained.length === 0 ? [] : ['', `Not the same, and meant (${explained.length}):`]),
    ...explained.map(line => `- ${line}. ${reason(line)}`),
    ...(failedAlike.length === 0 ? [] : ['', `Failed both ways (${failedAlike.length}):`]),
    ...failedAlike.map(line => `- ${line}`),
    '',
  ]
  writeFileSync(new URL(`results-${name}.md`, import.meta.url), lines.join('\n'))
  console.log(lines.join('\n'))
  process.exitCode = differing.length === 0 ? 0 : 1
}
