import { afterEach, describe, expect, setDefaultTimeout, setSystemTime, test } from 'bun:test'
import { moveClock } from '../../core/clock'
import { migrateDatabase } from '../../core/migrate'
import { type Client, problem, registered, send, signedIn } from '../../testing/api'
import { ownDatabase } from '../../testing/own-database'
import { type Frame, type Reported, addFrames, addLayout, addRejected, owner, queued, report, runQueue } from '../../testing/world'
import { jobs } from '../../jobs'
import { runJob } from '../../core/jobs'
import { expireTelemetry } from './service'

setDefaultTimeout(30_000)
afterEach(() => moveClock(0))

const minute = 60_000
const day = 24 * 60 * minute
const path = '/api/v1/settings/telemetry'
const put = ({ headers }: Client, body: unknown, more: Record<string, string> = {}) =>
  send('PUT', path, { headers: { ...headers, ...more }, body })
const run = ({ tenant_id }: Client, name: string) => runJob(jobs[name]!, { tenant_id })
const held = async ({ tenant_id }: Client) => {
  const [row] = await owner`
    select (select count(*)::int from telemetry_frame where tenant_id = ${tenant_id}) as frames,
      (select count(*)::int from telemetry_rollup where tenant_id = ${tenant_id} and seconds = 300) as rollups`
  return { ...row }
}

describe('how long telemetry is kept', () => {
  test('is as long as the platform allows, until a tenant chooses less', async () => {
    const client = await signedIn()
    const most = { raw_days: 90, rollup_days: 730 }
    expect((await client.api.settings.telemetry.get()).data).toEqual({ raw_days: null, rollup_days: null, effective: most, most })
    const reply = await put(client, { raw_days: 30, rollup_days: null }, { 'if-match': '"v0"' })
    expect(reply.status).toBe(200)
    const chosen = { raw_days: 30, rollup_days: null, effective: { raw_days: 30, rollup_days: 730 }, most }
    expect(await reply.json()).toEqual(chosen)
    expect((await client.api.settings.telemetry.get()).data).toEqual(chosen as never)
    expect((await put(client, { raw_days: 20, rollup_days: null }, { 'if-match': '"v0"' })).status).toBe(412)
    expect((await put(client, { raw_days: 20, rollup_days: null }, { 'if-match': reply.headers.get('etag')! })).status).toBe(200)
    const { items } = (await client.api.audit.get({ query: { action: 'telemetry_retention.update' } })).data!
    expect(items.map(({ after }) => (after as { raw_days: number }).raw_days)).toEqual([20, 30])
  })

  test.each([
    [{ raw_days: 91, rollup_days: null }, '/raw_days'],
    [{ raw_days: null, rollup_days: 731 }, '/rollup_days'],
    [{ raw_days: 60, rollup_days: 59 }, '/rollup_days'],
    [{ raw_days: null, rollup_days: 30 }, '/rollup_days'],
    [{ raw_days: 0, rollup_days: null }, '/raw_days'],
  ])('%o is refused', async (wanted, field) => {
    const reply = await put(await signedIn(), wanted)
    expect(reply.status).toBe(422)
    expect((await problem(reply)).errors).toMatchObject([{ path: field }])
  })

  test('needs its permissions', async () => {
    const client = await signedIn(['settings.telemetry.read'])
    expect((await send('GET', path, client)).status).toBe(200)
    expect((await put(client, { raw_days: 1, rollup_days: 1 })).status).toBe(403)
  })
})

test('nothing is removed by a machine whose clock is wrong', async () => {
  const client = await signedIn()
  const { device_id } = await registered(client)
  const layout = await addLayout(client.tenant_id, ['cpu_percent'])
  await addFrames({ tenant_id: client.tenant_id, device_id }, layout, [[Date.now() - day, 1]])
  await owner`delete from telemetry_arrival where tenant_id = ${client.tenant_id}`
  setSystemTime(Date.now() + 400 * day)
  try {
    await expect(Promise.resolve(expireTelemetry())).rejects.toThrow('clocks')
    await expect(run(client, 'telemetry.expire')).rejects.toThrow('clocks')
  } finally {
    setSystemTime()
  }
  expect(await held(client)).toMatchObject({ frames: 1 })
})

