import { expect, test } from 'bun:test'
import { compare, hash } from '@node-rs/bcrypt'
import { moveClock } from '../../core/clock'
import { limits } from '../../core/limits'
import { throttle } from '../../core/throttle'
import { givePassword, password } from '../../testing/account'
import { problem, send, signedIn } from '../../testing/api'
import { owner } from '../../testing/owner'
import { atFullPasswordCost } from '../../testing/full-password-cost'

atFullPasswordCost()

const legacy = hash(password, { cost: 8 })
const half = hash(password, { cost: limits.bcryptCost - 1 })
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

/** How often a value of the one is above a value of the other, half for a tie (Mann and Whitney): one half where nothing distinguishes them. */
const superiority = (one: number[], other: number[]) =>
  one.flatMap((a) => other.map((b): number => (a > b ? 1 : a === b ? 0.5 : 0))).reduce((sum, part) => sum + part, 0) /
  (one.length * other.length)

/**
 * Whether somebody who measures can tell the one from the other: nine of ten pairs stand in the same order, and the middles lie a quarter apart. The first alone
 * comes by chance now and then, the second with a noisy neighbour; a verification that was left out, or done twice, shows in both.
 */
function toldApart(one: number[], other: number[]) {
  const above = superiority(one, other)
  const [low, high] = [middle(one), middle(other)].sort((a, b) => a - b)
  return (above < 0.1 || above > 0.9) && high! > 1.25 * low!
}

/** Time on the processor, not on the clock: neighbours do not count. One bcrypt is almost all of it. */
async function workOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

const refusalOf = async ({ email, given }: { email: string; given: string }, status: number) =>
  expect((await login(email, given)).status).toBe(status)

/** Samples of each kind in turn, so that what changes meanwhile changes for all. */
async function sampled(rounds: number, each: Record<string, () => Promise<number>>) {
  const work = new Map(Object.keys(each).map((kind) => [kind, [] as number[]]))
  for (let round = 0; round < rounds; round += 1) for (const [kind, sample] of Object.entries(each)) work.get(kind)!.push(await sample())
  return work
}

test('nobody who measures can tell whom a refusal is about', async () => {
  await refusalOf(await kinds.unknown!(), 401)
  const measured = () =>
    sampled(6, {
      ...Object.fromEntries(
        Object.entries(kinds).map(([kind, make]) => [
          kind,
          async () => {
            const who = await make()
            return workOf(() => refusalOf(who, 401))
          },
        ]),
      ),
      // What would leak: half a verification, which is what a hash of cost 11 takes without the rest.
      half: async () => workOf(async () => compare(password, await half)),
    })
  const told = (work: Awaited<ReturnType<typeof measured>>) =>
    [...work].filter(([, samples]) => toldApart(samples, work.get('unknown')!)).map(([kind]) => kind)
  let found = told(await measured())
  // Too coarse to tell even that apart is no measurement: the machine was busy.
  for (let again = 0; found.length === 0 && again < 3; again += 1) found = told(await measured())
  expect(found).toEqual(['half'])
}, 60_000)

test('nor of an account that waits, whether it exists', async () => {
  const accounts = await Promise.all(Object.entries(kinds).map(async ([kind, make]) => [kind, await make()] as const))
  const failOften = async ({ email }: { email: string }) => {
    for (let n = 0; n < limits.failuresBeforeDelay; n += 1) await (await throttle(email, undefined, { domain: 'test.example' })).failed()
  }
  // As if they had failed a minute from now, so that they wait for as long as this takes.
  moveClock(60_000)
  await Promise.all(accounts.map(([, who]) => failOften(who))).finally(() => moveClock(0))
  const work = await sampled(25, Object.fromEntries(accounts.map(([kind, who]) => [kind, () => workOf(() => refusalOf(who, 429))])))
  const unknown = work.get('unknown')!
  expect([...work].filter(([, samples]) => toldApart(samples, unknown)).map(([kind]) => kind)).toEqual([])
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
