import { expect, test } from 'bun:test'
import { freePort } from '../src/core/embedded-postgres'
import { startCommand } from '../src/testing/process'
import { framesOf, makeDevice, send, telemetry, until } from './testing'

const METRICS_TOKEN = 'a-token-for-the-tests-that-is-long-enough'

async function startInstance() {
  const port = freePort()
  const url = `http://127.0.0.1:${port}`
  const command = startCommand(['ingestor'], {
    DATABASE_URL: Bun.env.DATABASE_INGEST_URL!,
    INGESTOR_PORT: String(port),
    SPOOL_BYTES: '0',
    DRAIN_SECONDS: '2',
    METRICS_TOKEN,
  })
  await until(() => isReady(url))
  const stored = async () => {
    const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } })
    return Number(/requests_total\{status="204"\} (\d+)/.exec(await answer.text())?.[1] ?? 0)
  }
  return { ...command, url, stored }
}

const isReady = (url: string) =>
  fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  )

/** Looks at /readyz, sends each request to the next instance that was ready when it last looked, and tries nothing twice. */
function openBalancer(instances: string[]) {
  let ready: string[] = [...instances]
  let turn = 0
  let isOver = false
  async function watch() {
    while (!isOver) {
      const states = await Promise.all(instances.map(isReady))
      ready = instances.filter((_, index) => states[index])
      await Bun.sleep(100)
    }
  }
  const watching = watch()
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const instance = ready[turn++ % ready.length]
      const headers = { 'x-device-key': request.headers.get('x-device-key')! }
      const body = await request.arrayBuffer()
      return fetch(`${instance}/v1/ingest`, { method: 'POST', headers, body }).catch(() => new Response(null, { status: 502 }))
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}`,
    async close() {
      isOver = true
      await watching
      await server.stop(true)
    },
  }
}

test('an instance that leaves while a fleet sends costs no request behind a balancer that tries nothing twice', async () => {
  const device = await makeDevice()
  const [leaving, staying] = await Promise.all([startInstance(), startInstance()])
  const balancer = openBalancer([leaving.url, staying.url])
  const statuses: number[] = []
  let isOver = false
  let next = 0
  const senders = Array.from({ length: 8 }, async () => {
    while (!isOver) {
      const value = next++
      statuses.push((await send(balancer.url, device, [telemetry({ value }, value)])).status)
    }
  })
  const more = async (count: number) => {
    const before = statuses.length
    await until(async () => statuses.length >= before + count)
  }
  await more(200)
  expect(await leaving.stored()).toBeGreaterThan(0)
  expect(await leaving.stop()).toBe(0)
  await more(200)
  isOver = true
  await Promise.all(senders)
  expect(Object.entries(Object.groupBy(statuses, String)).map(([status]) => status)).toEqual(['204'])
  expect(await framesOf(device.tenant_id)).toHaveLength(next)
  expect(await isReady(leaving.url)).toBe(false)
  await balancer.close()
  expect(await staying.stop()).toBe(0)
}, 40_000)
