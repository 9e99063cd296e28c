// The tour, followed to the letter: the real demo, each command in a shell, and what comes back compared with what the
// tour promises. Before it, a demo that was killed: the tools say so, and the next one starts in the same folder.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { runGateway } from '../../src/main.ts'
import { plantClinic } from '../../test/support/planted-clinic.ts'
import { startDemo } from './demo.ts'
import { readDemoFile } from './demo-file.ts'
import { freePort } from './ports.ts'
import { placeholders, type TourLine } from './tour.ts'

delete process.env.SALLYPORT_TEST_POSTGRES // the demo's database is its own

plantClinic()

const COMMAND_MS = 20_000

// A folder like the repository's, with a demo of its own in it: the commands of the tour are typed there.
const root = mkdtempSync(join(tmpdir(), 'sallyport-tour-'))
const dir = join(root, '.sallyport', 'demo')
mkdirSync(dir, { recursive: true })
for (const name of ['sallyport', 'examples'])
  symlinkSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), join(root, name))
const running = new Set<ChildProcess>()
after(() => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(root, { recursive: true, force: true })
})

interface Ended {
  readonly text: string
  readonly code: number | null
}

interface Started {
  readonly ended: Promise<Ended>
  /** Once it printed this, or ended without. */
  printed(text: string): Promise<void>
}

function start(program: string, args: readonly string[]): Started & { readonly child: ChildProcess } {
  const env = { ...process.env, NO_COLOR: '1' }
  const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: COMMAND_MS })
  running.add(child)
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part
      child.emit('text')
    })
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child)
    child.emit('text')
    return { text, code: code as number | null }
  })
  const printed = async (wanted: string) => {
    while (!text.includes(wanted) && running.has(child)) await once(child, 'text')
  }
  return { child, ended, printed }
}

function type(command: string): Started {
  return start('/bin/sh', ['-c', command])
}

async function ports() {
  const free = async () => Number(await freePort(0))
  return { gateway: await free(), identityProvider: await free(), clinic: await free(), postgres: await free() }
}

/** Says which line, never what came back: that is a chart. */
function compare({ text, code }: Ended, { expect }: TourLine, where: string): void {
  const got = `${text.length} characters, exit code ${code}`
  assert.ok(expect.test(text), `${where} of the tour: what came back is not what it says (${got})`)
}

test('after kill -9 of the demo the tools say that it is not running', async () => {
  const program = join(root, 'demo.mjs')
  writeFileSync(
    program,
    `const [, , demo, main, dir, ports] = process.argv
    const { startDemo } = await import(demo)
    const { runGateway } = await import(main)
    const signal = new AbortController().signal
    globalThis.demo = await startDemo({ dir, runGateway, say() {}, signal, ports: JSON.parse(ports) })
    console.log('the clinic is open')`,
  )
  const here = (path: string) => new URL(path, import.meta.url).href
  const args = [program, here('./demo.ts'), here('../../src/main.ts'), dir, JSON.stringify(await ports())]
  const { child, ended, printed } = start(process.execPath, args)
  await printed('the clinic is open')
  assert.ok(running.has(child), 'the demo did not start')
  const gateway = readDemoFile(dir).gateway
  child.kill('SIGKILL')
  assert.equal((await ended).code, null)

  const call = await type('./examples/clinic/call alice').ended
  assert.deepEqual(call, { text: 'The demo is not running: start it with npm start.\n', code: 5 })
  const list = await type('./sallyport --demo casey approvals ls').ended
  assert.equal(list.code, 5)
  const left = `No gateway answers at ${gateway}/api/v1.\nThe demo that wrote ${join(dir, 'demo.json')} has ended.`
  assert.ok(list.text.startsWith(left), list.text)
})

test('the next demo starts in that folder, and every line of the tour does what it says', async () => {
  const signal = new AbortController().signal
  const demo = await startDemo({ dir, runGateway, say() {}, signal, ports: await ports() })
  try {
    let seen = ''
    const put = (command: string) =>
      Object.entries(placeholders).reduce((now, [name, where]) => {
        return now.replace(new RegExp(`\\b${name}\\b`), () => where.exec(seen)?.[1] ?? name)
      }, command)
    for (const [step, { lines }] of demo.steps.entries()) {
      const waiting: (() => Promise<void>)[] = []
      for (const [at, line] of lines.entries()) {
        const where = `step ${step + 1}, line ${at + 1}`
        assert.ok(demo.tour.includes(`\n   ${line.command}\n`), `${where} is not printed as it is`)
        const command = put(line.command)
        assert.doesNotMatch(command, /\b(?:REF|HELD|ID)\b/, `${where}: nothing to put in the place of a name`)
        const typed = type(command.replace(/ &$/, ''))
        if (command.endsWith(' &')) {
          await typed.printed(' for approval')
          waiting.push(async () => compare(await typed.ended, line, where))
        } else {
          const ended = await typed.ended
          seen += ended.text
          compare(ended, line, where)
        }
      }
      for (const done of waiting) await done()
    }
    await twoPeopleAtTheDatabase()
  } finally {
    await demo.stop()
  }
})

/** One tool called by two people; and the database knows nobody who comes past the gateway. */
async function twoPeopleAtTheDatabase(): Promise<void> {
  for (const [name, clear] of [
    ['alice', true],
    ['rita', false],
  ] as const) {
    const { text, code } = await type(
      `./examples/clinic/call ${name} search_patients '{"query":"MRN-04000","limit":2}'`,
    ).ended
    assert.equal(code, 0, `${name}: ${text.length} characters`)
    assert.equal(/"mrn": "MRN-\d+"/.test(text), clear, name)
    const command = `./sallyport --demo casey sessions ls --connection clinic-db --subject 'demo|${name}' --limit 1`
    const session = /^s_\w+/m.exec((await type(command).ended).text)?.[0]
    assert.ok(session, `${name} has no session at the database`)
    const shown = await type(`./sallyport --demo casey sessions show ${session}`).ended
    assert.match(shown.text, /^Asked for:\n.*\nx_\w+ +tools\/call search_patients +s_\w+ +clinic$/m)
    const cause = /search_patients +(s_\w+) /.exec(shown.text)?.[1]
    const there = await type(`./sallyport --demo casey sessions show ${cause}`).ended
    assert.ok(there.text.includes(session), `${name}: the call does not show what it caused`)
  }
  const direct = /postgres: "(postgres:[^"]+)"/.exec(readFileSync(join(dir, 'sallyport.yaml'), 'utf8'))?.[1]
  assert.ok(direct)
  for (const user of ['alice', 'clinic_reader', 'clinic_writer', 'postgres']) {
    const url = Object.assign(new URL(direct), { username: user, password: 'guess' })
    await assert.rejects(new pg.Client(url.href).connect(), { code: '28P01' })
  }
}
