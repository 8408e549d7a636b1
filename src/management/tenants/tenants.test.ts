import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { moveClock, nowMs } from '../../core/clock'
import { config as cloud } from '../../core/config'
import { listen } from '../../core/signals'
import { signWebhook } from '../../core/webhook'
import { givePassword, password } from '../../testing/account'
import { problem, send, signedIn } from '../../testing/api'
import { mailOf, tokenIn } from '../../testing/mail'
import { type StaffClient, askManagement, staffSignedIn } from '../../testing/management'
import { owner, setTenantStatus } from '../../testing/owner'
import { linkPlanes } from '../../testing/planes'
import { pullLicences } from '../../identity/licences/service'
import { config as management } from '../config'
import { sendDue } from '../deliveries/service'
import { pullUsage } from '../fleet/pull'
import { expireLicences } from '../licences/service'

let planes: ReturnType<typeof linkPlanes>
let staff: StaffClient
let plan_id: string
beforeAll(async () => {
  await listen()
  planes = linkPlanes()
  staff = await staffSignedIn('owner')
  const terms = { features: ['security', 'vpn'] as ('security' | 'vpn')[], max_users: 10, max_devices: 5, grace_days: 14 }
  plan_id = (await staff.api.plans.post({ name: `Standard ${Bun.randomUUIDv7()}`, ...terms })).data!.id
})
afterAll(() => planes.close())
afterEach(async () => {
  await moveTo(0)
  Object.assign(planes, { cloudAway: false, managementAway: false })
})

/** Sessions of staff do not last as long as these stories do. */
async function moveTo(byMs: number) {
  moveClock(byMs)
  staff = await staffSignedIn('owner')
}
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000)
const give = (id: string, expires_at: Date | null = inDays(30)) =>
  staff.api.tenants({ id }).licences.post({ plan_id, expires_at, reason: 'agreed by contract' })
const event = (id: string, name: 'activate' | 'suspend' | 'resume') =>
  staff.api.tenants({ id }).events.post({ event: name, reason: 'as the customer asked' })
const statusIn = async (id: string) => (await owner`select status from tenant where id = ${id}`)[0]?.status as string | undefined
const stateOf = async (id: string) => (await staff.api.tenants({ id }).get()).data!.state
const email = () => `${Bun.randomUUIDv7()}@new.example`
const login = (address: string, secret = password) => send('POST', '/api/v1/auth/login', { body: { email: address, password: secret } })
const word = async (reply: Response) => [reply.status, (await problem(reply)).error]

/** A tenant that is as far as active, with a member who knows his password. */
async function activeTenant() {
  const client = await signedIn()
  await givePassword(client.user_id)
  const id = client.tenant_id
  await owner`update management.tenant set state = 'pending' where id = ${id}`
  await give(id)
  expect((await event(id, 'activate')).status).toBe(200)
  await sendDue()
  expect(await statusIn(id)).toBe('active')
  return client
}

describe('states', () => {
  test('what has no place in a state is refused, and so is beginning without a licence', async () => {
    const created = (await staff.api.tenants.post({ name: 'New', administrator: { email: email(), language: 'en' } })).data!
    const ask = (name: 'activate' | 'suspend' | 'resume') =>
      askManagement('POST', `/api/v1/tenants/${created.id}/events`, { headers: staff.headers, body: { event: name, reason: 'because' } })
    expect(await word(await ask('activate'))).toEqual([409, 'licence_required'])
    expect(await word(await ask('suspend'))).toEqual([409, 'refused_in_state'])
    expect(await stateOf(created.id)).toBe('pending')
  })
})