describe('what is kept no longer', () => {
  async function reporting(days: number[]) {
    const client = await signedIn()
    const device = await registered(client)
    const layout = await addLayout(client.tenant_id, ['cpu_percent'])
    await addFrames(
      device,
      layout,
      days.map((ago): Frame => [Date.now() - ago * day, ago]),
    )
    return { client, device, layout }
  }

  test('goes when its time has passed, and only of the tenant who chose so', async () => {
    const [mine, theirs] = [await reporting([2, 5, 20, 800]), await reporting([2, 5, 20, 800])]
    for (const { client } of [mine, theirs]) await run(client, 'telemetry.rollup')
    await put(mine.client, { raw_days: 3, rollup_days: 10 })
    for (const { client } of [mine, theirs]) await run(client, 'telemetry.expire')
    expect(await held(mine.client)).toEqual({ frames: 1, rollups: 2 })
    expect(await held(theirs.client)).toEqual({ frames: 3, rollups: 3 })
  })

  test('goes device by device, whether a device is still there or not, and begins with what is left', async () => {
    const { client, layout } = await reporting([])
    const { tenant_id } = client
    const devices = Array.from({ length: 12 }, () => Bun.randomUUIDv7())
    for (const [index, device_id] of devices.entries())
      await addFrames(
        { tenant_id, device_id },
        layout,
        // Nothing old of every third, nothing new of others, and of some only what lies in the same week as what is kept.
        [1, 2, 4, 5, 30, 400].filter((ago) => (index % 3 ? ago > index % 4 : ago < 3)).map((ago): Frame => [Date.now() - ago * day, ago]),
      )
    const kept = async () =>
      (
        await owner`select device_id from telemetry_frame where tenant_id = ${tenant_id} and at >= ${new Date(Date.now() - 3 * day)} order by device_id, at`
      ).map(({ device_id }) => device_id as string)
    const before = await kept()
    await owner`delete from telemetry_arrival where tenant_id = ${tenant_id}`
    await put(client, { raw_days: 3, rollup_days: 10 })
    for (let round = 0; round < 2; round++) {
      await run(client, 'telemetry.expire')
      const left = await owner`select device_id from telemetry_frame where tenant_id = ${tenant_id} order by device_id, at`
      expect(left.map(({ device_id }) => device_id as string)).toEqual(before)
    }
    expect(before.length).toBeGreaterThan(10)
  })

  test('is summed up first', async () => {
    const { client } = await reporting([2, 5, 20])
    await put(client, { raw_days: 3, rollup_days: 10 })
    await run(client, 'telemetry.expire')
    expect(await held(client)).toEqual({ frames: 3, rollups: 0 })
    await run(client, 'telemetry.rollup')
    await run(client, 'telemetry.expire')
    expect(await held(client)).toEqual({ frames: 1, rollups: 2 })
  })

  test('does not make a sum smaller when something else arrives so late', async () => {
    const { client, device, layout } = await reporting([5])
    const bucket = Math.floor((Date.now() - 6 * day) / 300_000) * 300_000
    await addFrames(device, layout, [
      [bucket, 1],
      [bucket + minute, 2],
    ])
    await run(client, 'telemetry.rollup')
    await put(client, { raw_days: 3, rollup_days: 10 })
    await run(client, 'telemetry.expire')
    await addFrames(device, layout, [[bucket + 2 * minute, 100]])
    await run(client, 'telemetry.rollup')
    const query = { device_id: [device.device_id], metric: ['cpu_percent'], step: '1h', aggregate: 'sum' as const }
    const from = new Date(bucket - day / 2).toISOString()
    const { series } = (await client.api.telemetry.query.get({ query: { ...query, from, to: new Date(bucket + day / 4).toISOString() } }))
      .data!
    expect(series[0]!.points.map(([, sum]) => sum)).toEqual([3])
  })

  const keptUntil = (layout: string, at: number) => owner`update telemetry_layout set kept_until = ${new Date(at)} where id = ${layout}`
  const layoutsOf = async ({ tenant_id }: Client) =>
    (await owner<{ id: string }[]>`select id from telemetry_layout where tenant_id = ${tenant_id} order by id`).map(({ id }) => id)

  test('takes its layout with it, once nothing can be left of that', async () => {
    const [mine, theirs] = [await reporting([20]), await reporting([20])]
    for (const { layout } of [mine, theirs]) await keptUntil(layout, Date.now() - 13 * day)
    const later = await addLayout(mine.client.tenant_id, ['disk_percent'])
    await keptUntil(later, Date.now() - 9 * day)
    await put(mine.client, { raw_days: 3, rollup_days: 10 })
    for (const { client } of [mine, theirs]) await run(client, 'telemetry.expire')
    // Its frame waits for a rollup.
    expect(await layoutsOf(mine.client)).toEqual([mine.layout, later])
    for (const { client } of [mine, theirs]) {
      await run(client, 'telemetry.rollup')
      await run(client, 'telemetry.expire')
    }
    expect(await layoutsOf(mine.client)).toEqual([later])
    expect(await layoutsOf(theirs.client)).toEqual([theirs.layout])
  })

  test('a layout that a version before added is kept beyond its latest frame', async () => {
    await ownDatabase('test_layouts', async (own, url) => {
      const now = Date.now()
      const frames = [-400 * day, -5 * day, 60 * day].map((ms) => ({ layout: Bun.randomUUIDv7(), at: now + ms }))
      for (const { layout, at } of frames) {
        await own`insert into telemetry_layout (tenant_id, id, hash, metrics, labels) values (${layout}, ${layout}, ${layout}, '{cpu}', '{}')`
        await own`insert into telemetry_frame (tenant_id, device_id, at, layout_id, values) values (${layout}, ${layout}, ${new Date(at)}, ${layout}, '{1}')`
      }
      await migrateDatabase(url)
      const kept = await own<{ ms: number }[]>`select date_part('epoch', kept_until) * 1000 as ms from telemetry_layout order by id`
      const [old, recent, ahead] = kept.map(({ ms }) => ms)
      for (const ms of [old, recent]) expect(ms).toBeWithin(now + 7 * day, now + 14 * day + minute)
      expect(ahead).toBe(now + 67 * day)
    })
  })

  test('refused records go after thirty days', async () => {
    const { client, device } = await reporting([])
    for (const days of [29, 31])
      await owner`
        insert into rejected_record (tenant_id, id, device_id, error, detail, record, created_at)
        values (${client.tenant_id}, gen_random_uuid(), ${device.device_id}, 'invalid_data', ${String(days)}, '{}', ${new Date(Date.now() - days * day)})`
    await run(client, 'telemetry.expire')
    const left = await owner`select detail from rejected_record where tenant_id = ${client.tenant_id}`
    expect(left.map(({ detail }) => detail as string)).toEqual(['29'])
  })

  test('holds for logs and other events of devices too, but for what nobody has taken up yet', async () => {
    const [mine, theirs] = [await reporting([]), await reporting([])]
    const data = { title: 'Door open', severity: 'high', message: 'said', level: 'info' }
    const event = (kind: Reported['kind'], days: number): Reported => ({ kind, at: new Date(Date.now() - days * day), data })
    for (const { device } of [mine, theirs]) {
      await report(device, [event('security_alert', 9)])
      await runQueue(device.tenant_id)
      await report(device, [event('log', 2), event('log', 4), event('vpn_session', 9), event('security_alert', 8)])
    }
    const kept = async ({ tenant_id }: Client) => {
      const rows =
        await owner`select kind, round(extract(epoch from now() - at) / 86400)::int as days from device_record where tenant_id = ${tenant_id} order by at desc`
      return rows.map(({ kind, days }) => `${kind} ${days}`)
    }
    await put(mine.client, { raw_days: 3, rollup_days: 10 })
    for (const { client } of [mine, theirs]) await run(client, 'telemetry.expire')
    expect(await kept(mine.client)).toEqual(['log 2', 'security_alert 8'])
    expect(await kept(theirs.client)).toHaveLength(5)
    await runQueue(mine.client.tenant_id)
    await run(mine.client, 'telemetry.expire')
    expect(await kept(mine.client)).toEqual(['log 2'])
  })

  test('is looked for where something is held, after what somebody waits for', async () => {
    const [raw, sums, refused, logs] = [await reporting([1]), await reporting([1]), await reporting([]), await reporting([])]
    await report(logs.device, [{ kind: 'log', data: { level: 'info', message: 'hello' } }])
    await run(sums.client, 'telemetry.rollup')
    await owner`delete from telemetry_frame where tenant_id = ${sums.client.tenant_id}`
    await addRejected(refused.device)
    const nothing = await signedIn()
    await expireTelemetry()
    const waiting = async ({ tenant_id }: Client) => (await queued(tenant_id)).filter(({ task }) => task === 'telemetry.expire').length
    expect(await Promise.all([raw, sums, refused, logs].map(({ client }) => waiting(client)))).toEqual([1, 1, 1, 1])
    expect(await waiting(nothing)).toBe(0)
    const priorities = await owner`
      select distinct j.priority from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id where t.identifier = 'telemetry.expire'`
    expect(priorities.map(({ priority }) => priority as number)).toEqual([10])
  })

  test('is looked for by a key for each tenant, however little the database knows of its tables', async () => {
    await ownDatabase('test_expiry', async (own) => {
      const tables = ['telemetry_frame_default', 'telemetry_rollup_default', 'device_record', 'rejected_record']
      for (const table of tables) await own.unsafe(`alter table ${table} set (autovacuum_enabled = false)`)
      const expire = () => own`select expire_telemetry('2020-01-01Z', '2020-01-01Z')`
      // A plan that is made while there is nothing is kept by the connection.
      await expire()
      await own`insert into tenant (id, name) select gen_random_uuid(), 'Nothing held' from generate_series(1, 500)`
      const held = tables.map((table) => ({ id: Bun.randomUUIDv7(), name: table }))
      await own`insert into tenant ${own(held)}`
      const fill = (table: number, columns: string, values: string) =>
        own.unsafe(
          `insert into ${tables[table]} (tenant_id, device_id, ${columns}) select $1::uuid, gen_random_uuid(), ${values} from generate_series(1, 5000)`,
          [held[table]!.id],
        )
      await fill(0, 'at, layout_id, values', `'2100-01-01Z', gen_random_uuid(), '{1}'`)
      await fill(
        1,
        'at, seconds, layout_id, counts, lows, highs, totals, firsts, lasts, increases',
        `'2100-01-01Z', 300, gen_random_uuid(), '{1}', '{1}', '{1}', '{1}', '{1}', '{1}', '{1}'`,
      )
      await fill(2, 'id, at, kind, key, data', `gen_random_uuid(), now(), 'log', gen_random_uuid()::text, '{}'`)
      await fill(3, 'id, error, detail, record', `gen_random_uuid(), 'invalid_data', '', '{}'`)
      await expire()
      await own`discard plans`
      await expire()
      await own`select pg_stat_force_next_flush()`
      const read = await own`select relname, seq_tup_read::int as rows from pg_stat_user_tables where relname in ${own(tables)} order by 1`
      expect(read.map((row) => ({ ...row }))).toEqual(tables.toSorted().map((relname) => ({ relname, rows: 0 })))
      const jobs = await own`select payload->>'tenant_id' as id from graphile_worker._private_jobs`
      expect(jobs.map(({ id }) => id as string).toSorted()).toEqual(held.map(({ id }) => id).toSorted())
    })
  })

  test('goes with its whole partition where nobody keeps it, and every tenant remembers', async () => {
    const client = await signedIn()
    await owner`select prepare_partitions('2020-02-05Z')`
    const partitions = async () =>
      (
        await owner`select relname from pg_class where relispartition and relkind = 'r' and relname ~ '^telemetry_(frame|rollup)_20(19|20)' order by 1`
      ).map(({ relname }) => relname as string)
    expect(await partitions()).toContain('telemetry_frame_20200203')
    expect(await partitions()).toContain('telemetry_rollup_202002')
    await owner`select expire_telemetry('2020-02-10Z', '2020-02-10Z')`
    expect(await partitions()).toEqual([
      'telemetry_frame_20200210',
      'telemetry_frame_20200217',
      'telemetry_frame_20200224',
      'telemetry_rollup_202002',
      'telemetry_rollup_202003',
      'telemetry_rollup_202004',
    ])
    const [mark] = await owner`select raw_expired_before from telemetry_retention where tenant_id = ${client.tenant_id}`
    expect(mark!.raw_expired_before).toEqual(new Date('2020-02-10Z'))
    await owner`select expire_telemetry('2021-01-01Z', '2021-01-01Z')`
    expect(await partitions()).toEqual([])
    await runQueue(client.tenant_id)
  })
})
