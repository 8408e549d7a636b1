import { afterEach, expect, test } from 'bun:test'
import { moveClock } from './clock'
import { limits } from './limits'
import { throttle } from './throttle'

afterEach(() => moveClock(0))

const account = () => `${Bun.randomUUIDv7()}@test.example`
const address = () => `2001:db8:${Math.floor(Math.random() * 65_536).toString(16)}:${Math.floor(Math.random() * 65_536).toString(16)}::1`
const fail = (name: string, from?: string) => throttle(name, from ?? address()).failed()
const waitOf = (name: string, from?: string): number => {
  try {
    throttle(name, from ?? address()).withdraw()
    return 0
  } catch (problem) {
    expect(problem).toMatchObject({ status: 429, error: 'rate_limited' })
    return (problem as { more: { retryAfterSeconds: number } }).more.retryAfterSeconds
  }
}

test('the wait doubles with each failure up to a quarter of an hour', () => {
  const name = account()
  for (let failure = 0; failure < limits.failuresBeforeDelay; failure += 1) fail(name)
  const waits: number[] = []
  for (let failure = 0; failure < 12; failure += 1) {
    const seconds = waitOf(name)
    waits.push(seconds)
    moveClock(Math.min(seconds * 1000, limits.failureWindowMs - 1))
    if (waits.at(-1)! < limits.longestDelayMs / 1000) fail(name)
  }
  expect(waits.slice(0, 10)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512])
  expect(Math.max(...waits)).toBeLessThanOrEqual(limits.longestDelayMs / 1000)
})

test('an account is one however its address is written, and another is not concerned', () => {
  const [name, other] = [account(), account()]
  for (let failure = 0; failure < limits.failuresBeforeDelay; failure += 1) fail(failure % 2 ? name.toUpperCase() : name)
  expect(waitOf(name)).toBe(1)
  expect(waitOf(name.toUpperCase())).toBe(1)
  expect(waitOf(other)).toBe(0)
})

test('a success forgets the failures of the account, and of the address only its own attempt', () => {
  const [name, from] = [account(), address()]
  for (let failure = 0; failure < limits.failuresBeforeDelay - 1; failure += 1) fail(name, from)
  throttle(name, from).succeeded()
  for (let failure = 0; failure < limits.failuresBeforeDelay - 1; failure += 1) fail(name, from)
  expect(waitOf(name)).toBe(0)
})

test('an attempt that came to no verdict counts for nothing', () => {
  const [name, from] = [account(), address()]
  for (let attempt = 0; attempt < limits.addressFailures + 10; attempt += 1) throttle(name, from).withdraw()
  expect(waitOf(name, from)).toBe(0)
})

test('an address that tries many accounts is refused, with the whole of its network', () => {
  const network = `2001:db8:${Math.floor(Math.random() * 65_536).toString(16)}:7`
  for (let failure = 0; failure < limits.addressFailures; failure += 1) fail(account(), `${network}:${failure.toString(16)}::1`)
  expect(waitOf(account(), `${network}:ffff::2`)).toBe(limits.failureWindowMs / 1000)
  expect(waitOf(account(), `${network.slice(0, -1)}8::1`)).toBe(0)
  moveClock(limits.failureWindowMs)
  expect(waitOf(account(), `${network}:ffff::2`)).toBe(0)
})

test('an IPv4 address stands for itself, also in IPv6 clothes', () => {
  const last = () => Math.floor(Math.random() * 250) + 1
  const [one, other] = [`198.51.100.${last()}`, `203.0.113.${last()}`]
  for (let failure = 0; failure < limits.addressFailures; failure += 1) fail(account(), `::ffff:${one}`)
  expect(waitOf(account(), one)).toBeGreaterThan(0)
  expect(waitOf(account(), `::ffff:${other}`)).toBe(0)
})

test('an IPv6 address is one however it is shortened', () => {
  const part = Math.floor(Math.random() * 65_536).toString(16)
  for (let failure = 0; failure < limits.addressFailures; failure += 1) fail(account(), `2001:db8::${part}:1`)
  expect(waitOf(account(), `2001:db8:0:0:${part}::9`)).toBe(waitOf(account(), `2001:db8::${part}:1`))
  expect(waitOf(account(), `2001:db8:0:1::1`)).toBe(0)
})
