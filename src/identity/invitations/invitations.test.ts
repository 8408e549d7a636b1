import { afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { moveClock } from '../../core/clock'
import { config } from '../../core/config'
import { limits } from '../../core/limits'
import { type Permission, everyPermission } from '../../core/permissions'
import { listen } from '../../core/signals'
import { password, withPassword } from '../../testing/account'
import { licences } from '../licences/schema'
import { type Client, problem, send, signedIn, within } from '../../testing/api'
import { mailOf, tokenIn } from '../../testing/mail'
import { auditOf, owner } from '../../testing/owner'

beforeAll(() => listen())
afterEach(() => {
  moveClock(0)
  config.AUTH_POLICY = 'standard'
})

const another = 'seven blue lanterns over water'
const address = () => `${Bun.randomUUIDv7()}@test.example`
const invite = ({ headers }: Pick<Client, 'headers'>, body: object = {}) =>
  send('POST', '/api/v1/invitations', { headers, body: { email: address(), group_ids: [], org_unit_scope: 'all', ...body } })
const accept = (body: object, headers?: Record<string, string>) => send('POST', '/api/v1/auth/invitations/accept', { body, headers })
const inspect = (token: string) => send('POST', '/api/v1/auth/invitations/inspect', { body: { token } })
const login = (email: string, typed: string, more: object = {}) =>
  send('POST', '/api/v1/auth/login', { body: { email, password: typed, ...more } })
const statusOf = async (reply: Response) => [reply.status, reply.status < 400 ? '' : (await problem(reply)).error]
const pathOf = async (reply: Response) => (await problem(reply)).errors?.[0]?.path

async function invited(client: Client, body: object = {}) {
  const reply = await invite(client, body)
  expect(reply.status).toBe(201)
  const { id, email } = (await reply.json()) as { id: string; email: string }
  return { id, email, token: tokenIn((await mailOf(client.tenant_id)).at(-1)!.text) }
}
const newcomer = (token: string, more: object = {}) => accept({ token, name: 'Ada', password: another, ...more })

describe('somebody new', () => {
  test('gets an account and the membership that was offered, and signs in with it', async () => {
    const client = await signedIn()
    const group = (await client.api.groups.post({ name: 'Watchers', permissions: ['devices.read'] })).data!.id
    const unit = (await client.api['org-units'].post({ name: 'North' })).data!.id
    const offer = { group_ids: [group], org_unit_scope: [{ org_unit_id: unit, subtree: true }] }
    const { id, email, token } = await invited(client, offer)
    expect(await (await inspect(token)).json()).toMatchObject({ email, tenant: { id: client.tenant_id, name: 'Test' }, has_account: false })
    const reply = await newcomer(token)
    expect([reply.status, await reply.json()]).toEqual([200, { email, tenant: { id: client.tenant_id, name: 'Test' } }])
    expect(reply.headers.get('set-cookie')).toBeNull()
    const session = (await (await login(email, another)).json()) as { access_token: string; user: { id: string } }
    const me = await send('GET', '/api/v1/me', { headers: { authorization: `Bearer ${session.access_token}` } })
    expect(await me.json()).toMatchObject({ user: { name: 'Ada' }, permissions: ['devices.read'], org_units: [{ id: unit }] })
    expect([...(await auditOf(client.tenant_id, 'invitations.accept'))]).toMatchObject([{ actor_id: session.user.id, entity_id: id }])
    const recorded = JSON.stringify(await owner`select * from audit_log where tenant_id = ${client.tenant_id}`)
    const kept = JSON.stringify(await owner`select * from invitation where tenant_id = ${client.tenant_id}`)
    for (const text of [recorded, kept]) for (const secret of [token, another]) expect(text).not.toContain(secret)
  })

  test('waits for room where the licence is full; the link goes on', async () => {
    const client = await signedIn()
    const { token } = await invited(client)
    const allow = (users: number) =>
      within(client.tenant_id, async (scope) => {
        await scope.tx.delete(licences).where(scope.own(licences))
        await scope.tx.insert(licences).values(scope.owned({ plan: 'small', features: [], limits: { users }, as_of: new Date() }))
      })
    await allow(1)
    expect(await statusOf(await newcomer(token))).toEqual([403, 'limit_reached'])
    await allow(2)
    expect((await newcomer(token)).status).toBe(200)
  })

  test('must give a name and a good password', async () => {
    const { token, email } = await invited(await signedIn())
    expect(await pathOf(await accept({ token, password: another }))).toBe('/name')
    expect(await pathOf(await accept({ token, name: 'Ada' }))).toBe('/password')
    expect(await pathOf(await newcomer(token, { password: 'short' }))).toBe('/password')
    expect(await pathOf(await newcomer(token, { password: `${email.split('@')[0]} and more` }))).toBe('/password')
    expect((await newcomer(token)).status).toBe(200)
  })
})

describe('somebody who has an account', () => {
  test('joins with its password, keeps it, and then chooses between tenants', async () => {
    const [client, guest] = [await signedIn(), await withPassword()]
    const { token } = await invited(client, { email: guest.email.toUpperCase() })
    expect(await (await inspect(token)).json()).toMatchObject({ has_account: true })
    expect(await pathOf(await accept({ token }))).toBe('/password')
    expect(await statusOf(await newcomer(token))).toEqual([422, 'wrong_password'])
    expect((await accept({ token, password })).status).toBe(200)
    expect((await login(guest.email, another)).status).toBe(401)
    expect(await (await login(guest.email, password)).json()).toMatchObject({ tenant_required: true, tenants: [{}, {}] })
  })

  test('joins by being signed in, not by somebody else being so', async () => {
    const [client, guest, stranger] = [await signedIn(), await withPassword(), await signedIn()]
    const { token } = await invited(client, { email: guest.email })
    expect(await pathOf(await accept({ token }, stranger.headers))).toBe('/password')
    config.AUTH_POLICY = 'restricted'
    expect(await statusOf(await accept({ token, password }))).toEqual([403, 'auth_restricted'])
    expect((await accept({ token }, guest.headers)).status).toBe(200)
    const { items } = (await guest.api.me.tenants.get()).data!
    expect(items.map(({ id }) => id).sort()).toEqual([client.tenant_id, guest.tenant_id].sort())
  })

  test('is slowed down while guessing the password', async () => {
    const [client, guest] = [await signedIn(), await withPassword()]
    const { token } = await invited(client, { email: guest.email })
    for (let guess = 0; guess < limits.failuresBeforeDelay; guess += 1)
      expect((await accept({ token, password: 'not the password' })).status).toBe(422)
    expect((await accept({ token, password })).status).toBe(429)
  })

  test('is not invited to where he is a member already, also when he became one meanwhile', async () => {
    const client = await withPassword()
    expect(await statusOf(await invite(client, { email: client.email.toUpperCase() }))).toEqual([409, 'already_member'])
    const guest = await withPassword()
    const { token } = await invited(client, { email: guest.email })
    await owner`insert into membership (tenant_id, id, user_id, name) values (${client.tenant_id}, ${Bun.randomUUIDv7()}, ${guest.user_id}, 'Meanwhile')`
    expect(await statusOf(await accept({ token, password }))).toEqual([409, 'already_member'])
  })
})

describe('an invitation', () => {
  test('works once, of 20 at the same moment one', async () => {
    const client = await signedIn()
    const { token, email } = await invited(client)
    const replies = await Promise.all(Array.from({ length: 20 }, () => newcomer(token)))
    const taken = replies.filter(({ status }) => status === 200)
    expect(taken).toHaveLength(1)
    expect(await statusOf(await newcomer(token))).toEqual([422, 'invitation_ended'])
    expect(await owner`select from membership m join app_user u on u.id = m.user_id where u.email = ${email}`).toHaveLength(1)
  }, 30_000)

  test('works for 7 days; a new link begins them again and ends the one before', async () => {
    const client = await signedIn()
    const { id, token } = await invited(client)
    moveClock(limits.invitationMs + 1000)
    expect(await statusOf(await newcomer(token))).toEqual([422, 'invitation_ended'])
    moveClock(0)
    expect((await client.api.invitations({ id }).resend.post()).status).toBe(200)
    expect(await statusOf(await inspect(token))).toEqual([422, 'invitation_ended'])
    const renewed = tokenIn((await mailOf(client.tenant_id)).at(-1)!.text)
    expect((await newcomer(renewed)).status).toBe(200)
  })

  test('that was taken back is over, and makes room for another', async () => {
    const client = await signedIn()
    const { id, email, token } = await invited(client)
    expect((await invite(client, { email: email.toUpperCase() })).status).toBe(409)
    expect((await client.api.invitations({ id }).delete()).status).toBe(204)
    expect(await statusOf(await newcomer(token))).toEqual([422, 'invitation_ended'])
    expect((await client.api.invitations({ id }).delete()).status).toBe(404)
    expect((await invite(client, { email })).status).toBe(201)
    for (const action of ['invitations.create', 'invitations.revoke'])
      expect((await auditOf(client.tenant_id, action)).length).toBeGreaterThan(0)
  })

  test('is listed until it is accepted, without what opens it', async () => {
    const client = await signedIn()
    const [first, second] = [await invited(client), await invited(client, { language: 'it' })]
    const shown = async () => (await client.api.invitations.get({ query: {} })).data!.items
    expect((await shown()).map(({ id }) => id)).toEqual([second.id, first.id])
    expect(JSON.stringify(await shown())).not.toContain('hash')
    await newcomer(first.token)
    expect((await shown()).map(({ id }) => id)).toEqual([second.id])
  })

  test('that was never made is refused', async () => {
    const { token } = await invited(await signedIn())
    for (const text of ['x', token.slice(0, -1), token.replace('mzi', 'mzr')])
      for (const reply of [await inspect(text), await newcomer(text)]) expect(await statusOf(reply)).toEqual([422, 'invitation_ended'])
  })
})

describe('nobody gives what he does not hold', () => {
  const inviter: Permission[] = ['settings.users.read', 'settings.users.invite', 'devices.read']

  test('as he invites', async () => {
    const admin = await signedIn()
    const { tenant_id } = admin
    const powerful = (await admin.api.groups.post({ name: 'Powerful', permissions: ['devices.delete'] })).data!.id
    const [north, south] = [
      (await admin.api['org-units'].post({ name: 'N' })).data!.id,
      (await admin.api['org-units'].post({ name: 'S' })).data!.id,
    ]
    const client = await signedIn(inviter, { tenant_id, units: [north] })
    const scope = [{ org_unit_id: north, subtree: true }]
    expect(await statusOf(await invite(client, { group_ids: [powerful], org_unit_scope: scope }))).toEqual([403, 'beyond_own_permissions'])
    expect(await statusOf(await invite(client))).toEqual([403, 'beyond_own_scope'])
    const elsewhere = [{ org_unit_id: south, subtree: true }]
    expect((await invite(client, { org_unit_scope: elsewhere })).status).toBeGreaterThanOrEqual(400)
    expect(await statusOf(await invite(client, { group_ids: [Bun.randomUUIDv7()], org_unit_scope: scope }))).toEqual([422, 'invalid'])
    expect((await invite(client, { org_unit_scope: scope })).status).toBe(201)
    expect((await admin.api.invitations.get({ query: {} })).data!.items).toHaveLength(1)
    await invited(admin)
    expect((await client.api.invitations.get({ query: {} })).data!.items).toHaveLength(1)
  })

  test('as it is accepted: rights that the inviter lost cannot be had from him', async () => {
    const admin = await signedIn()
    const { tenant_id } = admin
    const group = (await admin.api.groups.post({ name: 'Readers', permissions: ['devices.read'] })).data!.id
    const offer = { group_ids: [group] }
    const losses = [
      (id: string) => owner`update membership set disabled = true where user_id = ${id}`,
      (id: string) => owner`delete from membership where user_id = ${id}`,
      (id: string) => owner`update membership set whole_tenant = false where user_id = ${id}`,
      (id: string) =>
        owner`update access_group set permissions = array_remove(permissions, 'devices.read') where name = ${`group of ${id}`}`,
      (id: string) =>
        owner`update access_group set permissions = array_remove(permissions, 'settings.users.invite') where name = ${`group of ${id}`}`,
    ]
    for (const lose of losses) {
      const client = await signedIn(inviter, { tenant_id })
      const { token, email } = await invited(client, offer)
      await lose(client.user_id)
      expect(await statusOf(await newcomer(token))).toEqual([422, 'invitation_ended'])
      expect(await owner`select from app_user where email = ${email}`).toHaveLength(0)
    }
    const client = await signedIn(inviter, { tenant_id })
    expect((await newcomer((await invited(client, offer)).token)).status).toBe(200)
  })

  test('nor by sending again what somebody else offered', async () => {
    const admin = await signedIn()
    const group = (await admin.api.groups.post({ name: 'All', permissions: [...everyPermission] })).data!.id
    const { id } = await invited(admin, { group_ids: [group] })
    const client = await signedIn(inviter, { tenant_id: admin.tenant_id })
    expect(await statusOf(await send('POST', `/api/v1/invitations/${id}/resend`, { headers: client.headers }))).toEqual([
      403,
      'beyond_own_permissions',
    ])
  })
})

describe('a program that invites', () => {
  const scopes: Permission[] = ['settings.users.invite', 'settings.users.read', 'devices.read']
  async function program() {
    const admin = await signedIn()
    const unit = (await admin.api['org-units'].post({ name: 'North' })).data!.id
    const group = (await admin.api.groups.post({ name: 'Inviters', permissions: scopes })).data!.id
    const watchers = (await admin.api.groups.post({ name: 'Watchers', permissions: ['devices.read'] })).data!.id
    const org_unit_scope = [{ org_unit_id: unit, subtree: true }]
    const account = (await admin.api['service-accounts'].post({ name: 'Onboarding', group_ids: [group], org_unit_scope })).data!
    const expires_at = new Date(Date.now() + 86_400_000)
    const token = (await admin.api['api-tokens'].post({ name: 'of it', scopes, expires_at, service_account_id: account.id })).data!.token
    const client = { headers: { authorization: `Bearer ${token}` }, tenant_id: admin.tenant_id } as Client
    return { admin, account, client, offer: { group_ids: [watchers], org_unit_scope } }
  }

  test('is answered as anybody: what its service account offered is had from it', async () => {
    const { admin, account, client, offer } = await program()
    const { id, email, token } = await invited(client, offer)
    expect((await admin.api.invitations.get({ query: {} })).data!.items).toMatchObject([{ id, invited_by: account.id }])
    expect((await newcomer(token)).status).toBe(200)
    const { items } = (await admin.api.users.get({ query: { search: email } })).data!
    expect(items).toMatchObject([{ email, groups: [{ name: 'Watchers' }], org_unit_scope: [offer.org_unit_scope[0]!] }])
  })

  test('gives no more than it sees, and nothing once it is disabled', async () => {
    const { admin, account, client, offer } = await program()
    expect(await statusOf(await invite(client, { ...offer, org_unit_scope: 'all' }))).toEqual([403, 'beyond_own_scope'])
    const { token } = await invited(client, offer)
    await admin.api['service-accounts']({ id: account.id }).patch({ disabled: true })
    expect(await statusOf(await newcomer(token))).toEqual([422, 'invitation_ended'])
  })
})
