import { expect, test } from 'bun:test'
import { Secret, TOTP } from 'otpauth'
import type { Browser, Page } from 'playwright-core'
import { type Visitor, axe, visit } from './browser'
import { inOrganization } from './organization'
import { activate, type Platform, signIn } from './platform'

let browser: Browser
let platform: Platform

inOrganization((made) => void ({ browser, platform } = made))

const stepMs = 30_000
const codeAt = (secret: string, ms: number) => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: ms })
const secretOn = async (page: Page) => (await page.locator('code').first().textContent())!.replaceAll(' ', '')

async function endWell({ page, context, complaints }: Visitor) {
  expect(await axe(page)).toEqual([])
  expect(complaints.filter((line) => !/status of (401|409)/.test(line))).toEqual([])
  await context.close()
}

/** Opens the link of the newest mail of a kind, as its reader would. */
async function followMail(reader: Page, outbox: Page, recipient: string) {
  await outbox.goto(`${platform.url}/settings/mail`)
  await outbox.getByText('Kept here').first().waitFor()
  await outbox.getByText(recipient).first().click()
  const text = await outbox.locator('pre').innerText()
  await reader.goto(text.match(/http\S+/)![0].replace(/^https?:\/\/[^/]+/, platform.url))
}

test('an organization is registered and its address confirmed; somebody of another one is invited, joins, and switches between both', async () => {
  const founder = await visit(browser)
  const { page } = founder
  const ada = { email: 'ada@engines.example', password: 'seven blue lanterns over water' }
  await page.goto(`${platform.url}/register`)
  await page.getByLabel('Name of the organization').fill('Analytical Engines')
  await page.getByLabel('Name', { exact: true }).fill('Ada')
  await page.getByLabel('E-mail address').fill(ada.email)
  await page.getByLabel('Password').fill(ada.password)
  await page.getByRole('button', { name: 'Register' }).click()
  await page.getByText('A mail is on its way').waitFor()
  expect(await axe(page)).toEqual([])
  await activate(platform, 'Analytical Engines')
  await signIn(page, platform.url, ada, '/account/password')
  await page.getByText(`${ada.email} has not been confirmed`).waitFor()
  const reader = await visit(browser)
  await followMail(reader.page, page, ada.email)
  await reader.page.getByRole('button', { name: 'Confirm' }).click()
  await reader.page.getByText('Your e-mail address is confirmed').waitFor()
  await endWell(reader)
  await page.goto(`${platform.url}/account/password`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  expect(await page.getByText(`${ada.email} has not been confirmed`).count()).toBe(0)

  await page.goto(`${platform.url}/settings/users`)
  await page.getByRole('button', { name: 'Invite', exact: true }).click()
  await page.getByRole('dialog').getByLabel('E-mail address').fill(platform.other.email)
  await page.getByRole('checkbox', { name: /^Read only/ }).check()
  await page.getByRole('button', { name: 'Send invitation' }).click()
  await page.getByText('is on its way').waitFor()
  const guest = await visit(browser)
  await followMail(guest.page, page, platform.other.email)
  await guest.page.getByText('Join Analytical Engines').waitFor()
  expect(await axe(guest.page)).toEqual([])
  await guest.page.getByLabel('Password').fill(platform.other.password)
  await guest.page.getByRole('button', { name: 'Accept the invitation' }).click()
  await guest.page.getByText('You belong to Analytical Engines now').waitFor()
  await endWell(founder)

  await guest.page.goto(`${platform.url}/sign-in`)
  await guest.page.getByLabel('E-mail address').fill(platform.other.email)
  await guest.page.getByLabel('Password', { exact: true }).fill(platform.other.password)
  await guest.page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await guest.page.getByRole('button', { name: 'Analytical Engines' }).click()
  await guest.page.getByText('What is happening at Analytical Engines').waitFor()
  await guest.page.getByRole('button', { name: /^Account of/ }).click()
  await guest.page.getByRole('menuitemradio', { name: 'Other MSP' }).click()
  await guest.page.getByText('What is happening at Other MSP').waitFor()
  await endWell(guest)
}, 60_000)

test('an organization requires a second factor: a colleague sets it up as he signs in, and an administrator resets it', async () => {
  const admin = await visit(browser)
  const { page } = admin
  await signIn(page, platform.url, platform.admin, '/settings/security')
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
