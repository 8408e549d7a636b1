import { afterAll, afterEach, describe, expect, test } from 'bun:test'
import { zstdCompressSync } from 'node:zlib'
import { moveClock, nowMs } from '../src/core/clock'
import { config } from '../src/core/config'
import { deviceOf } from './keys'
import { openLayouts } from './layouts'
import { limits } from './limits'
import { makeDevice, framesOf, moment, owner, recordsOf, rejectedOf, send, startIngestor, telemetry, until } from './testing'

const ingestor = startIngestor()
const { url } = ingestor
const day = 86_400_000
afterAll(async () => {
  await ingestor.stop()
})

const everyKind = [
  telemetry({ cpu_percent: 12.5, 'disk.io/read': 0, interface: 'eth0' }),
  { kind: 'log', timestamp: moment(), data: { level: 'info', message: 'sign-in', source: 'sshd', user: { name: 'root' } } },
  { kind: 'security_alert', timestamp: moment(), data: { title: 'Scan', severity: 'high', source_ip: '203.0.113.7', org_unit_id: 'mine' } },
  {
    kind: 'discovery',
    timestamp: moment(),
    data: { ip: '10.0.0.9', mac: 'AA-BB-CC-00-11-22', open_ports: [22, { port: 53, protocol: 'UDP', service: 'dns' }] },
  },
  {
    kind: 'backup_event',
    timestamp: moment(),
    id: 'run-7',
    data: { job_id: 'nightly', asset_id: 'sw1', status: 'succeeded', size_bytes: 9, checksum_sha256: 'A'.repeat(64) },
  },
  { kind: 'vpn_session', timestamp: moment(), data: { peer: 'p1', event: 'handshake', endpoint: null, rx_bytes: 1, tx_bytes: 2 } },
]

