import { expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import postgres from 'postgres'
import { axe, visit } from './browser'
import { inOrganization } from './organization'
import { type Platform, callerOf, registerDevice, report, signIn } from './platform'

let browser: Browser
let platform: Platform

inOrganization((made) => void ({ browser, platform } = made))

test('what a device reports besides telemetry is found on its page by kind, words and time, and read whole; what was done to it stands there too', async () => {
  const call = await callerOf(platform, platform.admin)
  const device = await registerDevice(platform, { name: 'line-controller' })
  const log = (level: string, message: string, more = {}) => ({ kind: 'log', data: { level, message, source: 'modbus', ...more } })
  await report(
    platform,
    device,
    log('info', 'Link is up'),
    log('error', 'Register 40001 cannot be read', { unit: { id: 7, name: 'mixer' } }),
    { kind: 'backup_event', data: { job_id: 'nightly', asset_id: 'switch-1', status: 'succeeded' } },
  )
  await call('PATCH', `/devices/${device.device_id}`, { location: 'Hall 4' })
  const { page, context, complaints } = await visit(browser)
  await signIn(page, platform.url, platform.admin, `/devices/${device.device_id}`)
  await page.getByRole('tab', { name: 'Events' }).click()
  const row = (text: string) => page.getByRole('row').filter({ hasText: text })
  for (const text of ['Link is up', 'Register 40001 cannot be read', 'switch-1']) await row(text).waitFor()
  expect(await axe(page)).toEqual([])

  await page.getByRole('button', { name: 'Kind', exact: true }).click()
  await page.getByRole('menuitemcheckbox', { name: 'Log' }).click()
  await page.keyboard.press('Escape')
  await row('switch-1').waitFor({ state: 'detached' })
  await page.getByRole('textbox', { name: 'Search events' }).fill('mixer')
  await row('Link is up').waitFor({ state: 'detached' })
  await row('Register 40001').click()
  const drawer = page.getByRole('dialog', { name: 'Event' })
  await drawer.getByText('"name": "mixer"').waitFor()
  expect(await axe(page)).toEqual([])
  await page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Clear filters' }).click()
  await row('switch-1').waitFor()
  // What comes while one looks appears by itself.
  await report(platform, device, log('warning', 'Link is down'))
  await row('Link is down').waitFor()

  await page.getByRole('tab', { name: 'Audit' }).click()
  await row('Device changed').click()
  const entry = page.getByRole('dialog', { name: 'Device changed' })
  await entry.getByText('Hall 4').waitFor()
  await entry.getByText('devices.update').waitFor()
  expect(await axe(page)).toEqual([])
  await page.keyboard.press('Escape')
  await page.getByRole('link', { name: 'Open in the audit log' }).click()
  await page.getByRole('heading', { level: 1, name: 'Audit log' }).waitFor()
  await row('Device registered').waitFor()
  expect(await page.getByRole('row').filter({ hasText: 'Signed in' }).count()).toBe(0)
  expect(complaints).toEqual([])
  await context.close()
}, 120_000)

test('what a device measures by itself is seen on its page as a host is: its latest values, a chart a metric, and the way to those beyond', async () => {
  const device = await registerDevice(platform, { name: 'press-controller' })
  const begin = Date.now() - 10 * 60_000
  const further = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`zone_${index}_mm`, index]))
  const measured = Array.from({ length: 10 }, (_, minute) => [
    { data: { pressure_bar: 6 + minute, oil_level_percent: 80, parts_total: 30 * minute, ...further } },
    { data: { shaft: 'left', temperature_c: 41 } },
    { data: { shaft: 'right', temperature_c: 43 + minute } },
  ])
  const at = (minute: number) => ({ kind: 'telemetry', timestamp: new Date(begin + minute * 60_000).toISOString() })
  await report(platform, device, ...measured.flatMap((records, minute) => records.map((record) => ({ ...at(minute), ...record }))))
  const { page, context, complaints } = await visit(browser)
  await signIn(page, platform.url, platform.admin, `/devices/${device.device_id}`)

  const tile = (name: string) => page.locator('dl > div').filter({ hasText: name })
  await tile('pressure_bar').getByText('15', { exact: true }).waitFor()
  await tile('oil_level_percent').getByText('80 %').waitFor()
  expect(await tile('temperature_c').count()).toBe(0)
  const chart = (name: string) => page.getByRole('figure', { name, exact: true })
  await chart('temperature_c').getByText('left: now 41, between 41 and 41').waitFor({ state: 'attached' })
  await chart('temperature_c').getByText('right: now 52, between 43 and 52').waitFor({ state: 'attached' })
  // Thirty parts a minute.
  await chart('parts_total').getByText('0.5/s').first().waitFor()
  expect(await page.getByRole('figure').count()).toBe(12)
  expect(await axe(page)).toEqual([])
  await page.getByRole('link', { name: '4 more metrics in Telemetry' }).click()
  await page.getByRole('region', { name: 'Lines of zone_8_mm' }).waitFor()
  await page.goBack()
  await page.getByRole('link', { name: 'Open in Telemetry' }).click()
  await page
    .getByRole('region', { name: /pressure_bar/ })
    .first()
    .waitFor()
  expect(complaints).toEqual([])
  await context.close()
}, 90_000)

