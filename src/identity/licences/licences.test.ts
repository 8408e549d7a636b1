import { afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { app } from '../../app'
import { moveClock, nowMs } from '../../core/clock'
import { config } from '../../core/config'
import { limits } from '../../core/limits'
import { listen } from '../../core/signals'
import { signWebhook } from '../../core/webhook'
import { givePassword, password } from '../../testing/account'
import { type Client, newTenant, problem, registered, send, signedIn } from '../../testing/api'
import { startApi } from '../../testing/process'
import { auditOf, owner, setTenantStatus } from '../../testing/owner'
import { writeRefreshToken } from '../../core/refresh'
import { pullLicences } from './service'

const [current, previous] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
const [token, formerToken] = ['internal-token-of-these-tests-'.padEnd(40, 'x'), 'the-former-internal-token-'.padEnd(40, 'y')]

let stopPeer: (() => void) | undefined
beforeAll(() => listen())
afterEach(() => {
  moveClock(0)
  stopPeer?.()
  Object.assign(config, { CLOUD_WEBHOOK_HMAC_SECRET: [], INTERNAL_TOKEN: [], MANAGEMENT_URL: '', FEATURE_VPN: true })
})

const tomorrow = new Date(Date.now() + 86_400_000).toISOString()
const licence = (tenant_id: string, change: object = {}) => ({
  tenant_id,
  plan: 'standard',
  features: { security: true, vpn: true, backup: false },
  limits: { users: 10, devices: 5 },
  expires_at: tomorrow,
  ...change,
})

interface Told {
  id?: string
  secret?: Buffer
  atMs?: number
  signed?: string
  headers?: Record<string, string>
}

/** As the Management plane tells of a change. */
function tell(body: object | string, { id = `msg_${Bun.randomUUIDv7()}`, secret = current, atMs = nowMs(), signed, headers }: Told = {}) {
  config.CLOUD_WEBHOOK_HMAC_SECRET = [current, previous]
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const timestamp = Math.floor(atMs / 1000)
  const signature = signWebhook(secret, { id, timestamp, body: Buffer.from(signed ?? text) })
  return app.handle(
    new Request('http://localhost/internal/license/refresh', {
      method: 'POST',
      body: text,
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': signature,
        ...headers,
      },
    }),
  )
}

/** A Management plane on loopback, that the program is told to ask. */
function managementPlane(answer: (tenant_id: string) => Response | Promise<Response>) {
  const asked: { path: string; token: string | null }[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch({ url, headers }) {
      const path = new URL(url).pathname
      asked.push({ path, token: headers.get('x-internal-token') })
      return answer(path.split('/')[4]!)
    },
  })
  stopPeer = () => void server.stop(true)
  Object.assign(config, { MANAGEMENT_URL: `http://127.0.0.1:${server.port}`, INTERNAL_TOKEN: [token] })
  return { asked, stop: stopPeer }
}

const licenceOf = async (client: Client) => (await client.api.tenant.license.get()).data!
const signIn = (email: string, secret = password) => send('POST', '/api/v1/auth/login', { body: { email, password: secret } })

