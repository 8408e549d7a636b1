import { afterAll, describe, expect, test } from 'bun:test'
import { framesOf, makeDevice, moment, owner, recordsOf, rejectedOf, send, startIngestor, telemetry, until } from './testing'

const ingestor = startIngestor()
const { url } = ingestor
afterAll(async () => {
  await ingestor.stop()
})

type Device = Awaited<ReturnType<typeof makeDevice>>

const addRefused = async ({ tenant_id, device_id }: Device, record: string, replayable = true) => {
  const id = Bun.randomUUIDv7()
  await owner`
    insert into rejected_record (tenant_id, id, device_id, error, detail, record, replayable, replay_requested_at)
    values (${tenant_id}, ${id}, ${device_id}, 'unknown_kind', 'of an older version', ${record}, ${replayable}, now())`
  return id
}
const tell = ({ tenant_id }: Device) => owner`select pg_notify('monozu', ${`replays ${tenant_id}`})`
const requested = async ({ tenant_id }: Device) =>
  (await owner`select id from rejected_record where tenant_id = ${tenant_id} and replay_requested_at is not null`).length

describe('a refused record that is replayed', () => {
  test('is stored as if it had just come, and its refusal is gone', async () => {
    const device = await makeDevice()
    await addRefused(device, JSON.stringify(telemetry({ cpu_percent: 7 }, 1)))
    await addRefused(device, JSON.stringify({ kind: 'log', timestamp: moment(), data: { level: 'info', message: 'hello' } }))
    await tell(device)
    await until(async () => (await rejectedOf(device.tenant_id)).length === 0)
    expect((await framesOf(device.tenant_id)).map(({ metrics, values }) => [metrics, values])).toEqual([[['cpu_percent'], [7]]])
    expect((await recordsOf(device.tenant_id)).map(({ data }) => data)).toEqual([{ level: 'info', message: 'hello' }])
    expect(await owner`select at from telemetry_arrival where tenant_id = ${device.tenant_id}`).toHaveLength(1)
  })

  test('and is there already is not stored twice', async () => {
    const device = await makeDevice()
    const record = telemetry({ cpu_percent: 7 }, 1)
    expect((await send(url, device, [record])).status).toBe(204)
    await addRefused(device, JSON.stringify(record))
    await addRefused(device, JSON.stringify(record))
    await tell(device)
    await until(async () => (await rejectedOf(device.tenant_id)).length === 0)
    expect(await framesOf(device.tenant_id)).toHaveLength(1)
  })

  test.each([
    ['nonsense', 'malformed'],
    [`${JSON.stringify(telemetry({ a: 1 }))},${JSON.stringify(telemetry({ b: 1 }))}`, 'malformed'],
    [`[${JSON.stringify(telemetry({ a: 1 }))}]`, 'invalid_record'],
    [JSON.stringify({ kind: 'log', timestamp: 'yesterday', data: {} }), 'invalid_timestamp'],
  ])('as %s is refused again, with the reason of today', async (record, error) => {
    const device = await makeDevice()
    await addRefused(device, record)
    await addRefused(device, JSON.stringify(telemetry({ cpu_percent: 1 })))
    await tell(device)
    await until(async () => (await requested(device)) === 0)
    const rows = await owner`select error, replayed_at, record from rejected_record where tenant_id = ${device.tenant_id}`
    expect(rows.map((row) => [row.error, row.record, row.replayed_at instanceof Date])).toEqual([[error, record, true]])
    expect(await framesOf(device.tenant_id)).toHaveLength(1)
  })

  test('is left alone where it was not kept whole, or its device is gone', async () => {
    const [device, gone] = [await makeDevice(), await makeDevice()]
    await addRefused(device, JSON.stringify(telemetry({ cpu_percent: 1 })), false)
    await addRefused(gone, JSON.stringify(telemetry({ cpu_percent: 1 })))
    await owner`delete from device_key where device_id = ${gone.device_id}`
    const witness = await makeDevice()
    await addRefused(witness, JSON.stringify(telemetry({ cpu_percent: 1 })))
    for (const one of [device, gone, witness]) await tell(one)
    await until(async () => (await requested(witness)) === 0)
    for (const one of [device, gone]) {
      expect(await requested(one)).toBe(1)
      expect(await framesOf(one.tenant_id)).toHaveLength(0)
    }
  })

  test('in great number, and asked for while no ingestor listened, is taken up by the next', async () => {
    const device = await makeDevice()
    for (let index = 0; index < 120; index++) await addRefused(device, JSON.stringify(telemetry({ cpu_percent: index }, index)))
    const later = startIngestor()
    try {
      await until(async () => (await rejectedOf(device.tenant_id)).length === 0)
      expect(await framesOf(device.tenant_id)).toHaveLength(120)
    } finally {
      await later.stop()
    }
  })
})

test('what is refused is kept whole up to 256 KB, and says where it is not', async () => {
  const device = await makeDevice()
  const long = { kind: 'strange', timestamp: moment(), data: { text: 'x'.repeat(200_000) } }
  const nul = '{"kind":"strange","text":"a\u0000b"}'
  expect(
    (await send(url, device, [], { raw: `${JSON.stringify(long)}\n${nul}\n`, headers: { 'content-type': 'application/x-ndjson' } })).status,
  ).toBe(422)
  const rows = await owner`select replayable, record from rejected_record where tenant_id = ${device.tenant_id} order by length(record)`
  expect(rows.map(({ replayable, record }) => [replayable, record as string])).toEqual([
    [false, '{"kind":"strange","text":"a\u{FFFD}b"}'],
    [true, JSON.stringify(long)],
  ])
})
