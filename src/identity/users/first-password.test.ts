import { afterEach, expect, test } from 'bun:test'
import { moveClock } from '../../core/clock'
import { limits } from '../../core/limits'
import { password } from '../../testing/account'
import { type Client, newTenant, problem, send, signedIn, within } from '../../testing/api'
import { keepMail, mailOf, tokenIn } from '../../testing/mail'
import { auditOf, owner } from '../../testing/owner'
import { eventually } from '../../testing/eventually'
import { memberships } from './schema'

keepMail()
afterEach(() => moveClock(0))

const post = async (path: string, body: object) => send('POST', `/api/v1/auth/${path}`, { body })
const login = (email: string, given: string) => post('login', { email, password: given })
const own = 'seven blue lanterns over water'

/** Somebody whom an administrator has added. */
async function added(admin: Client) {
  const made = await admin.api.users.post({
    email: `${Bun.randomUUIDv7()}@test.example`,
    name: 'Ada',
    group_ids: [],
    org_unit_scope: 'all',
  })
  return made.data!
}
const choice = async (email: string, given: string) =>
  (await (await login(email, given)).json()) as { password_change_required?: true; session_token: string }
const sessionsOf = async (id: string) => (await owner`select id from session where user_id = ${id}`).length

// ASVS 6.4.1
test('a first password opens no session: it is good for choosing another, once', async () => {
  const admin = await signedIn()
  const { id, email, initial_password } = await added(admin)
  const { password_change_required, session_token } = await choice(email, initial_password)
  expect(password_change_required).toBe(true)
  expect(await sessionsOf(id)).toBe(0)
  for (const weak of ['short', 'password1234', initial_password.slice(0, 11)])
    expect((await post('password/reset', { token: session_token, new_password: weak })).status).toBe(422)
  expect((await post('password/reset', { token: session_token, new_password: own })).status).toBe(204)
  expect((await problem(await post('password/reset', { token: session_token, new_password: password }))).error).toBe('link_ended')
  expect((await login(email, initial_password)).status).toBe(401)
  const opened = (await (await login(email, own)).json()) as { access_token: string }
  expect(opened.access_token).toBeTruthy()
  const [row] = await auditOf(admin.tenant_id, 'passwords.reset')
  expect(row).toMatchObject({ actor_id: id })
  // Nobody has shown that the address is his: a stranger could have been told the password.
  expect((await owner`select verified_at from app_user where id = ${id}`)[0]!.verified_at).toBeNull()
})

// ASVS 6.4.1
test('it is not the password for long, nor may it be chosen again', async () => {
  const { email, initial_password } = await added(await signedIn())
  const { session_token } = await choice(email, initial_password)
  const again = await post('password/reset', { token: session_token, new_password: initial_password })
  expect((await problem(again)).errors).toEqual([{ path: '/new_password', message: 'is the first password: choose another' }])
})

// ASVS 6.4.1
test('it works for three days; after them a mailed link does', async () => {
  const admin = await signedIn()
  const { id, email, initial_password, initial_password_until } = await added(admin)
  expect(initial_password_until.getTime() - Date.now()).toBeGreaterThan(limits.firstPasswordMs - 60_000)
  moveClock(limits.firstPasswordMs + 1000)
  const late = await problem(await login(email, initial_password))
  expect([late.status, late.error]).toEqual([403, 'first_password_ended'])
  expect((await login(email, 'another one altogether')).status).toBe(401)
  expect(await eventually(async () => (await auditOf(admin.tenant_id, 'sessions.refuse')).length === 2, 5_000)).toBe(true)
  moveClock(0)
  expect((await post('password/forgot', { email })).status).toBe(204)
  expect(await eventually(async () => (await mailOf(admin.tenant_id)).length > 0, 5_000)).toBe(true)
  const token = tokenIn((await mailOf(admin.tenant_id))[0]!.text)
  expect((await post('password/reset', { token, new_password: own })).status).toBe(204)
  moveClock(limits.firstPasswordMs + 1000)
  expect((await login(email, own)).status).toBe(200)
  expect((await owner`select verified_at from app_user where id = ${id}`)[0]!.verified_at).not.toBeNull()
})

test('it is asked for before anything else, in whichever tenant, and what it gave ends with it', async () => {
  const elsewhere = await newTenant()
  const { id, email, initial_password } = await added(await signedIn())
  await within(elsewhere, ({ tx, owned }) => tx.insert(memberships).values(owned({ user_id: id, name: 'Elsewhere', whole_tenant: true })))
  const [one, other] = [await choice(email, initial_password), await choice(email, initial_password)]
  expect([one, other]).toMatchObject([{ password_change_required: true }, { password_change_required: true }])
  expect((await problem(await post('login', { email, password: initial_password, tenant_id: await newTenant() }))).error).toBe(
    'invalid_credentials',
  )
  // The later one took the place of the earlier.
  expect((await problem(await post('password/reset', { token: one.session_token, new_password: own }))).error).toBe('link_ended')
  expect((await post('password/reset', { token: other.session_token, new_password: own })).status).toBe(204)
  expect(await (await login(email, own)).json()).toMatchObject({ tenant_required: true })
})