describe('a webhook of the Management plane', () => {
  test('changes the licence, whichever living secret has signed it', async () => {
    const client = await signedIn()
    expect((await licenceOf(client)).license).toBeNull()
    for (const [index, secret] of [current, previous].entries()) {
      const reply = await tell(licence(client.tenant_id, { plan: `plan ${index}` }), { secret, atMs: nowMs() + index * 1000 })
      expect([reply.status, await reply.json()]).toEqual([200, { status: 'ok' }])
    }
    const { license, usage } = await licenceOf(client)
    expect(license).toMatchObject({ plan: 'plan 1', features: ['security', 'vpn'], limits: { users: 10, devices: 5 } })
    expect(usage).toEqual({ users: 1, devices: 0 })
    const [first, second] = await auditOf(client.tenant_id, 'licences.update')
    expect(first).toMatchObject({ after: { plan: 'plan 0' } })
    expect(second).toMatchObject({ before: { plan: 'plan 0' }, after: { plan: 'plan 1' } })
  })

  test('told again, also at once, has no second effect; its id is kept with its effect', async () => {
    const client = await signedIn()
    const id = 'msg_told_again'
    const replies = await Promise.all(Array.from({ length: 8 }, () => tell(licence(client.tenant_id), { id })))
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200))
    expect(await auditOf(client.tenant_id, 'licences.update')).toHaveLength(1)
    expect((await tell(licence(client.tenant_id, { plan: 'other' }), { id, atMs: nowMs() + 1000 })).status).toBe(200)
    expect((await licenceOf(client)).license).toMatchObject({ plan: 'standard' })
    const nobody = Bun.randomUUIDv7()
    expect((await tell(licence(nobody), { id })).status).toBe(404)
    expect(await owner`select 1 from webhook_receipt where tenant_id = ${nobody}`).toHaveLength(0)
  })

  test('that was overtaken by a later one does not undo it', async () => {
    const client = await signedIn()
    await tell(licence(client.tenant_id, { plan: 'later' }))
    expect((await tell(licence(client.tenant_id, { plan: 'earlier' }), { atMs: nowMs() - 60_000 })).status).toBe(200)
    expect((await licenceOf(client)).license).toMatchObject({ plan: 'later' })
  })

  test('is refused in the same words whatever is wrong, and changes nothing', async () => {
    const client = await signedIn()
    const body = licence(client.tenant_id)
    const text = JSON.stringify(body)
    const refused = await Promise.all([
      tell(body, { secret: Buffer.alloc(32, 9) }),
      tell(body, { signed: `${text} ` }),
      tell(`${text} `, { signed: text }),
      tell(body, { atMs: nowMs() - 301_000 }),
      tell(body, { atMs: nowMs() + 302_000 }),
      tell(body, { headers: { 'webhook-signature': '' } }),
      tell(body, { headers: { 'webhook-id': '' } }),
      tell(body, { headers: { 'webhook-timestamp': 'now' } }),
      tell('not even JSON', { signed: '' }),
      send('POST', '/internal/license/refresh', { body, headers: { 'x-internal-token': token, ...client.headers } }),
    ])
    const told = await Promise.all(refused.map(async (reply) => ({ ...(await problem(reply)), request_id: '' })))
    expect(told[0]).toMatchObject({ status: 401, error: 'unauthenticated' })
    for (const one of told) expect(one).toEqual(told[0]!)
    expect((await licenceOf(client)).license).toBeNull()
    config.CLOUD_WEBHOOK_HMAC_SECRET = []
    expect((await send('POST', '/internal/license/refresh', { body })).status).toBe(401)
  })

  test.each([
    ['no tenant', { tenant_id: undefined }],
    ['a tenant that is no id', { tenant_id: 'x' }],
    ['no features', { features: undefined }],
    ['features that are no switches', { features: { vpn: 'yes' } }],
    ['a limit below nothing', { limits: { users: -1 } }],
    ['an end that is no time', { expires_at: 'soon' }],
  ])('with %s is 422 once its signature holds', async (_, change) => {
    const client = await signedIn()
    const reply = await tell(licence(client.tenant_id, change))
    expect([reply.status, (await problem(reply)).error]).toEqual([422, 'invalid'])
    expect((await tell('{', {})).status).toBe(400)
  })
})

describe('the internal token', () => {
  const usage = (tenant_id: string, given?: string) =>
    send('GET', `/internal/v1/tenants/${tenant_id}/usage`, given === undefined ? {} : { headers: { 'x-internal-token': given } })

  test('opens what is between the planes, current and previous alike, and nothing else does', async () => {
    const client = await signedIn()
    const device = await registered(client)
    expect((await usage(client.tenant_id, token)).status).toBe(401)
    config.INTERNAL_TOKEN = [token, formerToken]
    for (const good of [token, formerToken]) expect(await (await usage(client.tenant_id, good)).json()).toEqual({ users: 1, devices: 1 })
    expect((await usage(Bun.randomUUIDv7(), token)).status).toBe(404)
    const wrong = [
      undefined,
      '',
      `${token}x`,
      token.slice(0, -1),
      token.toUpperCase(),
      `${token},${formerToken}`,
      `${token}, ${token}`,
      device.device_key,
      client.token,
    ]
    for (const text of wrong) expect([text, (await usage(client.tenant_id, text)).status]).toEqual([text, 401])
    expect((await send('GET', `/internal/v1/tenants/${client.tenant_id}/usage`, client)).status).toBe(401)
    expect((await send('GET', '/api/v1/devices', { headers: { 'x-internal-token': token } })).status).toBe(401)
    expect((await send('GET', '/api/v1/devices', { headers: { authorization: `Bearer ${token}` } })).status).toBe(401)
  })
})

