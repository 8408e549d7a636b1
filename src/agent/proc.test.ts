import { describe, expect, test } from 'bun:test'
import { cpuPercent, parseDiskstats, parseLoadavg, parseMeminfo, parseMounts, parseNetDev, parseStat, parseUptime } from './proc'

const stat = (user: number, idle: number, iowait: number) => `cpu  ${user} 0 100 ${idle} ${iowait} 0 0 0 50 0
cpu0 1 0 1 1 0 0 0 0 0 0
cpu1 1 0 1 1 0 0 0 0 0 0
intr 12345 0 9
`

const sample = (text: string) => {
  const parsed = parseStat(text)
  if (!parsed) throw new Error('not parsed')
  return parsed
}

describe('cpu', () => {
  test('the share is what was not idle between two samples', () => {
    expect(cpuPercent(sample(stat(1_000, 8_000, 0)), sample(stat(1_025, 8_070, 5)))).toBe(25)
  })
  test('the cores are counted, and guest time is not counted twice', () => {
    expect(sample(stat(1_000, 8_000, 0))).toEqual({ busyTicks: 1_100, totalTicks: 9_100, cores: 2 })
  })
  test('two equal samples, or a counter that ran backwards, are 0 and not a fault', () => {
    expect(cpuPercent(sample(stat(1, 1, 1)), sample(stat(1, 1, 1)))).toBe(0)
    expect(cpuPercent(sample(stat(10, 100, 50)), sample(stat(5, 200, 40)))).toBe(0)
  })
  test('a text of another kind is not understood', () => expect(parseStat('nothing\n')).toBeUndefined())
})

describe('memory', () => {
  test('what is available does not count as used', () => {
    const text = 'MemTotal:  8000 kB\nMemFree: 1000 kB\nMemAvailable: 6000 kB\nSwapTotal: 1000 kB\nSwapFree: 750 kB\n'
    expect(parseMeminfo(text)).toEqual({
      memory_percent: 25,
      memory_used_bytes: 2_048_000,
      memory_total_bytes: 8_192_000,
      swap_percent: 25,
    })
  })
  test('an old kernel without MemAvailable, and a host without swap', () => {
    const text = 'MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 100 kB\nCached: 300 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n'
    expect(parseMeminfo(text)).toMatchObject({ memory_percent: 50, swap_percent: 0 })
  })
  test('an empty text is not understood', () => expect(parseMeminfo('')).toBeUndefined())
})

test('loads and uptime are numbers or nothing', () => {
  expect(parseLoadavg('0.50 1.25 2.00 3/117 4242\n')).toEqual({ load_1m: 0.5, load_5m: 1.25, load_15m: 2 })
  expect(parseLoadavg('')).toBeUndefined()
  expect(parseUptime('1234.56 9999.00\n')).toBe(1234)
  expect(parseUptime('')).toBeUndefined()
})

test('interfaces: counters and errors; loopback, unused ones and those of containers are left out', () => {
  const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:    9999      29    0    0    0     0          0         0     9999      29    0    0    0     0       0          0
  eth0: 5000 11 2 0 0 0 0 0 800 6 3 0 0 0 0 0
  eth1:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0
veth12ab: 10 1 0 0 0 0 0 0 10 1 0 0 0 0 0 0
wlan0:7 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0
`
  expect(parseNetDev(text)).toEqual([
    { interface: 'eth0', rx_bytes: 5_000, tx_bytes: 800, rx_errors: 2, tx_errors: 3 },
    { interface: 'wlan0', rx_bytes: 7, tx_bytes: 1, rx_errors: 0, tx_errors: 0 },
  ])
})

test('mounts: real filesystems, each device once by its shortest path, spaces unescaped', () => {
  const text = `proc /proc proc rw 0 0
tmpfs /run tmpfs rw 0 0
/dev/sda1 /etc/hosts ext4 rw 0 0
/dev/sda1 / ext4 rw 0 0
/dev/sdb1 /mnt/plant\\040data xfs rw 0 0
/dev/loop3 /snap/core squashfs ro 0 0
nas:/share /mnt/nas nfs4 rw 0 0
overlay /var/lib/containers/merged overlay rw 0 0
`
  expect(parseMounts(text)).toEqual([
    { device: '/dev/sda1', mount: '/' },
    { device: '/dev/sdb1', mount: '/mnt/plant data' },
  ])
})

test('mounts: inside a container the overlaid root counts', () => {
  expect(parseMounts('overlay / overlay rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n')).toEqual([{ device: 'overlay', mount: '/' }])
})

test('disks: whole disks in bytes; partitions, loops and mapped devices are left out', () => {
  const text = `   7       0 loop0 5 0 40 0 0 0 0 0 0 0 0
   8       0 sda 100 0 2000 0 50 0 1000 0 0 0 0
   8       1 sda1 100 0 2000 0 50 0 1000 0 0 0 0
 259       0 nvme0n1 1 0 8 0 1 0 16 0 0 0 0
 259       1 nvme0n1p1 1 0 8 0 1 0 16 0 0 0 0
 253       0 dm-0 1 0 8 0 1 0 16 0 0 0 0
`
  expect(parseDiskstats(text)).toEqual([
    { disk: 'sda', read_bytes: 1_024_000, write_bytes: 512_000 },
    { disk: 'nvme0n1', read_bytes: 4_096, write_bytes: 8_192 },
  ])
})
