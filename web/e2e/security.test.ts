import { afterAll, beforeAll, expect, test } from 'bun:test'
import { Secret, TOTP } from 'otpauth'
import type { Browser, Page } from 'playwright-core'
import { type Visitor, axe, launch, visit } from './browser'
import { type Platform, signIn, startPlatform } from './platform'

let browser: Browser
let platform: Platform

beforeAll(async () => {
  ;[browser, platform] = await Promise.all([launch(), startPlatform()])
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await platform?.stop()
}, 30_000)

const stepMs = 30_000
const codeAt = (secret: string, ms: number) => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: ms })
const secretOn = async (page: Page) => (await page.locator('code').first().textContent())!.replaceAll(' ', '')

async function endWell({ page, context, complaints }: Visitor) {
  expect(await axe(page)).toEqual([])
  expect(complaints.filter((line) => !/status of (401|409)/.test(line))).toEqual([])
  await context.close()
}

test('an organization requires a second factor: a colleague sets it up as he signs in, and an administrator resets it', async () => {
  const admin = await visit(browser)
  const { page } = admin
  await signIn(page, platform.url, platform.admin)
  await page.goto(`${platform.url}/settings/security`)
  await page.getByLabel('Require two-factor authentication').check()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Set up two-factor authentication for yourself first').waitFor()
  expect(await axe(page)).toEqual([])

  await page.goto(`${platform.url}/account/two-factor`)
  await page.getByRole('button', { name: 'Send the confirmation mail' }).click()
  await page.getByText('is on its way').waitFor()
  await page.getByRole('button', { name: 'Switch on' }).click()
  await page.getByLabel('Current password').fill(platform.admin.password)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('img', { name: /QR code/ }).waitFor()
  await page.getByLabel('Code of the app').fill(codeAt(await secretOn(page), Date.now() - stepMs))
  await page.getByRole('dialog').getByRole('button', { name: 'Switch on' }).click()
  await page.getByRole('button', { name: 'I have kept them' }).click()
  await page.getByRole('button', { name: 'New recovery codes' }).click()
  await page.getByLabel('Current password').fill(platform.admin.password)
  await page.getByRole('dialog').getByRole('button', { name: 'New recovery codes' }).click()
  await page.getByRole('list', { name: 'Your recovery codes' }).getByRole('listitem').first().waitFor()
  await page.getByRole('button', { name: 'I have kept them' }).click()

  await page.goto(`${platform.url}/settings/security`)
  await page.getByLabel('Require two-factor authentication').check()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved').first().waitFor()

  const colleague = await visit(browser, { viewport: { width: 375, height: 720 } })
  await colleague.page.goto(`${platform.url}/sign-in`)
  await colleague.page.getByLabel('E-mail address').fill(platform.technician.email)
  await colleague.page.getByLabel('Password', { exact: true }).fill(platform.technician.password)
  await colleague.page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await colleague.page.getByText('Your organization requires two-factor authentication').waitFor()
  await colleague.page.getByRole('button', { name: 'Continue' }).click()
  await colleague.page.getByRole('img', { name: /QR code/ }).waitFor()
  expect(await axe(colleague.page)).toEqual([])
  if (Bun.env.SCREENSHOTS) await colleague.page.screenshot({ path: `${Bun.env.SCREENSHOTS}/enrol.png` })
  await colleague.page.getByLabel('Code of the app').fill(codeAt(await secretOn(colleague.page), Date.now()))
  await colleague.page.getByRole('button', { name: 'Switch on' }).click()
  await colleague.page.getByRole('list', { name: 'Your recovery codes' }).waitFor()
  await colleague.page.getByRole('button', { name: 'I have kept them' }).click()
  await colleague.page.waitForURL(`${platform.url}/`)
  await endWell(colleague)

  await page.goto(`${platform.url}/settings/users`)
  await page
    .getByRole('button', { name: /Technician/i })
    .or(page.getByText(platform.technician.email))
    .first()
    .click()
  await page.getByRole('button', { name: 'Reset second factor' }).click()
  await page
    .getByRole('dialog', { name: /^Reset the second factor/ })
    .getByRole('button', { name: 'Reset second factor' })
    .click()
  await page.getByText(/^The second factor of .* was reset/).waitFor()
  if (Bun.env.SCREENSHOTS) await page.screenshot({ path: `${Bun.env.SCREENSHOTS}/drawer.png` })
  await page.goto(`${platform.url}/settings/security`)
  await page.getByText('has none yet').or(page.getByText('have none yet')).waitFor()
  if (Bun.env.SCREENSHOTS) await page.screenshot({ path: `${Bun.env.SCREENSHOTS}/security.png` })
  await endWell(admin)
}, 90_000)