describe('a tenant that waits for its licence', () => {
  const member = async (status: string) => {
    const client = await signedIn()
    await givePassword(client.user_id)
    await setTenantStatus(client.tenant_id, status)
    return client
  }

  test('is how one begins where licences are given out; the webhook opens it', async () => {
    config.CLOUD_WEBHOOK_HMAC_SECRET = [current]
    const email = `${Bun.randomUUIDv7()}@new.example`
    const fresh = 'a vessel of nine lanterns'
    const body = { email, password: fresh, name: 'Ada', tenant_name: 'Waiting' }
    expect((await send('POST', '/api/v1/auth/register', { body })).status).toBe(201)
    const refused = await signIn(email, fresh)
    expect([refused.status, (await problem(refused)).error]).toEqual([403, 'tenant_pending'])
    const [row] = await owner`select tenant_id from membership m join app_user u on u.id = m.user_id where u.email = ${email}`
    expect((await tell(licence(row!.tenant_id as string))).status).toBe(200)
    expect((await signIn(email, fresh)).status).toBe(200)
  })

  test('lets no program in either, until there is a licence', async () => {
    const client = await signedIn()
    const { data } = await client.api['api-tokens'].post({ name: 'n', scopes: ['devices.read'], expires_at: new Date(tomorrow) })
    const status = async () => (await send('GET', '/api/v1/devices', { headers: { authorization: `Bearer ${data!.token}` } })).status
    config.CLOUD_WEBHOOK_HMAC_SECRET = [current]
    expect(await status()).toBe(401)
    await tell(licence(client.tenant_id))
    expect(await status()).toBe(200)
    moveClock(limits.licenceGraceMs + 2 * 86_400_000)
    expect(await status()).toBe(401)
  })

  test('is refused where there is no licence, even if it was active before', async () => {
    const { email, tenant_id } = await member('active')
    expect((await signIn(email)).status).toBe(200)
    config.CLOUD_WEBHOOK_HMAC_SECRET = [current]
    expect((await signIn(email)).status).toBe(403)
    await tell(licence(tenant_id, { expires_at: null }))
    expect((await signIn(email)).status).toBe(200)
  })

  test('enters when the Management plane says so as it is asked: a lost webhook heals', async () => {
    const { email, tenant_id } = await member('pending')
    const plane = managementPlane((id) => Response.json(licence(id, { features: ['vpn', 'security'] })))
    expect((await signIn(email)).status).toBe(200)
    expect(plane.asked).toEqual([{ path: `/internal/v1/tenants/${tenant_id}/license`, token }])
    expect((await signIn(email)).status).toBe(200)
    expect(plane.asked).toHaveLength(1)
  })

  test.each([
    ['knows of none', () => new Response(null, { status: 404 })],
    ['fails', () => new Response(null, { status: 500 })],
    ['refuses us', () => new Response(null, { status: 401 })],
    ['sends us elsewhere', () => Response.redirect('http://127.0.0.1:1/')],
    ['answers something else', () => new Response('<html>')],
    ['answers for another tenant', () => Response.json(licence(Bun.randomUUIDv7()))],
    ['answers nonsense', (id: string) => Response.json(licence(id, { limits: { users: 'many' } }))],
  ])('stays out when the Management plane %s, and does not ask at every knock', async (_, answer) => {
    const { email } = await member('pending')
    const plane = managementPlane(answer)
    for (let knock = 0; knock < 3; knock++) {
      const reply = await signIn(email)
      expect([reply.status, (await problem(reply)).error]).toEqual([403, 'tenant_pending'])
    }
    expect(plane.asked).toHaveLength(1)
    moveClock(limits.licenceAskMs + 1000)
    await signIn(email)
    expect(plane.asked).toHaveLength(2)
  })

  test('goes on with a session when the Management plane says so as it is refreshed', async () => {
    const client = await signedIn()
    const cookie = `monozu_refresh=${writeRefreshToken({ tenant_id: client.tenant_id, session_id: client.sid, generation: 1 })}`
    const refresh = () => send('POST', '/api/v1/auth/refresh', { body: {}, headers: { cookie } })
    const { stop } = managementPlane(() => new Response(null, { status: 404 }))
    expect((await problem(await refresh())).error).toBe('tenant_pending')
    stop()
    const plane = managementPlane((id) => Response.json(licence(id)))
    moveClock(limits.licenceAskMs + 1000)
    expect((await refresh()).status).toBe(200)
    expect(plane.asked).toHaveLength(1)
  })

  test('a wrong password never makes us ask', async () => {
    const { email } = await member('pending')
    const plane = managementPlane((id) => Response.json(licence(id)))
    expect((await send('POST', '/api/v1/auth/login', { body: { email, password: 'not the right one' } })).status).toBe(401)
    expect(plane.asked).toEqual([])
  })

  test('what is known goes on while the Management plane is away, and two weeks past its end', async () => {
    const { email, tenant_id } = await member('active')
    await tell(licence(tenant_id, { expires_at: new Date(Date.now() + 60_000).toISOString() }))
    const { stop } = managementPlane((id) => Response.json(licence(id)))
    stop()
    expect((await signIn(email)).status).toBe(200)
    moveClock(limits.licenceGraceMs)
    expect((await signIn(email)).status).toBe(200)
    moveClock(limits.licenceGraceMs + 120_000)
    expect((await signIn(email)).status).toBe(403)
  })
})

