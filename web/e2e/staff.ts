import { expect } from 'bun:test'
import type { Page } from 'playwright-core'
import { nowMs } from '../../src/core/clock'
import { codeOf, stepAt } from '../../src/core/totp'
import { eventually } from '../../src/testing/eventually'
import type { smtpServer } from '../../src/testing/mail'
import { axe } from './browser'
import type { Platform } from './platform'

/** Light on a phone, then dark on a screen; nothing reaches beyond it. */
export async function looksRight(page: Page, name: string) {
  for (const [colorScheme, width] of [
    ['light', 375],
    ['dark', 1440],
  ] as const) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 900 })
    expect([name, colorScheme, await axe(page)]).toEqual([name, colorScheme, []])
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  }
}

export async function givePassword(page: Page, { managementUrl, staff }: Platform) {
  await page.goto(managementUrl)
  await page.getByLabel('E-mail address').fill(staff.email)
  await page.getByLabel('Password', { exact: true }).fill(staff.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** At the first sign-in. Answers one of the recovery codes. */
export async function setUpFactor(page: Page, look: (page: Page, name: string) => Promise<void> = async () => {}) {
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('img', { name: /QR code/ }).waitFor()
  await look(page, 'enrol')
  const secret = (await page.locator('code').textContent())!.replaceAll(' ', '')
  await page.getByLabel('Code of the app').fill(codeOf(secret, stepAt(nowMs())))
  await page.getByRole('button', { name: 'Switch on' }).click()
  const codes = page.getByRole('list', { name: 'Your recovery codes' }).getByRole('listitem')
  await codes.first().waitFor()
  const [recovery] = await codes.allTextContents()
  await page.getByRole('button', { name: 'I have kept them' }).click()
  return recovery
}

/** An event of a tenant, with its reason. */
export async function decide(page: Page, event: string, reason: string, look?: (page: Page, name: string) => Promise<void>) {
  await page.getByRole('button', { name: event }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Reason').fill(reason)
  await look?.(page, event)
  await dialog.getByRole('button', { name: event }).click()
  await dialog.waitFor({ state: 'hidden' })
}

/** The link of the one mail that leads to a page, with the line breaks of mail taken out. */
export async function linkIn({ received }: Awaited<ReturnType<typeof smtpServer>>, path: string) {
  const find = () =>
    received
      .map(({ source }) => source.replaceAll(/=\r?\n/g, '').replaceAll('=3D', '='))
      .map((text) => text.match(new RegExp(`http://\\S+/${path}\\?token=\\w+`))?.[0])
      .find(Boolean)
  expect(await eventually(find, 30_000)).toBe(true)
  return find()!
}
