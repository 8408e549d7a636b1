import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { openIngestor } from '../../../ingestor/server'
import { moveClock, nowMs } from '../../core/clock'
import { limits } from '../../core/limits'
import { listen } from '../../core/signals'
import { newTenant, registered, send, signedIn } from '../../testing/api'
import { type StaffClient, staffSignedIn } from '../../testing/management'
import { owner, setTenantStatus } from '../../testing/owner'
import { linkPlanes } from '../../testing/planes'
import { walk } from '../../testing/world'
import { config as management } from '../config'
import { healthOf } from './health'
import { pullUsage, pullUsageWhenDue } from './pull'

let planes: ReturnType<typeof linkPlanes>
let staff: StaffClient
beforeAll(async () => {
  await listen()
  planes = linkPlanes()
  staff = await staffSignedIn('support')
})
afterAll(() => planes.close())
afterEach(async () => {
  await moveTo(0)
  Object.assign(planes, { cloudAway: false })
})

/** Sessions of staff do not last as long as these stories do. */
async function moveTo(byMs: number) {
  moveClock(byMs)
  staff = await staffSignedIn('support')
}
const day = 86_400_000
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10)

/** As the ingestors count it. */
const volume = (tenant_id: string, at: string, values: number) => owner`
  select note_volumes(${JSON.stringify([{ tenant_id, day: at, requests: 1, records: 2, values, rejected: 1, bytes: 100 }])}::text::json)`

/** An active tenant under a name of its own. */
async function tenant(name = `Fleet ${Bun.randomUUIDv7()}`) {
  const client = await signedIn()
  await owner`update management.tenant set name = ${name}, state = 'active' where id = ${client.tenant_id}`
  await setTenantStatus(client.tenant_id, 'active')
  return { ...client, name }
}
const of = async ({ name }: { name: string }) => (await staff.api.fleet.get({ query: { search: name } })).data!.items[0]!
const cloud = async () => (await staff.api.fleet.summary.get()).data!.cloud

test('what devices send is counted by day, and staff see it with limits and health beside it', async () => {
  const mine = await tenant()
  const device = await registered(mine)
  const ingestor = openIngestor({ databaseUrl: Bun.env.DATABASE_INGEST_URL!, port: 0, hostname: '127.0.0.1' })
  const post = (body: string) => fetch(`${ingestor.url}/v1/ingest`, { method: 'POST', headers: device.headers, body })
  const telemetry = (at: number) => ({ kind: 'telemetry', timestamp: new Date(at).toISOString(), data: { a: 1, b: 2, c: 3 } })
  const log = { kind: 'log', timestamp: new Date().toISOString(), data: { level: 'info', message: 'hello' } }
  for (let index = 0; index < 4; index += 1) expect((await post(JSON.stringify([telemetry(Date.now() + index)]))).status).toBe(204)
  expect((await post(JSON.stringify([telemetry(Date.now() - 1000), log, { kind: 'nonsense' }]))).status).toBe(200)
  // What it has counted is written as it ends, and added to what another one counted.
  await ingestor.stop()
  await volume(mine.tenant_id, dayOf(Date.now() - day), 7)
  expect((await of(mine)).usage).toBeNull()
  await pullUsage()
  const seen = await of(mine)
  expect(seen).toMatchObject({
    state: 'active',
    plan: null,
    usage: { users: 1, devices: 1, devices_online: 1, failed_jobs: 0, health: 'ok' },
  })
  expect(seen.days).toHaveLength(30)
  const [yesterday, today] = seen.days.slice(-2)
  expect(today).toMatchObject({ day: new Date(dayOf(Date.now())) as never, values: 15, records: 6, rejected: 1 })
  expect(yesterday).toMatchObject({ values: 7, records: 2, rejected: 1, bytes: 100 })
  expect(seen.usage!.stored_bytes).toBe(today!.bytes + 100)
  expect(today!.bytes).toBeGreaterThan(100)
  expect((await staff.api.tenants({ id: mine.tenant_id }).get()).data).toMatchObject({ usage: { devices: 1 }, days: seen.days })
})

