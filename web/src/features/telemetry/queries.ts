import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { rangeMs, type TimeRange } from '@/kit/time-range'
import { answer, api, type AnswerOf, type ItemOf } from '@/lib/api'

export type Series = AnswerOf<typeof api.telemetry.query.get>['series'][number]
export type LatestValue = ItemOf<typeof api.telemetry.latest.get>
export type DeviceTelemetry = { levels: Series[]; rates: Series[]; fromMs: number; toMs: number }

/** Width of one point and pause between two readings; a chart is about 600 points wide at most. */
const pace: Record<TimeRange, { stepSeconds: number; refreshMs: number }> = {
  '15m': { stepSeconds: 5, refreshMs: 3_000 },
  '1h': { stepSeconds: 15, refreshMs: 5_000 },
  '6h': { stepSeconds: 60, refreshMs: 30_000 },
  '24h': { stepSeconds: 240, refreshMs: 60_000 },
  '7d': { stepSeconds: 1_800, refreshMs: 120_000 },
}

const levels = ['cpu_percent', 'memory_percent', 'swap_percent', 'disk_percent', 'load_1m']
const rates = ['rx_bytes', 'tx_bytes']
const finestStepSeconds = 5

async function read(deviceId: string, fromMs: number, toMs: number, stepSeconds: number): Promise<DeviceTelemetry> {
  const period = { device_id: [deviceId], from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString(), step: `${stepSeconds}s` }
  const [level, rate] = await Promise.all([
    answer(api.telemetry.query.get({ query: { ...period, metric: levels, aggregate: 'avg' } })),
    answer(api.telemetry.query.get({ query: { ...period, metric: rates, aggregate: 'rate' } })),
  ])
  return { levels: level.series, rates: rate.series, fromMs, toMs }
}

/** A week of a device that began ten minutes ago would be a single point: its short history is read again in finer steps. */
async function readRange(deviceId: string, range: TimeRange): Promise<DeviceTelemetry> {
  const { stepSeconds } = pace[range]
  const toMs = Date.now()
  const fromMs = toMs - rangeMs[range]
  const coarse = await read(deviceId, fromMs, toMs, stepSeconds)
  const firstMs = Math.min(...[...coarse.levels, ...coarse.rates].map((series) => series.points[0]?.[0] ?? Infinity))
  const historySeconds = (toMs - firstMs) / 1000
  if (!Number.isFinite(firstMs) || stepSeconds === finestStepSeconds || historySeconds > stepSeconds * 60) return coarse
  const fineStepSeconds = Math.max(finestStepSeconds, Math.ceil(historySeconds / 200 / finestStepSeconds) * finestStepSeconds)
  return { ...(await read(deviceId, firstMs - stepSeconds * 1000, toMs, fineStepSeconds)), fromMs }
}

export const deviceTelemetryQuery = (deviceId: string, range: TimeRange, paused: boolean) =>
  queryOptions({
    queryKey: ['telemetry', 'series', deviceId, range],
    queryFn: () => readRange(deviceId, range),
    refetchInterval: paused ? false : pace[range].refreshMs,
    placeholderData: keepPreviousData,
    staleTime: 0,
  })

export const latestTelemetryQuery = (deviceId: string, paused: boolean) =>
  queryOptions({
    queryKey: ['telemetry', 'latest', deviceId],
    queryFn: () => answer(api.telemetry.latest.get({ query: { device_id: deviceId } })),
    refetchInterval: paused ? false : 3_000,
    placeholderData: undefined,
    staleTime: 0,
  })
