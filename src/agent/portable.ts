import { cpus, freemem, loadavg, totalmem } from 'node:os'
import { type CpuSample, percent } from './proc'

/** The main figures where there is no /proc (a developer's macOS): less exact, without interfaces and disks. */

export function portableCpu(): CpuSample {
  const all = cpus().map(({ times }) => ({ busy: times.user + times.nice + times.sys + times.irq, idle: times.idle }))
  const busyTicks = all.reduce((sum, { busy }) => sum + busy, 0)
  return { busyTicks, totalTicks: all.reduce((sum, { idle }) => sum + idle, busyTicks), cores: Math.max(1, all.length) }
}

export function portableMemory() {
  const used = totalmem() - freemem()
  return { memory_percent: percent(used, totalmem()), memory_used_bytes: used, memory_total_bytes: totalmem(), swap_percent: 0 }
}

export function portableLoad() {
  const [load_1m = 0, load_5m = 0, load_15m = 0] = loadavg()
  return { load_1m, load_5m, load_15m }
}

/** The root alone, in the form of /proc/mounts. */
export const portableMounts = 'root / local rw 0 0'
