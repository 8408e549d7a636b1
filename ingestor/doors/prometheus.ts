import { Problem } from '../../src/core/problem'
import { limits } from '../limits'
import { Refusal } from '../refusals'
import { type Door, headersOf, keyOf, reasonsOf, statusOf } from './door'
import { eachField, varintAt } from './protobuf'
import { labelsOf, openReadings } from './readings'

type Readings = ReturnType<typeof openReadings>

/** One label pair: name and value. */
function pairAt(bytes: Buffer, start: number, end: number): [string, string] {
  const pair: [string, string] = ['', '']
  eachField(bytes, start, end, (field, wire, from, to) => {
    if (wire === 2 && (field === 1 || field === 2)) pair[field - 1] = bytes.toString('utf8', from, to)
  })
  return pair
}

function sampleAt(bytes: Buffer, start: number, end: number) {
  const sample = { value: 0, at: 0 }
  eachField(bytes, start, end, (field, wire, from, to) => {
    if (field === 1 && wire === 1) sample.value = bytes.readDoubleLE(from)
    if (field === 2 && wire === 0) sample.at = varintAt(bytes, from, to)
  })
  return sample
}

/** A message TimeSeries: 1 labels, 2 samples, 3 exemplars, 4 native histograms. Its metadata and exemplars have no place here. */
function readSeries(bytes: Buffer, start: number, end: number, readings: Readings) {
  const pairs: [string, string][] = []
  const samples: { value: number; at: number }[] = []
  let histograms = 0
  eachField(bytes, start, end, (field, wire, from, to) => {
    if (wire !== 2) return
    // One more than are allowed shows that there are too many.
    if (field === 1 && pairs.length < limits.labels + 2) pairs.push(pairAt(bytes, from, to))
    else if (field === 2) samples.push(sampleAt(bytes, from, to))
    else if (field === 4) histograms += 1
    if (samples.length > limits.doorValues) throw new Problem(413, 'too_large', `A request may have at most ${limits.doorValues} values`)
  })
  const refuse = (refusal: Refusal) =>
    readings.refuse(refusal, { kind: 'telemetry', labels: pairs.map(([name]) => name), samples: samples.length })
  try {
    const metric = pairs.find(([name]) => name === '__name__')?.[1] ?? ''
    const labels = labelsOf(pairs.filter(([name]) => name !== '__name__'))
    for (const { at, value } of samples) readings.add(at, labels, metric, value)
    if (histograms) refuse(new Refusal('unsupported', 'Native histograms are not taken: send classic ones'))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    refuse(error)
  }
}

const plain = (text: string, status: number, headers: Record<string, string>) =>
  new Response(`${text}\n`, { status, headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' } })

/** POST /api/v1/write, Prometheus remote write 1.0 (prometheus.io/docs/specs/prw/remote_write_spec). Stale markers are NaN, so left out. */
export const prometheus: Door = {
  mostBytes: limits.doorBytes,
  keyOf,
  read(bytes, { headers }) {
    const type = headers.get('content-type') ?? ''
    if (!/^application\/x-protobuf(;\s*proto=prometheus\.WriteRequest)?$/i.test(type))
      throw new Problem(415, 'unsupported_type', 'Remote write 1.0 is taken: application/x-protobuf with prometheus.WriteRequest')
    const readings = openReadings()
    eachField(bytes, 0, bytes.length, (field, wire, from, to) => {
      if (field === 1 && wire === 2) readSeries(bytes, from, to, readings)
    })
    return readings.items()
  },
  answer(unit, _, request_id) {
    const refused = unit.rejected.length
    if (!refused) return undefined
    return plain(`${refused} records were not stored, the others were: ${reasonsOf(unit)}`, 400, { 'x-request-id': request_id })
  },
  refuse: (problem, request_id) => plain(`${problem.error}: ${problem.message}`, statusOf(problem), headersOf(problem, request_id)),
}