test('the Cloud tells numbers of tenants and nothing else, page by page, to who has the token', async () => {
  for (let index = 0; index < 3; index += 1) await newTenant()
  const ask = async (query: string, headers: Record<string, string> = { 'x-internal-token': management.INTERNAL_TOKEN[0]! }) =>
    send('GET', `/internal/v1/usage?since=${dayOf(Date.now())}${query}`, { headers })
  expect((await ask('', {})).status).toBe(401)
  interface Page {
    items: Record<string, unknown>[]
    next_cursor: string | null
  }
  const walked = await walk(
    async (cursor) => (await (await ask(`&limit=2${cursor ? `&cursor=${cursor}` : ''}`)).json()) as Page & { items: { id: string }[] },
  )
  const [known] = await owner`select count(*)::int as count from tenant`
  expect(new Set(walked.map(({ tenant_id }: Record<string, unknown>) => tenant_id)).size).toBe(known!.count as number)
  for (const item of walked as Record<string, unknown>[])
    expect(
      Object.entries(item).filter(([name, value]) => typeof value === 'string' && !['tenant_id', 'last_seen_at'].includes(name)),
    ).toEqual([])
})

describe('the list', () => {
  const orders = ['name', 'health', 'users', 'devices', 'values', 'stored_bytes', 'failed_jobs', 'last_seen_at'] as const
  test.each(orders.flatMap((name) => [name, `-${name}`] as const))('by %s is walked once, page by page', async (sort) => {
    const group = `Order ${Bun.randomUUIDv7()}`
    for (let index = 0; index < 4; index += 1) {
      const one = await tenant(`${group} ${'dbca'[index]}`)
      if (index % 2) await registered(one)
      if (index !== 3) await volume(one.tenant_id, dayOf(Date.now()), 10 ** index)
    }
    await pullUsage()
    await tenant(`${group} e`)
    const all = (await staff.api.fleet.get({ query: { sort, search: group } })).data!.items
    expect(all).toHaveLength(5)
    for (const limit of [1, 2]) {
      const walked = await walk(async (cursor) => (await staff.api.fleet.get({ query: { sort, search: group, limit, cursor } })).data!)
      expect(walked.map(({ name }) => name)).toEqual(all.map(({ name }) => name))
    }
    const key = sort.replace('-', '') as (typeof orders)[number]
    const read = ({ name, usage, days }: (typeof all)[number]) => {
      if (key === 'name') return name
      if (!usage) return -1
      if (key === 'values') return days.at(-1)!.values
      if (key === 'health') return ['ok', 'attention', 'problem'].indexOf(usage.health)
      if (key === 'last_seen_at') return usage.last_seen_at ? Math.floor(new Date(usage.last_seen_at).getTime() / 1000) : -1
      return usage[key]
    }
    const values = all.map(read)
    const sorted = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    expect(values).toEqual(sort.startsWith('-') ? sorted.reverse() : sorted)
  })

  test('is narrowed by state and health, and totals are of all', async () => {
    const [well, silent] = [await tenant(), await tenant()]
    await registered(silent)
    await moveTo(2 * 3_600_000)
    await pullUsage()
    const ids = async (query: object) => (await staff.api.fleet.get({ query: { limit: 200, ...query } })).data!.items.map(({ id }) => id)
    expect(await ids({ health: 'problem', search: silent.name })).toEqual([silent.tenant_id])
    expect(await ids({ health: 'problem', search: well.name })).toEqual([])
    expect(await ids({ state: 'suspended', search: well.name })).toEqual([])
    expect((await of(silent)).usage!.reasons).toEqual(['silent'])
    const { totals, health } = (await staff.api.fleet.summary.get()).data!
    const [counted] =
      await owner`select sum(users)::int as users, sum(devices)::int as devices, count(*) filter (where health = 'problem')::int as problems from management.tenant_usage`
    expect([totals.users, totals.devices, health.problem]).toEqual([counted!.users, counted!.devices, counted!.problems] as number[])
  })
})

