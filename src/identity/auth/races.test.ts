import { expect, test } from 'bun:test'
import { nowMs } from '../../core/clock'
import { limits } from '../../core/limits'
import { mintCredential, seal } from '../../core/secrets'
import { password, withPassword } from '../../testing/account'
import { newTenant, problem, send, within } from '../../testing/api'
import { owner } from '../../testing/owner'
import { until } from '../../testing/world'
import { codeOf, newSecret, stepAt } from '../../core/totp'
import { memberships } from '../users/schema'
import { enterByProvider } from './service'
import { tenantChoices } from './schema'

// A sign-in takes several steps, and a password may be changed between any two of them: whatever was proven before the change opens nothing after it.

const post = (path: string, body: object, headers: Record<string, string> = {}) => send('POST', `/api/v1/auth/${path}`, { body, headers })

/** Somebody of two tenants, signed in to the first. */
async function somebody() {
  const [client, elsewhere] = [await withPassword(), await newTenant()]
  const { user_id } = client
  await within(elsewhere, ({ tx, owned }) => tx.insert(memberships).values(owned({ user_id, name: 'Elsewhere', whole_tenant: true })))
  return { ...client, elsewhere }
}
type Somebody = Awaited<ReturnType<typeof somebody>>

/** The answer to a right password where it is to be said which tenant. */
const asked = async ({ tenant_id, user_id }: Somebody) => {
  const id = Bun.randomUUIDv7()
  const { text, hash } = mintCredential('mzc', tenant_id, id)
  const expires_at = new Date(nowMs() + limits.tenantChoiceMs)
  await within(tenant_id, ({ tx, owned }) => tx.insert(tenantChoices).values(owned({ id, hash, user_id, sign_in_version: 1, expires_at })))
  return text
}

const living = async ({ user_id }: Somebody) =>
  (await owner`select id from session where user_id = ${user_id} and ended_at is null`).map(({ id }) => id as string)

/** Each prepares a sign-in and returns its last step. */
const ways: Record<string, (who: Somebody) => Promise<() => Promise<{ status: number }>>> = {
  'with the password': async ({ email, tenant_id }) => {
    return () => post('login', { email, password, tenant_id })
  },
  'by choosing a tenant': async (who) => {
    const session_token = await asked(who)
    return () => post('login', { session_token, tenant_id: who.elsewhere })
  },
  ...Object.fromEntries(
    ([true, false] as const).map((here) => [
      `with a second factor, ${here ? 'where the password was given' : 'in another tenant'}`,
      async ({ email, user_id, tenant_id, elsewhere }: Somebody) => {
        const secret = newSecret()
        await owner`insert into mfa_factor (user_id, secret, confirmed_at) values (${user_id}, ${seal(secret, `mfa_factor ${user_id}`)}, now())`
        const { session_token } = (await (await post('login', { email, password, tenant_id })).json()) as { session_token: string }
        const totp_code = codeOf(secret, stepAt(nowMs()))
        return () => post('mfa/verify', { session_token, totp_code, tenant_id: here ? tenant_id : elsewhere })
      },
    ]),
  ),
  'by switching to another tenant': async ({ headers, user_id, tenant_id, elsewhere }) => {
    // From a session that the change ends, not the one it is made in.
    const login = await post('login', { email: `${user_id}@test.example`, password, tenant_id })
    const { access_token } = (await login.json()) as { access_token: string }
    return () => post('switch-tenant', { tenant_id: elsewhere }, { ...headers, authorization: `Bearer ${access_token}` })
  },
  'by a provider': async ({ email, user_id, elsewhere }) => {
    const said = { user_id, email, identity_id: null, provider_tenant_id: elsewhere }
    return () =>
      enterByProvider(said, {}).then(
        () => ({ status: 200 }),
        ({ status }: { status: number }) => ({ status }),
      )
  },
}

test.each(Object.entries(ways))('%s: a password changed just before the session opens leaves it shut', async (_, prepare) => {
  const who = await somebody()
  const enter = await prepare(who)
  const { user_id, tenant_id, sid } = who
  const [kept] = await owner`select password_hash from identity where user_id = ${user_id}`
  let entering: Promise<{ status: number }>
  await owner.begin(async (tx) => {
    // Whoever opens a session now waits for the person, with all else behind him.
    await tx`select from app_user where id = ${user_id} for update`
    entering = enter()
    const waiting = () => owner`select from pg_stat_activity where wait_event_type = 'Lock' and query like '%hold_proof%'`
    await until('the sign-in waits', async () => (await waiting()).length > 0)
    await tx`select set_config('app.tenant_id', ${tenant_id}, true)`
    const [row] = await tx`select change_password(${user_id}, ${kept!.password_hash as string}, 'changed', ${sid}, now()) as ended`
    expect(row!.ended).not.toBeNull()
  })
  expect((await entering!).status).toBe(401)
  expect(await living(who)).toEqual([sid])
})

test('half a sign-in that is older than the password is told to begin again', async () => {
  const who = await somebody()
  const session_token = await asked(who)
  const passwords = { current_password: password, new_password: 'seven blue lanterns over water' }
  expect((await who.api.auth.password.change.post(passwords)).status).toBe(204)
  const late = await problem(await post('login', { session_token, tenant_id: who.elsewhere }))
  expect([late.status, late.error]).toEqual([401, 'choice_ended'])
  expect(await living(who)).toEqual([who.sid])
})
