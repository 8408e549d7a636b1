import { malformed, tooLarge } from '../refusals'
import { bigVarintAt, eachField, varintAt } from './protobuf'

type Type = 'text' | 'double' | 'unsigned' | 'signed' | 'integer' | 'varint' | 'bool' | 'hex' | 'base64'

/** How the fields of a message are called in OTLP's JSON, by their numbers; in a list if the name ends in `[]`. */
export type Shape = { [field: number]: [string, Shape | Type] }

const value: Shape = {
  1: ['stringValue', 'text'],
  2: ['boolValue', 'bool'],
  3: ['intValue', 'integer'],
  4: ['doubleValue', 'double'],
  7: ['bytesValue', 'base64'],
}
const pair: Shape = { 1: ['key', 'text'], 2: ['value', value] }
value[5] = ['arrayValue', { 1: ['values[]', value] }]
value[6] = ['kvlistValue', { 1: ['values[]', pair] }]
const attributes: [string, Shape] = ['attributes[]', pair]
const time: Shape[number] = ['timeUnixNano', 'unsigned']
const total: Shape = { 3: time, 4: ['count', 'unsigned'], 5: ['sum', 'double'] }
const number: Shape = { 3: time, 4: ['asDouble', 'double'], 6: ['asInt', 'signed'], 7: attributes, 8: ['flags', 'varint'] }
const histogram: Shape = {
  ...total,
  6: ['bucketCounts[]', 'unsigned'],
  7: ['explicitBounds[]', 'double'],
  9: attributes,
  10: ['flags', 'varint'],
  11: ['min', 'double'],
  12: ['max', 'double'],
}
const exponential: Shape = { ...total, 1: attributes, 10: ['flags', 'varint'], 12: ['min', 'double'], 13: ['max', 'double'] }
const quantile: Shape = { 1: ['quantile', 'double'], 2: ['value', 'double'] }
const summary: Shape = { ...total, 6: ['quantileValues[]', quantile], 7: attributes, 8: ['flags', 'varint'] }
const points = (shape: Shape): Shape => ({ 1: ['dataPoints[]', shape] })
const metric: Shape = {
  1: ['name', 'text'],
  5: ['gauge', points(number)],
  7: ['sum', points(number)],
  9: ['histogram', points(histogram)],
  10: ['exponentialHistogram', points(exponential)],
  11: ['summary', points(summary)],
}
const resource: Shape[number] = ['resource', { 1: attributes }]

/** ExportMetricsServiceRequest (opentelemetry-proto 1.x). */
export const metricsRequest: Shape = {
  1: ['resourceMetrics[]', { 1: resource, 2: ['scopeMetrics[]', { 2: ['metrics[]', metric] }] }],
}

const logRecord: Shape = {
  1: time,
  2: ['severityNumber', 'varint'],
  3: ['severityText', 'text'],
  5: ['body', value],
  6: attributes,
  9: ['traceId', 'hex'],
  10: ['spanId', 'hex'],
  11: ['observedTimeUnixNano', 'unsigned'],
  12: ['eventName', 'text'],
}
const scope: Shape[number] = ['scope', { 1: ['name', 'text'] }]

/** ExportLogsServiceRequest. */
export const logsRequest: Shape = {
  1: ['resourceLogs[]', { 1: resource, 2: ['scopeLogs[]', { 1: scope, 2: ['logRecords[]', logRecord] }] }],
}

const mostMessages = 1_000_000
/** As other readers of protobuf have it. */
const mostLevels = 100

/** A message in the form of its JSON. Throws a 400 or a 413. */
export function messageIn(shape: Shape, bytes: Buffer): unknown {
  let count = 0

  function message(shape: Shape, start: number, end: number, level = 1) {
    if (level > mostLevels) throw malformed(`A message may have at most ${mostLevels} levels`)
    if ((count += 1) > mostMessages) throw tooLarge(`A request may have at most ${mostMessages} messages`)
    const read: Record<string, unknown> = {}
    eachField(bytes, start, end, (field, wire, from, to) => {
      const known = shape[field]
      if (!known) return
      const [name, type] = known
      const own = name.replace('[]', '')
      for (const content of contents(type, wire, from, to, level)) {
        const before = read[own]
        if (own === name) read[own] = content
        else if (Array.isArray(before)) before.push(content)
        else read[own] = [content]
      }
    })
    return read
  }

  /** None where the wire is not that of the type; several where numbers are packed. */
  function contents(type: Shape | Type, wire: number, from: number, to: number, level: number): unknown[] {
    if (typeof type === 'object') return wire === 2 ? [message(type, from, to, level + 1)] : []
    if (type === 'text') return wire === 2 ? [bytes.toString('utf8', from, to)] : []
    if (type === 'hex' || type === 'base64') return wire === 2 ? [bytes.toString(type, from, to)] : []
    if (type === 'integer') return wire === 0 ? [String(bigVarintAt(bytes, from, to))] : []
    if (type === 'varint' || type === 'bool') {
      if (wire !== 0) return fixedFlags(wire, from)
      const given = varintAt(bytes, from, to)
      return [type === 'bool' ? given !== 0 : given]
    }
    if (wire !== 1 && wire !== 2) return []
    const read: unknown[] = []
    for (let at = from; at + 8 <= to; at += 8) {
      if (type === 'double') read.push(bytes.readDoubleLE(at))
      else read.push(String(type === 'signed' ? bytes.readBigInt64LE(at) : bytes.readBigUInt64LE(at)))
    }
    return read
  }

  const fixedFlags = (wire: number, from: number) => (wire === 5 ? [bytes.readUInt32LE(from)] : [])
  return message(shape, 0, bytes.length)
}
