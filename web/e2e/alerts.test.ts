import { expect, test } from 'bun:test'
import { eventually } from '../../src/testing/eventually'
import type { Browser } from 'playwright-core'
import { axe, visit } from './browser'
import { inOrganization } from './organization'
import { type Platform, registerDevice, report, signIn } from './platform'

let browser: Browser
let platform: Platform

inOrganization((made) => void ({ browser, platform } = made))

/** What the browser was asked to show, to play and to permit. */
const listening = `
  globalThis.shown = []; globalThis.tones = 0; globalThis.asked = 0
  const Shown = Notification
  globalThis.Notification = class extends Shown { constructor(title, options) { super(title, options); shown.push(title) } }
  const ask = Shown.requestPermission.bind(Shown)
  Notification.requestPermission = () => { asked += 1; return ask() }
  const start = OscillatorNode.prototype.start
  OscillatorNode.prototype.start = function (at) { tones += 1; return start.call(this, at) }`

test('new alerts are heard and shown by severity, as somebody chose; the browser is asked on the press alone', async () => {
  const device = await registerDevice(platform, { name: 'pump-house' })
  const raise = (title: string, severity: string) => report(platform, device, { kind: 'security_alert', data: { title, severity } })
  const { page, context, complaints } = await visit(browser)
  await context.addInitScript(listening)
  await signIn(page, platform.url, platform.admin, '/account/alerts')
  await page.getByRole('checkbox', { name: 'Desktop notification for severity: Critical' }).waitFor()
  expect(await page.evaluate('asked')).toBe(0)
  await context.grantPermissions(['notifications'], { origin: platform.url })
  await page.reload()
  await page.getByRole('checkbox', { name: 'Desktop notification for severity: Critical' }).click()
  await page.getByRole('checkbox', { name: 'Desktop notification for severity: Critical', checked: true }).waitFor()
  await page.getByRole('checkbox', { name: 'Sound for severity: High' }).click()
  await page.getByRole('checkbox', { name: 'Sound for severity: High', checked: true }).waitFor()
  expect(await page.evaluate('tones')).toBe(2)
  expect(await axe(page)).toEqual([])

  await page.getByRole('button', { name: 'Live updates: Live' }).waitFor()
  const log = page.getByRole('log', { name: 'New alerts' })
  await raise('Level too low', 'medium')
  await log.getByText('Medium: Level too low').waitFor({ state: 'attached' })
  await raise('Pressure lost', 'critical')
  await log.getByText('Critical: Pressure lost').waitFor({ state: 'attached' })
  expect(await page.evaluate('[shown, tones]')).toEqual([['Critical: Pressure lost'], 2])
  await raise('Door open', 'high')
  await log.getByText('High: Door open').waitFor({ state: 'attached' })
  expect(await page.evaluate('[shown.length, tones]')).toEqual([1, 4])
  expect(complaints).toEqual([])
  await context.close()
}, 90_000)

test('where the browser was told to show nothing, the choice says so', async () => {
  const { page, context } = await visit(browser)
  await context.addInitScript(`Object.defineProperty(Notification, 'permission', { get: () => 'denied' })`)
  await signIn(page, platform.url, platform.admin, '/account/alerts')
  await page.getByText('was told not to show notifications').waitFor()
  expect(await page.getByRole('checkbox', { name: 'Desktop notification for severity: Low' }).isDisabled()).toBe(true)
  expect(await axe(page)).toEqual([])
  await context.close()
}, 60_000)

test('alerts are worked through by keyboard alone: looked at, taken with a word, taken from the list, selected and taken', async () => {
  const device = await registerDevice(platform, { name: 'triage' })
  const titles = ['one', 'two', 'three', 'four', 'five'].map((word) => `Case ${word}`)
  await report(platform, device, ...titles.map((title) => ({ kind: 'security_alert', data: { title, severity: 'low' } })))
  const { page, complaints } = await visit(browser)
  await signIn(page, platform.url, platform.admin, `/alerts?device=${device.device_id}`)
  const row = (title: string) => page.locator('main tr[data-row-id]').filter({ hasText: title })
  const gone = (title: string) => row(title).waitFor({ state: 'detached' })
  const isActive = async (title: string) =>
    page.locator('main tr[data-row-id]:focus').filter({ hasText: title }).waitFor({ timeout: 10_000 })
  for (const title of titles) await row(title).waitFor()
  // Newest first: five, four, three, two, one.
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await isActive('Case four')
  await page.keyboard.press('a')
  await gone('Case four')
  // What stood below takes the place, and the next key acts on it.
  await isActive('Case three')
  await page.keyboard.press('Enter')
  const drawer = page.getByRole('dialog')
  await drawer.getByRole('heading', { name: 'Case three' }).waitFor()
  // The message about the one before fades behind the drawer.
  expect(await eventually(async () => (await page.locator('[data-sonner-toast]').count()) === 0, 15_000)).toBe(true)
  expect(await axe(page)).toEqual([])
  const inComment = page.locator('textarea:focus')
  for (let tabs = 0; tabs < 8 && (await inComment.count()) === 0; tabs += 1) await page.keyboard.press('Tab')
  expect(await inComment.count()).toBe(1)
  await page.keyboard.type('seen by hand')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await gone('Case three')
  await drawer.getByText('Acknowledged').first().waitFor()
  // The drawer goes on from where it stood.
  await page.keyboard.press('j')
  await drawer.getByRole('heading', { name: 'Case two' }).waitFor()
  await page.keyboard.press('a')
  await gone('Case two')
  await page.keyboard.press('k')
  await drawer.getByRole('heading', { name: 'Case five' }).waitFor()
  await page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'detached' })
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await page.keyboard.press('k')
  await page.keyboard.press('x')
  await page.getByText('2 selected').waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').waitFor()
  await page.keyboard.type('acknowledge 2')
  await page.getByRole('option', { name: 'Acknowledge 2 selected alerts', selected: true }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByText('No open alerts').or(page.getByText('None match')).first().waitFor()
  expect(complaints).toEqual([])
}, 90_000)
