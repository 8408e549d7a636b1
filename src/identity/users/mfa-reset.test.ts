import { afterEach, beforeAll, expect, test } from 'bun:test'
import { moveClock, nowMs } from '../../core/clock'
import { listen } from '../../core/signals'
import { password, withPassword } from '../../testing/account'
import { type Client, newTenant, problem, send, signedIn, within } from '../../testing/api'
import { mailOf } from '../../testing/mail'
import { auditOf, owner } from '../../testing/owner'
import { codeOf, stepAt } from '../../core/totp'
import { memberships } from './schema'

beforeAll(() => listen())
afterEach(() => moveClock(0))

const post = (path: string, body: object | undefined, headers: Record<string, string> = {}) =>
  send('POST', `/api/v1${path}`, { body, headers })
const reset = ({ headers }: Pick<Client, 'headers'>, id: string) => post(`/users/${id}/mfa/reset`, undefined, headers)
const errorOf = async (reply: Response) => [reply.status, (await problem(reply)).error]

async function enrolled(tenant_id: string) {
  const client = await withPassword(['devices.read'], { tenant_id })
  const { secret } = (await (await post('/me/mfa/enrol', { password }, client.headers)).json()) as { secret: string }
  const confirmed = await post('/me/mfa/confirm', { totp_code: codeOf(secret, stepAt(nowMs())) }, client.headers)
  const { recovery_codes } = (await confirmed.json()) as { recovery_codes: string[] }
  return { ...client, recovery_codes }
}

// ASVS 6.4.4, 7.4.5
test('an administrator lets a member in again who lost his second factor; the member is told, and his sessions end', async () => {
  const admin = await signedIn()
  const member = await enrolled(admin.tenant_id)
  const shown = async () => (await admin.api.users({ id: member.user_id }).get()).data!.mfa_enabled
  expect(await shown()).toBe(true)
  expect((await reset(admin, member.user_id)).status).toBe(204)
  expect(await shown()).toBe(false)
  expect((await send('GET', '/api/v1/me', member)).status).toBe(401)
  const login = await post('/auth/login', { email: member.email, password })
  expect(await login.json()).toMatchObject({ access_token: expect.any(String) as string })
  expect(await owner`select from mfa_recovery_code where user_id = ${member.user_id}`).toHaveLength(0)
  expect([...(await auditOf(admin.tenant_id, 'mfa.reset'))]).toMatchObject([
    { actor_id: admin.user_id, entity_id: member.user_id, after: { sessions_ended: 1 } },
  ])
  expect(await mailOf(admin.tenant_id)).toMatchObject([{ recipient: member.email, kind: 'mfa_reset' }])
  expect(await errorOf(await reset(admin, member.user_id))).toEqual([409, 'mfa_not_enabled'])
})

test('nobody resets himself, who may do more, who is out of sight, or who belongs to others as well', async () => {
  const admin = await signedIn()
  const member = await enrolled(admin.tenant_id)
  expect(await errorOf(await reset(admin, admin.user_id))).toEqual([409, 'own_account'])
  const helper = await signedIn(['settings.users.update', 'settings.users.read'], { tenant_id: admin.tenant_id })
  expect(await errorOf(await reset(helper, member.user_id))).toEqual([403, 'beyond_own_permissions'])
  const unit = (await admin.api['org-units'].post({ name: 'North' })).data!.id
  const narrow = await signedIn(undefined, { tenant_id: admin.tenant_id, units: [unit] })
  expect((await reset(narrow, member.user_id)).status).toBe(404)
  const other = await newTenant()
  await within(other, ({ tx, owned }) =>
    tx.insert(memberships).values(owned({ user_id: member.user_id, name: 'Elsewhere', whole_tenant: true })),
  )
  expect(await errorOf(await reset(admin, member.user_id))).toEqual([409, 'mfa_elsewhere'])
  expect((await send('GET', '/api/v1/me', member)).status).toBe(200)
  expect(await owner`select from mfa_factor where user_id = ${member.user_id}`).toHaveLength(1)
})

test('new recovery codes take the place of the old ones, and need the password', async () => {
  const member = await enrolled(await newTenant())
  const renew = (typed: string) => post('/me/mfa/recovery-codes', { password: typed }, member.headers)
  expect(await errorOf(await renew('not the password'))).toEqual([422, 'wrong_password'])
  const fresh = ((await (await renew(password)).json()) as { recovery_codes: string[] }).recovery_codes
  expect(new Set([...fresh, ...member.recovery_codes]).size).toBe(20)
  const enter = async (recovery_code: string) => {
    const { session_token } = (await (await post('/auth/login', { email: member.email, password })).json()) as { session_token: string }
    return (await post('/auth/mfa/verify', { session_token, recovery_code })).status
  }
  expect([await enter(member.recovery_codes[0]!), await enter(fresh[0]!)]).toEqual([401, 200])
  expect(await auditOf(member.tenant_id, 'mfa.renew_recovery_codes')).toHaveLength(1)
  const without = await withPassword()
  expect(await errorOf(await post('/me/mfa/recovery-codes', { password }, without.headers))).toEqual([409, 'mfa_not_enabled'])
})