describe('the chore', () => {
  test('brings every licence up to date, and stops where nobody answers', async () => {
    const [one, other] = [await signedIn(), await signedIn()]
    const plane = managementPlane((id) =>
      [one.tenant_id, other.tenant_id].includes(id) ? Response.json(licence(id, { plan: 'pulled' })) : new Response(null, { status: 404 }),
    )
    await pullLicences()
    for (const client of [one, other]) expect((await licenceOf(client)).license).toMatchObject({ plan: 'pulled' })
    const [{ count } = {}] = await owner`select count(*)::int from tenant where status <> 'deleted'`
    expect(plane.asked).toHaveLength(count as number)
    const changes = async () => (await auditOf(one.tenant_id, 'licences.update')).length
    expect(await changes()).toBe(1)
    await pullLicences()
    expect(await changes()).toBe(1)
    plane.asked.length = 0
    stopPeer!()
    const down = managementPlane(() => new Response(null, { status: 503 }))
    await pullLicences()
    const asked = down.asked.length
    expect(asked).toBeLessThan(limits.licencesUnanswered + limits.licencesAtOnce)
    expect((await licenceOf(one)).license).toMatchObject({ plan: 'pulled' })
    config.MANAGEMENT_URL = ''
    await pullLicences()
    expect(down.asked).toHaveLength(asked)
  })

  test('is not kept from the others by one of which the answer is none, or fails, and asks several at once', async () => {
    const clients = [await signedIn(), await signedIn(), await signedIn()]
    const [bad, failing, fine] = clients.map(({ tenant_id }) => tenant_id)
    let [open, most] = [0, 0]
    managementPlane(async (id) => {
      most = Math.max(most, (open += 1))
      await new Promise((resolve) => setImmediate(resolve))
      open -= 1
      if (id === failing) return new Response(null, { status: 500 })
      if (id === bad) return Response.json(licence(id, { limits: { users: 1.5 } }))
      return id === fine ? Response.json(licence(id, { plan: 'pulled' })) : new Response(null, { status: 404 })
    })
    await pullLicences()
    expect((await licenceOf(clients[2]!)).license).toMatchObject({ plan: 'pulled' })
    expect(most).toBeGreaterThan(1)
  })
})

describe('features', () => {
  test('are those of the deployment that the licence includes, from one moment to the next', async () => {
    const client = await signedIn()
    const features = async () => (await client.api.me.features.get()).data
    expect(await features()).toEqual({ security: true, vpn: true, backup: true, cmdb: true, itsm: true, iot: true, oidc: false })
    await tell(licence(client.tenant_id))
    expect(await features()).toEqual({ security: true, vpn: true, backup: false, cmdb: false, itsm: false, iot: false, oidc: false })
    config.FEATURE_VPN = false
    expect(await features()).toMatchObject({ security: true, vpn: false })
    expect((await client.api.alerts.get({ query: {} })).status).toBe(200)
    await tell(licence(client.tenant_id, { features: [] }), { atMs: nowMs() + 1000 })
    const refused = await client.api.alerts.get({ query: {} })
    expect([refused.status, (refused.error!.value as unknown as { error: string }).error]).toEqual([404, 'feature_disabled'])
    config.CLOUD_WEBHOOK_HMAC_SECRET = []
    expect((await signedIn().then(({ api }) => api.alerts.get({ query: {} }))).status).toBe(200)
  })
})

