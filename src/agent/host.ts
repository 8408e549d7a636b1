import { readdir, statfs } from 'node:fs/promises'
import { networkInterfaces, uptime } from 'node:os'
import { join } from 'node:path'
import { readText } from './files'
import { portableCpu, portableLoad, portableMemory, portableMounts } from './portable'
import {
  type CpuSample,
  cpuPercent,
  parseDiskstats,
  parseLoadavg,
  parseMeminfo,
  parseMounts,
  parseNetDev,
  parseStat,
  parseUptime,
  percent,
} from './proc'

/** Where the host shows itself; tests point elsewhere. */
export interface HostPaths {
  procRoot: string
  machineId: string
  services: string
  /** Candidates; the first that can be read is followed. */
  signInLogs: string[]
  interfaces: typeof networkInterfaces
  statfs: (path: string) => Promise<{ blocks: number; bfree: number; bavail: number; bsize: number }>
}

export const thisHost: HostPaths = {
  procRoot: '/proc',
  machineId: '/etc/machine-id',
  services: '/etc/services',
  signInLogs: ['/var/log/auth.log', '/var/log/secure'],
  interfaces: networkInterfaces,
  statfs: (path) => statfs(path),
}

/** A host with more of a kind reports the first ones: the Cloud keeps a layout for every label it has seen. */
const perKind = 64

export type TelemetryData = Record<string, number | string>

export type Filesystem = { mount: string; disk_percent: number; disk_used_bytes: number; disk_total_bytes: number }

export const procText = (paths: HostPaths, name: string) => readText(join(paths.procRoot, name)) ?? ''

export const cpuSample = (paths: HostPaths) => parseStat(procText(paths, 'stat')) ?? portableCpu()

export const load = (paths: HostPaths) => parseLoadavg(procText(paths, 'loadavg')) ?? portableLoad()

export const uptimeSeconds = (paths: HostPaths) => parseUptime(procText(paths, 'uptime')) ?? Math.floor(uptime())

/** Usage as df(1) shows it: what is kept for root counts neither as used nor as free. */
export async function filesystems(paths: HostPaths): Promise<Filesystem[]> {
  const mounts = parseMounts(procText(paths, 'mounts') || portableMounts).slice(0, perKind)
  const found = await Promise.all(
    mounts.map(async ({ mount }) => {
      const stat = await paths.statfs(mount).catch(() => undefined)
      if (!stat || stat.blocks <= 0) return []
      const used = stat.blocks - stat.bfree
      return [
        {
          mount: label(mount),
          disk_percent: percent(used, used + stat.bavail),
          disk_used_bytes: used * stat.bsize,
          disk_total_bytes: stat.blocks * stat.bsize,
        },
      ]
    }),
  )
  return found.flat()
}

/** One entry for the host and one for every interface, mount and disk; `before` is the CPU sample to compare with. */
export async function telemetry(paths: HostPaths, before: CpuSample, now: CpuSample): Promise<TelemetryData[]> {
  const processes = await readdir(paths.procRoot).catch(() => [])
  const host = {
    cpu_percent: cpuPercent(before, now),
    ...(parseMeminfo(procText(paths, 'meminfo')) ?? portableMemory()),
    ...load(paths),
    uptime_seconds: uptimeSeconds(paths),
    ...(processes.length > 0 && { processes: processes.filter((name) => /^\d+$/.test(name)).length }),
  }
  return [
    host,
    ...parseNetDev(procText(paths, 'net/dev')).slice(0, perKind),
    ...(await filesystems(paths)),
    ...parseDiskstats(procText(paths, 'diskstats')).slice(0, perKind),
  ]
}

/** Labels stay short; the end of a path tells more than its middle. */
const label = (text: string) => (text.length <= 64 ? text : `${text.slice(0, 20)}...${text.slice(-41)}`)
