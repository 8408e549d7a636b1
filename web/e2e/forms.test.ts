import { expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { axe, strike, visit } from './browser'
import { inOrganization } from './organization'
import { type Platform, callerOf, registerDevice, report, signIn } from './platform'

let browser: Browser
let platform: Platform

inOrganization((made) => void ({ browser, platform } = made))

const question = (page: Page) => page.getByRole('dialog', { name: 'Leave without saving?' })
const isAsked = (page: Page) => question(page).isVisible()

async function stay(page: Page) {
  await question(page).getByRole('button', { name: 'Cancel' }).click()
  await question(page).waitFor({ state: 'detached' })
}

async function discard(page: Page) {
  await question(page).getByRole('button', { name: 'Discard changes' }).click()
  await question(page).waitFor({ state: 'detached' })
}

/** The page itself, not only its address: until it is there the one before is. */
const alertsShown = (page: Page) => page.getByRole('heading', { name: 'Alerts', level: 1 }).waitFor()

const goTo = (page: Page, place: string) => page.getByRole('navigation').getByRole('link', { name: place, exact: true }).first().click()

test('what was typed on a page is not lost without a question: by a link, a key, the way back, a reload, signing out', async () => {
  const { page, complaints } = await visit(browser)
  await signIn(page, platform.url, platform.admin, '/devices')
  await goTo(page, 'Settings')
  await page.waitForURL('**/settings/organization')
  const name = page.getByLabel('Name', { exact: true })
  const saved = await name.inputValue()
  await name.fill('Demo MSP of Turin')

  await goTo(page, 'Alerts')
  await question(page).waitFor()
  expect(await axe(page)).toEqual([])
  if (Bun.env.SCREENSHOTS) await page.screenshot({ path: `${Bun.env.SCREENSHOTS}/leave-question.png` })
  await stay(page)
  for (const leave of [() => page.goBack(), () => strike(page, 'g', 'a'), signOut]) {
    await page.getByRole('heading', { name: 'Organization' }).click()
    await leave()
    await question(page).waitFor()
    await page.keyboard.press('Escape')
    await question(page).waitFor({ state: 'detached' })
    expect(page.url()).toEndWith('/settings/organization')
  }
  expect(await name.inputValue()).toBe('Demo MSP of Turin')

  const asked: string[] = []
  page.once('dialog', (dialog) => {
    asked.push(dialog.type())
    void dialog.dismiss()
  })
  await page.reload({ timeout: 2_000 }).catch(() => undefined)
  expect(asked).toEqual(['beforeunload'])
  expect(await name.inputValue()).toBe('Demo MSP of Turin')

  // What was put back as it had been is nothing to lose, nor is what was saved.
  await name.fill(saved)
  await goTo(page, 'Alerts')
  await alertsShown(page)
  await page.goBack()
  await name.fill('Demo MSP of Milan')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Saved', { exact: true }).waitFor()
  await goTo(page, 'Alerts')
  await alertsShown(page)
  await page.goBack()
  await name.fill('Another one')
  await goTo(page, 'Alerts')
  await discard(page)
  await alertsShown(page)
  await page.goBack()
  expect(await name.inputValue()).toBe('Demo MSP of Milan')
  await name.fill('Another one')
  await signOut()
  await discard(page)
  await page.waitForURL('**/sign-in**')
  expect(await isAsked(page)).toBe(false)
  expect(complaints).toEqual([])

  async function signOut() {
    await page.getByRole('button', { name: /^Account of/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
  }
})

test('a drawer and a dialog ask before they close over what was typed, not where somebody cancels, nor for a single field of a dialog', async () => {
  const { page, context, complaints } = await visit(browser)
  await signIn(page, platform.url, platform.admin, '/settings/sites')
  const dialog = page.getByRole('dialog', { name: 'Add a site' })
  const open = () => page.getByRole('button', { name: 'Add a site' }).first().click()

  await open()
  await dialog.getByLabel('Name').fill('Hall 4')
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  expect(await isAsked(page)).toBe(false)

  await open()
  expect(await dialog.getByLabel('Name').inputValue()).toBe('')
  await dialog.getByLabel('Name').fill('Hall 4')
  await dialog.getByLabel('Address').fill('Corso Francia 1')
  for (const leave of [
    () => page.keyboard.press('Escape'),
    () => page.mouse.click(5, 5),
    () => dialog.getByRole('button', { name: 'Close' }).click(),
  ]) {
    await leave()
    await question(page).waitFor()
    await stay(page)
    expect(await dialog.getByLabel('Address').inputValue()).toBe('Corso Francia 1')
  }
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await dialog.waitFor({ state: 'detached' })
  expect(await isAsked(page)).toBe(false)

  const call = await callerOf(platform, platform.admin)
  const { items } = await call<{ items: { id: string }[] }>('GET', '/org-units')
  await call('POST', '/sites', { name: 'Hall 5', org_unit_id: items[0]!.id })
  await page.reload()
  await page.getByRole('row').filter({ hasText: 'Hall 5' }).click()
  const drawer = page.getByRole('dialog', { name: 'Hall 5' })
  await drawer.getByLabel('Address').fill('Corso Francia 2')
  await page.keyboard.press('Escape')
  await stay(page)
  // The page of the list stays, and what lies over it as well, where somebody would rather not follow a link or go back.
  await drawer.getByRole('link').first().click()
  await stay(page)
  const opened = page.url()
  for (const _ of [1, 2]) {
    await page.goBack()
    await question(page).waitFor()
    await stay(page)
    expect(page.url()).toBe(opened)
    expect(await drawer.getByLabel('Address').inputValue()).toBe('Corso Francia 2')
  }
  await page.goBack()
  await discard(page)
  await drawer.waitFor({ state: 'detached' })
  expect(page.url()).toEndWith('/settings/sites')
  await page.goForward()
  await drawer.waitFor()
  expect(await drawer.getByLabel('Address').inputValue()).toBe('')
  await drawer.getByLabel('Address').fill('Corso Francia 2')
  await page.keyboard.press('Escape')
  await discard(page)
  await drawer.waitFor({ state: 'detached' })
  expect(complaints).toEqual([])
  await context.close()
})

test('the sections of a device ask too, and one that is removed does not', async () => {
  const { device_id } = await registerDevice(platform, { name: 'half-typed' })
  const { page, complaints } = await visit(browser)
  await signIn(page, platform.url, platform.admin, `/devices/${device_id}?tab=properties`)
  await page.getByLabel('Location').fill('Cellar')
  await page.getByRole('tab', { name: 'Commands' }).click()
  await stay(page)
  expect(await page.getByLabel('Location').inputValue()).toBe('Cellar')
  await page.getByRole('tab', { name: 'Commands' }).click()
  await discard(page)
  await page.getByRole('tab', { name: 'Commands', selected: true }).waitFor()

  await page.getByRole('tab', { name: 'Properties' }).click()
  await page.getByLabel('Location').fill('Attic')
  await page.goBack()
  await stay(page)
  expect(await page.getByLabel('Location').inputValue()).toBe('Attic')
  await page.getByRole('button', { name: 'Delete device' }).click()
  const confirm = page.getByRole('dialog', { name: /half-typed/ })
  await confirm.getByRole('textbox').fill('half-typed')
  await confirm.getByRole('button', { name: 'Delete device' }).click()
  await page.waitForURL('**/devices')
  expect(await isAsked(page)).toBe(false)
  expect(complaints).toEqual([])
})

test('a word about an alert is not lost by stepping to the next, and is said once', async () => {
  const device = await registerDevice(platform, { name: 'commented' })
  const alert = (title: string) => ({ kind: 'security_alert', data: { title, severity: 'low' } })
  await report(platform, device, alert('Case one'), alert('Case two'))
  const { page, complaints } = await visit(browser)
  await signIn(page, platform.url, platform.admin, `/alerts?device=${device.device_id}`)
  await page.locator('main tr[data-row-id]').first().click()
  const drawer = page.getByRole('dialog', { name: 'Alert' })
  const comment = drawer.getByLabel('Comment')
  await comment.fill('Seen on site')
  await drawer.getByRole('button', { name: 'Next alert' }).click()
  await stay(page)
  await drawer.getByRole('button', { name: 'Acknowledge', exact: true }).click()
  await drawer.getByText('Seen on site').waitFor()
  await drawer.getByRole('button', { name: 'Acknowledge', exact: true }).waitFor({ state: 'detached' })
  expect(await comment.inputValue()).toBe('')
  await page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'detached' })
  expect(await isAsked(page)).toBe(false)
  expect(complaints).toEqual([])
})
