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
  await context.close()
}, 90_000)
