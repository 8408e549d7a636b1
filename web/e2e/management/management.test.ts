import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { nowMs } from '../../../src/core/clock'
import { codeOf, stepAt } from '../../../src/core/totp'
import { eventually } from '../../../src/testing/eventually'
import { sharedBrowser, strike, visit } from '../browser'
import { type Platform, startPlatform } from '../platform'
import { createAndLicense, decide, givePassword, looksRight, setUpFactor } from './staff'

let browser: Browser
let platform: Platform
let url: string

beforeAll(async () => {
  ;[browser, platform] = await Promise.all([sharedBrowser(), startPlatform()])
  url = platform.managementUrl
}, 240_000)

afterAll(() => platform?.stop(), 30_000)

/** What the Cloud told within the first minute: sorted, narrowed, opened. */
async function seeFleet(page: Page, name: string) {
  const fleet = page.getByRole('heading', { name: 'Fleet', level: 1 })
  // Two keys that a busy machine takes for too far apart are pressed again.
  const press = async () => {
    await strike(page, 'g', 'f')
    return fleet.waitFor({ timeout: 3_000 }).then(
      () => true,
      () => false,
    )
  }
  expect(await eventually(press, 30_000)).toBe(true)
  await page.getByText(/^As of .* Cloud \d/).waitFor({ timeout: 90_000 })
  const row = page.getByRole('row').filter({ hasText: name })
  await row.getByRole('img', { name: /values in 30 days/ }).waitFor()
  await page.getByRole('columnheader', { name: 'Storage' }).getByRole('button').click()
  await page.waitForURL(/sort=/)
  await looksRight(page, 'fleet')
  await page.goto(`${url}/fleet?search=${encodeURIComponent(name)}`)
  await row.waitFor()
  expect(await page.getByRole('row').count()).toBe(2)
}

