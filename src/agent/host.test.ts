import { afterEach, expect, test } from 'bun:test'
import { cpuSample, filesystems, telemetry } from './host'
import { cleanUp, temporaryDirectory, testHost } from './testing'

afterEach(cleanUp)

test('a host without /proc still reports its main figures and its root', async () => {
  const paths = testHost(temporaryDirectory())
  const [host, root, ...rest] = await telemetry(paths, cpuSample(paths), cpuSample(paths))
  const names =
    'cpu_percent memory_percent memory_used_bytes memory_total_bytes swap_percent load_1m load_5m load_15m uptime_seconds'.split(' ')
  expect(Object.keys(host ?? {})).toEqual(names)
  expect(Object.values(host ?? {}).every(Number.isFinite)).toBe(true)
  expect([root, rest]).toMatchObject([{ mount: '/' }, []])
})

test('usage is that of df: what is kept for root is neither used nor free', async () => {
  expect(await filesystems(testHost(temporaryDirectory()))).toEqual([
    { mount: '/', disk_percent: 44.44, disk_used_bytes: 1_638_400, disk_total_bytes: 4_096_000 },
  ])
})

test('a filesystem that cannot be asked is left out', async () => {
  expect(await filesystems({ ...testHost(temporaryDirectory()), statfs: () => Promise.reject(new Error('gone')) })).toEqual([])
})
