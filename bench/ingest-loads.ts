import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Whole requests, cut where the time of a record belongs: between the parts goes a time that no request before it had. */
export type Requests = string[][]

const metrics = Array.from({ length: 100 }, (_, index) => `metric_name_${index + 1}`)
const value = () => (Math.random() * 100).toFixed(4)
const moments = (valuesARequest: number) => Array.from({ length: valuesARequest / metrics.length })

/** Length of what `times` in the script below makes. */
const time = '2026-01-01T00:00:00.000Z'

function requestOf(path: string, headers: string, body: string[]): string[] {
  const length = body.reduce((sum, part) => sum + part.length, 0) + (body.length - 1) * time.length
  const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}Content-Length: ${length}\r\n\r\n`
  return [head + body[0]!, ...body.slice(1)]
}

/** POST /v1/ingest: a record of 100 values a moment, one request after the other from each of the devices. */
export const records = (keys: string[], valuesARequest: number): Requests =>
  keys.map((key) => {
    const data = () => `","data":{${metrics.map((metric) => `"${metric}":${value()}`).join(',')}}}`
    const start = '{"kind":"telemetry","timestamp":"'
    const body = [`[${start}`, ...moments(valuesARequest).map((_, index, all) => data() + (index < all.length - 1 ? `,${start}` : ']'))]
    return requestOf('/v1/ingest', `X-Device-Key: ${key}\r\nContent-Type: application/json\r\n`, body)
  })

/** Influx line protocol without times, so that the server's own clock is taken: a line a value, or a line a moment with 100 fields. */
export const lines = (path: string, valuesARequest: number, isLineAValue: boolean): Requests =>
  Array.from({ length: 100 }, (_, device) => {
    const body = moments(valuesARequest).map((_, index) => {
      const tags = `,device=dev${device},part=${index}`
      return isLineAValue
        ? metrics.map((metric) => `${metric}${tags} value=${value()}`).join('\n')
        : `m${tags} ${metrics.map((metric) => `${metric}=${value()}`).join(',')}`
    })
    return requestOf(path, 'Content-Type: text/plain\r\n', [body.join('\n')])
  })

export interface LoadResult {
  /** Answered with 2xx or 3xx. */
  accepted: number
  refused: number
  perSecond: number
  p50Ms: number
  p95Ms: number
}

interface Options {
  connections: number
  seconds: number
  /** Requests a second at most; as many as are answered where it is absent. */
  perSecond?: number
}

/** Runs wrk (Debian: wrk) with one thread. */
export async function load(url: string, requests: Requests, { connections, seconds, perSecond }: Options): Promise<LoadResult> {
  const script = join(tmpdir(), `monozu-load-${process.pid}.lua`)
  // Of the present, as devices send it: moments follow each other more slowly than the clock, and so no run meets those of the one before.
  await Bun.write(script, scriptOf(requests, Date.now() / 1000, perSecond && (connections * 1000) / perSecond))
  const out = await Bun.$`wrk -t1 -c${connections} -d${seconds}s --timeout 20s -s ${script} ${url}`.text()
  rmSync(script, { force: true })
  const [all = 0, refused = 0, tookUs = 1, p50 = 0, p95 = 0] = (out.match(/^RESULT (.*)$/m)?.[1] ?? '').split(' ').map(Number)
  const accepted = all - refused
  return { accepted, refused, perSecond: accepted / (tookUs / 1e6), p50Ms: p50 / 1000, p95Ms: p95 / 1000 }
}

const scriptOf = (requests: Requests, start: number, delayMs?: number) => `
local requests = {${requests.map((parts) => `{${parts.map((part) => JSON.stringify(part)).join(',')}}`).join(',\n')}}
local start, round, sent, times = ${Math.floor(start)}, 0, 0, {}
local function another_round()
  for moment = 1, #requests[1] - 1 do
    local ms = round * (#requests[1] - 1) + moment
    times[moment] = os.date("!%Y-%m-%dT%H:%M:%S", start + math.floor(ms / 1000)) .. string.format(".%03dZ", ms % 1000)
  end
  round = round + 1
end
request = function()
  local parts = requests[sent % #requests + 1]
  if sent % #requests == 0 then another_round() end
  sent = sent + 1
  if #parts == 1 then return parts[1] end
  local whole = { parts[1] }
  for moment = 1, #parts - 1 do
    whole[2 * moment] = times[moment]
    whole[2 * moment + 1] = parts[moment + 1]
  end
  return table.concat(whole)
end
${delayMs ? `delay = function() return ${delayMs} end` : ''}
done = function(summary, latency)
  io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.errors.status, summary.duration, latency:percentile(50), latency:percentile(95)))
end`
