import { expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { eventually } from '../../src/testing/eventually'
import { axe, visit } from './browser'
import { inOrganization } from './organization'
import { type Platform, registerDevice, signIn } from './platform'

let browser: Browser
let platform: Platform

inOrganization(async (made) => {
  ;({ browser, platform } = made)
  await registerDevice(platform, { name: 'turin-gateway' })
})

test('a unit gets its place and appears on a map that asks nobody outside, is reached by keyboard, and leads to its devices', async () => {
  const { page, context, complaints } = await visit(browser)
  const outside: string[] = []
  page.on('request', (request) => {
    if (!request.url().startsWith(platform.url) && !request.url().startsWith('data:')) outside.push(request.url())
  })
  await signIn(page, platform.url, platform.admin, '/devices')
  await page.getByRole('navigation', { name: 'Devices as' }).getByRole('link', { name: 'Map' }).click()
  const missing = page.getByRole('region', { name: 'Without a place' })
  const map = page.getByRole('group', { name: 'Map' })
  for (const [name, coordinates] of [
    ['Plant Turin', '45.0703, 7.6869'],
    ['Office Milan', '45.4642, 9.1900'],
    ['Globex Energy', '200, 9'],
  ] as const) {
    await missing.getByRole('button', { name: `Say where ${name} is` }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Coordinates').fill(coordinates)
    await dialog.getByRole('button', { name: 'Save' }).click()
    if (name !== 'Globex Energy') await map.getByRole('link', { name: new RegExp(`^${name}`) }).waitFor()
    else {
      await dialog.getByText('Two numbers such as').waitFor()
      expect(await axe(page)).toEqual([])
      await dialog.getByLabel('Address').fill('Rua do Ouro, Lisboa')
      await dialog.getByLabel('Coordinates').fill('38.7223 -9.1393')
      await dialog.getByRole('button', { name: 'Save' }).click()
      await map.getByRole('link', { name: /^Globex Energy/ }).waitFor()
    }
  }
  expect(await missing.getByRole('link', { name: /Plant Turin|Office Milan|Globex Energy/ }).count()).toBe(0)

  // With half a continent in sight, what lies near stands together; a press brings it closer.
  const together = map.getByRole('button', { name: /^2 places/ })
  await together.waitFor()
  const turin = map.getByRole('link', { name: /^Plant Turin/ })
  expect(await turin.count()).toBe(0)
  expect(await axe(page)).toEqual([])
  await together.focus()
  await page.keyboard.press('Enter')
  await turin.waitFor()
  const before = (await turin.boundingBox())!
  await map.focus()
  await page.keyboard.press('ArrowRight')
  expect(await eventually(async () => ((await turin.boundingBox())?.x ?? before.x) < before.x - 70, 20_000)).toBe(true)
  await page.keyboard.press('0')
  await together.waitFor()
  await page.emulateMedia({ colorScheme: 'dark' })
  expect(await axe(page)).toEqual([])
  await together.click()
  await turin.click()
  await page.waitForURL(/\/devices\?org_unit=/)
  await page.getByRole('link', { name: /.+/ }).and(page.locator('main a[href^="/devices/0"]')).first().waitFor()
  expect(outside).toEqual([])
  expect(complaints).toEqual([])
  await context.close()
}, 180_000)

test('a technician finds his own subtree on the map and nothing else', async () => {
  const { page, context, complaints } = await visit(browser)
  await signIn(page, platform.url, platform.technician, '/devices/map')
  await page.getByRole('heading', { level: 1, name: 'Map' }).waitFor()
  await page
    .getByRole('link', { name: /Globex Energy/ })
    .first()
    .waitFor()
  expect(await page.getByText(/Plant Turin|Office Milan|Acme/).count()).toBe(0)
  expect(complaints).toEqual([])
  await context.close()
}, 90_000)
