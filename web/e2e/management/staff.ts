import { expect } from 'bun:test'
import type { Page } from 'playwright-core'
import { nowMs } from '../../../src/core/clock'
import { codeOf, stepAt } from '../../../src/core/totp'
import { eventually } from '../../../src/testing/eventually'
import type { smtpServer } from '../../../src/testing/mail'
import { axe } from '../browser'
import type { Platform } from '../platform'

/** Takes a look at the page as it is at a moment that has a name. */
type Look = (page: Page, name: string) => Promise<void>

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
export async function setUpFactor(page: Page, look: Look = async () => {}) {
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
export async function decide(page: Page, event: string, reason: string, look?: Look) {
  await page.getByRole('button', { name: event }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Reason').fill(reason)
  await look?.(page, event)
  await dialog.getByRole('button', { name: event }).click()
  await dialog.waitFor({ state: 'hidden' })
}

/** A new tenant waits for its licence; with one of a plan it is let in, and the Cloud is told. */
export async function createAndLicense(page: Page, look: Look = async () => {}) {
  await page.getByRole('link', { name: 'Plans' }).click()
  await page.getByRole('button', { name: 'Add a plan' }).first().click()
  await page.getByLabel('Name of the plan').fill('Bronze')
  await page.getByRole('checkbox').first().click()
  await page
    .getByRole('dialog')
    .getByLabel(/^Users/)
    .fill('25')
  await page.getByLabel(/^Days of grace/).fill('14')
  await look(page, 'plan')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Bronze').first().waitFor()
  await look(page, 'plans')
  await page.getByRole('link', { name: 'Tenants' }).click()
  await page.getByRole('button', { name: 'Create tenant' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel(/^Name/).fill('Harbour IT')
  await dialog.getByLabel(/^E-mail address of the first/).fill('first@harbour.example')
  await look(page, 'create tenant')
  await dialog.getByRole('button', { name: 'Create tenant' }).click()
  await page.getByRole('heading', { name: 'Harbour IT', level: 1 }).waitFor()
  await page.getByText('Pending').first().waitFor()
  await page.getByRole('button', { name: 'Give a licence' }).click()
  await dialog.getByLabel(/^Plan/).click()
  await page.getByRole('option', { name: 'Bronze' }).click()
  await dialog.getByLabel('Reason').fill('Contract 2026-11')
  await look(page, 'give a licence')
  await dialog.getByRole('button', { name: 'Give a licence' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await decide(page, 'Activate', 'The contract is signed')
  await page.getByText('Active', { exact: true }).first().waitFor()
  await page.getByText('Delivered').first().waitFor()
  await page.getByText(/(at most|0 of) 25/).waitFor()
  await look(page, 'tenant with a licence')
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