describe('what is stored', () => {
  test('every kind, and the same batch again changes nothing', async () => {
    const device = await makeDevice()
    for (let round = 0; round < 2; round++) {
      expect((await send(url, device, everyKind)).status).toBe(204)
      const [frame, ...others] = await framesOf(device.tenant_id)
      expect(others).toEqual([])
      expect(frame).toMatchObject({
        device_id: device.device_id,
        metrics: ['cpu_percent', 'disk.io/read'],
        labels: { interface: 'eth0' },
        values: [12.5, 0],
      })
      expect(frame!.at.toISOString()).toBe(moment())
      const records = new Map((await recordsOf(device.tenant_id)).map(({ kind, ...record }) => [kind, record]))
      expect(records.size).toBe(5)
      expect(records.get('log')!.data).toEqual({ level: 'info', message: 'sign-in', source: 'sshd', user: { name: 'root' } })
      expect(records.get('security_alert')!.data).toEqual({ title: 'Scan', severity: 'high', source_ip: '203.0.113.7' })
      expect(records.get('discovery')!.data).toEqual({
        ip: '10.0.0.9',
        mac: 'aa:bb:cc:00:11:22',
        open_ports: [
          { port: 22, protocol: 'tcp', service: null },
          { port: 53, protocol: 'udp', service: 'dns' },
        ],
      })
      expect(records.get('backup_event')).toMatchObject({ key: 'run-7', data: { status: 'succeeded', checksum_sha256: 'a'.repeat(64) } })
      expect(records.get('vpn_session')!.data).toEqual({ peer: 'p1', event: 'handshake', rx_bytes: 1, tx_bytes: 2 })
    }
    const [job] =
      await owner`select count(*)::int as count from graphile_worker._private_jobs where payload->>'tenant_id' = ${device.tenant_id}`
    expect(job!.count).toBe(1)
    const [presence] = await owner`select last_seen_at from device_presence where device_id = ${device.device_id}`
    expect(Date.now() - (presence!.last_seen_at as Date).getTime()).toBeLessThan(10_000)
  })

  test('what comes just as the worker takes up what came before waits for a job of its own', async () => {
    const device = await makeDevice()
    const alert = (title: string) => ({ kind: 'security_alert', timestamp: moment(), data: { title, severity: 'high' } })
    const waiting = () =>
      owner`select id from graphile_worker._private_jobs where payload->>'tenant_id' = ${device.tenant_id} and locked_at is null`
    expect((await send(url, device, [alert('first')])).status).toBe(204)
    const [first] = await waiting()
    let later: ReturnType<typeof send> | undefined
    await owner.begin(async (worker) => {
      await worker`update graphile_worker._private_jobs set locked_at = now(), locked_by = 'worker', attempts = 1 where id = ${first!.id}`
      const [{ pid }] = await worker<[{ pid: number }]>`select pg_backend_pid() as pid`
      later = send(url, device, [alert('second')])
      await until(async () => {
        const [{ count }] = await owner<[{ count: number }]>`
          select count(*)::int as count from pg_stat_activity where ${pid} = any (pg_blocking_pids(pid))`
        return count === 1
      })
    })
    expect((await later)!.status).toBe(204)
    const [second, ...others] = await waiting()
    expect(others).toEqual([])
    expect(second!.id).not.toBe(first!.id)
  })

  test('which five minutes of a device were written to is noted with its frames', async () => {
    const device = await makeDevice()
    const at = (minutes: number) => new Date(Date.UTC(2026, 0, 1, 12, minutes, 1)).toISOString()
    const some = [3, 4, 6, 9].map((minutes) => ({ kind: 'telemetry', timestamp: at(minutes), data: { cpu_percent: 1 } }))
    for (let round = 0; round < 2; round++) expect((await send(url, device, some)).status).toBe(204)
    const noted =
      await owner`select at from telemetry_arrival where tenant_id = ${device.tenant_id} and device_id = ${device.device_id} order by at`
    expect(noted.map(({ at }) => (at as Date).toISOString())).toEqual(['2026-01-01T12:00:00.000Z', '2026-01-01T12:05:00.000Z'])
  })

  test('the order of fields makes no other layout; another label does', async () => {
    const device = await makeDevice()
    const records = [telemetry({ a: 1, b: 2 }, 1), telemetry({ b: 2, a: 1 }, 2), telemetry({ b: 2, a: 1, zone: 'x' }, 3)]
    expect((await send(url, device, records)).status).toBe(204)
    expect((await framesOf(device.tenant_id)).map(({ metrics, labels, values }) => [metrics, labels, values])).toEqual([
      [['a', 'b'], {}, [1, 2]],
      [['a', 'b'], {}, [1, 2]],
      [['a', 'b'], { zone: 'x' }, [1, 2]],
    ])
    expect(await owner`select id from telemetry_layout where tenant_id = ${device.tenant_id}`).toHaveLength(2)
  })

  test.each([
    ['newline-delimited JSON by its type', { 'content-type': 'application/x-ndjson' }, (lines: string[]) => `\n${lines.join('\r\n')}\n`],
    ['newline-delimited JSON by its looks', {}, (lines: string[]) => lines.join('\n')],
    ['zstd', { 'content-encoding': 'zstd' }, (lines: string[]) => zstdCompressSync(`[${lines.join(',')}]`)],
    ['a byte-order mark', {}, (lines: string[]) => `\u{FEFF}[${lines.join(' , ')}]`],
  ])('%s', async (_, headers, write) => {
    const device = await makeDevice()
    const raw = write([1, 2, 3].map((index) => JSON.stringify(telemetry({ value: index }, index))))
    expect((await send(url, device, [], { headers, raw })).status).toBe(204)
    expect((await framesOf(device.tenant_id)).map(({ values }) => values)).toEqual([[1], [2], [3]])
  })

  test('one record alone, a large body and none at all', async () => {
    const device = await makeDevice()
    expect((await send(url, device, telemetry({ value: 0 }))).status).toBe(204)
    const many = Array.from({ length: 6000 }, (_, index) => telemetry({ value: index, text: '[{"\\' }, index + 1))
    expect((await send(url, device, many, { gzip: true })).status).toBe(204)
    expect(await framesOf(device.tenant_id)).toHaveLength(6001)
    expect((await send(url, device, [])).status).toBe(204)
  })

  test('tenants that send at the same time stay apart', async () => {
    const devices = await Promise.all(Array.from({ length: 8 }, () => makeDevice()))
    const answers = await Promise.all(
      devices.flatMap((device, owner) =>
        Array.from({ length: 10 }, (_, index) =>
          send(url, device, [
            telemetry({ [`of_${owner}`]: owner }, index),
            { kind: 'log', timestamp: moment(index), data: { level: 'info', message: `of ${owner}` } },
          ]),
        ),
      ),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]))
    for (const [owner, { tenant_id, device_id }] of devices.entries()) {
      const frames = await framesOf(tenant_id)
      expect(frames).toHaveLength(10)
      for (const frame of frames) expect(frame).toMatchObject({ device_id, metrics: [`of_${owner}`], values: [owner] })
      const records = await recordsOf(tenant_id)
      expect(records).toHaveLength(10)
      for (const record of records) expect(record).toMatchObject({ device_id, data: { message: `of ${owner}` } })
    }
  })
})