test('the whole story: created, invited, pending, licensed, active, suspended, back', async () => {
  const administrator = email()
  const created = (await staff.api.tenants.post({ name: 'Nordwind', administrator: { email: administrator, language: 'it' } })).data!
  const { id } = created
  expect(created).toMatchObject({ state: 'pending', licence: null, events: ['activate', 'offboard'] })
  await sendDue()
  expect(await statusIn(id)).toBe('pending')
  const [mail] = await mailOf(id)
  expect(mail).toMatchObject({ kind: 'invitation', recipient: administrator })
  const secret = 'a vessel of nine lanterns'
  const joined = await send('POST', '/api/v1/auth/invitations/accept', {
    body: { token: tokenIn(mail!.text), name: 'Ada', password: secret },
  })
  expect(joined.status).toBe(200)
  expect(await word(await login(administrator, secret))).toEqual([403, 'tenant_pending'])
  expect((await give(id)).status).toBe(201)
  expect((await event(id, 'activate')).data).toMatchObject({ state: 'active', licence: { max_devices: 5 } })
  await sendDue()
  const entered = await login(administrator, secret)
  expect(entered.status).toBe(200)
  const { access_token } = (await entered.json()) as { access_token: string }
  const headers = { authorization: `Bearer ${access_token}` }
  expect(await (await send('GET', '/api/v1/me/features', { headers })).json()).toMatchObject({ security: true, backup: false })
  expect((await (await send('GET', '/api/v1/me', { headers })).json()) as object).toMatchObject({
    permissions: expect.arrayContaining(['settings.users.invite']),
  })
  expect((await staff.api.tenants({ id }).get()).data!.usage).toBeNull()
  await pullUsage()
  expect((await staff.api.tenants({ id }).get()).data).toMatchObject({ usage: { users: 1, devices: 0, devices_online: 0, failed_jobs: 0 } })
  await event(id, 'suspend')
  await sendDue()
  expect(await word(await login(administrator, secret))).toEqual([403, 'tenant_suspended'])
  expect((await event(id, 'resume')).data!.state).toBe('active')
  await sendDue()
  expect((await login(administrator, secret)).status).toBe(200)
  const entries = (await staff.api.audit.get({ query: { tenant_id: id } })).data!.items.map(({ action }) => action)
  expect(entries).toEqual(['tenants.resume', 'tenants.suspend', 'tenants.activate', 'licences.give', 'tenants.create'])
  const inTenant = await owner`select action from audit_log where tenant_id = ${id} and action = 'tenants.change_status' order by id`
  expect(inTenant).toHaveLength(3)
})

test('who registers himself is seen at once, under the name he gives himself', async () => {
  const client = await signedIn()
  await setTenantStatus(client.tenant_id, 'active')
  await send('PATCH', '/api/v1/tenant', { body: { name: 'Renamed by itself' }, headers: client.headers })
  expect((await staff.api.tenants({ id: client.tenant_id }).get()).data).toMatchObject({ name: 'Renamed by itself' })
})