describe('while the Cloud is away', () => {
  test('what it told last stays, it is said since when, and the days of its absence are made good', async () => {
    const mine = await tenant()
    await volume(mine.tenant_id, dayOf(nowMs()), 5)
    await pullUsage()
    const before = await of(mine)
    expect(await cloud()).toMatchObject({ away: false, error: null, version: expect.stringMatching(/^\d+\.\d+/) })
    planes.cloudAway = true
    await moveTo(3 * day)
    await pullUsage()
    const during = await of(mine)
    expect(during.usage).toEqual(before.usage)
    expect(during.days.at(-4)).toEqual(before.days.at(-1))
    expect(await cloud()).toMatchObject({ away: true, error: 'away', reached_at: before.usage!.as_of })
    // Devices went on sending meanwhile.
    for (let ago = 2; ago >= 0; ago -= 1) await volume(mine.tenant_id, dayOf(nowMs() - ago * day), 10 + ago)
    planes.cloudAway = false
    await pullUsage()
    expect((await of(mine)).days.slice(-4).map(({ values }) => values)).toEqual([5, 12, 11, 10])
    expect(await cloud()).toMatchObject({ away: false, error: null })
  })

  test('another token and another program in its place are told apart from silence, and change nothing', async () => {
    const mine = await tenant()
    await pullUsage()
    const before = await of(mine)
    const { INTERNAL_TOKEN, CLOUD_URL } = management
    management.INTERNAL_TOKEN = ['another token than the one of the Cloud']
    await pullUsage()
    expect((await cloud()).error).toBe('refused')
    management.INTERNAL_TOKEN = INTERNAL_TOKEN
    const strange = [{}, [], { as_of: 'soon', version: '1', items: [], next_cursor: null }]
    const figures = {
      tenant_id: mine.tenant_id,
      users: -1,
      devices: 1,
      devices_online: 1,
      failed_jobs: 0,
      last_seen_at: null,
      stored_bytes: 0,
      days: [],
    }
    const page = { as_of: new Date(), version: '1', next_cursor: null }
    for (const answer of [
      ...strange,
      { ...page, items: [figures] },
      { ...page, items: [{ ...figures, users: 1, days: [{ day: 'monday' }] }] },
    ]) {
      const other = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => Response.json(answer) })
      management.CLOUD_URL = `http://127.0.0.1:${other.port}`
      await pullUsage()
      void other.stop(true)
      expect([answer, (await cloud()).error]).toEqual([answer, 'unreadable'])
    }
    management.CLOUD_URL = CLOUD_URL
    expect(await of(mine)).toEqual(before)
  })

  test('it is asked once a minute, however many processes there are', async () => {
    const heardDuring = async (work: () => Promise<unknown>) => {
      planes.heard.length = 0
      await work()
      return planes.heard.filter(({ path }) => path === '/internal/v1/usage').length
    }
    // As many pages as there are.
    const once = await heardDuring(pullUsage)
    expect(once).toBeGreaterThan(0)
    expect(await heardDuring(pullUsageWhenDue)).toBe(0)
    await owner`update management.cloud_contact set tried_at = null`
    expect(await heardDuring(() => Promise.all([1, 2, 3, 4].map(() => pullUsageWhenDue())))).toBe(once)
    await moveTo(limits.usageMs + 1000)
    expect(await heardDuring(pullUsageWhenDue)).toBe(once)
  })
})

describe('health', () => {
  const at = new Date()
  const calm = { users: 1, devices: 10, devices_online: 10, failed_jobs: 0, last_seen_at: at }
  const terms = { max_users: 10, max_devices: 20, expires_at: null }
  const soon = new Date(Date.now() + 5 * day)
  test.each([
    ['ok', [], {}, {}, 'active'],
    ['ok', [], { devices: 0, devices_online: 0, last_seen_at: null }, {}, 'active'],
    ['problem', ['silent'], { devices_online: 0, last_seen_at: new Date(Date.now() - 2 * 3_600_000) }, {}, 'active'],
    ['problem', ['silent'], { devices_online: 0, last_seen_at: null }, {}, 'active'],
    ['attention', ['devices_offline'], { devices_online: 4 }, {}, 'active'],
    ['problem', ['failed_jobs'], { failed_jobs: 1 }, {}, 'active'],
    ['attention', ['users_near'], { users: 9 }, {}, 'active'],
    ['problem', ['users_over'], { users: 11 }, {}, 'active'],
    ['attention', ['devices_near'], {}, { max_devices: 10 }, 'active'],
    ['problem', ['devices_over'], {}, { max_devices: 9 }, 'active'],
    ['ok', [], {}, { max_users: null, max_devices: null }, 'active'],
    ['attention', ['refusals'], { today: { records: 100, rejected: 20 } }, {}, 'active'],
    ['ok', [], { today: { records: 1_000, rejected: 20 } }, {}, 'active'],
    ['attention', ['expires_soon'], {}, { expires_at: soon }, 'active'],
    ['attention', ['grace'], {}, { expires_at: soon }, 'grace'],
    ['ok', [], { failed_jobs: 3 }, {}, 'suspended'],
  ] as const)('%s %p', (health, reasons, figures, more, state) => {
    expect(healthOf(state, { ...calm, ...figures }, { ...terms, ...more })).toEqual({ health, reasons: [...reasons] })
  })
})
