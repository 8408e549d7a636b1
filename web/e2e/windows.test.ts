import { expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { eventually } from '../../src/testing/eventually'
import { axe, visit } from './browser'
import { inOrganization } from './organization'
import { type Platform, callerOf, signIn, signInByForm } from './platform'

let browser: Browser
let platform: Platform

inOrganization(async (made) => {
  ;({ browser, platform } = made)
  await belongToBoth()
})

/** The administrator of the first organization is invited to the other one, too. */
async function belongToBoth() {
  const there = await callerOf(platform, platform.other)
  const groups = await there<{ items: { id: string }[] }>('GET', '/groups')
  const email = platform.admin.email
  await there('POST', '/invitations', { email, group_ids: [groups.items[0]!.id], org_unit_scope: 'all' })
  let token: string | undefined
  await eventually(async () => {
    const mails = await there<{ items: { text: string }[] }>('GET', '/mail-outbox')
    return (token = JSON.stringify(mails).match(/mzi_\w+/)?.[0])
  }, 20_000)
  const here = await callerOf(platform, platform.admin)
  await here('POST', '/auth/invitations/accept', { token })
}

/** Minutes, in the other organization. */
async function endWhenAlone(session_idle_minutes: number) {
  const call = await callerOf(platform, platform.other)
  await call('PUT', '/settings/security', { require_mfa: false, session_idle_minutes, session_hours: null })
}

/** As whom and where a window has asked for anything, but to come back. */
function sentBy(page: Page) {
  const sent = new Set<string>()
  page.on('request', (request) => {
    const token = request.headers().authorization?.split('.')[1]
    if (!token || request.url().endsWith('/auth/switch-tenant')) return
    const { sub, tenant_id } = JSON.parse(Buffer.from(token, 'base64url').toString()) as Record<string, string>
    sent.add(`${sub} in ${tenant_id}`)
  })
  return sent
}

const nameOf = async (who: { email: string; password: string }) =>
  (await (await callerOf(platform, who))<{ tenant: { name: string } }>('GET', '/me')).tenant.name

async function enter(page: Page, tenant: string) {
  await page.getByRole('button', { name: /^Account of/ }).click()
  await page.getByRole('menuitemradio', { name: tenant }).click()
}

// ASVS 8.4.1
test('a window stays with its organization while another goes on in the next: it sends nothing there, keeps what was typed, comes back or follows', async () => {
  const { page, context } = await visit(browser)
  const { email, password, tenant_id } = platform.admin
  const data = { email, password, tenant_id }
  await page.request.post(`${platform.url}/api/v1/auth/login`, { data, headers: { origin: platform.url } })
  await page.addInitScript("localStorage.setItem('monozu.signed_in', localStorage.getItem('monozu.signed_in') ?? '1')")
  const sent = sentBy(page)
  await page.goto(`${platform.url}/settings/organization`)
  const name = page.getByLabel('Name', { exact: true })
  await name.fill('Demo MSP of Turin')

  const other = await context.newPage()
  await other.goto(`${platform.url}/`)
  await enter(other, 'Other MSP')
  const gone = page.getByRole('dialog', { name: 'You went on in Other MSP' })
  await gone.waitFor()
  expect(await axe(page)).toEqual([])
  // Behind another one a window is hardly ever drawn, and a click waits for that.
  await page.bringToFront()
  await gone.getByRole('button', { name: 'Go back to Demo MSP' }).click()
  await gone.waitFor({ state: 'detached' })
  expect(await name.inputValue()).toBe('Demo MSP of Turin')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Saved', { exact: true }).waitFor()
  expect(await nameOf(platform.other)).toBe('Other MSP')

  const follow = other.getByRole('dialog', { name: /^You went on in Demo MSP/ })
  await other.bringToFront()
  await follow.getByRole('button', { name: /^Go on in Demo MSP/ }).click()
  await other.getByRole('navigation', { name: 'Main navigation' }).waitFor()
  await other.getByText('Demo MSP of Turin').first().waitFor()
  expect([...sent]).toEqual([expect.stringMatching(new RegExp(`in ${tenant_id}$`))])
  await context.close()
}, 90_000)

test('who signs in with another account does so for himself: the other window is asked, and neither acts for the other', async () => {
  const { page, context } = await visit(browser)
  await signIn(page, platform.url, platform.other, '/settings/organization')
  const sent = sentBy(page)
  const other = await context.newPage()
  await signInByForm(other, platform.url, platform.technician)
  const another = page.getByRole('dialog', { name: 'Technician has signed in' })
  await another.waitFor()
  await another.getByRole('button', { name: `Go on as ${platform.technician.email}` }).waitFor()
  expect(await axe(page)).toEqual([])
  await page.bringToFront()
  await another.getByLabel('Password', { exact: true }).fill(platform.other.password)
  await another.getByRole('button', { name: 'Sign in', exact: true }).click()
  await another.waitFor({ state: 'detached' })
  await page.reload()
  await page.getByLabel('Name', { exact: true }).waitFor()
  expect(sent.size).toBe(1)
  const first = other.getByRole('dialog', { name: 'Administrator has signed in' })
  await other.bringToFront()
  await first.getByRole('button', { name: `Go on as ${platform.other.email}` }).click()
  await other.getByRole('navigation', { name: 'Main navigation' }).waitFor()
  await other.getByText('Other MSP').first().waitFor()

  await other.getByRole('button', { name: /^Account of/ }).click()
  await other.getByRole('menuitem', { name: 'Sign out' }).click()
  await other.getByRole('button', { name: 'Sign in', exact: true }).waitFor()
  await page.getByRole('dialog', { name: 'Sign in again' }).waitFor({ timeout: 2_000 })
  await context.close()
}, 90_000)

// ASVS 7.3.1
test('nobody there for as long as the organization allows: it is told before, ends in all windows and with the server, and one sign-in opens all of them again', async () => {
  const { page, context } = await visit(browser)
  await endWhenAlone(15)
  await context.clock.install()
  await signIn(page, platform.url, platform.other, '/devices')
  const beside = await context.newPage()
  await beside.goto(`${platform.url}/alerts`)
  await beside.getByRole('heading', { level: 1, name: 'Alerts' }).waitFor()
  await page.bringToFront()
  const soon = page.getByText('Nobody has been here for a while')
  await page.mouse.move(200, 200)
  await page.getByLabel('Search devices').fill('typed before')
  await context.clock.fastForward(14.5 * 60_000)
  await soon.waitFor()
  expect(await axe(page)).toEqual([])
  await page.mouse.move(300, 300)
  await soon.waitFor({ state: 'detached' })
  // In the other window, of which this one is told.
  await context.clock.fastForward(14.5 * 60_000)
  await soon.waitFor()
  await beside.keyboard.press('Shift')
  await soon.waitFor({ state: 'detached' })
  await context.clock.fastForward(16 * 60_000)
  for (const window of [page, beside]) await window.getByRole('dialog', { name: 'Sign in again' }).waitFor()
  // One of them was first, and the other may have heard of it from the server.
  const why = [page, beside].map((window) => window.getByText('Nobody was here for 15 min').count())
  expect(await Promise.all(why)).toContain(1)
  expect(await axe(page)).toEqual([])
  expect((await page.request.post(`${platform.url}/api/v1/auth/refresh`, { headers: { origin: platform.url } })).status()).toBe(401)

  const third = await context.newPage()
  await signInByForm(third, platform.url, platform.other)
  for (const window of [page, beside]) await window.getByRole('dialog').waitFor({ state: 'detached' })
  expect(await page.getByLabel('Search devices').inputValue()).toBe('typed before')

  await third.close()
  await beside.goto(`${platform.url}/wallboard`)
  await beside.bringToFront()
  await beside.getByRole('heading', { name: 'Other MSP' }).waitFor()
  await context.clock.fastForward(14.8 * 60_000)
  await context.clock.fastForward(14.8 * 60_000)
  await beside.keyboard.press('Escape')
  await beside.getByRole('heading', { level: 1, name: /^Hello/ }).waitFor()
  expect(await beside.getByRole('dialog').count()).toBe(0)
  await context.close()
}, 90_000)
