import { expect, test } from 'bun:test'
import { eventually } from '../../src/testing/eventually'
import type { Browser } from 'playwright-core'
import { axe, visit } from './browser'
import { inOrganization } from './organization'
import { type Platform, registerDevice, report, signIn } from './platform'

let browser: Browser
let platform: Platform

inOrganization((made) => void ({ browser, platform } = made))

/** What the browser was asked to show, to play and to permit: one without a window permits nothing, so that here whoever is asked agrees. */
const listening = `
  globalThis.shown = []; globalThis.tones = 0; globalThis.asked = 0
  const Shown = Notification
  globalThis.Notification = class extends Shown {
    static get permission() { return asked ? 'granted' : 'default' }
    static async requestPermission() { asked += 1; return Notification.permission }
    constructor(title, options) { super(title, options); shown.push(title) }
  }
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
  await page.getByRole('checkbox', { name: 'Desktop notification for severity: Critical' }).click()
  await page.getByRole('checkbox', { name: 'Desktop notification for severity: Critical', checked: true }).waitFor()
  expect(await page.evaluate('asked')).toBe(1)
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

test('an alert is given to somebody, closed with a verdict and a word, and opened again, by keyboard; another window sees it, and its history tells', async () => {
  const device = await registerDevice(platform, { name: 'verdicts' })
  const titles = ['Case red', 'Case green', 'Case blue']
  await report(platform, device, ...titles.map((title) => ({ kind: 'security_alert', data: { title, severity: 'low' } })))
  const { page, complaints, context } = await visit(browser)
  const other = await visit(browser)
  const list = `/alerts?device=${device.device_id}`
  await signIn(page, platform.url, platform.admin, list)
  await signIn(other.page, platform.url, platform.admin, list)
  const row = (title: string, where = page) => where.locator('main tr[data-row-id]').filter({ hasText: title })
  for (const title of titles) {
    await row(title).waitFor()
    await row(title, other.page).waitFor()
  }
  await row('Case red').click()
  const drawer = page.getByRole('dialog')
  await drawer.getByRole('heading', { name: 'Case red' }).waitFor()
  await page.keyboard.press('m')
  await drawer.getByText('Administrator assigned it to Administrator').waitFor()
  await row('Case red', other.page).filter({ hasText: 'Administrator' }).waitFor()
  expect(await axe(page)).toEqual([])

  await drawer.getByLabel('Comment').fill('A planned scan')
  await drawer.getByRole('heading', { name: 'Case red' }).click()
  await page.keyboard.press('e')
  const inMenu = (name: RegExp) => page.getByRole('menuitem', { name }).and(page.locator(':focus')).waitFor()
  await inMenu(/^True positive/)
  await page.keyboard.press('ArrowDown')
  await inMenu(/^Benign/)
  await page.keyboard.press('Enter')
  await drawer.getByText('Administrator closed it: Benign').waitFor()
  await drawer.getByText('A planned scan').waitFor()
  await row('Case red', other.page).waitFor({ state: 'detached' })
  await drawer.getByRole('button', { name: 'Reopen' }).click()
  await drawer.getByText('Administrator reopened it').waitFor()
  await row('Case red', other.page).waitFor()
  // A list of one's own follows whose it is.
  await other.page.goto(`${platform.url}${list}&assigned_to=me`)
  await row('Case red', other.page).waitFor()
  await drawer.getByRole('button', { name: /^Assigned to/ }).click()
  await page.getByRole('option', { name: 'Nobody' }).click()
  await row('Case red', other.page).waitFor({ state: 'detached' })
  await drawer.getByRole('heading', { name: 'Case red' }).click()
  await page.keyboard.press('m')
  await row('Case red', other.page).waitFor()
  await other.page.goto(`${platform.url}${list}`)
  await row('Case green', other.page).waitFor()
  await page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'detached' })

  for (const title of ['Case green', 'Case blue']) await row(title).getByRole('checkbox').check()
  await page.getByRole('button', { name: 'Assign to', exact: true }).click()
  await page.getByRole('option', { name: 'Me', exact: true }).click()
  await row('Case blue', other.page).filter({ hasText: 'Administrator' }).waitFor()
  for (const title of ['Case green', 'Case blue']) await row(title).getByRole('checkbox').check()
  await page.getByRole('button', { name: 'Close as' }).click()
  await page.getByRole('menuitem', { name: /^False positive/ }).click()
  for (const title of ['Case green', 'Case blue']) await row(title, other.page).waitFor({ state: 'detached' })
  // Closing many is taken back at once.
  await page.getByText('2 closed').waitFor()
  await page.getByRole('button', { name: 'Reopen' }).click()
  await page.getByText('2 open again').waitFor()
  for (const title of ['Case green', 'Case blue']) await row(title, other.page).waitFor()
  for (const title of ['Case green', 'Case blue']) await row(title).getByRole('checkbox').check()
  await page.getByRole('button', { name: 'Close as' }).click()
  await page.getByRole('menuitem', { name: /^False positive/ }).click()
  for (const title of ['Case green', 'Case blue']) await row(title, other.page).waitFor({ state: 'detached' })
  await page.goto(`${platform.url}${list}&status=closed&verdict=false_positive&assigned_to=me`)
  await row('Case blue').waitFor()
  expect(await page.locator('main tr[data-row-id]').count()).toBe(2)
  expect(await axe(page)).toEqual([])
  expect([...complaints, ...other.complaints]).toEqual([])
  await context.close()
  await other.context.close()
}, 120_000)
