import { expect, test } from 'bun:test'
import { problem } from '../../testing/api'
import { askManagement, newStaff, staffSignedIn } from '../../testing/management'
import { owner } from '../../testing/owner'

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  askManagement('POST', `/api/v1${path}`, { body, headers })
const word = async (reply: Response) => [reply.status, (await problem(reply)).error]
const fresh = 'a vessel of nine lanterns'
const tokenOf = (link: string) => new URL(link).searchParams.get('token')!

test('somebody is invited, joins with a password, and has the role that was offered', async () => {
  const boss = await staffSignedIn()
  const email = `${Bun.randomUUIDv7()}@platform.example`
  const made = (await boss.api['staff-invitations'].post({ email, role: 'operator' })).data!
  expect(made).toMatchObject({ email, role: 'operator', mailed: false })
  const [kept] = await owner`select hash from management.staff_invitation where id = ${made.id}`
  expect(kept!.hash).not.toContain(tokenOf(made.link))
  const accept = (password: string) => post('/auth/invitations/accept', { token: tokenOf(made.link), name: 'Grace', password })
  expect(await word(await accept('password1234'))).toEqual([422, 'invalid'])
  expect((await accept(fresh)).status).toBe(200)
  expect(await word(await accept(fresh))).toEqual([422, 'invitation_ended'])
  expect(await (await post('/auth/login', { email, password: fresh })).json()).toMatchObject({ mfa_enrolment_required: true })
  expect((await boss.api.staff.get()).data!.items.find((one) => one.email === email)).toMatchObject({ role: 'operator', mfa: false })
  expect(await word(await post('/staff-invitations', { email, role: 'support' }, boss.headers))).toEqual([409, 'already_exists'])
})

test('an invitation that was taken back, or replaced by another, opens nothing', async () => {
  const boss = await staffSignedIn()
  const email = `${Bun.randomUUIDv7()}@platform.example`
  const invite = async () => (await boss.api['staff-invitations'].post({ email, role: 'support' })).data!
  const [first, second] = [await invite(), await invite()]
  expect((await boss.api['staff-invitations']({ id: second.id }).delete()).status).toBe(204)
  for (const { link } of [first, second])
    expect(await word(await post('/auth/invitations/accept', { token: tokenOf(link), name: 'X', password: fresh }))).toEqual([
      422,
      'invitation_ended',
    ])
})

test('nobody changes himself, and another role ends the sessions that rested on the old one', async () => {
  const [boss, other] = [await staffSignedIn(), await staffSignedIn('operator')]
  const change = (id: string, body: object) => askManagement('PATCH', `/api/v1/staff/${id}`, { headers: boss.headers, body })
  expect(await word(await change(boss.id, { role: 'support' }))).toEqual([409, 'yourself'])
  expect((await change(other.id, { role: 'support' })).status).toBe(200)
  expect((await askManagement('GET', '/api/v1/me', { headers: other.headers })).status).toBe(401)
  const entries = await owner`select before, after from management.audit_entry where action = 'staff.update' and entity_id = ${other.id}`
  expect(entries[0]).toMatchObject({ before: { role: 'operator' }, after: { role: 'support' } })
})

test('who lost his authenticator sets up another', async () => {
  const boss = await staffSignedIn()
  const lost = await newStaff('support')
  expect((await post(`/staff/${lost.id}/factor/reset`, {}, boss.headers)).status).toBe(204)
  expect((await boss.api.staff.get()).data!.items.find(({ id }) => id === lost.id)).toMatchObject({ mfa: false })
})
