import { readFileSync, readdirSync } from 'node:fs'

/** Linux: proc(5). A tick is 10 ms on every platform that Linux runs on with its usual configuration. */
const ticksASecond = 100

function statOf(pid: number): { parent: number; ticks: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    // utime, stime and those of the children that have ended.
    return { parent: Number(fields[1]), ticks: fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) }
  } catch {
    return undefined
  }
}

/** Processor seconds that these processes and all below them have used. */
export function processorSeconds(...pids: number[]): number {
  const all = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), statOf(Number(name))] as const),
  )
  const isBelow = (pid: number): boolean => pids.includes(pid) || (pid > 1 && isBelow(all.get(pid)?.parent ?? 0))
  return [...all].filter(([pid]) => isBelow(pid)).reduce((sum, [, stat]) => sum + (stat?.ticks ?? 0), 0) / ticksASecond
}

/** The largest resident memory of a process so far, MB. */
export const peakResidentMb = (pid: number) => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmHWM:\s+(\d+)/)?.[1] ?? 0) / 1024
