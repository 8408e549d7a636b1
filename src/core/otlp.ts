import { version } from '../../package.json'
import { log } from './log'
import type { Family } from './metrics'
import { describe } from './problem'

export interface OtlpOptions {
  /** Without `/v1/metrics`; nothing is pushed where it is empty. */
  endpoint: string
  headers: Record<string, string>
  intervalMs: number
  serviceName: string
}

const pushMs = 3_000
const cumulative = 2

const attributes = (labels: Record<string, string> = {}) =>
  Object.entries(labels).map(([key, stringValue]) => ({ key, value: { stringValue } }))
const unitOf = (name: string) => (/_seconds(_total)?$/.test(name) ? 's' : /_bytes(_total)?$/.test(name) ? 'By' : '1')

/** ExportMetricsServiceRequest as OTLP/HTTP writes it in JSON: integers of 64 bits are text. */
function exportRequest(families: Family[], resource: Record<string, string>, startTimeUnixNano: string) {
  const timeUnixNano = `${Date.now()}000000`
  const metrics = families.map((family) => {
    const told = { name: family.name.replace(/_total$/, ''), description: family.help, unit: unitOf(family.name) }
    if (family.type === 'histogram') {
      const dataPoints = family.samples.map(({ labels, counts, sum }) => ({
        attributes: attributes(labels),
        startTimeUnixNano,
        timeUnixNano,
        count: String(counts.reduce((total, some) => total + some, 0)),
        sum,
        bucketCounts: counts.map(String),
        explicitBounds: family.bounds,
      }))
      return { ...told, histogram: { aggregationTemporality: cumulative, dataPoints } }
    }
    const dataPoints = family.samples.map(({ labels, value }) => ({
      attributes: attributes(labels),
      ...(family.type === 'counter' && { startTimeUnixNano }),
      timeUnixNano,
      asDouble: value,
    }))
    return family.type === 'gauge'
      ? { ...told, gauge: { dataPoints } }
      : { ...told, sum: { aggregationTemporality: cumulative, isMonotonic: true, dataPoints } }
  })
  const scope = { name: 'monozu', version }
  return { resourceMetrics: [{ resource: { attributes: attributes(resource) }, scopeMetrics: [{ scope, metrics }] }] }
}

/** Pushes all numbers of this process by OTLP/HTTP in JSON, again and again, and a last time when it is closed. What cannot be pushed is left to the next time: numbers are cumulative. */
export function openOtlp({ endpoint, headers, intervalMs, serviceName }: OtlpOptions, families: () => Family[]) {
  if (!endpoint) return { close: async () => {} }
  const resource = { 'service.name': serviceName, 'service.version': version, 'service.instance.id': Bun.randomUUIDv7() }
  const startTimeUnixNano = `${Math.round(performance.timeOrigin)}000000`
  let isFailing = false

  async function push() {
    try {
      const answer = await fetch(`${endpoint}/v1/metrics`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(exportRequest(families(), resource, startTimeUnixNano)),
        signal: AbortSignal.timeout(pushMs),
        redirect: 'error',
      })
      await answer.arrayBuffer()
      if (!answer.ok) throw Object.assign(new Error('refused'), { code: `HTTP ${answer.status}` })
      isFailing = false
    } catch (error) {
      if (!isFailing) log.warn({ error: describe(error) }, 'metrics cannot be pushed')
      isFailing = true
    }
  }

  const timer = setInterval(() => void push(), intervalMs)
  return {
    async close() {
      clearInterval(timer)
      await push()
    },
  }
}
