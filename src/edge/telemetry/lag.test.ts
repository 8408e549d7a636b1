import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { registered, send, signedIn } from '../../testing/api'
import { startCollector } from '../../testing/collector'
import { startCommand } from '../../testing/process'
import { type Frame, addFrames, addLayout, owner, until } from '../../testing/world'
import { rollupLag } from './lag'

setDefaultTimeout(60_000)
const collector = startCollector()
let worker: ReturnType<typeof startCommand> | undefined
afterAll(async () => {
  // Also where the test failed before.
  worker?.child.kill('SIGKILL')
  await collector.stop()
})

const hour = 3_600_000
const minute = 60_000
const start = (Math.floor(Date.now() / hour) - 48) * hour

interface Told {
  name: string
  gauge?: { dataPoints: { asDouble: number }[] }
}
interface Pushed {
  resourceMetrics: { scopeMetrics: { metrics: Told[] }[] }[]
}

/** What was pushed last of how far rollups are behind. */
function lastPushed() {
  const texts = collector.bodies.filter(({ path }) => path === '/v1/metrics').map(({ text }) => text)
  const metrics = texts.length ? (JSON.parse(texts.at(-1)!) as Pushed).resourceMetrics[0]!.scopeMetrics[0]!.metrics : []
  const valueOf = (name: string) => metrics.find((told) => told.name === name)?.gauge?.dataPoints[0]?.asDouble
  return { buckets: valueOf('monozu_rollups_waiting'), seconds: valueOf('monozu_rollup_lag_seconds') }
}

test('what arrives late is summed up by the worker, which tells how far it is behind until it is not', async () => {
  const client = await signedIn()
  const device = await registered(client)
  const layout = await addLayout(client.tenant_id, ['turns'])
  const waiting = async () => (await owner`select at from telemetry_arrival where tenant_id = ${client.tenant_id}`).length
  const frames: Frame[] = []
  async function arrive(...some: Frame[]) {
    await addFrames(device, layout, some)
    frames.push(...some)
  }
  /** As rollups have it: once nothing waits, frames are not looked at for whole hours. */
  async function sums() {
    const query = { device_id: device.device_id, metric: 'turns', step: '1h', aggregate: 'sum' }
    const range = { from: new Date(start).toISOString(), to: new Date(start + 4 * hour).toISOString() }
    const reply = await send('GET', `/api/v1/telemetry/query?${new URLSearchParams({ ...query, ...range })}`, client)
    const { series } = (await reply.json()) as { series: { points: [number, number][] }[] }
    return series[0]?.points
  }
  const plain = () => {
    const hours = Map.groupBy(frames, ([at]) => at - (at % hour))
    return [...hours].sort(([a], [b]) => a - b).map(([at, some]) => [at, some.reduce((sum, [, value]) => sum + value!, 0)])
  }

  await arrive([start + minute, 1], [start + 2 * minute, 2], [start + 3 * hour, 4])
  const [buckets, lag] = await rollupLag()
  expect(buckets).toMatchObject({ name: 'monozu_rollups_waiting' })
  expect((buckets as { samples: { value: number }[] }).samples[0]!.value).toBeGreaterThanOrEqual(2)
  expect((lag as { samples: { value: number }[] }).samples[0]!.value).toBeGreaterThan((47 * hour) / 1000)

  const { SECRET_KEY, ENCRYPTION_KEYS, DATABASE_URL } = Bun.env as Record<string, string>
  worker = startCommand(['worker'], {
    ...collector.environment,
    SECRET_KEY: SECRET_KEY!,
    ENCRYPTION_KEYS: ENCRYPTION_KEYS!,
    DATABASE_URL: DATABASE_URL!,
  })
  const caughtUp = async () => (await waiting()) === 0 && lastPushed().buckets === 0 && lastPushed().seconds === 0
  await until('nothing waits', caughtUp, 30_000)
  expect(await sums()).toEqual(plain() as [number, number][])

  // Into a sum that is there, and beside it.
  await arrive([start + 3 * minute, 8], [start + hour, 16], [start + 3 * hour - 1, 32])
  await owner`select queue_rollups(now())`
  await until('nothing waits', caughtUp, 30_000)
  expect(await sums()).toEqual(plain() as [number, number][])
  // All of it is in the rollups: they speak alone where frames are gone.
  await owner`delete from telemetry_frame where tenant_id = ${client.tenant_id}`
  expect(await sums()).toEqual(plain() as [number, number][])
  expect(await worker.stop()).toBe(0)
})
