import { expect, test } from 'bun:test'
import { hash } from '@node-rs/bcrypt'
import { limits } from '../../core/limits'
import { givePassword, password } from '../../testing/account'
import { problem, send, signedIn } from '../../testing/api'
import { owner } from '../../testing/owner'

const legacy = hash(password, { cost: 8 })
const login = (email: string, given: string) => send('POST', '/api/v1/auth/login', { body: { email, password: given } })
const unknown = () => `${Bun.randomUUIDv7()}@test.example`

/** Each makes an account of its kind anew, so that none is throttled, and says what is typed for it. */
const kinds: Record<string, () => Promise<{ email: string; given: string }>> = {
  'known, wrong password': async () => {
    const { email, user_id } = await signedIn()
    await givePassword(user_id)
    return { email, given: 'not the password' }
  },
  unknown: async () => ({ email: unknown(), given: password }),
  'without a password, as who signs in by SSO': async () => ({ email: (await signedIn()).email, given: password }),
  'disabled, right password': async () => {
    const { email, user_id } = await signedIn()
    await givePassword(user_id)
    await owner`update membership set disabled = true where user_id = ${user_id}`
    return { email, given: password }
  },
  'known by a cheaper hash from elsewhere': async () => {
    const { email, user_id } = await signedIn()
    await givePassword(user_id, await legacy)
    return { email, given: 'not the password' }
  },
  'known by a hash that is none': async () => {
    const { email, user_id } = await signedIn()
    await givePassword(user_id, 'nonsense')
    return { email, given: password }
  },
}

const middle = (list: number[]) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]!

/** Time on the processor, not on the clock: neighbours do not count. One bcrypt is almost all of it; none, or two, would be a gross difference. */
async function workOf({ email, given }: { email: string; given: string }): Promise<number> {
  const before = process.cpuUsage()
  const reply = await login(email, given)
  const { user, system } = process.cpuUsage(before)
  expect(reply.status).toBe(401)
  return user + system
}

test('whoever is asked for, a refusal takes the work of one verification', async () => {
  const work = new Map(Object.keys(kinds).map((kind) => [kind, [] as number[]]))
  await workOf(await kinds.unknown!())
  for (let round = 0; round < 5; round += 1)
    for (const [kind, make] of Object.entries(kinds)) work.get(kind)!.push(await workOf(await make()))
  const all = middle([...work.values()].flat())
  const unlike = [...work].filter(([, samples]) => middle(samples) < all * 0.6 || middle(samples) > all * 1.6)
  expect(unlike).toEqual([])
}, 60_000)

test('a locked account answers as one that does not exist and was tried as often', async () => {
  const { email } = await kinds['known, wrong password']!()
  const answers = await Promise.all(
    [email, unknown()].map(async (who) => {
      for (let n = 0; n < limits.failuresBeforeDelay; n += 1) await login(who, 'not the password')
      const reply = await login(who, password)
      const { request_id: _, ...told } = await problem(reply)
      return { told, retryAfter: reply.headers.get('retry-after'), cookies: reply.headers.getSetCookie() }
    }),
  )
  expect(answers[0]!).toEqual(answers[1]!)
  expect(answers[0]!.told).toMatchObject({ status: 429, error: 'rate_limited' })
})

test('the queue before bcrypt is bounded: who finds it full comes again, and nobody is counted for it', async () => {
  const accounts = Array.from({ length: limits.bcryptAtOnce + limits.bcryptWaiting + 12 }, unknown)
  const replies = await Promise.all(accounts.map((email) => login(email, password)))
  const full = replies.filter(({ status }) => status === 429)
  expect(full.length).toBe(12)
  expect(replies.filter(({ status }) => status === 401)).toHaveLength(accounts.length - 12)
  for (const reply of full) expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0)
}, 60_000)
