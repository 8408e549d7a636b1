import { framesOf, recordsOf } from '../../testing'

/** What every door can say: one number of one series at one moment. */
export interface Sample {
  at: number
  name: string
  value: number
  labels: Record<string, string>
}

/** One encoding of one door, and what it answers. */
export interface Way {
  name: string
  path: string
  headers: Record<string, string>
  /** Written without any code that reads it. */
  encode: (samples: Sample[]) => Buffer
  stored: number
  /** Where nothing in a readable body can be stored. */
  refused: number
  /** Another type is not taken. */
  isStrict?: boolean
  /** A record of the kind log, with the name as its message. */
  isLog?: boolean
  isProtobuf?: boolean
  /** Where there is none it is not even empty. */
  needsBody?: boolean
  isLines?: boolean
}

export function varint(given: number | bigint): Buffer {
  const bytes: number[] = []
  let value = BigInt.asUintN(64, BigInt(given))
  for (; value > 127n; value >>= 7n) bytes.push(Number(value & 127n) | 128)
  return Buffer.from([...bytes, Number(value)])
}
export const nested = (field: number, content: Buffer | string) => {
  const bytes = Buffer.from(content as string)
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes])
}
const fixed = (field: number, write: (bytes: Buffer) => unknown) => {
  const bytes = Buffer.alloc(9, field * 8 + 1)
  write(bytes)
  return bytes
}
const double = (field: number, value: number, bits?: bigint) =>
  fixed(field, (bytes) => (bits === undefined ? bytes.writeDoubleLE(value, 1) : bytes.writeBigUInt64LE(bits, 1)))
const unsigned = (field: number, value: bigint) => fixed(field, (bytes) => bytes.writeBigUInt64LE(BigInt.asUintN(64, value), 1))

/** Remote write. */
export const label = ([name, value]: [string, string]) => nested(1, Buffer.concat([nested(1, name), nested(2, value)]))
export const sample = (value: number, at: number | bigint, bits?: bigint) =>
  nested(2, Buffer.concat([double(1, value, bits), varint(16), varint(at)]))
export const series = (labels: Record<string, string>, ...samples: Buffer[]) =>
  nested(1, Buffer.concat([...Object.entries(labels).map(label), ...samples]))

/** Literals alone. */
export const snappy = (bytes: Buffer) => {
  const parts = [varint(bytes.length)]
  for (let start = 0; start < bytes.length; start += 60) {
    const part = bytes.subarray(start, start + 60)
    parts.push(Buffer.from([(part.length - 1) << 2]), part)
  }
  return Buffer.concat(parts)
}

const record = ({ at, name, value, labels }: Sample) =>
  `{"kind":"telemetry","timestamp":"${new Date(at).toISOString()}","data":{"${name}":${value}${Object.entries(labels)
    .map(([key, text]) => `,${JSON.stringify(key)}:${JSON.stringify(text)}`)
    .join('')}}}`
const escape = (text: string) => text.replace(/[ ,=]/g, '\\$&')
const line = ({ at, name, value, labels }: Sample) => {
  const [measurement, field] = [name.slice(0, name.indexOf('_')), name.slice(name.indexOf('_') + 1)]
  const tags = Object.entries(labels).map(([key, text]) => `,${escape(key)}=${escape(text)}`)
  return `${measurement}${tags.join('')} ${field}=${value} ${at}`
}

const nanos = (at: number) => BigInt(at) * 1_000_000n
const jsonAttribute = ([key, stringValue]: [string, string]) => ({ key, value: { stringValue } })
const metricsJson = (samples: Sample[]) => ({
  resourceMetrics: [
    {
      scopeMetrics: [
        {
          metrics: samples.map(({ at, name, value, labels }) => ({
            name,
            gauge: {
              dataPoints: [{ timeUnixNano: String(nanos(at)), asDouble: value, attributes: Object.entries(labels).map(jsonAttribute) }],
            },
          })),
        },
      ],
    },
  ],
})
const attribute = (field: number, [key, text]: [string, string]) =>
  nested(field, Buffer.concat([nested(1, key), nested(2, nested(1, text))]))
