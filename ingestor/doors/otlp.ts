import { Problem } from '../../src/core/problem'
import type { Items } from '../decode'
import { limits } from '../limits'
import { malformed } from '../refusals'
import { type Door, headersOf, keyOf, reasonsOf, statusOf } from './door'
import { readLogs } from './otlp-logs'
import { readMetrics } from './otlp-metrics'
import { type Shape, logsRequest, messageIn, metricsRequest } from './otlp-protobuf'

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

/** `counted` is how the JSON of the answer calls the number of refused records. */
function doorOf(type: string, counted: string, read: (bytes: Buffer) => Items): Door {
  const isJson = type === jsonType
  const say = (json: object, binary: Buffer, status: number, headers: Record<string, string>) =>
    new Response(isJson ? JSON.stringify(json) : new Uint8Array(binary), { status, headers: { ...headers, 'content-type': type } })
  return {
    mostBytes: limits.doorBytes,
    keyOf,
    read,
    answer(unit, _, request_id) {
      const headers = { 'x-request-id': request_id }
      const rejected = unit.rejected.length
      if (!rejected) return say({}, Buffer.alloc(0), 200, headers)
      const errorMessage = reasonsOf(unit)
      const partial = Buffer.concat([Buffer.from([8, ...varint(rejected)]), textField(2, errorMessage)])
      const binary = Buffer.concat([Buffer.from([10, ...varint(partial.length)]), partial])
      return say({ partialSuccess: { [counted]: String(rejected), errorMessage } }, binary, 200, headers)
    },
    refuse(problem, request_id) {
      const status = statusOf(problem)
      const code = codes[status] ?? 3
      const message = `${problem.error}: ${problem.message}`
      return say({ code, message }, Buffer.concat([Buffer.from([8, code]), textField(2, message)]), status, headersOf(problem, request_id))
    },
  }
}

const notOtlp = () => {
  throw new Problem(415, 'unsupported_type', `OTLP is taken as ${protobufType} or ${jsonType}`)
}

/** Answered in the type of the request. */
function signalOf(counted: string, shape: Shape, read: (body: unknown) => Items) {
  const protobuf = doorOf(protobufType, counted, (bytes) => read(messageIn(shape, bytes)))
  const json = doorOf(jsonType, counted, (bytes) => read(jsonIn(bytes)))
  const neither = doorOf(jsonType, counted, notOtlp)
  return ({ headers }: Request): Door => {
    const type = (headers.get('content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase()
    return type === protobufType ? protobuf : type === jsonType ? json : neither
  }
}

/** POST /v1/metrics, OTLP/HTTP 1.x (opentelemetry.io/docs/specs/otlp). */
export const otlpMetrics = signalOf('rejectedDataPoints', metricsRequest, readMetrics)

/** POST /v1/logs, OTLP/HTTP 1.x. */
export const otlpLogs = signalOf('rejectedLogRecords', logsRequest, readLogs)