test('a device whose clock is ahead is told of, and when the latest values were measured where the range has none', async () => {
  const minutes = (count: number) => new Date(Date.now() + count * 60_000).toISOString()
  const level = (timestamp: string) => ({ kind: 'telemetry', timestamp, data: { level_mm: 7 } })
  const early = await registerDevice(platform, { name: 'fast-clock' })
  await report(platform, early, level(minutes(25)))
  const { page, context, complaints } = await visit(browser)
  await signIn(page, platform.url, platform.admin, `/devices/${early.device_id}`)
  await page
    .getByRole('status')
    .filter({ hasText: /The clock of this device is about 2[45] min ahead/ })
    .waitFor()
  await page.getByText('once the time they bear has come').waitFor()
  expect(await axe(page)).toEqual([])

  const late = await registerDevice(platform, { name: 'quiet-since' })
  const measured = minutes(-40)
  await report(platform, late, level(measured))
  await page.goto(`${platform.url}/devices/${late.device_id}`)
  const at = await page.evaluate((iso) => new Date(iso).toLocaleTimeString('en-GB'), measured)
  await page.getByText(at).waitFor()
  expect(await page.getByText('The clock of this device').count()).toBe(0)
  await page.getByRole('radio', { name: 'Last hour' }).click()
  await page.getByRole('figure', { name: 'level_mm' }).waitFor()
  expect(complaints).toEqual([])
  await context.close()
}, 60_000)

test('a device that falls silent is seen to be offline, on its page and in the list, by who only looks', async () => {
  const device = await registerDevice(platform, { name: 'silent-soon' })
  await report(platform, device, { kind: 'log', data: { level: 'info', message: 'here' } })
  const { page, context, complaints } = await visit(browser)
  await signIn(page, platform.url, platform.admin, '/devices')
  const listed = page.getByRole('row').filter({ hasText: 'silent-soon' })
  await listed.getByText('Online').waitFor()
  const beside = await context.newPage()
  await beside.goto(`${platform.url}/devices/${device.device_id}`)
  const head = beside.locator('header').filter({ has: beside.getByRole('heading', { level: 1, name: 'silent-soon' }) })
  await head.getByText('Online').waitFor()
  const owner = postgres(platform.ownerUrl, { max: 1, onnotice: () => {} })
  await owner`update device_presence set last_seen_at = now() - interval '1 hour' where device_id = ${device.device_id}`
  await owner.end()
  await Promise.all([listed.getByText('Offline').waitFor(), head.getByText('Offline').waitFor()])
  await head.getByText('1 hr ago').waitFor()
  expect(complaints).toEqual([])
  await context.close()
}, 60_000)

test('a device that never reported says so once; at an address where there is none, the way leads to all devices', async () => {
  const { device_id } = await registerDevice(platform, { name: 'still-in-its-box' })
  const { page, context } = await visit(browser)
  await signIn(page, platform.url, platform.admin, `/devices/${device_id}`)
  const head = page.locator('header').filter({ has: page.getByRole('heading', { level: 1, name: 'still-in-its-box' }) })
  await head.getByText('Never seen').waitFor()
  expect(await head.getByText('Last seen').count()).toBe(0)
  await page.goto(`${platform.url}/devices/${Bun.randomUUIDv7()}`)
  await page.getByText('Not found').waitFor()
  expect(await axe(page)).toEqual([])
  await page.getByRole('link', { name: 'Go to all devices' }).click()
  await page.getByRole('heading', { level: 1, name: 'Devices' }).waitFor()
  await page.getByRole('row').filter({ hasText: 'still-in-its-box' }).waitFor()
  await context.close()
}, 60_000)