describe('limits', () => {
  const refusal = { status: 403, error: 'limit_reached' }

  test('of devices hold however many register at once; known devices come back', async () => {
    const client = await signedIn()
    await tell(licence(client.tenant_id))
    const { provisioning_key } = (await client.api.settings['edge-registration-keys'].post({ label: 'many' })).data!
    const register = (hardware_id: string) =>
      send('POST', '/api/v1/devices/register', { body: { name: 'edge', hardware_id }, headers: { 'x-provisioning-key': provisioning_key } })
    const replies = await Promise.all(Array.from({ length: 20 }, (_, index) => register(`hw-${index}`)))
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(5)
    expect(await problem(replies.find(({ status }) => status !== 201)!)).toMatchObject(refusal)
    expect((await client.api.devices.summary.get()).data).toMatchObject({ total: 5 })
    const [key] = (await client.api.settings['edge-registration-keys'].get({ query: {} })).data!.items
    expect(key!.uses).toBe(5)
    const index = replies.findIndex(({ status }) => status === 201)
    expect((await register(`hw-${index}`)).status).toBe(201)
  })

  test('of users count those who can sign in, also when one is enabled again', async () => {
    const client = await signedIn()
    await tell(licence(client.tenant_id, { limits: { users: 4 } }))
    const admins = (await client.api.groups.get({ query: {} })).data!.items.find(({ built_in }) => built_in === 'admin')!.id
    const add = (index: number, group_ids: string[] = []) =>
      client.api.users.post({
        email: `${index}-${Bun.randomUUIDv7()}@test.example`,
        name: 'One more',
        group_ids,
        org_unit_scope: 'all',
      })
    expect((await add(0, [admins])).status).toBe(201)
    const replies = await Promise.all([1, 2, 3, 4, 5].map((index) => add(index)))
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 201, 403, 403, 403])
    const made = replies.find(({ status }) => status === 201)!
    expect(replies.find(({ status }) => status !== 201)!.error!.value).toMatchObject(refusal)
    const id = made.data!.id
    const disable = (disabled: boolean) => send('PATCH', `/api/v1/users/${id}`, { headers: client.headers, body: { disabled } })
    expect((await disable(false)).status).toBe(200)
    expect((await disable(true)).status).toBe(200)
    expect((await add(6)).status).toBe(201)
    const again = await disable(false)
    expect([again.status, (await problem(again)).error]).toEqual([403, 'limit_reached'])
    expect((await licenceOf(client)).usage).toEqual({ users: 4, devices: 0 })
  })
})

test("another tenant's licence is nobody's business", async () => {
  const [mine, theirs] = [await signedIn(), await newTenant()]
  await tell(licence(theirs))
  expect((await licenceOf(mine)).license).toBeNull()
})

test('the processes that operators start take licences, and no log holds what they are signed or asked for with', async () => {
  const client = await signedIn()
  await givePassword(client.user_id)
  await setTenantStatus(client.tenant_id, 'pending')
  const plane = managementPlane(() => new Response(null, { status: 500 }))
  const secret = `whsec_${current.toString('base64')}`
  const api = await startApi({
    CLOUD_WEBHOOK_HMAC_SECRET: `${secret},${previous.toString('base64')}`,
    INTERNAL_TOKEN: `${token},${formerToken}`,
    MANAGEMENT_URL: config.MANAGEMENT_URL,
  })
  const post = (path: string, body: string | ReadableStream, headers: Record<string, string> = {}) =>
    fetch(`${api.url}${path}`, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })
  const enter = () => post('/api/v1/auth/login', JSON.stringify({ email: client.email, password }))
  expect((await enter()).status).toBe(403)
  expect(plane.asked).toEqual([{ path: `/internal/v1/tenants/${client.tenant_id}/license`, token }])
  const body = JSON.stringify(licence(client.tenant_id))
  const timestamp = Math.floor(Date.now() / 1000)
  const signed = (key: Buffer) => ({
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signWebhook(key, { id: 'msg_1', timestamp, body: Buffer.from(body) }),
  })
  expect((await post('/internal/license/refresh', body, signed(Buffer.alloc(32, 9)))).status).toBe(401)
  // As a proxy may pass it on: in chunks, without its length.
  expect((await post('/internal/license/refresh', new Blob([body]).stream(), signed(previous))).status).toBe(200)
  expect((await enter()).status).toBe(200)
  const usage = await fetch(`${api.url}/internal/v1/tenants/${client.tenant_id}/usage`, { headers: { 'x-internal-token': formerToken } })
  expect(await usage.json()).toEqual({ users: 1, devices: 0 })
  expect(await api.stop()).toBe(0)
  for (const hidden of [token, formerToken, secret.slice(6), previous.toString('base64'), signed(previous)['webhook-signature'].slice(3)])
    expect(api.output()).not.toContain(hidden)
  expect(api.output()).toContain('Management plane')
})
