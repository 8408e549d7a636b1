import { Problem } from '../../src/core/problem'
import { checkInstant } from '../instant'
import { limits } from '../limits'
import { Refusal, malformed } from '../refusals'
import { type Door, headersOf, keyOf, reasonsOf, statusOf } from './door'
import { otlpMetricsIn } from './otlp-protobuf'
import { labelsOf, openReadings } from './readings'

type Readings = ReturnType<typeof openReadings>
type Message = Record<string, unknown>

/** Of the resource only what tells series of one device apart: all of its attributes would not fit beside those of the point. */
const resourceLabels = new Set(['service.name', 'service.namespace', 'service.instance.id', 'host.name'])

const isMessage = (given: unknown): given is Message => typeof given === 'object' && given !== null && !Array.isArray(given)

function messageOf(given: unknown): Message {
  if (given === undefined || given === null) return {}
  if (!isMessage(given)) throw malformed('The body is not of the form of OTLP')
  return given
}

function listOf(given: unknown): unknown[] {
  if (given === undefined || given === null) return []
  if (!Array.isArray(given)) throw malformed('The body is not of the form of OTLP')
  return given
}

const textOf = (given: unknown) => (typeof given === 'string' ? given : '')

/** Undefined where there is none. 64-bit integers are texts in JSON, and rounded past 2^53. Throws a Refusal. */
function numberOf(given: unknown): number | undefined {
  if (given === undefined || given === null) return undefined
  if (typeof given === 'number') return given
  if (typeof given === 'string' && /^(-?\d+(\.\d+)?([eE][-+]?\d+)?|NaN|-?Infinity)$/.test(given)) return Number(given)
  throw new Refusal('malformed', 'A number of this point cannot be read')
}

/** In epoch milliseconds. Throws a Refusal. */
function instantOf(given: unknown): number {
  const text = typeof given === 'number' ? String(given) : textOf(given)
  if (!/^\d{1,20}$/.test(text) || /^0+$/.test(text)) throw new Refusal('malformed', 'A point must have its time_unix_nano')
  const at = Number(BigInt(text) / 1_000_000n)
  checkInstant(at)
  return at
}

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
  const at = instantOf(point['timeUnixNano'])
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

function read(body: unknown) {
  const readings = openReadings()
  for (const each of listOf(messageOf(body)['resourceMetrics'])) {
    const { resource, scopeMetrics } = messageOf(each)
    const chosen = attributesOf(messageOf(resource)['attributes']).filter(([key]) => resourceLabels.has(key))
    for (const scope of listOf(scopeMetrics))
      for (const metric of listOf(messageOf(scope)['metrics'])) readMetric(messageOf(metric), chosen, readings)
  }
  return readings.items()
}

function jsonIn(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    throw malformed('The body is not JSON')
  }
}

function varint(given: number): number[] {
  return given < 128 ? [given] : [(given % 128) + 128, ...varint(Math.floor(given / 128))]
}

const textField = (field: number, text: string) => {
  const bytes = Buffer.from(text)
  return Buffer.from([...varint(field * 8 + 2), ...varint(bytes.length), ...bytes])
}

/** google.rpc.Code: what is not said here is INVALID_ARGUMENT. */
const codes: Record<number, number> = { 401: 16, 403: 7, 413: 8, 429: 8, 503: 14 }

const jsonType = 'application/json'
const protobufType = 'application/x-protobuf'

function doorOf(type: string, parse: (bytes: Buffer) => unknown): Door {
  const isJson = type === jsonType
  const say = (json: object, binary: Buffer, status: number, headers: Record<string, string>) =>
    new Response(isJson ? JSON.stringify(json) : new Uint8Array(binary), { status, headers: { ...headers, 'content-type': type } })
  return {
    mostBytes: limits.doorBytes,
    keyOf,
    read: (bytes) => read(parse(bytes)),
    answer(unit, _, request_id) {
      const headers = { 'x-request-id': request_id }
      const rejected = unit.rejected.length
      if (!rejected) return say({}, Buffer.alloc(0), 200, headers)
      const errorMessage = reasonsOf(unit)
      const partial = Buffer.concat([Buffer.from([8, ...varint(rejected)]), textField(2, errorMessage)])
      const binary = Buffer.concat([Buffer.from([10, ...varint(partial.length)]), partial])
      return say({ partialSuccess: { rejectedDataPoints: String(rejected), errorMessage } }, binary, 200, headers)
    },
    refuse(problem, request_id) {
      const status = statusOf(problem)
      const code = codes[status] ?? 3
      const message = `${problem.error}: ${problem.message}`
      return say({ code, message }, Buffer.concat([Buffer.from([8, code]), textField(2, message)]), status, headersOf(problem, request_id))
    },
  }
}

const protobuf = doorOf(protobufType, otlpMetricsIn)
const json = doorOf(jsonType, jsonIn)
const neither = doorOf(jsonType, () => {
  throw new Problem(415, 'unsupported_type', `OTLP is taken as ${protobufType} or ${jsonType}`)
})

/** POST /v1/metrics, OTLP/HTTP 1.x (opentelemetry.io/docs/specs/otlp): answered in the type of the request. */
export function otlpMetrics({ headers }: Request): Door {
  const type = (headers.get('content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase()
  return type === protobufType ? protobuf : type === jsonType ? json : neither
}
