// CPU time and memory of other processes, as Linux accounts them. Promise: all threads of the process, and its main
// thread alone, in milliseconds.
import { readdirSync, readFileSync } from 'node:fs'

/** USER_HZ, which Linux fixes at 100 for /proc. */
const TICK_MS = 10

export interface CpuTime {
  readonly allMs: number
  readonly mainMs: number
}

export function cpuTime(pid: number): CpuTime {
  return { allMs: ticks(`/proc/${pid}/stat`) * TICK_MS, mainMs: ticks(`/proc/${pid}/task/${pid}/stat`) * TICK_MS }
}

export function since(before: CpuTime, after: CpuTime): CpuTime {
  return { allMs: after.allMs - before.allMs, mainMs: after.mainMs - before.mainMs }
}

function ticks(file: string): number {
  const stat = readFileSync(file, 'latin1')
  // The command name in parentheses may hold spaces; utime and stime are the 12th and 13th field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}

export function threadTimes(pid: number): Record<string, number> {
  const times: Record<string, number> = {}
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const name = readFileSync(`/proc/${pid}/task/${task}/comm`, 'latin1').trim()
    times[name] = (times[name] ?? 0) + ticks(`/proc/${pid}/task/${task}/stat`) * TICK_MS
  }
  return times
}

export function peakMemoryMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1')
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024)
}
