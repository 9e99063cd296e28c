// Runs the code blocks of a guide as a reader would. Promise: every fenced block is run or compared, in order, and one that
// is neither is an error.
//
// - `sh`: run, and must end with 0. `sh NAME`: left running under that name.
// - `text`: what the block before it prints, whole. `text NAME`: what that one prints next. A line of `…` is any number
//   of lines, `…` within a line any characters.
// - `yaml FILE`: lines that replace those with the same key, each at its indentation. `js FILE`, `ini FILE`: the whole file.
// - REF and SESSION in a command are the latest ids printed.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Block {
  readonly kind: string
  /** What follows the language. */
  readonly about: string
  readonly text: string
  readonly line: number
}

const FENCE = /^```(\w*) ?(.*)\n([\s\S]*?)^```$/gm
const WAIT_MS = 30_000

export function blocksOf(page: string): Block[] {
  return [...page.matchAll(FENCE)].map(match => ({
    kind: match[1] ?? '',
    about: (match[2] ?? '').trim(),
    text: match[3] ?? '',
    line: page.slice(0, match.index).split('\n').length,
  }))
}

/** Anchored at both ends, or at its beginning alone. */
export function expectation(text: string, whole: boolean): RegExp {
  const lines = text.trimEnd().split('\n')
  const source = lines.map((line, at) => {
    const end = at === lines.length - 1 ? '' : '\\n'
    if (line.trim() === '…') return at === lines.length - 1 ? '[\\s\\S]*' : '(?:.*\\n)*?'
    const parts = line.split('…').map(part => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    return parts.join('.*') + end
  })
  return new RegExp(`^${source.join('')}${whole ? '\\s*$' : ''}`)
}

class Running {
  readonly process: ChildProcess
  #printed = ''
  #compared = 0
  #notify = () => {}

  constructor(command: string, dir: string, env: NodeJS.ProcessEnv) {
    this.process = spawn('sh', ['-c', `exec 2>&1\n${command}`], {
      cwd: dir,
      env: { ...environment(), ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#printed += text
      this.#notify()
    })
    this.process.once('close', () => this.#notify())
  }

  get printed(): string {
    return this.#printed
  }

  /** Waits until what it prints next is what is expected. */
  async prints(expected: RegExp, line: number): Promise<void> {
    const late = AbortSignal.timeout(WAIT_MS)
    for (;;) {
      const found = expected.exec(this.#printed.slice(this.#compared))
      if (found) {
        this.#compared += found[0].length + 1
        return
      }
      const open = this.process.exitCode === null && this.process.signalCode === null
      if (!open || late.aborted)
        assert.fail(`line ${line} expects ${expected}, and this was printed:\n${this.#printed}`)
      await new Promise<void>(resolve => {
        this.#notify = resolve
        late.addEventListener('abort', () => resolve(), { once: true })
      })
    }
  }

  /** The whole group: a shell, npm and what they started. */
  async end(): Promise<void> {
    const { pid, exitCode, signalCode } = this.process
    if (pid === undefined || exitCode !== null || signalCode !== null) return
    const closed = once(this.process, 'close')
    process.kill(-pid, 'SIGTERM')
    await closed
  }
}

/** As in a reader's terminal: nothing of the test runner. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(?:SALLYPORT_|NODE_TEST|FORCE_COLOR$|npm_)/.test(name))
  return Object.fromEntries(own)
}

export class Guide {
  readonly #dir: string
  readonly #replace: ReadonlyMap<string, string>
  readonly #env: NodeJS.ProcessEnv
  readonly #running = new Map<string, Running>()
  readonly #ids = new Map<string, string>()
  #last: { readonly printed: string } | Running = { printed: '' }

  /** `replace`: what the guide tells its reader to put their own in place of. */
  constructor(dir: string, replace: ReadonlyMap<string, string>, env: NodeJS.ProcessEnv) {
    this.#dir = dir
    this.#env = env
    this.#replace = replace
  }

  async run({ kind, about, text, line }: Block): Promise<void> {
    const own = this.#own(text)
    if (kind === 'sh' && about === '') this.#last = await this.#finish(this.#filled(own), line)
    else if (kind === 'sh') {
      const left = new Running(this.#filled(own), this.#dir, this.#env)
      this.#running.set(about, left)
      this.#last = left
    } else if (kind === 'text') await this.#compare(own, about, line)
    else if (kind === 'yaml' && about !== '') this.#edit(about, own, line)
    else if ((kind === 'js' || kind === 'ini') && about !== '') writeFileSync(join(this.#dir, about), own)
    else assert.fail(`line ${line}: nothing says what to do with this block`)
  }

  printed(name: string): string {
    return this.#running.get(name)?.printed ?? ''
  }

  async end(): Promise<void> {
    for (const running of [...this.#running.values()].reverse()) await running.end()
  }

  #own(text: string): string {
    let own = text
    for (const [given, value] of this.#replace) own = own.replaceAll(given, value)
    return own
  }

  /** A command with the ids its reader would put in. */
  #filled(command: string): string {
    let filled = command
    for (const [name, id] of this.#ids) filled = filled.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), id)
    return filled
  }

  async #finish(command: string, line: number): Promise<{ printed: string }> {
    const running = new Running(`set -e\n${command}`, this.#dir, this.#env)
    await once(running.process, 'close')
    assert.equal(running.process.exitCode, 0, `line ${line} failed:\n${running.printed}`)
    this.#remember(running.printed)
    return running
  }

  async #compare(expected: string, name: string, line: number): Promise<void> {
    const about = name === '' ? this.#last : this.#running.get(name)
    assert.ok(about, `line ${line}: nothing runs as ${name}`)
    if (about instanceof Running && [...this.#running.values()].includes(about))
      await about.prints(expectation(expected, false), line)
    else assert.match(about.printed, expectation(expected, true), `line ${line}`)
    this.#remember(about.printed)
  }

  #remember(printed: string): void {
    for (const [name, form] of [
      ['REF', /\bx_[a-z0-9]{20,}/g],
      ['SESSION', /\bs_[a-z0-9]{20,}/g],
    ] as const) {
      const found = [...printed.matchAll(form)].at(-1)
      if (found) this.#ids.set(name, found[0])
    }
  }

  #edit(file: string, lines: string, line: number): void {
    const path = join(this.#dir, file)
    let text = this.#own(readFileSync(path, 'utf8'))
    for (const wanted of lines.trimEnd().split('\n')) {
      const key = /^\s*([\w-]+:)/.exec(wanted)?.[1]
      assert.ok(key, `line ${line}: not a line with a key`)
      const found = text.split('\n').filter(each => each.trimStart().startsWith(key))
      assert.equal(found.length, 1, `line ${line}: ${found.length} lines of ${file} begin with ${key}`)
      const [indentation] = /^\s*/.exec(found[0] as string) as RegExpExecArray
      text = text.replace(found[0] as string, () => indentation + wanted.trimStart())
    }
    writeFileSync(path, text)
  }
}
