import { heapStats } from 'bun:jsc'
import { expect, setDefaultTimeout, test } from 'bun:test'
import { problem, registered, send, signedIn } from '../../testing/api'
import { auditOf } from '../../testing/owner'
import { type Frame, addFrames, addLayout, owner } from '../../testing/world'

setDefaultTimeout(60_000)

const path = '/api/v1/telemetry/exports'
const start = Date.UTC(2025, 5, 2, 12)
const minute = 60_000

async function arranged(metrics: string[], labels = {}) {
  const client = await signedIn()
  const device = await registered(client)
  const layout = await addLayout(client.tenant_id, metrics, labels, new Date(start))
  const asked = { device_id: [device.device_id], metric: metrics, from: new Date(start), to: new Date(start + 30 * 24 * 60 * minute) }
  const ask = async (question: object = {}) => send('POST', path, { headers: client.headers, body: { ...asked, ...question } })
  const download = async (reply: Response) => send('GET', `${path}/${((await reply.json()) as { id: string }).id}`, client)
  return { client, device, layout, ask, download }
}

test('an export is the answer to its question, a point a line, and both steps are audited', async () => {
  const { client, device, layout, ask, download } = await arranged(['cpu_percent'], { mount: '/' })
  await addFrames(
    device,
    layout,
    [0, 1, 6].map((n): Frame => [start + n * minute, n + 0.5]),
  )
  const line = (minutes: number, value: number) =>
    `${new Date(start + minutes * minute).toISOString()},"${device.device_id}","cpu_percent","{""mount"":""/""}",${value}`
  const raw = await (await download(await ask())).text()
  expect(raw.replace('\uFEFF', '').trimEnd().split('\r\n')).toEqual([
    '"at","device_id","metric","labels","value"',
    line(0, 0.5),
    line(1, 1.5),
    line(6, 6.5),
  ])
  const steps = await (await download(await ask({ step: '5m', aggregate: 'sum' }))).text()
  expect(steps.trimEnd().split('\r\n').slice(1)).toEqual([line(0, 2), line(5, 6.5)])
  expect(await auditOf(client.tenant_id, 'exports.create')).toHaveLength(2)
  expect(await auditOf(client.tenant_id, 'exports.download')).toHaveLength(2)
})

test('a question without an answer is refused when it is asked', async () => {
  const { client, ask } = await arranged(['cpu_percent'])
  expect((await ask({ to: new Date(start) })).status).toBe(422)
  expect((await ask({ step: '1s' })).status).toBe(422)
  expect((await ask({ device_id: [Bun.randomUUIDv7()] })).status).toBe(404)
  const reader = await signedIn(['telemetry.read'], { tenant_id: client.tenant_id })
  expect((await problem(await send('POST', path, { headers: reader.headers, body: {} }))).detail).toContain('telemetry.export')
})

test('hundreds of thousands of values pass through without being held', async () => {
  const metrics = ['a', 'b', 'c', 'd', 'e']
  const { client, device, layout, ask, download } = await arranged(metrics, { place: 'x'.repeat(200), room: 'y'.repeat(200) })
  await owner`
    insert into telemetry_frame (tenant_id, device_id, at, layout_id, values)
    select ${client.tenant_id}, ${device.device_id}, ${new Date(start)}::timestamptz + n * interval '1 second', ${layout}, array[n, n, n, n, n]::float8[]
    from generate_series(1, 60000) n`
  const reader = (await download(await ask())).body!.getReader()
  let [bytes, lines, most] = [0, 0, 0]
  // What is held, and not what the process was given once and kept.
  const held = () => (Bun.gc(true), heapStats().heapSize)
  const before = held()
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes += part.value.length
    for (const byte of part.value) if (byte === 10) lines += 1
    most = Math.max(most, held() - before)
  }
  expect(lines).toBe(300_001)
  expect(bytes).toBeGreaterThan(150_000_000)
  expect(most).toBeLessThan(110_000_000)
})
