import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { sharedBrowser, visit } from '../browser'
import { type Platform, signIn, startPlatform } from '../platform'
import { givePassword, looksRight, setUpFactor } from './staff'

let browser: Browser
let platform: Platform

beforeAll(async () => {
  ;[browser, platform] = await Promise.all([sharedBrowser(), startPlatform()])
}, 240_000)

afterAll(() => platform?.stop(), 30_000)

test('staff ask to see a tenant, its administrator approves, both see the banner, and it is ended', async () => {
  const [staff, admin] = await Promise.all([visit(browser), visit(browser)])
  await givePassword(staff.page, platform)
  await setUpFactor(staff.page)
  await staff.page.getByRole('row').filter({ hasText: 'Demo MSP' }).first().click()
  await staff.page.getByRole('button', { name: 'Ask for access' }).click()
  const dialog = staff.page.getByRole('dialog')
  await dialog.getByLabel('Reason').fill('Ticket 4711: alerts do not arrive')
  await looksRight(staff.page, 'ask for access')
  await dialog.getByRole('button', { name: 'Ask for access' }).click()
  await staff.page.getByText('Waits for the tenant').waitFor()

  await signIn(admin.page, platform.url, platform.admin)
  await admin.page.goto(`${platform.url}/settings/support`)
  await admin.page.getByText('Ticket 4711').waitFor({ timeout: 30_000 })
  await looksRight(admin.page, 'support access')
  await admin.page.getByRole('button', { name: 'Approve' }).click()
  await admin.page.getByText(/of the platform can see this organization/).waitFor({ timeout: 30_000 })
  await looksRight(admin.page, 'banner')

  await staff.page.getByText('Open', { exact: true }).waitFor({ timeout: 30_000 })
  await looksRight(staff.page, 'support of a tenant')
  const [inside] = await Promise.all([
    staff.context.waitForEvent('page'),
    staff.page.getByRole('button', { name: 'Enter', exact: true }).click(),
  ])
  await inside.getByText(/You are here as support, read-only/).waitFor({ timeout: 30_000 })
  expect(new URL(inside.url()).hash).toBe('')
  await inside.getByRole('link', { name: 'Devices' }).first().click()
  await inside.getByRole('heading', { name: 'Devices', level: 1 }).waitFor()
  await looksRight(inside, 'inside as support')

  await admin.page.getByRole('button', { name: 'End access' }).click()
  await admin.page.getByText('Ended', { exact: true }).waitFor()
  await admin.page.getByText(/of the platform can see this organization/).waitFor({ state: 'hidden', timeout: 30_000 })
  const refused = inside.waitForResponse((reply) => reply.url().includes('/api/v1/') && reply.status() === 401)
  await inside.getByRole('link', { name: 'Alerts' }).first().click()
  await refused
  await inside.getByRole('dialog', { name: 'Your support access has ended' }).waitFor()
  await looksRight(inside, 'support has ended')
  await inside.getByRole('button', { name: 'Leave' }).click()
  await inside.waitForURL(/\/sign-in/)
  await inside.goto(`${platform.url}/support`)
  await inside.getByText('Enter once more from the Management console').waitFor()
  await looksRight(inside, 'not let in as support')
  await staff.page.getByText('Ended', { exact: true }).waitFor({ timeout: 30_000 })
  await admin.page.goto(`${platform.url}/settings/audit`)
  await admin.page.getByText('Support entered').first().waitFor()
  expect(staff.complaints).toEqual([])
  expect(admin.complaints).toEqual([])
  await Promise.all([staff.context.close(), admin.context.close()])
}, 300_000)
