// The demo runs where there is no way out, so nothing it does needs one; and what its processes show to everybody on the
// machine holds nobody's data. Where no place without a way out can be made, the second is looked at all the same.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { plantClinic } from './support/planted-clinic.ts'
import type { WithoutRoute } from './support/without-route.ts'

const root = new URL('../', import.meta.url).pathname
const RUN_MS = 100_000

/** `ip` is not on every machine, and there is no other way to a loopback that is up but a system call. */
const LOOPBACK_UP =
  'ip link set lo up 2>/dev/null || ifconfig lo up 2>/dev/null || ' +
  `perl -e 'socket(S,2,2,0);$r=pack("a16s","lo",0);ioctl(S,0x8913,$r)||exit 1;` +
  `($n,$f)=unpack("a16s",$r);$r=pack("a16s","lo",$f|1);ioctl(S,0x8914,$r)||exit 1'`

/** Runs a command without any network but loopback, as the user who runs the test. */
function unshared(command: string): string[] {
  if (process.getuid?.() === 0) return ['-n', 'sh', '-c', `(${LOOPBACK_UP}) && exec ${command}`]
  // Only the root of a namespace can bring its loopback up; then the user is itself again.
  const [user, group] = [process.getuid?.(), process.getgid?.()]
  return ['-rn', 'sh', '-c', `(${LOOPBACK_UP}) && exec unshare -U --map-user=${user} --map-group=${group} ${command}`]
}

function forbidden(): string | null {
  const { status, stderr, error } = spawnSync('unshare', unshared('true'), { encoding: 'utf8' })
  return status === 0 ? null : (error?.message ?? stderr.trim())
}

/** A copy is run, so that a demo that runs in this folder is left alone. */
function runDemo(alone: boolean): WithoutRoute {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-no-route-'))
  try {
    for (const part of ['src', 'examples', 'tools', 'test/support', 'package.json'])
      cpSync(join(root, part), join(dir, part), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'))
    const { SALLYPORT_TEST_POSTGRES: _, ...env } = process.env
    const options = { cwd: dir, env, encoding: 'utf8', timeout: RUN_MS } as const
    const program = 'test/support/without-route.ts'
    const output = alone
      ? execFileSync('unshare', unshared(`"${process.execPath}" ${program} "${dir}"`), options)
      : execFileSync(process.execPath, [program, dir], options)
    return JSON.parse(output) as WithoutRoute
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

const linux = process.platform === 'linux'

describe('the demo', { skip: !linux && 'NOT TESTED: only Linux shows its processes as files' }, () => {
  let why: string | null = null
  let ran: WithoutRoute

  before(
    () => {
      plantClinic()
      why = forbidden()
      ran = runDemo(why === null)
    },
    { timeout: RUN_MS + 20_000 },
  )

  it('answers without a route out', t => {
    if (why !== null) return t.skip(`NOT TESTED: this machine forbids network namespaces: ${why}`)
    assert.deepEqual(ran.interfaces, ['lo'])
    assert.equal(ran.outside, 'ENETUNREACH')
  })

  it('answers one caller in clear and another one masked, and ends in good order', () => {
    assert.deepEqual(ran.shown, { clear: ['clear'], masked: ['[phi.name]'] })
    assert.equal(ran.ended, 0)
  })

  it('shows no PHI in titles and environments of its processes', t => {
    assert.ok(ran.processes > 3, 'the demo and its database were looked at')
    assert.ok(ran.looks > 3, 'also while calls were answered')
    assert.deepEqual(ran.found, [])
    assert.deepEqual(ran.bait, ['cmdline: mrn', 'environ: full_name'], 'what is shown is found')
    t.diagnostic(`looked ${ran.looks} times at up to ${ran.processes} processes`)
  })
})
