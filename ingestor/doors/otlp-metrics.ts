import { Refusal } from '../refusals'
import { type Message, instantOf, listOf, messageOf, nanosOf, numberOf, textOf } from './otlp-fields'
import { labelsOf, openReadings } from './readings'

type Readings = ReturnType<typeof openReadings>

/** Of the resource only what tells series of one device apart: all of its attributes would not fit beside those of the point. */
const resourceLabels = new Set(['service.name', 'service.namespace', 'service.instance.id', 'host.name'])

/** Lists, maps and bytes are no labels. */
function attributesOf(given: unknown): [string, string][] {
  return listOf(given).flatMap((each): [string, string][] => {
    const { key, value } = messageOf(each)
    const { stringValue, boolValue, intValue, doubleValue } = messageOf(value)
    const content = stringValue ?? boolValue ?? intValue ?? doubleValue
    const isLabel = typeof content === 'string' || typeof content === 'number' || typeof content === 'boolean'
    return isLabel && textOf(key) ? [[textOf(key), String(content)]] : []
  })
}

function readPoint(name: string, kind: string, point: Message, resource: [string, string][], readings: Readings) {
  // FLAG_NO_RECORDED_VALUE
  if ((numberOf(point['flags']) ?? 0) % 2 === 1) return
  const nanos = nanosOf(point['timeUnixNano'])
  if (!nanos) throw new Refusal('malformed', 'A point must have its time_unix_nano')
  const at = instantOf(nanos)
  const own = attributesOf(point['attributes'])
  const names = new Set(own.map(([key]) => key))
  const pairs = [...resource.filter(([key]) => !names.has(key)), ...own]
  const labels = labelsOf(pairs)
  const add = (metric: string, given: unknown, to = labels) => {
    const value = numberOf(given)
    if (value !== undefined) readings.add(at, to, name && metric, value)
  }
  if (kind === 'gauge' || kind === 'sum') return add(name, point['asDouble'] ?? point['asInt'])
  for (const part of ['count', 'sum', 'min', 'max']) add(`${name}_${part}`, point[part])
  const bounds = listOf(point['explicitBounds'])
  let cumulative = 0
  for (const [index, count] of listOf(point['bucketCounts']).entries()) {
    cumulative += numberOf(count) ?? 0
    const le = index < bounds.length ? String(numberOf(bounds[index])) : '+Inf'
    add(`${name}_bucket`, cumulative, labelsOf([...pairs, ['le', le]]))
  }
  for (const each of listOf(point['quantileValues'])) {
    const { quantile, value } = messageOf(each)
    // In JSON a zero may be left out.
    add(name, value ?? 0, labelsOf([...pairs, ['quantile', String(numberOf(quantile) ?? 0)]]))
  }
}

const kinds = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary']

function readMetric(metric: Message, resource: [string, string][], readings: Readings) {
  const name = textOf(metric['name'])
  for (const kind of kinds) {
    for (const point of listOf(messageOf(metric[kind])['dataPoints'])) {
      try {
        readPoint(name, kind, messageOf(point), resource, readings)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        readings.refuse(error, { kind: 'telemetry', name, point: kind })
      }
    }
  }
}

/** Of an ExportMetricsServiceRequest. Throws a 400 or a 413. */
export function readMetrics(body: unknown) {
  const readings = openReadings()
  for (const each of listOf(messageOf(body)['resourceMetrics'])) {
    const { resource, scopeMetrics } = messageOf(each)
    const chosen = attributesOf(messageOf(resource)['attributes']).filter(([key]) => resourceLabels.has(key))
    for (const scope of listOf(scopeMetrics))
      for (const metric of listOf(messageOf(scope)['metrics'])) readMetric(messageOf(metric), chosen, readings)
  }
  return readings.items()
}