describe('a bad record does not fail its neighbours', () => {
  test('it is told by index and kept with its reason', async () => {
    const device = await makeDevice()
    const text = `[${JSON.stringify(telemetry({ value: 1 }, 1))},{"kind":"telemetry","timestamp":"${moment(2)}","data":{"value":1e999}},7,
      {"kind":"log","timestamp":"${moment(3)}","data":{"level":"info","message":"a\\u0000b"}},${JSON.stringify(telemetry({ value: 2 }, 4))}]`
    const first = await send(url, device, [], { raw: text })
    expect(first.status).toBe(200)
    expect(first.body).toEqual({
      accepted: 2,
      duplicates: 0,
      rejected: [
        { index: 1, error: 'number_out_of_range', detail: expect.any(String) },
        { index: 2, error: 'invalid_record', detail: expect.any(String) },
        { index: 3, error: 'invalid_text', detail: expect.any(String) },
      ],
    })
    expect((await send(url, device, [], { raw: text })).body).toMatchObject({ accepted: 0, duplicates: 2 })
    expect((await framesOf(device.tenant_id)).map(({ values }) => values)).toEqual([[1], [2]])
    const kept = await rejectedOf(device.tenant_id)
    expect(kept.map(({ error }) => error)).toEqual(['invalid_record', 'invalid_text', 'number_out_of_range'])
    expect(kept[2]!.record).toContain('1e999')
  })

  test('none valid: 422, and kept all the same', async () => {
    const device = await makeDevice()
    const answer = await send(url, device, [{ kind: 'weather' }, telemetry({ value: true })])
    expect(answer).toMatchObject({ status: 422, body: { error: 'no_valid_record', errors: [{ path: '/0' }, { path: '/1' }] } })
    expect((await rejectedOf(device.tenant_id)).map(({ error }) => error)).toEqual(['invalid_data', 'unknown_kind'])
  })

  test('a broken line of newline-delimited JSON', async () => {
    const device = await makeDevice()
    const raw = `${JSON.stringify(telemetry({ value: 1 }))}\n{"kind":`
    const answer = await send(url, device, [], { raw, headers: { 'content-type': 'application/x-ndjson' } })
    expect(answer).toMatchObject({ status: 200, body: { accepted: 1, rejected: [{ index: 1, error: 'malformed' }] } })
  })

  test('__proto__ is a name like others', async () => {
    const device = await makeDevice()
    const raw = `[{"kind":"telemetry","timestamp":"${moment()}","data":{"__proto__":5,"constructor":6},"__proto__":{"kind":"x"}},
      {"kind":"log","timestamp":"${moment()}","data":{"level":"info","message":"m","__proto__":{"polluted":true}}},
      {"kind":"__proto__","timestamp":"${moment()}","data":{}}]`
    expect(await send(url, device, [], { raw })).toMatchObject({
      status: 200,
      body: { accepted: 2, rejected: [{ index: 2, error: 'unknown_kind' }] },
    })
    expect(await framesOf(device.tenant_id)).toMatchObject([{ metrics: ['__proto__', 'constructor'], values: [5, 6] }])
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  const haveLayouts = (tenant_id: string, count: number, names: number, kept_until = new Date(Date.now() + day)) => owner`
    insert into telemetry_layout (tenant_id, id, hash, metrics, labels, kept_until)
    select ${tenant_id}, gen_random_uuid(), gen_random_uuid(), array_fill('invented'::text, array[${names}::int]), '{}', ${kept_until}
    from generate_series(1, ${count}::int) n`

  test('a tenant has at most 20,000 layouts in use', async () => {
    const device = await makeDevice()
    await haveLayouts(device.tenant_id, limits.layoutsInUsePerTenant - 2000, 1)
    const records = Array.from({ length: 2003 }, (_, index) => telemetry({ [`invented_${index}`]: index }, index))
    const [one, two] = await Promise.all([send(url, device, records.slice(0, 1500)), send(url, device, records.slice(1000))])
    expect([one.status, two.status].sort((a, b) => a - b)).toEqual([200, 204])
    const partial = one.status === 200 ? one : two
    expect(partial.body.rejected.map(({ error }) => error)).toEqual(['too_many_layouts', 'too_many_layouts', 'too_many_layouts'])
    expect(await owner`select id from telemetry_layout where tenant_id = ${device.tenant_id}`).toHaveLength(limits.layoutsInUsePerTenant)
    expect((await send(url, device, records.slice(500, 501))).status).toBe(204)
    const another = startIngestor()
    expect((await send(another.url, device, records.slice(501, 502))).status).toBe(204)
    expect((await send(another.url, device, [telemetry({ one_too_many: 1 })])).status).toBe(422)
    await another.stop()
    expect((await send(url, await makeDevice(), records.slice(2002))).status).toBe(204)
  })

  test('and 2,000,000 names in them', async () => {
    const device = await makeDevice()
    await haveLayouts(device.tenant_id, limits.layoutNamesPerTenant / limits.metrics - 1, limits.metrics)
    const wide = (first: number, count: number) =>
      telemetry(Object.fromEntries(Array.from({ length: count }, (_, index) => [`invented_${first + index}`, index])), first)
    const { status, body } = await send(url, device, [wide(0, 600), wide(1, 401), wide(2, 400)])
    expect([status, body.rejected.map(({ index, error }) => [index, error])]).toEqual([200, [[1, 'too_many_layouts']]])
  })

  test('those that were not used for a week count no more, until there are 200,000', async () => {
    const device = await makeDevice()
    const past = new Date(Date.now() - 1000)
    await haveLayouts(device.tenant_id, limits.layoutsInUsePerTenant, 1, past)
    expect((await send(url, device, [telemetry({ one_more: 1 })])).status).toBe(204)
    await haveLayouts(device.tenant_id, limits.layoutsPerTenant - limits.layoutsInUsePerTenant - 1, 1, past)
    const another = startIngestor()
    const { status, body } = await send(another.url, device, [telemetry({ one_too_many: 1 }), telemetry({ one_more: 2 }, 1)])
    await another.stop()
    expect([status, body.rejected.map(({ index, error }) => [index, error])]).toEqual([200, [[0, 'too_many_layouts']]])
  })
})

describe('a layout', () => {
  afterEach(() => moveClock(0))
  const week = limits.layoutKeptMs
  const keptUntil = async ({ tenant_id }: { tenant_id: string }) =>
    (await owner<{ kept_until: Date }[]>`select kept_until from telemetry_layout where tenant_id = ${tenant_id}`).map((row) =>
      row.kept_until.getTime(),
    )
  const reading = (at: number, cpu: number) => ({ kind: 'telemetry', timestamp: new Date(at).toISOString(), data: { cpu } })

  test('is kept for a week beyond its latest frame, and beyond now', async () => {
    const device = await makeDevice()
    const begun = Date.now()
    expect((await send(url, device, [reading(begun - 400 * day, 1)])).status).toBe(204)
    const [first] = await keptUntil(device)
    expect(first).toBeWithin(begun + week, Date.now() + week + 1)
    const ahead = begun + 30 * day
    expect((await send(url, device, [reading(ahead, 2), reading(begun, 3)])).status).toBe(204)
    expect(await keptUntil(device)).toEqual([ahead + week])
    expect((await send(url, await makeDevice(device.tenant_id), [reading(begun, 4)])).status).toBe(204)
    expect(await keptUntil(device)).toEqual([ahead + week])
    // Alone, as the first was, so that it is read along that.
    expect((await send(url, device, [reading(ahead + 30 * day, 5)])).status).toBe(204)
    expect(await keptUntil(device)).toEqual([ahead + 30 * day + week])
  })

  test('is believed to be kept for as long as the database was told, and no longer', () => {
    const layouts = openLayouts(
      async () => [[]],
      () => false,
    )
    const device = deviceOf({ tenant_id: Bun.randomUUIDv7(), device_id: Bun.randomUUIDv7(), key_id: '', key_hash: '' })
    const { layout } = layouts.ofTelemetry(device.tenant_id, ['cpu'], [1])
    layouts.settle({ device, layouts: [layout], latest: 1000 }, true)
    // Examined before that and stored after it: nobody tells again what is kept for longer than that.
    layouts.settle({ device, layouts: [layout], latest: 1000 + day }, true)
    expect(layout.keptUntil).toBe(1000 + week)
  })

  test('is kept longer while it is in use, and made anew where it has gone meanwhile', async () => {
    const device = await makeDevice()
    const report = async (cpu: number) => expect((await send(url, device, [reading(nowMs(), cpu)])).status).toBe(204)
    for (const cpu of [1, 2, 3]) await report(cpu)
    moveClock(week + day)
    await report(4)
    expect((await keptUntil(device))[0]).toBeGreaterThanOrEqual(nowMs() + week - 60_000)
    await owner`delete from telemetry_layout where tenant_id = ${device.tenant_id}`
    moveClock(week + day)
    await report(5)
    expect((await framesOf(device.tenant_id)).map(({ metrics, values }) => [metrics, values])).toEqual(
      [1, 2, 3, 4, 5].map((cpu) => [['cpu'], [cpu]]),
    )
  })
})

test('what is not ours', async () => {
  expect((await fetch(`${url}/v1/ingest`)).status).toBe(405)
  expect((await fetch(`${url}/v1/else`)).status).toBe(404)
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
})

// ASVS 4.1.3
test('an id that a stranger brought is not taken over: only a trusted proxy may name a request', async () => {
  const device = await makeDevice()
  const headers = { 'x-request-id': 'asked-for-1' }
  const named = async () => {
    const replies = [await fetch(`${url}/readyz`, { headers }), await send(url, device, [], { headers })]
    return replies.map((reply) => reply.headers.get('x-request-id'))
  }
  expect(await named()).toEqual(Array(2).fill(expect.not.stringContaining('asked-for-1')))
  config.TRUST_PROXY_HOPS = 1
  try {
    expect(await named()).toEqual(['asked-for-1', 'asked-for-1'])
    const ids = Array.from({ length: 20 }, (_, index) => `at-once-${index}`)
    const answers = await Promise.all(
      ids.map((id, index) => send(url, device, [telemetry({ level: 1 }, index)], { headers: { 'x-request-id': id } })),
    )
    expect(answers.map(({ status, headers: told }) => [status, told.get('x-request-id')])).toEqual(ids.map((id) => [204, id]))
  } finally {
    config.TRUST_PROXY_HOPS = 0
  }
})
