/** Pure parsers of Linux's /proc: text in, numbers out (proc(5)). A text that is not understood gives undefined or an empty list. */

const lines = (text: string) => text.split('\n').filter((line) => line.trim())
const words = (line: string) => line.trim().split(/\s+/)

export interface CpuSample {
  busyTicks: number
  totalTicks: number
  cores: number
}

export function parseStat(text: string): CpuSample | undefined {
  const cpu = lines(text).find((line) => line.startsWith('cpu '))
  if (!cpu) return undefined
  // Guest time (the last two) is already part of user and nice.
  const ticks = words(cpu).slice(1, 9).map(Number)
  const totalTicks = ticks.reduce((sum, tick) => sum + tick, 0)
  const idleTicks = (ticks[3] ?? 0) + (ticks[4] ?? 0)
  return { busyTicks: totalTicks - idleTicks, totalTicks, cores: Math.max(1, text.match(/^cpu\d+ /gm)?.length ?? 1) }
}

/** Share of all cores that was busy between two samples, 0 to 100. */
export function cpuPercent(before: CpuSample, after: CpuSample): number {
  const totalTicks = after.totalTicks - before.totalTicks
  if (totalTicks <= 0) return 0
  // iowait can run backwards by a little.
  return percent(Math.min(Math.max(after.busyTicks - before.busyTicks, 0), totalTicks), totalTicks)
}

/** Two decimals; 0 of nothing is 0. */
export const percent = (part: number, whole: number) => (whole > 0 ? Math.round((part / whole) * 10_000) / 100 : 0)

export function parseMeminfo(text: string) {
  const kibibytes = new Map(lines(text).map((line) => [line.slice(0, line.indexOf(':')), Number(/:\s*(\d+)/.exec(line)?.[1])]))
  const get = (name: string) => kibibytes.get(name) ?? 0
  const total = get('MemTotal')
  if (!total) return undefined
  const available = kibibytes.get('MemAvailable') ?? get('MemFree') + get('Buffers') + get('Cached')
  const used = Math.max(total - available, 0)
  return {
    memory_percent: percent(used, total),
    memory_used_bytes: used * 1024,
    memory_total_bytes: total * 1024,
    swap_percent: percent(get('SwapTotal') - get('SwapFree'), get('SwapTotal')),
  }
}

export function parseLoadavg(text: string) {
  const [load_1m = Number.NaN, load_5m = Number.NaN, load_15m = Number.NaN] = words(text).map(Number)
  return Number.isFinite(load_1m + load_5m + load_15m) ? { load_1m, load_5m, load_15m } : undefined
}

export function parseUptime(text: string): number | undefined {
  const seconds = Number.parseFloat(text)
  return Number.isFinite(seconds) ? Math.floor(seconds) : undefined
}

/** Loopback, interfaces that never carried a byte, and the passing ones of containers are left out. */
export function parseNetDev(text: string) {
  return lines(text).flatMap((line) => {
    const [name, rest] = line.split(/:(.*)/)
    if (!name || !rest || /^(lo|veth.*|cali.*)$/.test(name.trim())) return []
    const counters = words(rest).map(Number)
    const [rx_bytes, , rx_errors] = counters
    const [tx_bytes, , tx_errors] = counters.slice(8)
    if (rx_bytes === undefined || rx_errors === undefined || tx_bytes === undefined || tx_errors === undefined) return []
    return rx_bytes + tx_bytes > 0 ? [{ interface: name.trim(), rx_bytes, tx_bytes, rx_errors, tx_errors }] : []
  })
}

const localTypes = new Set(
  'ext2 ext3 ext4 xfs btrfs zfs bcachefs f2fs jfs reiserfs vfat exfat ntfs ntfs3 fuseblk ubifs apfs hfsplus ufs'.split(' '),
)
const memoryTypes = new Set(['tmpfs', 'ramfs', 'rootfs', 'devtmpfs', 'squashfs'])

/** The places where real filesystems are mounted, one a device (the shortest path). The root counts even where a container overlays it. */
export function parseMounts(text: string): { device: string; mount: string }[] {
  const shortest = new Map<string, string>()
  for (const line of lines(text)) {
    const [device, path, type] = words(line)
    if (!device || !path || !type) continue
    const mount = path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    if (!localTypes.has(type) && !(mount === '/' && !memoryTypes.has(type))) continue
    const known = shortest.get(device)
    if (known === undefined || mount.length < known.length) shortest.set(device, mount)
  }
  return [...shortest].map(([device, mount]) => ({ device, mount }))
}

const wholeDisk = /^((s|v|xv|h)d[a-z]+|dasd[a-z]+|nvme\d+n\d+|mmcblk\d+)$/

/** Bytes read and written since boot, by whole disk: partitions, loops and mapped devices would count the same bytes twice. */
export function parseDiskstats(text: string) {
  return lines(text).flatMap((line) => {
    const [, , disk, , , readSectors, , , , writtenSectors] = words(line)
    if (!disk || !wholeDisk.test(disk)) return []
    // The kernel counts in sectors of 512 bytes whatever the disk uses.
    const record = { disk, read_bytes: Number(readSectors) * 512, write_bytes: Number(writtenSectors) * 512 }
    return Number.isFinite(record.read_bytes + record.write_bytes) ? [record] : []
  })
}