/** Answers one of the new recovery codes. The password once more, a code of the new app; what was the app before opens nothing from then on (account.test.ts). */
async function replaceFactor(page: Page) {
  await page.getByRole('button', { name: 'Replace the authenticator' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Current password').fill(platform.staff.password)
  await dialog.getByRole('button', { name: 'Continue' }).click()
  const secret = (await dialog.locator('code').textContent())!.replaceAll(' ', '')
  await looksRight(page, 'replace the factor')
  await dialog.getByLabel('Code of the app').fill(codeOf(secret, stepAt(nowMs())))
  await dialog.getByRole('button', { name: 'Switch on' }).click()
  const codes = page.getByRole('list', { name: 'Your recovery codes' }).getByRole('listitem')
  await codes.first().waitFor()
  const recovery = (await codes.allTextContents())[0]!
  await dialog.getByRole('button', { name: 'I have kept them' }).click()
  await dialog.waitFor({ state: 'hidden' })
  return recovery
}

async function findByPalette(page: Page, name: string) {
  await page.keyboard.press('?')
  await page.getByRole('dialog').getByText('Fleet').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await page.keyboard.press('Control+k')
  const field = page.getByRole('combobox')
  await field.fill(name.slice(0, 6))
  await page.getByRole('option', { name }).waitFor()
  await looksRight(page, 'palette')
  await page.getByRole('option', { name }).click()
  await page.getByRole('heading', { name, level: 1 }).waitFor()
}

/** In two windows: who saves last is shown what the other made of it, and takes nothing of that back. */
async function changePlanAtOnce(page: Page) {
  const other = await page.context().newPage()
  const edit = async (one: Page, label: RegExp, value: string) => {
    await one.goto(`${url}/plans`)
    await one.getByRole('button', { name: 'Edit: Bronze' }).click()
    await one.getByRole('dialog').getByLabel(label).fill(value)
  }
  await edit(page, /^Users/, '50')
  await edit(other, /^Days of grace/, '30')
  await other.getByRole('button', { name: 'Save' }).click()
  await other.getByText('Days of grace: 30').waitFor()
  await other.close()
  await page.getByRole('button', { name: 'Save' }).click()
  const conflict = page.getByRole('dialog', { name: 'Somebody else saved first' })
  const said = (field: string) => conflict.getByRole('row').filter({ hasText: field }).getByRole('cell').allTextContents()
  await conflict.waitFor()
  expect([await said('Users'), await said('Days of grace')]).toEqual([
    ['50', '25'],
    ['30', '30'],
  ])
  await looksRight(page, 'plan conflict')
  await conflict.getByRole('button', { name: 'Save mine over it' }).click()
  await page.getByText('Users: 50').waitFor()
  await page.getByText('Days of grace: 30').waitFor()
}

test('an owner sets up his second factor, decides about a tenant, invites a colleague, and reads it in the audit log', async () => {
  const { page, context, complaints } = await visit(browser)
  await page.goto(url)
  await page.getByLabel('E-mail address').waitFor()
  await looksRight(page, 'sign-in')
  await givePassword(page, platform)
  await setUpFactor(page, looksRight)

  const tenant = page.getByRole('row').nth(1)
  await tenant.getByText('Active').waitFor()
  await looksRight(page, 'tenants')
  await createAndLicense(page, looksRight)
  await page.goto(`${url}/tenants`)
  await page.goto(`${url}/tenants?search=nothing-like-it`)
  await page.getByText('None match').waitFor()
  await page.getByRole('button', { name: 'Clear filters' }).first().click()
  const name = (await tenant.getByRole('gridcell').first().textContent())!
  await tenant.click()
  await page.getByRole('heading', { name, level: 1 }).waitFor()
  await decide(page, 'Suspend', 'The bill was not paid', looksRight)
  await decide(page, 'Resume', 'The bill was paid')
  await page.getByRole('button', { name: 'Suspend' }).waitFor()
  await page.getByText('Tenant suspended').waitFor()
  await looksRight(page, 'tenant')

  await changePlanAtOnce(page)

  await page.getByRole('link', { name: 'Staff' }).click()
  await page.getByRole('button', { name: 'Invite' }).click()
  await page.getByLabel('E-mail address').fill('colleague@platform.example')
  await page.getByRole('button', { name: 'Send invitation' }).click()
  const link = (await page.getByRole('dialog').locator('code').textContent())!
  expect(link).toStartWith(`${url}/accept-invitation?token=`)
  await page.getByRole('button', { name: 'Done' }).click()
  await looksRight(page, 'staff')
  await page.getByRole('row').nth(1).click()
  await page.getByRole('dialog', { name: 'Platform owner' }).waitFor()
  await looksRight(page, 'member')
  await page.keyboard.press('Escape')

  await seeFleet(page, name)
  await findByPalette(page, name)

  await page.goto(`${url}/audit`)
  await page.getByRole('row').filter({ hasText: 'Tenant suspended' }).filter({ hasText: name }).click()
  await page.getByRole('dialog').getByText('The bill was not paid').waitFor()
  await page.getByRole('dialog').getByRole('link', { name }).waitFor()
  await looksRight(page, 'audit')
  await page.goto(`${url}/account`)
  await page.getByText('staff.invite').waitFor()
  await page.getByText('This session', { exact: true }).waitFor()
  await looksRight(page, 'account')
  const recovery = await replaceFactor(page)
  await page.goto(`${url}/no-such-page`)
  await page.getByRole('heading', { name: 'Page not found' }).waitFor()

  const colleague = await visit(browser)
  await colleague.page.goto(link)
  await colleague.page.getByLabel('Name').fill('Carla Colleague')
  await colleague.page.getByLabel('Password').fill('marble teapot under rain')
  await looksRight(colleague.page, 'join')
  expect(colleague.page.url()).not.toContain('token')
  await colleague.page.getByRole('button', { name: 'Accept the invitation' }).click()
  await colleague.page.getByText('You belong to the staff now').waitFor()
  await colleague.context.close()

  await page.getByRole('button', { name: /^Account of/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByLabel('E-mail address').waitFor()
  await givePassword(page, platform)
  await page.getByRole('button', { name: 'Use a recovery code' }).click()
  await page.getByLabel('Recovery code').fill(recovery)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('navigation', { name: 'Main navigation' }).waitFor()
  // Of the plan that both had changed.
  expect(complaints).toEqual([expect.stringContaining('412')])
  await context.close()
}, 240_000)
