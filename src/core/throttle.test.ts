import { afterEach, expect, test } from 'bun:test'
import { chores } from '../jobs'
import { moveClock, nowMs } from './clock'
import { raw } from './db'
import { limits } from './limits'
import { throttle } from './throttle'

afterEach(() => moveClock(0))

const account = () => `${Bun.randomUUIDv7()}@test.example`
const address = () => `2001:db8:${Math.floor(Math.random() * 65_536).toString(16)}:${Math.floor(Math.random() * 65_536).toString(16)}::1`
const fail = async (name: string, from?: string) => (await throttle(name, from ?? address())).failed()
const waitOf = async (name: string, from?: string): Promise<number> => {
  try {
    await (await throttle(name, from ?? address())).withdraw()
    return 0
  } catch (problem) {
    expect(problem).toMatchObject({ status: 429, error: 'rate_limited' })
    return (problem as { more: { retryAfterSeconds: number } }).more.retryAfterSeconds
  }
}

test('the wait doubles with each failure up to a quarter of an hour', async () => {
  const name = account()
  for (let failure = 0; failure < limits.failuresBeforeDelay; failure += 1) await fail(name)
  const waits: number[] = []
  for (let failure = 0; failure < 12; failure += 1) {
    const seconds = await waitOf(name)
    waits.push(seconds)
    moveClock(Math.min(seconds * 1000, limits.failureWindowMs - 1))
    if (waits.at(-1)! < limits.longestDelayMs / 1000) await fail(name)
  }
  expect(waits.slice(0, 10)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512])
  expect(Math.max(...waits)).toBeLessThanOrEqual(limits.longestDelayMs / 1000)
})

test('an account is one however its address is written, and another is not concerned', async () => {
  const [name, other] = [account(), account()]
  for (let failure = 0; failure < limits.failuresBeforeDelay; failure += 1) await fail(failure % 2 ? name.toUpperCase() : name)
  expect(await waitOf(name)).toBe(1)
  expect(await waitOf(name.toUpperCase())).toBe(1)
  expect(await waitOf(other)).toBe(0)
})

test('a success forgets the failures of the account, and of the address only its own attempt', async () => {
  const [name, from] = [account(), address()]
  for (let failure = 0; failure < limits.failuresBeforeDelay - 1; failure += 1) await fail(name, from)
  await (await throttle(name, from)).succeeded()
  for (let failure = 0; failure < limits.failuresBeforeDelay - 1; failure += 1) await fail(name, from)
  expect(await waitOf(name)).toBe(0)
})

test('an attempt that came to no verdict counts for nothing', async () => {
  const [name, from] = [account(), address()]
  for (let attempt = 0; attempt < limits.addressFailures + 10; attempt += 1) await (await throttle(name, from)).withdraw()
  expect(await waitOf(name, from)).toBe(0)
})

test('an address that tries many accounts is refused, with the whole of its network', async () => {
  const network = `2001:db8:${Math.floor(Math.random() * 65_536).toString(16)}:7`
  for (let failure = 0; failure < limits.addressFailures; failure += 1) await fail(account(), `${network}:${failure.toString(16)}::1`)
  expect(await waitOf(account(), `${network}:ffff::2`)).toBeGreaterThan(limits.failureWindowMs / 1000 - 60)
  expect(await waitOf(account(), `${network.slice(0, -1)}8::1`)).toBe(0)
  moveClock(limits.failureWindowMs)
  expect(await waitOf(account(), `${network}:ffff::2`)).toBe(0)
})

test('an IPv4 address stands for itself, also in IPv6 clothes', async () => {
  const last = () => Math.floor(Math.random() * 250) + 1
  const [one, other] = [`198.51.100.${last()}`, `203.0.113.${last()}`]
  for (let failure = 0; failure < limits.addressFailures; failure += 1) await fail(account(), `::ffff:${one}`)
  expect(await waitOf(account(), one)).toBeGreaterThan(0)
  expect(await waitOf(account(), `::ffff:${other}`)).toBe(0)
})

test('an IPv6 address is one however it is shortened', async () => {
  const part = Math.floor(Math.random() * 65_536).toString(16)
  for (let failure = 0; failure < limits.addressFailures; failure += 1) await fail(account(), `2001:db8::${part}:1`)
  expect(await waitOf(account(), `2001:db8:0:0:${part}::9`)).toBeGreaterThan(0)
  expect(await waitOf(account(), `2001:db8:0:1::1`)).toBe(0)
})

test('while a domain is tried from everywhere, whoever fails waits a minute, and nobody who knows his password is shut out', async () => {
  const domain = `${Bun.randomUUIDv7()}.example`
  const attempt = (who: string, from = address(), device?: string) => throttle(`${who}@${domain}`, from, { domain, device })
  for (let failure = 0; failure < limits.domainFailures; failure += 50)
    await Promise.all(Array.from({ length: 50 }, async () => (await attempt(Bun.randomUUIDv7())).failed()))
  // Right at the first try, also again, and from a network of his own.
  for (let again = 0; again < 2; again += 1) await (await attempt('member')).succeeded()
  for (const seconds of [64, 128]) {
    await (await attempt('tried')).failed()
    const refusal = await attempt('tried').catch((error: unknown) => error)
    expect(refusal).toMatchObject({ status: 429, more: { retryAfterSeconds: seconds } })
    await (await attempt('tried', address(), 'the number of his browser')).succeeded()
    moveClock(nowMs() - Date.now() + seconds * 1000)
  }
  moveClock(0)
  const network = address()
  for (let failure = 0; failure < limits.addressFailures / 10; failure += 1) await (await attempt(Bun.randomUUIDv7(), network)).failed()
  await expect(attempt(Bun.randomUUIDv7(), network)).rejects.toMatchObject({ status: 429 })
  // Another domain is none of it, nor is this one when it has been quiet.
  await (await throttle(`${Bun.randomUUIDv7()}@other.example`, network, { domain: `${Bun.randomUUIDv7()}.example` })).failed()
  moveClock(limits.failureWindowMs)
  for (let failure = 0; failure < limits.failuresBeforeDelay; failure += 1) await (await attempt('later')).failed()
})

test('attempts that are long past are forgotten', async () => {
  const name = account()
  await fail(name)
  const count = async () =>
    Number((await raw`select count(*)::int as count from attempt where last < ${new Date(nowMs() - 3_600_000)}`)[0]!.count)
  moveClock(2 * 3_600_000)
  expect(await count()).toBeGreaterThan(0)
  await chores.housekeep!.run()
  expect(await count()).toBe(0)
})
