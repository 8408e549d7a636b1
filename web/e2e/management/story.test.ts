import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { config } from '../../../src/core/config'
import { smtpServer } from '../../../src/testing/mail'
import { sharedBrowser, until, visit } from '../browser'
import { type Platform, startPlatform } from '../platform'
import { decide, givePassword, linkIn, looksRight, setUpFactor } from './staff'

let browser: Browser
let platform: Platform
let post: Awaited<ReturnType<typeof smtpServer>>

beforeAll(async () => {
  post = await smtpServer()
  ;[browser, platform] = await Promise.all([sharedBrowser(), startPlatform({ SMTP_URL: config.SMTP_URL })])
}, 240_000)

afterAll(async () => {
  await platform?.stop()
  await post?.close()
}, 30_000)

const [email, password] = ['ada@nordwind.example', 'a vessel of nine lanterns']

async function create(page: Page) {
  await page.getByRole('button', { name: 'Create tenant' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel(/^Name/).fill('Nordwind')
  await dialog.getByLabel(/^E-mail address of the first/).fill(email)
  await dialog.getByRole('button', { name: 'Create tenant' }).click()
  await page.getByRole('heading', { name: 'Nordwind', level: 1 }).waitFor()
  await page.getByText('Pending').first().waitFor()
}

async function join(page: Page) {
  await page.goto(await linkIn(post, 'accept-invitation'))
  await page.getByLabel('Name').fill('Ada Nordwind')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await looksRight(page, 'join')
  await page.getByRole('button', { name: 'Accept the invitation' }).click()
  await page.getByRole('status').waitFor()
  await page.getByRole('link', { name: 'Go to sign-in' }).click()
}

async function tryToEnter(page: Page) {
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

const inside = (page: Page) => page.getByRole('navigation', { name: 'Main navigation' })

/** On other terms than its plan's where it is to lack a feature. */
async function giveLicence(page: Page, without?: string) {
  await page.getByRole('button', { name: 'Give a licence' }).click()
  const dialog = page.getByRole('dialog')
  if (without) {
    await dialog.getByRole('checkbox', { name: /^Other terms/ }).click()
    await dialog.getByRole('checkbox', { name: without, exact: true }).click()
  }
  await dialog.getByLabel('Reason').fill('Contract 2026-11')
  await looksRight(page, 'give a licence')
  await dialog.getByRole('button', { name: 'Give a licence' }).click()
  await dialog.waitFor({ state: 'hidden' })
}

test('a tenant is created, its administrator is invited and joins, waits, is let in, loses a feature, is suspended, and comes back', async () => {
  const [staff, ada] = await Promise.all([visit(browser), visit(browser)])
  await givePassword(staff.page, platform)
  await setUpFactor(staff.page)
  await create(staff.page)

  await join(ada.page)
  await tryToEnter(ada.page)
  await ada.page.getByText('waits for its activation').waitFor()
  await looksRight(ada.page, 'pending')

  await giveLicence(staff.page)
  await decide(staff.page, 'Activate', 'The contract is signed')
  await staff.page.getByText('Delivered').first().waitFor()
  // The Cloud is told of a decision behind its answer.
  await until(
    () => tryToEnter(ada.page),
    () => inside(ada.page).waitFor({ timeout: 10_000 }),
    60_000,
  )
  await ada.page.goto(`${platform.url}/settings/organization`)
  await ada.page.getByRole('heading', { name: 'Licence' }).waitFor()

  // A feature that its licence no longer includes leaves the console as it is.
  const alerts = inside(ada.page).getByRole('link', { name: /^Alerts/ })
  await alerts.waitFor()
  await giveLicence(staff.page, 'security')
  await alerts.waitFor({ state: 'detached', timeout: 30_000 })
  await staff.page.getByText('1 licence before this one').waitFor()

  await decide(staff.page, 'Suspend', 'The bill was not paid')
  // Told by the socket; what is open stays below.
  const again = ada.page.getByRole('dialog', { name: 'Nordwind' })
  await again.getByText('Your organization is suspended').waitFor({ timeout: 30_000 })
  await looksRight(ada.page, 'suspended while signed in')
  await again.getByLabel('Password', { exact: true }).fill(password)
  await again.getByRole('button', { name: 'Sign in', exact: true }).click()
  await again.getByRole('alert').getByText('Your organization is suspended').waitFor()

  await decide(staff.page, 'Resume', 'The bill was paid')
  await staff.page.getByRole('button', { name: 'Suspend' }).waitFor()
  await until(
    () => again.getByRole('button', { name: 'Sign in', exact: true }).click(),
    () => again.waitFor({ state: 'detached', timeout: 10_000 }),
    60_000,
  )
  await ada.page.getByRole('heading', { name: 'Licence' }).waitFor()
  expect(staff.complaints).toEqual([])
  await Promise.all([staff.context.close(), ada.context.close()])
}, 300_000)
