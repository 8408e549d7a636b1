import { expect, test } from 'bun:test'
import { Secret, TOTP } from 'otpauth'
import type { Browser, Page } from 'playwright-core'
import { eventually } from '../../src/testing/eventually'
import { axe, visit } from './browser'
import { inOrganization } from './organization'
import { callerOf, type Platform, type Registered, registerDevice, report, signIn } from './platform'

let browser: Browser
let platform: Platform

inOrganization((made) => void ({ browser, platform } = made))

const stepMs = 30_000
const codeAt = (secret: string, ms: number) => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: ms })
const password = 'seven blue lanterns over water'
const email = 'tess@field.example'
const permissions = ['devices', 'alerts', 'telemetry', 'audit'].flatMap((of) => [`${of}.read`, `${of}.export`])

const alert = (title: string) => ({ kind: 'security_alert', data: { title, severity: 'high', dedupe_key: title } })
const values = { kind: 'telemetry', data: { pressure_bar: 6.2, cpu_percent: 12 } }
const elsewhere = /turin-press|Hidden|Plant Turin|Office Milan|Acme/

/** Two devices of two customers, and what they report. */
async function furnish(call: Awaited<ReturnType<typeof callerOf>>): Promise<{ own: Registered; hidden: Registered }> {
  const own = await registerDevice(platform, { name: 'substation-rtu' })
  const hidden = await registerDevice(platform, { name: 'turin-press' })
  const { items } = await call<{ items: { id: string; name: string }[] }>('GET', '/org-units')
  const substation = items.find(({ name }) => name === 'Substation 7')!.id
  await call('PATCH', `/devices/${own.device_id}`, { org_unit_id: substation })
  for (const [name, latitude, longitude] of [
    ['Substation 7', 45.4, 9.2],
    ['Plant Turin', 45.07, 7.69],
  ] as const)
    await call('PATCH', `/org-units/${items.find((unit) => unit.name === name)!.id}`, { latitude, longitude })
  await report(platform, own, values, alert('Breaker opened'))
  await report(platform, hidden, values, { kind: 'telemetry', data: { secret_metric: 1 } }, alert('Hidden door opened'))
  await call('POST', '/groups', { name: 'Field', permissions: [...permissions, 'org_units.read', 'devices.update'] })
  return { own, hidden }
}

/** The text of the file that the page saves. */
async function saved(page: Page): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()])
  return Bun.file(await file.path()).text()
}

