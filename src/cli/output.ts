// What the command line prints and how it ends. Promise: results on standard output, everything else on standard error;
// nothing printed can move the cursor or disguise itself, colours aside; exit codes are those of the table.
import { stripVTControlCharacters, styleText } from 'node:util'

export const exitCodes = { ok: 0, failed: 1, usage: 2, refused: 3, pending: 4, unreachable: 5 } as const
export type Exit = keyof typeof exitCodes

/** Ends a command: what is wrong, what to do next, and for --json what the gateway said about it. */
export class CliError extends Error {
  readonly exit: Exit
  readonly next: string | null
  readonly problem: unknown
  constructor(exit: Exit, message: string, next: string | null = null, problem: unknown = null) {
    super(message)
    this.name = 'CliError'
    this.exit = exit
    this.next = next
    this.problem = problem
  }
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** On one line; in colour where the output is a terminal that wants it. */
export function paint(style: Style, text: string): string {
  return styleText(style, oneLine(harmless(text)), { stream: process.stdout })
}

/** Control characters, direction marks, and what takes no room: somebody must see that it is there. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** Line breaks and tabs stay. */
function harmless(text: string): string {
  return text.replace(UNSEEN, character => (character === '\n' || character === '\t' ? character : '\ufffd'))
}

function oneLine(text: string): string {
  return text.replaceAll('\n', ' ')
}

export function print(text = ''): void {
  process.stdout.write(`${keepingStyles(text)}\n`)
}

export function printError(text: string): void {
  process.stderr.write(`${harmless(text)}\n`)
}

/** What a terminal would not show is written as an escape, which says the same. */
export function printJson(value: unknown): void {
  const text = JSON.stringify(value, null, 2)
  process.stdout.write(`${text.replace(UNSEEN, each => (each === '\n' ? each : escaped(each)))}\n`)
}

function escaped(character: string): string {
  return Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('')
}

/** Columns as wide as their widest cell; one line for each row. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map(row => row.map(cell => oneLine(keepingStyles(cell))))
  const widths = head.map((_, column) => Math.max(...cells.map(row => width(row[column] ?? ''))))
  const line = (row: readonly string[]) => row.map((cell, column) => padded(cell, widths[column] ?? 0)).join('  ')
  return cells.map(row => line(row).trimEnd()).join('\n')
}

/** A name and a value on each line. */
export function facts(pairs: readonly (readonly [name: string, value: string])[]): string {
  const widest = Math.max(0, ...pairs.map(([name]) => width(name)))
  return pairs.map(([name, value]) => `  ${padded(name, widest)}  ${oneLine(keepingStyles(value))}`).join('\n')
}

// The sequences paint() writes. Found in other text they can colour it and nothing more.
const ownStyle = new RegExp(`(${String.fromCharCode(27)}\\[(?:0|1|2|22|31|32|33|36|39)m)`)

function keepingStyles(text: string): string {
  const parts = text.split(ownStyle)
  return parts.map((part, at) => (at % 2 === 1 ? part : harmless(part))).join('')
}

function width(text: string): number {
  return stripVTControlCharacters(text).length
}

function padded(text: string, to: number): string {
  return text + ' '.repeat(Math.max(0, to - width(text)))
}
