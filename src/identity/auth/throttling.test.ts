import { afterEach, describe, expect, test } from 'bun:test'
import { moveClock } from '../../core/clock'
import { limits } from '../../core/limits'
import { password, withPassword } from '../../testing/account'
import { problem, send } from '../../testing/api'
import { owner } from '../../testing/owner'
import { startApi } from '../../testing/process'
import { readDeviceCookie, writeDeviceCookie } from './device-cookie'

afterEach(() => moveClock(0))

const login = (email: string, given = 'not the password', cookie?: string) =>
  send('POST', '/api/v1/auth/login', { body: { email, password: given }, headers: cookie ? { cookie: `monozu_device=${cookie}` } : {} })
const deviceOf = (reply: Response) =>
  reply.headers
    .getSetCookie()
    .find((cookie) => cookie.startsWith('monozu_device='))
    ?.match(/=([^;]+)/)?.[1]
const failUntilRefused = async (attempt: () => Promise<Response>) => {
  let count = 0
  while ((await attempt()).status === 401) count += 1
  return count
}

// ASVS 6.3.1, 2.4.1
test('two processes count together', async () => {
  const [one, other] = await Promise.all([startApi(), startApi()])
  try {
    const email = `${Bun.randomUUIDv7()}@nowhere.example`
    const ask = (url: string) =>
      fetch(`${url}/api/v1/auth/login`, {
        method: 'POST',
        body: JSON.stringify({ email, password }),
        headers: { 'content-type': 'application/json' },
      })
    const replies = await Promise.all(Array.from({ length: 12 }, (_, n) => ask(n % 2 ? one.url : other.url)))
    expect(replies.filter(({ status }) => status === 401)).toHaveLength(limits.failuresBeforeDelay)
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(12 - limits.failuresBeforeDelay)
  } finally {
    await Promise.all([one.stop(), other.stop()])
  }
})

describe('a browser that signed in before', () => {
  // ASVS 6.3.1
  test('gets in while strangers try the account', async () => {
    const { email } = await withPassword()
    const cookie = deviceOf(await login(email, password))!
    await failUntilRefused(() => login(email))
    expect((await login(email, password)).status).toBe(429)
    expect((await login(email, password, cookie)).status).toBe(200)
    expect((await login(email, password)).status).toBe(429)
  })

  test('is no way to try on: its own failures are counted too', async () => {
    const { email } = await withPassword()
    const cookie = deviceOf(await login(email, password))!
    expect(await failUntilRefused(() => login(email, 'not the password', cookie))).toBe(limits.failuresBeforeDelay)
    expect((await problem(await login(email, password, cookie))).error).toBe('rate_limited')
    expect((await login(email, password)).status).toBe(200)
  })

  test('is known to the accounts that were opened in it, and to no other', async () => {
    const [mine, theirs] = [await withPassword(), await withPassword()]
    const cookie = deviceOf(await login(mine.email, password))!
    await failUntilRefused(() => login(theirs.email))
    expect((await login(theirs.email, password, cookie)).status).toBe(429)
    const other = cookie.startsWith('A') ? 'B' : 'A'
    for (const wrong of ['', 'x', `${cookie}x`, cookie.slice(1), `${other}${cookie.slice(1)}`])
      expect(readDeviceCookie(wrong, mine.email)).toBeUndefined()
    expect(readDeviceCookie(cookie, mine.email.toUpperCase())).toBeTruthy()
    const kept = writeDeviceCookie(mine.email)
    moveClock(limits.deviceCookieMs)
    expect(readDeviceCookie(kept, mine.email)).toBeUndefined()
  })

  test('is told so in a cookie that no script reads, and only by a sign-in that succeeded', async () => {
    const { email } = await withPassword()
    expect(deviceOf(await login(email))).toBeUndefined()
    const cookie = (await login(email, password)).headers.getSetCookie().find((line) => line.startsWith('monozu_device='))!
    for (const attribute of ['HttpOnly', 'SameSite=Strict', 'Path=/', `Max-Age=${limits.deviceCookieMs / 1000}`])
      expect(cookie).toContain(attribute)
  })
})

// ASVS 14.2.4
test('what is kept of attempts names nobody', async () => {
  const email = `${Bun.randomUUIDv7()}@nowhere.example`
  await login(email)
  const rows = await owner`select name from attempt`
  expect(rows.length).toBeGreaterThan(0)
  for (const { name } of rows) expect(name).toMatch(/^(account|address|device|domain) [\w-]{43}$/)
})