test('somebody is invited to one customer, joins, sets up a second factor, and sees that customer and nothing else, wherever he looks', async () => {
  const call = await callerOf(platform, platform.admin)
  const { own, hidden } = await furnish(call)
  const admin = await visit(browser)
  await signIn(admin.page, platform.url, platform.admin, '/settings/users')
  await admin.page.getByRole('button', { name: 'Invite', exact: true }).click()
  const dialog = admin.page.getByRole('dialog')
  await dialog.getByLabel('E-mail address').fill(email)
  await dialog.getByRole('checkbox', { name: /^Field/ }).check()
  await dialog.getByRole('radio', { name: 'Chosen org units' }).check()
  await dialog.getByRole('checkbox', { name: 'Globex Energy', exact: true }).check()
  await dialog.getByRole('button', { name: 'Send invitation' }).click()
  await admin.page.getByText('is on its way').waitFor()
  await admin.page.goto(`${platform.url}/settings/mail`)
  await admin.page.getByText('Kept here').first().waitFor()
  await admin.page.getByText(email).first().click()
  const letter = await admin.page.locator('pre').innerText()

  const { page, complaints, context } = await visit(browser)
  await page.goto(letter.match(/http\S+/)![0].replace(/^https?:\/\/[^/]+/, platform.url))
  await page.getByLabel('Name', { exact: true }).fill('Tess')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Accept the invitation' }).click()
  await page.getByText('You belong to Demo MSP now').waitFor()

  const frames: string[] = []
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => frames.push(String(payload))))
  await signIn(page, platform.url, { email, password }, '/account/two-factor')
  await page.getByRole('button', { name: 'Switch on' }).click()
  await page.getByLabel('Current password').fill(password)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('img', { name: /QR code/ }).waitFor()
  const secret = (await page.getByRole('dialog').locator('code').textContent())!.replaceAll(' ', '')
  await page.getByLabel('Code of the app').fill(codeAt(secret, Date.now() - stepMs))
  await page.getByRole('dialog').getByRole('button', { name: 'Switch on' }).click()
  await page.getByRole('button', { name: 'I have kept them' }).click()
  await context.clearCookies()
  await page.goto(`${platform.url}/sign-in`)
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByLabel('Code of the app').fill(codeAt(secret, Date.now()))
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('navigation', { name: 'Main navigation' }).waitFor()
  complaints.length = 0

  // Devices, and their file.
  await page.goto(`${platform.url}/devices`)
  await page.getByRole('link', { name: 'substation-rtu' }).waitFor()
  expect(await page.locator('main').getByText(elsewhere).count()).toBe(0)
  const devices = await saved(page)
  expect(devices).toContain('substation-rtu')
  expect(devices).not.toMatch(elsewhere)

  // Alerts, and their file; those of others are not even told over the socket.
  await page.goto(`${platform.url}/alerts`)
  await page.getByText('Breaker opened').first().waitFor()
  await page.getByRole('button', { name: 'Live updates: Live' }).waitFor()
  await report(platform, hidden, alert('Hidden window opened'))
  const before = frames.length
  await report(platform, own, alert('Breaker closed'))
  expect(await eventually(() => frames.slice(before).some((frame) => frame.includes('"type":"alert"')), 30_000)).toBe(true)
  await page.getByText('Breaker closed').first().waitFor()
  expect(await page.locator('main').getByText(elsewhere).count()).toBe(0)
  expect(await saved(page)).not.toMatch(elsewhere)

  // The map, and the units to choose from.
  await page.goto(`${platform.url}/devices/map`)
  await page
    .getByRole('group', { name: 'Map' })
    .getByRole('link', { name: /^Substation 7/ })
    .waitFor()
  expect(await page.locator('main').getByText(elsewhere).count()).toBe(0)

  // Telemetry: what can be chosen, what is drawn, and its file.
  await page.goto(`${platform.url}/telemetry`)
  await page.getByRole('button', { name: 'Begin with the device seen last' }).click()
  await page.getByRole('button', { name: 'pressure_bar' }).click()
  await page.getByRole('region', { name: 'Lines of pressure_bar' }).waitFor()
  await page.getByRole('button', { name: /^Metrics/ }).click()
  await page.getByRole('option', { name: 'cpu_percent' }).waitFor()
  expect(await page.getByRole('option').allInnerTexts()).not.toContain('secret_metric')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: /^Devices/ }).click()
  await page.getByRole('option', { name: /^substation-rtu/ }).waitFor()
  expect(await page.getByRole('option').count()).toBe(1)
  await page.keyboard.press('Escape')
  const points = await saved(page)
  expect(points).toContain(own.device_id)
  expect(points).not.toContain(hidden.device_id)
  const foreign = new URL(page.url())
  foreign.searchParams.set('device', hidden.device_id)
  await page.goto(foreign.href)
  await page.getByText('Not found', { exact: true }).waitFor()
  expect(complaints.splice(0).filter((line) => !line.includes('status of 404'))).toEqual([])

  // Search.
  await page.keyboard.press('Control+k')
  await page.getByPlaceholder('Search devices, alerts').fill('substation')
  await page.getByRole('option', { name: /^substation-rtu/ }).waitFor()
  const [searched] = await Promise.all([
    page.waitForResponse((reply) => reply.url().endsWith('/search?q=turin')),
    page.getByPlaceholder('Search devices, alerts').fill('turin'),
  ])
  expect(Object.values((await searched.json()) as Record<string, object[]>).flat()).toEqual([])
  await page.keyboard.press('Escape')

  // The audit log, and its file.
  await page.goto(`${platform.url}/settings/audit`)
  await page.getByRole('row').nth(1).waitFor()
  const log = await saved(page)
  expect(log).toContain('exports.create')
  expect(log).not.toContain(hidden.device_id)

  // What is addressed all the same does not exist.
  await page.goto(`${platform.url}/devices/${hidden.device_id}`)
  await page.getByText('Not found', { exact: true }).waitFor()
  expect(complaints.splice(0).filter((line) => !line.includes('status of 404'))).toEqual([])
  expect(frames.some((frame) => frame.includes('Breaker closed') || frame.includes('"alert"'))).toBe(true)
  expect(frames.filter((frame) => frame.includes(hidden.device_id) || elsewhere.test(frame))).toEqual([])
  await page.goto(`${platform.url}/`)
  await page.getByText('Breaker closed').first().waitFor()
  expect(await page.locator('main').getByText(elsewhere).count()).toBe(0)
  expect(await axe(page)).toEqual([])
  expect(complaints).toEqual([])
  await context.close()
  await admin.context.close()
}, 240_000)
