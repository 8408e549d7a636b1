import { expect, test } from 'bun:test'
import type { Browser, Locator } from 'playwright-core'
import postgres from 'postgres'
import { eventually } from '../../src/testing/eventually'
import { axe, visit } from './browser'
import { inOrganization } from './organization'
import { callerOf, type Platform, registerDevice, signIn } from './platform'

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
  // No marker ever lies under a button, however small the screen.
  const screen = page.viewportSize()!
  for (const size of [{ width: 375, height: 800 }, screen]) {
    await page.setViewportSize(size)
    const [frame, button] = [(await map.boundingBox())!, (await page.getByRole('button', { name: 'Zoom in' }).boundingBox())!]
    expect(button.x >= frame.x + frame.width || button.y >= frame.y + frame.height).toBe(true)
  }
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

/** How many places all markers stand for. */
const placesOn = (map: Locator) =>
  map
    .locator('li')
    .allInnerTexts()
    .then((texts) => texts.map((text) => Number(/^([\d,]+) places/.exec(text)?.[1]?.replace(',', '') ?? 1)).reduce((sum, n) => sum + n, 0))

test('sites get their place on the map, each device counts once, and a press leads to the devices of a site', async () => {
  const call = await callerOf(platform, platform.admin)
  const { items } = await call<{ items: { id: string; name: string }[] }>('GET', '/org-units')
  const org_unit_id = items.find(({ name }) => name === 'Plant Turin')!.id
  const { id: site_id } = await call<{ id: string }>('POST', '/sites', { name: 'Turin hall 3', org_unit_id })
  await call('POST', '/sites', { name: 'Turin hall 4', org_unit_id, latitude: 45.0626, longitude: 7.6786 })
  const press = await registerDevice(platform, { name: 'turin-press' })
  await call('PATCH', `/devices/${press.device_id}`, { site_id })
  const { page, context, complaints } = await visit(browser)
  await signIn(page, platform.url, platform.admin, '/devices/map')
  const map = page.getByRole('group', { name: 'Map' })
  const search = page.getByRole('textbox', { name: 'Search units and sites' })
  await search.fill('turin hall')
  await map.getByRole('link', { name: /^Turin hall 4/ }).waitFor()
  expect(await placesOn(map)).toBe(1)
  await page.getByRole('button', { name: 'Say where Turin hall 3 is' }).click()
  const drawer = page.getByRole('dialog', { name: 'Turin hall 3' })
  await drawer.getByLabel('Coordinates').fill('45.0626, 7.6786')
  await drawer.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved', { exact: true }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByText('On the map (2)').waitFor()
  expect(await axe(page)).toEqual([])
  // Of the two devices in Turin one stands in hall 3: beside each other, the unit and its sites tell of two, not of three.
  await search.fill('turin')
  await map.getByRole('button', { name: /^3 places ?: 2 never/i }).waitFor()
  await search.fill('turin hall')
  // At one spot no zoom would draw them apart: their marker names them.
  await map.getByRole('button', { name: /^2 places ?: 1 never/i }).click()
  const hall = page.getByRole('menuitem', { name: /^Turin hall 3/ })
  await hall.click()
  await page.waitForURL(`${platform.url}/devices?site=${site_id}`)
  await page.getByRole('row').filter({ hasText: 'turin-press' }).waitFor()
  expect(await page.getByRole('row').filter({ hasText: 'turin-gateway' }).count()).toBe(0)
  expect(complaints).toEqual([])
  await context.close()
}, 120_000)

test('of 6,000 sites every one is on the map, and any is found', async () => {
  const owner = postgres(platform.ownerUrl, { max: 1, onnotice: () => {} })
  await owner`insert into site (tenant_id, id, name, org_unit_id, latitude, longitude)
    select tenant_id, gen_random_uuid(), 'Branch ' || lpad(n::text, 4, '0'), id, 38 + (n % 80) * 0.2, (n / 80) * 0.2
    from org_unit, generate_series(1, 6000) n where tenant_id = ${platform.admin.tenant_id} and name = 'Acme Manufacturing'`
  await owner.end()
  const { page, context, complaints } = await visit(browser)
  await signIn(page, platform.url, platform.admin, '/devices/map?search=branch')
  const map = page.getByRole('group', { name: 'Map' })
  await page.getByText('On the map (6,000)').waitFor()
  expect(await eventually(async () => (await placesOn(map)) === 6_000, 20_000)).toBe(true)
  await map.focus()
  for (const key of ['+', '+', '+']) await page.keyboard.press(key)
  expect(await eventually(async () => (await placesOn(map)) < 3_000, 20_000)).toBe(true)
  await page.getByRole('textbox', { name: 'Search units and sites' }).fill('Branch 5999')
  await map.getByRole('link', { name: /^Branch 5999/ }).waitFor()
  expect(await placesOn(map)).toBe(1)
  expect(await axe(page)).toEqual([])
  expect(complaints).toEqual([])
  await context.close()
}, 120_000)
