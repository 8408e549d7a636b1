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

/** Integers of 64 bits are text. */
export const attributes = (labels: Record<string, string | number> = {}) =>
  Object.entries(labels).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  }))

/** Who tells, as every export says it. */
export const resourceOf = (serviceName: string) => ({
  resource: {
    attributes: attributes({ 'service.name': serviceName, 'service.version': version, 'service.instance.id': Bun.randomUUIDv7() }),
  },
  scope: { name: 'monozu', version },
})

/** Thrown where what was sent will not be taken however often it is sent. */
export class Refused extends Error {}

/** Hands JSON to a collector, which has three seconds. Throws where it is not taken; what may be said of that is its `code`. */
export async function post(url: string, headers: Record<string, string>, body: unknown) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(pushMs),
    redirect: 'error',
  })
  await answer.arrayBuffer()
  if (answer.ok) return
  const isFinal = answer.status < 500 && ![408, 429].includes(answer.status)
  throw Object.assign(isFinal ? new Refused() : new Error(), { code: `HTTP ${answer.status}` })
}

const unitOf = (name: string) => (/_seconds(_total)?$/.test(name) ? 's' : /_bytes(_total)?$/.test(name) ? 'By' : '1')

/** ExportMetricsServiceRequest as OTLP/HTTP writes it in JSON: integers of 64 bits are text. */
function exportRequest(families: Family[], { resource, scope }: ReturnType<typeof resourceOf>, startTimeUnixNano: string) {
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
  return { resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics }] }] }
}

/** Pushes all numbers of this process by OTLP/HTTP in JSON, again and again, and a last time when it is closed. What cannot be pushed is left to the next time: numbers are cumulative. */
export function openOtlp({ endpoint, headers, intervalMs, serviceName }: OtlpOptions, families: () => Family[] | Promise<Family[]>) {
  if (!endpoint) return { close: async () => {} }
  const source = resourceOf(serviceName)
  const startTimeUnixNano = `${Math.round(performance.timeOrigin)}000000`
  let isFailing = false
  let pushing: Promise<void> | undefined

  async function push() {
    try {
      await post(`${endpoint}/v1/metrics`, headers, exportRequest(await families(), source, startTimeUnixNano))
      isFailing = false
    } catch (error) {
      if (!isFailing) log.warn({ error: describe(error) }, 'metrics cannot be pushed')
      isFailing = true
    }
  }

  const timer = setInterval(() => void (pushing ??= push().finally(() => (pushing = undefined))), intervalMs)
  return {
    async close() {
      clearInterval(timer)
      await pushing
      await push()
    },
  }
}
