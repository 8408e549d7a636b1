import { expect, test } from 'bun:test'
import { Secret, TOTP } from 'otpauth'
import type { Browser, Page } from 'playwright-core'
import { axe, until, visit } from './browser'
import { inOrganization } from './organization'
import { type Platform, signIn } from './platform'

let browser: Browser
let platform: Platform

inOrganization((made) => void ({ browser, platform } = made))

const stepMs = 30_000
const better = 'lantern whistle copper dune'
const codeAt = (secret: string, ms: number) => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: ms })

async function begin(page: Page) {
  await page.goto(`${platform.url}/sign-in`)
  await page.getByLabel('E-mail address').fill(platform.other.email)
  await page.getByLabel('Password', { exact: true }).fill(platform.other.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}
const inside = (page: Page) => page.getByRole('navigation', { name: 'Main navigation' }).waitFor()

test('another session is seen and ended; a second factor is switched on, asked for, replaced by a recovery code, and switched off; the password is changed', async () => {
  const [visitor, phone] = [await visit(browser), await visit(browser)]
  const { page } = visitor
  await signIn(page, platform.url, platform.other)
  await signIn(phone.page, platform.url, platform.other)

  await page.getByRole('button', { name: /^Account of/ }).click()
  await page.getByRole('menuitem', { name: 'Account' }).click()
  await page.getByText('This session').waitFor()
  await page
    .getByRole('button', { name: /^End the session of Chrome/ })
    .first()
    .click()
  expect(await axe(page)).toEqual([])
  await page.getByRole('button', { name: 'End', exact: true }).click()
  await page.getByText('The session has ended').waitFor()
  await phone.page.getByText('Sign in again').waitFor()
  await phone.context.close()

  await page.getByRole('link', { name: 'Two-factor authentication' }).click()
  await page.getByRole('button', { name: 'Switch on' }).click()
  await page.getByLabel('Current password').fill(platform.other.password)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('img', { name: /QR code/ }).waitFor()
  await page.getByText('The session has ended').waitFor({ state: 'hidden' })
  expect(await page.evaluate("document.querySelector('[role=dialog] img').decode().then(() => true)")).toBe(true)
  expect(await axe(page)).toEqual([])
  const secret = (await page.getByRole('dialog').locator('code').textContent())!.replaceAll(' ', '')
  const codes = page.getByRole('list', { name: 'Your recovery codes' }).getByRole('listitem')
  // The code of the step before, so that the current one is left for signing in; one that grows too old on its way is typed anew.
  const switchOn = async () => {
    await page.getByLabel('Code of the app').fill(codeAt(secret, Date.now() - stepMs))
    await page.getByRole('dialog').getByRole('button', { name: 'Switch on' }).click()
  }
  await until(switchOn, () => codes.first().waitFor({ timeout: 5_000 }), 30_000)
  expect(await codes.count()).toBe(10)
  expect(await axe(page)).toEqual([])
  const [recovery, spare] = (await codes.allTextContents()) as [string, string]
  await page.getByRole('button', { name: 'I have kept them' }).click()
  await page.getByText('Recovery codes left').waitFor()

  const second = await visit(browser)
  await begin(second.page)
  await second.page.getByLabel('Code of the app').fill(codeAt(secret, Date.now()))
  expect(await axe(second.page)).toEqual([])
  await second.page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await inside(second.page)
  await second.context.close()

  const third = await visit(browser)
  await begin(third.page)
  await third.page.getByLabel('Code of the app').fill('000000')
  await third.page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await third.page.getByText('The code is not right').waitFor()
  await third.page.getByRole('button', { name: 'Use a recovery code' }).click()
  await third.page.getByLabel('Recovery code').fill(recovery)
  await third.page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await inside(third.page)

  await third.page.goto(`${platform.url}/account/password`)
  const change = async (password: string) => {
    await third.page.getByLabel('Current password').fill(platform.other.password)
    await third.page.getByLabel('New password', { exact: true }).fill(password)
    await third.page.getByLabel('New password again').fill(password)
    await third.page.getByRole('button', { name: 'Change password' }).click()
  }
  await change('password1234')
  await third.page.getByText('is a common password').waitFor()
  expect(await axe(third.page)).toEqual([])
  await change(better)
  await third.page.getByText('Your password has been changed').waitFor()
  await page.getByText('Sign in again').waitFor()

  await third.page.goto(`${platform.url}/account/two-factor`)
  await third.page.getByRole('button', { name: 'Switch off' }).click()
  await third.page.getByLabel('Current password').fill(better)
  await third.page.getByRole('button', { name: 'Use a recovery code' }).click()
  const disable = async (code: string) => {
    await third.page.getByLabel('Recovery code').fill(code)
    await third.page.getByRole('dialog').getByRole('button', { name: 'Switch off' }).click()
  }
  await disable(recovery)
  await third.page.getByText('is not right, or was used already').waitFor()
  expect(await axe(third.page)).toEqual([])
  await disable(spare)
  await third.page.getByText('Two-factor authentication is off').waitFor()
  await third.context.close()
  await visitor.context.close()
}, 60_000)

// ASVS 7.4.4, 14.3.1
test('who signs out, which every page offers, leaves nothing behind: not in storage, cookies, on the page or behind the back button; favourites are there at the next sign-in', async () => {
  const { page, context } = await visit(browser)
  await signIn(page, platform.url, platform.admin)
  const chosen = Promise.withResolvers<void>()
  await page.route(/\/me\/preferences$/, async (route) => {
    if (route.request().method() === 'GET') await chosen.promise
    await route.continue()
  })
  for (const path of ['/alerts', '/devices', '/account']) {
    await page.goto(`${platform.url}${path}`)
    await page.getByRole('button', { name: /^Account of/ }).waitFor()
  }
  await page.getByRole('navigation', { name: 'Recent' }).getByRole('link').first().waitFor()
  const keeps = page.waitForResponse((response) => response.request().method() === 'PATCH' && response.url().endsWith('/me/preferences'))
  await page.getByRole('button', { name: 'Add to favourites' }).click()
  // Also what was chosen before the server said what it keeps.
  chosen.resolve()
  expect((await keeps).status()).toBe(200)
  expect((await context.cookies()).length).toBeGreaterThan(0)
  await page.getByRole('button', { name: /^Account of/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByLabel('E-mail address').waitFor()
  expect(await axe(page)).toEqual([])
  const kept = await page.evaluate('Object.keys({ ...localStorage, ...sessionStorage }).filter((name) => !/theme|language/.test(name))')
  expect(kept).toEqual([])
  expect((await context.cookies()).filter(({ name }) => /refresh/.test(name))).toEqual([])
  expect(await page.content()).not.toContain(platform.admin.email)
  await page.goBack()
  await page.getByLabel('E-mail address').waitFor()
  expect(await page.getByRole('navigation', { name: 'Main navigation' }).count()).toBe(0)
  await context.close()
  const elsewhere = await visit(browser)
  await signIn(elsewhere.page, platform.url, platform.admin)
  await elsewhere.page.getByRole('navigation', { name: 'Favourites' }).getByRole('link').waitFor()
  await elsewhere.context.close()
}, 60_000)
