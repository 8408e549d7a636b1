import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { axe, launch, visit } from './browser'
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

test('the audit log is filtered by outcome, says how far it is sealed, and is saved as CSV with its filter', async () => {
  const { page, complaints } = await visit(browser)
  await signIn(page, platform.url, platform.other)
  await page.goto(`${platform.url}/settings/audit?action=sessions.create`)
  await page.getByText(/entries sealed/).waitFor()
  await page.getByRole('button', { name: 'Outcome' }).click()
  await page
    .getByRole('option', { name: 'Done' })
    .or(page.getByRole('menuitemcheckbox', { name: 'Done' }))
    .first()
    .click()
  await page.keyboard.press('Escape')
  await page.waitForURL(/outcome=success/)
  const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()])
  expect(saved.suggestedFilename()).toMatch(/^audit-[\da-f-]{36}-\d{4}-\d\d-\d\d\.csv$/)
  const text = await Bun.file(await saved.path()).text()
  expect(text).toContain('"sessions.create","success"')
  expect(text).not.toContain('"tenants.create"')
  expect(await axe(page)).toEqual([])
  expect(complaints).toEqual([])
}, 60_000)
