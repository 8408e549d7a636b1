import type { Problem } from '../../src/core/problem'
import { limits } from '../limits'
import { Refusal, malformed } from '../refusals'
import { type Door, headersOf, keyOf, reasonsOf, statusOf } from './door'
import { type Point, pointsOf } from './line-protocol'
import { labelsOf, openReadings } from './readings'

/** Milliseconds in a unit of time; a fraction for those that are finer. */
const units = new Map(
  Object.entries({
    n: 1e-6,
    ns: 1e-6,
    u: 1e-3,
    µ: 1e-3,
    us: 1e-3,
    ms: 1,
    s: 1000,
    m: 60_000,
    h: 3_600_000,
  }),
)

/** Exact also for nanoseconds, which a double does not hold; what is finer than a millisecond is cut off. */
function momentOf(digits: string, unit: number): number {
  if (unit >= 1) return Number(digits) * unit
  return digits.startsWith('-') ? -1 : Number(digits.slice(0, unit === 1e-6 ? -6 : -3) || '0')
}

/** Fields of one line are one frame, `measurement_field` each: Telegraf cuts batches between lines, so that the sets of names stay few. */
function read(bytes: Buffer, { url }: Request) {
  const unit = units.get(new URL(url).searchParams.get('precision') || 'ns')
  if (!unit) throw malformed('precision must be one of n, ns, u, us, ms, s, m, h')
  const readings = openReadings()
  for (const line of pointsOf(decoder.decode(bytes))) {
    try {
      if ('refusal' in line) throw line.refusal
      addPoint(line.point, unit, readings)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      readings.refuse(error, line.text)
    }
  }
  return readings.items()
}

const decoder = new TextDecoder()

function addPoint({ measurement, tags, fields, time }: Point, unit: number, readings: ReturnType<typeof openReadings>) {
  if (!time)
    throw new Refusal('timestamp_required', 'A line must have a timestamp: without one it could not be recognized when it is sent again')
  if (!fields.length) throw new Refusal('invalid_data', 'A line must hold at least one number')
  const labels = labelsOf(tags)
  const own = { ...labels, key: `${labels.key} ${measurement}` }
  for (const [name, value] of fields) readings.add(momentOf(time, unit), own, `${measurement}_${name}`, value)
}

type Say = (status: number, code: string, message: string, headers: Record<string, string>) => Response

const door = (say: Say, key: Door['keyOf']): Door => ({
  mostBytes: limits.doorBytes,
  keyOf: key,
  read,
  answer(unit, _, request_id) {
    const dropped = unit.rejected.length
    if (!dropped) return undefined
    return say(400, 'invalid', `partial write: ${reasonsOf(unit)} dropped=${dropped}`, { 'x-request-id': request_id })
  },
  refuse: (problem, request_id) => say(statusOf(problem), codeOf(problem), problem.message, headersOf(problem, request_id)),
})

const codes: Record<number, string> = { 401: 'unauthorized', 413: 'request too large', 429: 'too many requests', 503: 'unavailable' }
const codeOf = (problem: Problem) => codes[statusOf(problem)] ?? 'invalid'

/** POST /write of InfluxDB 1. Its clients may also send the key as `p` in the query, which nothing here writes down. */
export const influx1 = door(
  (status, _, error, headers) => Response.json({ error }, { status, headers: { ...headers, 'x-influxdb-error': error } }),
  (request) => keyOf(request) ?? new URL(request.url).searchParams.get('p'),
)

/** POST /api/v2/write of InfluxDB 2. */
export const influx2 = door((status, code, message, headers) => Response.json({ code, message }, { status, headers }), keyOf)