const metricsProtobuf = (samples: Sample[]) => {
  const metrics = samples.map(({ at, name, value, labels }) => {
    const point = [unsigned(3, nanos(at)), double(4, value), ...Object.entries(labels).map((pair) => attribute(7, pair))]
    return nested(2, Buffer.concat([nested(1, name), nested(5, nested(1, Buffer.concat(point)))]))
  })
  return nested(1, nested(2, Buffer.concat(metrics)))
}
const logsJson = (samples: Sample[]) => ({
  resourceLogs: [
    {
      scopeLogs: [
        {
          logRecords: samples.map(({ at, name, value, labels }) => ({
            timeUnixNano: String(nanos(at)),
            body: { stringValue: name },
            attributes: [{ key: 'value', value: { doubleValue: value } }, ...Object.entries(labels).map(jsonAttribute)],
          })),
        },
      ],
    },
  ],
})
const logsProtobuf = (samples: Sample[]) => {
  const records = samples.map(({ at, name, value, labels }) => {
    const own = nested(6, Buffer.concat([nested(1, 'value'), nested(2, double(4, value))]))
    return nested(
      2,
      Buffer.concat([unsigned(1, nanos(at)), nested(5, nested(1, name)), own, ...Object.entries(labels).map((pair) => attribute(6, pair))]),
    )
  })
  return nested(1, nested(2, Buffer.concat(records)))
}
const remoteWrite = (samples: Sample[]) =>
  Buffer.concat(samples.map(({ at, name, value, labels }) => series({ __name__: name, ...labels }, sample(value, at))))

const jsonType = { 'content-type': 'application/json' }
const protobufType = { 'content-type': 'application/x-protobuf' }

/** One of each door and encoding. */
export const ways: Way[] = [
  {
    name: 'ingest, JSON',
    path: '/v1/ingest',
    headers: jsonType,
    encode: (samples) => Buffer.from(`[${samples.map(record).join(',')}]`),
    stored: 204,
    refused: 422,
    needsBody: true,
  },
  {
    name: 'ingest, lines',
    path: '/v1/ingest',
    headers: { 'content-type': 'application/x-ndjson' },
    encode: (samples) => Buffer.from(samples.map(record).join('\n')),
    stored: 204,
    refused: 422,
  },
  {
    name: 'remote write',
    path: '/api/v1/write',
    headers: protobufType,
    encode: remoteWrite,
    stored: 204,
    refused: 400,
    isStrict: true,
    isProtobuf: true,
  },
  ...['/write?precision=ms', '/api/v2/write?precision=ms'].map((path) => ({
    name: path,
    path,
    headers: {},
    encode: (samples: Sample[]) => Buffer.from(samples.map(line).join('\n')),
    stored: 204,
    refused: 400,
    isLines: true,
  })),
  {
    name: 'OTLP, JSON',
    path: '/v1/metrics',
    headers: jsonType,
    encode: (samples) => Buffer.from(JSON.stringify(metricsJson(samples))),
    stored: 200,
    refused: 200,
    isStrict: true,
    needsBody: true,
  },
  {
    name: 'OTLP, protobuf',
    path: '/v1/metrics',
    headers: protobufType,
    encode: metricsProtobuf,
    stored: 200,
    refused: 200,
    isStrict: true,
    isProtobuf: true,
  },
  {
    name: 'OTLP logs, JSON',
    path: '/v1/logs',
    headers: jsonType,
    encode: (samples) => Buffer.from(JSON.stringify(logsJson(samples))),
    stored: 200,
    refused: 200,
    isStrict: true,
    isLog: true,
    needsBody: true,
  },
  {
    name: 'OTLP logs, protobuf',
    path: '/v1/logs',
    headers: protobufType,
    encode: logsProtobuf,
    stored: 200,
    refused: 200,
    isStrict: true,
    isLog: true,
    isProtobuf: true,
  },
]

/** What a tenant has, as it was said. */
export async function storedOf(tenant_id: string): Promise<(Sample & { device_id: string; isLog: boolean })[]> {
  const frames = (await framesOf(tenant_id)).flatMap(({ device_id, at, metrics, values, labels }) =>
    metrics.map((name, index) => ({ device_id, at: at.getTime(), name, value: values[index]!, labels, isLog: false })),
  )
  const logs = (await recordsOf(tenant_id)).map(({ device_id, at, data: { level: _, message, value, ...labels } }) => ({
    device_id,
    at: at.getTime(),
    name: message as string,
    value: value as number,
    labels: labels as Record<string, string>,
    isLog: true,
  }))
  return [...frames, ...logs]
}
