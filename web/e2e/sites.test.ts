import { expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { axe, visit } from './browser'
import { inOrganization } from './organization'
import { callerOf, type Platform, registerDevice, signIn } from './platform'

let browser: Browser
let platform: Platform

inOrganization((made) => void ({ browser, platform } = made))

async function look(page: Page, name: string) {
  expect(await axe(page)).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0)
  if (Bun.env.SCREENSHOTS) await page.screenshot({ path: `${Bun.env.SCREENSHOTS}/${name}.png` })
}

test('a site is added to a unit, a device stands there, is found by it, and keeps the site from being removed', async () => {
  const device = await registerDevice(platform, { name: 'turin-press' })
  await registerDevice(platform, { name: 'turin-gateway' })
  const { page, context, complaints } = await visit(browser)
  await signIn(page, platform.url, platform.admin, '/settings/sites')
  await page.getByText('No sites yet').waitFor()
  await page.getByRole('button', { name: 'Add a site' }).first().click()
  const dialog = page.getByRole('dialog', { name: 'Add a site' })
  await dialog.getByLabel('Name').fill('Hall 3')
  await dialog.getByLabel('Org unit').click()
  await page.getByRole('option', { name: 'Plant Turin' }).click()
  await dialog.getByLabel('Coordinates').fill('45.0703, 7.6869')
  await dialog.getByLabel('Time zone').fill('Mars/Olympus')
  await dialog.getByRole('button', { name: 'Add a site' }).click()
  await dialog.getByText('must be an IANA time zone').waitFor()
  await look(page, 'site-refused')
  await dialog.getByLabel('Time zone').fill('Europe/Rome')
  await dialog.getByRole('button', { name: 'Add a site' }).click()
  await page.getByText('Hall 3 was added').waitFor()
  await page.getByRole('row').filter({ hasText: 'Hall 3' }).getByText('Plant Turin').waitFor()
  await look(page, 'sites')

  await page.goto(`${platform.url}/devices/${device.device_id}?tab=properties`)
  await page.getByLabel('Site').click()
  await page.getByRole('option', { name: 'Hall 3' }).click()
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Saved', { exact: true }).waitFor()
  await look(page, 'device-site')

  await page.goto(`${platform.url}/settings/sites`)
  await page.getByRole('row').filter({ hasText: 'Hall 3' }).click()
  const drawer = page.getByRole('dialog', { name: 'Hall 3' })
  await drawer.getByLabel('Address').fill('Mine')
  const call = await callerOf(platform, platform.admin)
  const { items } = await call<{ items: { id: string }[] }>('GET', '/sites')
  await call('PATCH', `/sites/${items[0]!.id}`, { address: 'Theirs' })
  await drawer.getByRole('button', { name: 'Save' }).click()
  const conflict = page.getByRole('dialog', { name: 'Somebody else saved first' })
  await conflict.getByRole('cell', { name: 'Theirs' }).waitFor()
  await conflict.getByRole('button', { name: 'Save mine over it' }).click()
  await page.getByText('Saved', { exact: true }).waitFor()
  await look(page, 'site-drawer')
  await drawer.getByRole('button', { name: 'Remove site' }).click()
  const asked = page.getByRole('dialog', { name: 'Remove Hall 3?' })
  await asked.getByRole('textbox').fill('Hall 3')
  await asked.getByRole('button', { name: 'Remove site' }).click()
  await asked.getByText('This site still has devices or keys').waitFor()
  await page.keyboard.press('Escape')
  await drawer.getByRole('link', { name: '1 device stands here' }).click()
  await page.waitForURL(/\/devices\?site=/)
  await page.getByRole('row').filter({ hasText: 'turin-press' }).waitFor()
  expect(await page.getByRole('row').filter({ hasText: 'turin-gateway' }).count()).toBe(0)
  await page.emulateMedia({ colorScheme: 'dark' })
  await look(page, 'devices-of-site')
  expect(complaints.filter((line) => !/status of (409|412|422)/.test(line))).toEqual([])
  await context.close()
}, 90_000)

test('in Italian, on a phone and in the dark it is as complete', async () => {
  const { page, complaints, context } = await visit(browser, { locale: 'it-IT', colorScheme: 'dark' })
  // Of the customer whose devices stand at no site.
  await signIn(page, platform.url, platform.technician, '/settings/sites')
  await page.setViewportSize({ width: 375, height: 740 })
  await page.getByText('Nessuna sede').waitFor()
  await look(page, 'sites-it')
  await page.getByRole('button', { name: 'Aggiungi una sede' }).first().click()
  await page.getByRole('dialog').getByLabel('Fuso orario').waitFor()
  await look(page, 'sites-it-add')
  expect(complaints).toEqual([])
  await context.close()
}, 90_000)
