// The demo runs where there is no way out, so nothing it does needs one; and what its processes show to everybody on the
// machine holds nobody's data.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
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

it('the demo answers without a route out, and its processes show no PHI', { timeout: RUN_MS + 20_000 }, t => {
  const why = forbidden()
  if (why !== null) {
    t.diagnostic(
      `NOT TESTED: this machine forbids network namespaces, so the demo was not run without a route out: ${why}`,
    )
    return
  }
  // A copy, so that a demo that runs in this folder is left alone.
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-no-route-'))
  try {
    for (const part of ['src', 'examples', 'tools', 'test/support', 'package.json'])
      cpSync(join(root, part), join(dir, part), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'))
    const { SALLYPORT_TEST_POSTGRES: _, ...env } = process.env
    const output = execFileSync('unshare', unshared(`"${process.execPath}" test/support/without-route.ts "${dir}"`), {
      cwd: dir,
      env,
      encoding: 'utf8',
      timeout: RUN_MS,
    })
    const { interfaces, outside, clear, masked, processes, found, ended } = JSON.parse(output) as WithoutRoute
    assert.deepEqual(interfaces, ['lo'])
    assert.equal(outside, 'ENETUNREACH')
    assert.match(clear, /full_name/)
    assert.ok(
      !clear.includes('[phi.name]') && masked.includes('[phi.name]'),
      'one caller sees the name and one does not',
    )
    assert.ok(processes > 3, 'the demo and its database were looked at')
    assert.deepEqual(found, [])
    assert.equal(ended, 0)
    t.diagnostic(`no route out: two calls answered, ${processes} processes show nothing`)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
})