describe('a licence', () => {
  test('that runs out leaves days of grace, then suspends; a new one brings the tenant back', async () => {
    const { tenant_id: id, email: address } = await activeTenant()
    const other = await activeTenant()
    await give(id, inDays(2))
    await give(other.tenant_id, null)
    await moveTo(2 * 86_400_000 + 1000)
    await expireLicences()
    expect([await stateOf(id), await stateOf(other.tenant_id)]).toEqual(['grace', 'active'])
    await sendDue()
    expect([await statusIn(id), (await login(address)).status]).toEqual(['grace', 200])
    const { access_token } = (await (await login(address)).json()) as { access_token: string }
    const me = await send('GET', '/api/v1/me', { headers: { authorization: `Bearer ${access_token}` } })
    expect(await me.json()).toMatchObject({
      tenant: { status: 'grace', grace_ends_at: (await staff.api.tenants({ id }).get()).data!.licence!.grace_ends_at!.toISOString() },
    })
    await moveTo(14 * 86_400_000)
    await expireLicences()
    await sendDue()
    expect(await word(await login(address))).toEqual([403, 'tenant_suspended'])
    await moveTo(0)
    await give(id)
    expect((await event(id, 'resume')).data!.state).toBe('active')
    const { data } = await staff.api.tenants({ id }).licences.get()
    expect(data!.items.map(({ ended_at }) => ended_at === null)).toEqual([true, false, false])
  })

  test('is not given in place of one that was not seen', async () => {
    const { tenant_id: id } = await activeTenant()
    const seen = (await staff.api.tenants({ id }).get()).response.headers.get('etag')!
    const giveOn = (etag: string) =>
      staff.api
        .tenants({ id })
        .licences.post({ plan_id, expires_at: null, reason: 'agreed by contract' }, { headers: { 'if-match': etag } })
    expect((await giveOn(seen)).status).toBe(201)
    expect((await giveOn(seen)).error).toMatchObject({ status: 412, value: { error: 'stale' } })
    expect((await staff.api.tenants({ id }).licences.get()).data!.items).toHaveLength(2)
  })

  test('with more days of grace than two weeks opens the Cloud for as long', async () => {
    const { tenant_id: id, email: address } = await activeTenant()
    await staff.api.tenants({ id }).licences.post({ plan_id, expires_at: inDays(2), reason: 'a slow payer', grace_days: 60 })
    await moveTo(50 * 86_400_000)
    await expireLicences()
    await sendDue()
    expect([await statusIn(id), (await login(address)).status]).toEqual(['grace', 200])
    await moveTo(63 * 86_400_000)
    await expireLicences()
    await sendDue()
    expect(await word(await login(address))).toEqual([403, 'tenant_suspended'])
  })

  test('is of a plan there is, and in the future', async () => {
    const { tenant_id: id } = await activeTenant()
    const body = { plan_id: Bun.randomUUIDv7(), expires_at: null, reason: 'agreed' }
    expect(await word(await askManagement('POST', `/api/v1/tenants/${id}/licences`, { headers: staff.headers, body }))).toEqual([
      422,
      'invalid',
    ])
    const past = { plan_id, expires_at: new Date(0), reason: 'agreed' }
    expect(await word(await askManagement('POST', `/api/v1/tenants/${id}/licences`, { headers: staff.headers, body: past }))).toEqual([
      422,
      'invalid',
    ])
  })

  test('limits what the Cloud lets in', async () => {
    const client = await activeTenant()
    await staff.api.tenants({ id: client.tenant_id }).licences.post({ plan_id, expires_at: null, reason: 'one user only', max_users: 1 })
    await sendDue()
    const more = { email: email(), name: 'One more', group_ids: [], org_unit_scope: 'all' as const }
    const refused = await client.api.users.post(more)
    expect([refused.status, (refused.error!.value as unknown as { error: string }).error]).toEqual([403, 'limit_reached'])
  })
})

