import { expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { axe, visit } from './browser'
import { inOrganization } from './organization'
import { type Platform, registerDevice, report, signIn } from './platform'

let browser: Browser
let platform: Platform

inOrganization((made) => void ({ browser, platform } = made))

test('the wallboard has nothing to press, is dark, shows what comes, and goes on by itself after the server was away', async () => {
  const device = await registerDevice(platform, { name: 'press-9' })
  const raise = (title: string) => report(platform, device, { kind: 'security_alert', data: { title, severity: 'critical' } })
  const { page, context } = await visit(browser)
  await signIn(page, platform.url, platform.admin)
  await page.getByRole('button', { name: /^Account of/ }).click()
  await page.getByRole('menuitem', { name: 'Wallboard' }).click()
  await page.waitForURL(/\/wallboard$/)
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor()
  expect(await page.getByRole('button').count()).toBe(0)
  expect(await page.getByRole('link').count()).toBe(0)
  expect(await page.locator('main').getAttribute('data-theme')).toBe('dark')
  await raise('Guard of the press open')
  const critical = page.getByRole('region', { name: 'Open alerts' }).getByRole('definition').first()
  await page.getByText('Guard of the press open').waitFor()
  expect(await critical.textContent()).toBe('1')
  expect(await axe(page)).toEqual([])

  const giveBack = platform.loseApi()
  try {
    await page.getByText(/^No connection since/).waitFor()
    // The last figures stay, and are said to be old.
    expect(await critical.textContent()).toBe('1')
  } finally {
    giveBack()
  }
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor({ timeout: 60_000 })
  await raise('Guard of the saw open')
  await page.getByText('Guard of the saw open').waitFor()
  expect(await critical.textContent()).toBe('2')
  await page.keyboard.press('Escape')
  await page.getByRole('heading', { level: 1, name: /^Hello/ }).waitFor()
  await context.close()
}, 150_000)
