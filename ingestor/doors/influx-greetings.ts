import { limits } from '../limits'
import { malformed } from '../refusals'
import type { Door } from './door'
import { influx1 } from './influx'
import { openReadings } from './readings'

// What InfluxDB's clients ask before they write, and some of them refuse to go on without.

/** Whose API the doors speak: clients read it, and a server that names none is none to some. */
const version = '1.8.10'

/** GET /ping of InfluxDB 1 and 2: the process is alive. */
export const ping = (request_id: string) =>
  new Response(null, { status: 204, headers: { 'x-influxdb-version': version, 'x-request-id': request_id } })

/** GET /health of InfluxDB 1.8 and 2: it can serve, or why it cannot. */
export const health = (reason: string | undefined, request_id: string) =>
  Response.json(
    { name: 'influxdb', message: reason ?? 'ready for writes', status: reason ? 'fail' : 'pass', checks: [], version },
    { status: reason ? 503 : 200, headers: { 'x-request-id': request_id } },
  )

const createsDatabase = /^\s*create\s+database\s/i

/** /query of InfluxDB 1, for the one statement that many clients begin with. It does nothing, since databases are ignored; reading is the API's. */
export const influxQuery: Door = {
  ...influx1,
  mostBytes: limits.queryBytes,
  read(bytes, { url }) {
    const statement = new URL(url).searchParams.get('q') ?? new URLSearchParams(bytes.toString()).get('q') ?? ''
    if (!createsDatabase.test(statement)) throw malformed('Only CREATE DATABASE is answered here')
    return openReadings().items()
  },
  answer: (_unit, _added, request_id) => Response.json({ results: [{ statement_id: 0 }] }, { headers: { 'x-request-id': request_id } }),
}
