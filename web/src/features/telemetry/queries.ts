import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { rangeMs, type TimeRange } from '@/kit/time-range'
import { answer, api, type AnswerOf, type ItemOf } from '@/lib/api'
import { type History, readHistory } from './history'
import { isCounter, type Reported } from './reported'
import { automaticStep } from './step'

export type Series = AnswerOf<typeof api.telemetry.query.get>['series'][number]
export type LatestValue = ItemOf<typeof api.telemetry.latest.get>
export type DeviceTelemetry = History<{ levels: Series[]; rates: Series[] }>

/** Pause between two readings. */
const refreshMs: Record<TimeRange, number> = { '15m': 3_000, '1h': 5_000, '6h': 30_000, '24h': 60_000, '7d': 120_000 }

const levels = ['cpu_percent', 'memory_percent', 'swap_percent', 'disk_percent', 'load_1m']
export const trafficMetrics: readonly string[] = ['rx_bytes', 'tx_bytes']

async function read(deviceId: string, reported: Reported, fromMs: number, toMs: number) {
  const step = `${automaticStep(toMs - fromMs)}s`
  const period = { device_id: [deviceId], from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString(), step }
  const ask = async (metric: string[], aggregate: 'avg' | 'rate') =>
    metric.length > 0 ? (await answer(api.telemetry.query.get({ query: { ...period, metric, aggregate } }))).series : []
  const { host, own } = reported
  const [level, rate] = await Promise.all([
    ask([...levels.filter((metric) => host.has(metric)), ...own.filter((metric) => !isCounter(metric))], 'avg'),
    ask([...trafficMetrics.filter((metric) => host.has(metric)), ...own.filter(isCounter)], 'rate'),
  ])
  return { levels: level, rates: rate }
}

function readRange(deviceId: string, reported: Reported, range: TimeRange): Promise<DeviceTelemetry> {
  const toMs = Date.now()
  const seen = { fromMs: toMs - rangeMs[range], toMs }
  return readHistory(
    seen,
    (from, to) => read(deviceId, reported, from, to),
    (found) => [...found.levels, ...found.rates],
  )
}

export const deviceTelemetryQuery = (deviceId: string, reported: Reported, range: TimeRange, paused: boolean) =>
  queryOptions({
    queryKey: ['telemetry', 'series', deviceId, range, [...reported.host, ...reported.own]],
    queryFn: () => readRange(deviceId, reported, range),
    refetchInterval: paused ? false : refreshMs[range],
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
