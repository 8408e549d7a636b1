import { expect, test } from 'bun:test'
import { makeDevice, owner, send, startIngestor } from './testing'

const fiveMinutesMs = 300_000

test('five minutes of the present are noted once over a connection, those of the past with every batch', async () => {
  const ingestor = startIngestor()
  const device = await makeDevice()
  const present = Date.now() - (Date.now() % fiveMinutesMs)
  const past = present - 4 * fiveMinutesMs
  let moments = 0
  /** What is waiting after one more frame of the five minutes that begin then, if nothing was. */
  async function noted(then: number) {
    await owner`delete from telemetry_arrival where tenant_id = ${device.tenant_id}`
    const timestamp = new Date(then + (moments += 1)).toISOString()
    expect((await send(ingestor.url, device, [{ kind: 'telemetry', timestamp, data: { a: 1 } }])).status).toBe(204)
    const rows = await owner<{ at: Date }[]>`select at from telemetry_arrival where tenant_id = ${device.tenant_id}`
    return rows.map(({ at }) => at.getTime())
  }

  expect(await noted(present)).toEqual([present])
  expect(await noted(present)).toEqual([])
  for (let index = 0; index < 2; index++) expect(await noted(past)).toEqual([past])
  await ingestor.stop()
})
