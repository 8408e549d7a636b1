import { afterAll, beforeAll, expect, test } from 'bun:test'
import { config as core } from '../../core/config'
import { type Account, browse, entra } from '../../testing/entra'
import { askManagement, newStaff, staffSignedIn } from '../../testing/management'
import { owner } from '../../testing/owner'
import { config } from '../config'

const directory = crypto.randomUUID()
const home = `${config.API_PUBLIC_URL}/api/v1/auth/microsoft/callback`
let peer: Awaited<ReturnType<typeof entra>>
const before = core.MS_AUTHORITY
beforeAll(async () => {
  peer = await entra(home)
  Object.assign(config, { MS_CLIENT_ID: 'monozu', MS_CLIENT_SECRET: 'what the app keeps', MS_TENANT_ID: directory })
  core.MS_AUTHORITY = peer.origin
})
afterAll(() => {
  peer.close()
  core.MS_AUTHORITY = before
  Object.assign(config, { MS_CLIENT_ID: '', MS_CLIENT_SECRET: '', MS_TENANT_ID: '' })
})

/** With an address as a hint: the provider of these tests does not know the prompt to choose an account. Somebody at the browser, from the button to where he ends. */
async function signIn(account: Partial<Account>, alter = (url: URL) => url) {
  peer.account = { tid: directory, oid: crypto.randomUUID(), ...account }
  const begun = await askManagement('GET', '/api/v1/auth/microsoft/login?email=somebody@platform.example')
  const cookie = begun.headers.getSetCookie()[0]!.split(';')[0]!
  const { pathname, search } = alter(await browse(begun.headers.get('location')!, home))
  const back = () => askManagement('GET', pathname + search, { headers: { cookie } })
  const reply = await back()
  const refresh = reply.headers.getSetCookie().find((line) => line.startsWith('monozu_staff_refresh='))
  return { where: new URL(reply.headers.get('location')!), refresh: refresh?.split(';')[0], back }
}
const errorOf = ({ where }: { where: URL }) => where.searchParams.get('error')

// ASVS 10.1.2
test('staff on the list sign in with the directory of the platform, and are known by its key from then on', async () => {
  const person = await newStaff('operator')
  const oid = crypto.randomUUID()
  const first = await signIn({ oid, email: person.email })
  expect([errorOf(first), first.refresh !== undefined]).toEqual([null, true])
  const session = await askManagement('POST', '/api/v1/auth/refresh', { body: {}, headers: { cookie: first.refresh! } })
  expect(await session.json()).toMatchObject({ staff: { id: person.id, role: 'operator' } })
  // Another address, the same person; the same address, another person.
  expect((await signIn({ oid, email: 'renamed@platform.example' })).refresh).toBeDefined()
  expect(errorOf(await signIn({ email: person.email }))).toBe('sso_unknown')
  // The answer of a provider is used once.
  expect((await first.back()).headers.get('location')).toContain('sso_expired')
})

test('who is invited joins by signing in', async () => {
  const boss = await staffSignedIn()
  const email = `${Bun.randomUUIDv7()}@platform.example`
  await boss.api['staff-invitations'].post({ email, role: 'support' })
  expect((await signIn({ email, name: 'Grace' })).refresh).toBeDefined()
  expect([...(await owner`select name, role from management.staff where email = ${email}`)]).toEqual([{ name: 'Grace', role: 'support' }])
})

test('strangers, the disabled and answers that were changed open nothing', async () => {
  const barred = await newStaff('owner')
  await owner`update management.staff set disabled = true where id = ${barred.id}`
  const refused = [
    await signIn({ email: 'nobody@platform.example' }),
    await signIn({}),
    await signIn({ email: barred.email }),
    await signIn({}, (url) => (url.searchParams.set('state', 'another'), url)),
    await signIn({}, (url) => (url.searchParams.set('code', 'another'), url)),
  ]
  expect(refused.map(errorOf)).toEqual(['sso_unknown', 'sso_unknown', 'sso_unknown', 'sso_expired', 'sso_failed'])
  for (const { refresh } of refused) expect(refresh).toBeUndefined()
})