describe('the line between the planes', () => {
  const deliveriesOf = async (tenant_id: string) => (await staff.api.deliveries.get({ query: { tenant_id } })).data!.items

  test('a day without the Cloud: it is tried again with growing pauses, and told what holds by then', async () => {
    const { tenant_id: id } = await activeTenant()
    planes.cloudAway = true
    await event(id, 'suspend')
    await sendDue()
    const [waiting] = await deliveriesOf(id)
    expect(waiting).toMatchObject({ state: 'queued', attempts: 1, last_status: 502 })
    expect(await sendDue()).toBe(0)
    for (let hour = 1; hour <= 24; hour += 1) {
      moveClock(3_600_000)
      await sendDue()
    }
    await moveTo(1)
    await event(id, 'resume')
    await event(id, 'suspend')
    planes.cloudAway = false
    await moveTo(3_600_000)
    await sendDue()
    expect(await statusIn(id)).toBe('suspended')
    const told = await deliveriesOf(id)
    expect(told.filter(({ state }) => state !== 'delivered')).toEqual([])
    expect(told.find(({ id }) => id === waiting!.id)!.attempts).toBeGreaterThan(20)
  })

  test('a day without the Management plane: what is known goes on, and what was decided meanwhile is asked for', async () => {
    const { tenant_id: id, email: address } = await activeTenant()
    Object.assign(planes, { managementAway: true, cloudAway: true })
    await moveTo(86_400_000)
    await pullLicences()
    expect((await login(address)).status).toBe(200)
    await event(id, 'suspend')
    planes.managementAway = false
    await pullLicences()
    expect(await statusIn(id)).toBe('suspended')
  })

  test('is given up after three days, and told again by hand', async () => {
    const { tenant_id: id } = await activeTenant()
    planes.cloudAway = true
    await event(id, 'suspend')
    await sendDue()
    await moveTo(3 * 86_400_000 + 1000)
    await sendDue()
    const [failed] = await deliveriesOf(id)
    expect(failed).toMatchObject({ state: 'failed', attempts: 2 })
    planes.cloudAway = false
    expect((await staff.api.deliveries({ id: failed!.id }).redeliver.post()).status).toBe(201)
    await sendDue()
    expect(await statusIn(id)).toBe('suspended')
  })

  test('what is heard late, twice or in another order changes nothing', async () => {
    const { tenant_id: id } = await activeTenant()
    planes.heard.length = 0
    await event(id, 'suspend')
    await sendDue()
    await event(id, 'resume')
    await sendDue()
    const [suspension, resumption] = planes.heard
    expect(planes.heard).toHaveLength(2)
    for (const { path, headers, body } of [suspension!, resumption!, suspension!])
      expect((await send('POST', path, { headers, body })).status).toBe(200)
    expect(await statusIn(id)).toBe('active')
    // Under an id of its own and later, as a delay on the way would have it: by its count it is older.
    const { path, body } = suspension!
    expect(body.revision as number).toBeLessThan(resumption!.body.revision as number)
    expect((await send('POST', path, { headers: signed(body), body })).status).toBe(200)
    expect(await statusIn(id)).toBe('active')
  })

  function signed(body: object) {
    const [id, timestamp] = [`msg_${Bun.randomUUIDv7()}`, Math.floor(nowMs() / 1000) + 1]
    const signature = signWebhook(planes.secret, { id, timestamp, body: Buffer.from(JSON.stringify(body)) })
    return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature }
  }

  test('another secret signs from one moment to the next: both are taken while they are changed', async () => {
    const { tenant_id: id } = await activeTenant()
    const fresh = Buffer.alloc(32, 6)
    management.CLOUD_WEBHOOK_HMAC_SECRET = [fresh, planes.secret]
    await event(id, 'suspend')
    await sendDue()
    expect((await deliveriesOf(id))[0]).toMatchObject({ state: 'queued', last_status: 401 })
    cloud.CLOUD_WEBHOOK_HMAC_SECRET = [fresh, planes.secret]
    await moveTo(60_000)
    await sendDue()
    expect(await statusIn(id)).toBe('suspended')
    Object.assign(management, { CLOUD_WEBHOOK_HMAC_SECRET: [planes.secret] })
    Object.assign(cloud, { CLOUD_WEBHOOK_HMAC_SECRET: [planes.secret] })
  })

  test('another internal token is asked with from one moment to the next: both open the Management plane while they are changed', async () => {
    const { tenant_id: id } = await activeTenant()
    const [old] = management.INTERNAL_TOKEN
    const fresh = 'the-next-internal-token-of-the-planes-'.padEnd(48, 'n')
    const planOf = async () => (await owner`select plan from licence where tenant_id = ${id}`)[0]!.plan as string
    const asks = async (plan: string) => {
      await owner`update management.licence set plan = ${plan} where tenant_id = ${id} and ended_at is null`
      await owner`update management.tenant set revision = revision + 1 where id = ${id}`
      await pullLicences()
      return planOf()
    }
    management.INTERNAL_TOKEN = [fresh, old!]
    expect(await asks('by the old one')).toBe('by the old one')
    cloud.INTERNAL_TOKEN = [fresh, old!]
    expect(await asks('by the new one')).toBe('by the new one')
    management.INTERNAL_TOKEN = [fresh]
    expect(await asks('the old one gone')).toBe('the old one gone')
    cloud.INTERNAL_TOKEN = [old!]
    expect(await asks('unheard')).toBe('the old one gone')
    for (const config of [management, cloud]) config.INTERNAL_TOKEN = [old!]
  })

  test('many senders at once tell each thing once', async () => {
    const tenants = [await activeTenant(), await activeTenant(), await activeTenant(), await activeTenant()]
    planes.heard.length = 0
    await Promise.all(tenants.map(({ tenant_id }) => event(tenant_id, 'suspend')))
    await Promise.all([sendDue(), sendDue(), sendDue()])
    expect(planes.heard).toHaveLength(4)
  })
})
