import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { config } from '../../../src/core/config'
import { smtpServer } from '../../../src/testing/mail'
import { sharedBrowser, visit } from '../browser'
import { type Platform, startPlatform } from '../platform'
import { givePassword, linkIn, looksRight, setUpFactor } from './staff'

let browser: Browser
let platform: Platform
let post: Awaited<ReturnType<typeof smtpServer>>

beforeAll(async () => {
  post = await smtpServer()
  // No delay: what waits for a month elsewhere happens with the next round.
  ;[browser, platform] = await Promise.all([sharedBrowser(), startPlatform({ SMTP_URL: config.SMTP_URL, TENANT_DELETION_DAYS: '0' })])
}, 240_000)

afterAll(async () => {
  await platform?.stop()
  await post?.close()
}, 30_000)

async function decide(page: Page, button: string, name: string | undefined, reason: string) {
  await page.getByRole('button', { name: button }).click()
  const dialog = page.getByRole('dialog')
  if (name !== undefined) {
    await dialog.getByLabel(/to confirm/).fill('Another')
    await dialog.getByLabel('Reason').fill(reason)
    await dialog.getByRole('button', { name: button }).click()
    await dialog.getByText('This is not the name of the tenant.').waitFor()
    await looksRight(page, button)
    await dialog.getByLabel(/to confirm/).fill(name)
  } else await dialog.getByLabel('Reason').fill(reason)
  await dialog.getByRole('button', { name: button }).click()
  await dialog.waitFor({ state: 'hidden' })
}

test('an owner lets a tenant go: its administrator downloads all of its data, and it is deleted', async () => {
  const { page, context, complaints } = await visit(browser)
  await givePassword(page, platform)
  await setUpFactor(page)
  await page.getByRole('row').filter({ hasText: 'Other MSP' }).first().click()
  const heading = page.getByRole('heading', { level: 1 })
  await page.getByRole('button', { name: 'Offboard' }).waitFor()
  const name = (await heading.textContent())!
  await decide(page, 'Offboard', name, 'The contract has ended')
  await page.getByText('Offboarding').first().waitFor()
  await page.getByRole('button', { name: 'Mail new links' }).waitFor({ timeout: 60_000 })
  await looksRight(page, 'offboarding')

  const reader = await visit(browser)
  await reader.page.goto(await linkIn(post, 'archive'))
  await reader.page.getByRole('link', { name: 'Download' }).waitFor()
  expect(reader.page.url()).not.toContain('token')
  await looksRight(reader.page, 'archive')
  const [download] = await Promise.all([reader.page.waitForEvent('download'), reader.page.getByRole('link', { name: 'Download' }).click()])
  expect(download.suggestedFilename()).toMatch(/^monozu-.+\.tar\.gz$/)
  const files = await new Bun.Archive(await Bun.file(await download.path()).bytes()).files()
  expect([...files.keys()]).toContain('manifest.json')
  await reader.page.goto(`${platform.url}/archive`)
  await reader.page.getByText('This link has been used, is too old').waitFor()
  await reader.context.close()

  await decide(page, 'Delete all data', name, 'As agreed')
  await page.getByText(/it can be cancelled until then/).waitFor()
  await page.getByText('Last row removed').waitFor({ timeout: 150_000 })
  await page.reload()
  await page.getByText('tenants.erase_rows').waitFor()
  await looksRight(page, 'deleted')
  expect(complaints).toEqual([])
  await context.close()
}, 300_000)
