import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import postgres from 'postgres'
import { freePort } from '../../src/core/embedded-postgres'
import { dns } from '../../src/testing/dns'
import { browse, entra } from '../../src/testing/entra'
import { eventually } from '../../src/testing/eventually'
import { clientOfIssuer, issuer } from '../../src/testing/issuer'
import { axe, sharedBrowser, visit } from './browser'
import { callerOf, type Platform, signIn, startPlatform } from './platform'

/** The directory of the people who run the platform. */
const ofPlatform = crypto.randomUUID()
let browser: Browser
let platform: Platform
let resolver: Awaited<ReturnType<typeof dns>>
let directory: Awaited<ReturnType<typeof entra>>
let provider: Awaited<ReturnType<typeof issuer>>

beforeAll(async () => {
  const API_PORT = String(freePort())
  const MANAGEMENT_PORT = String(freePort())
  const callbacks = [API_PORT, MANAGEMENT_PORT].map((port) => `http://localhost:${port}/api/v1/auth/microsoft/callback`)
  ;[resolver, directory, provider] = await Promise.all([dns(), entra(...callbacks), issuer({ form: true })])
  const opened = { FEATURE_OIDC: 'true', OIDC_PRIVATE_NETWORKS: '127.0.0.1/32' }
  const microsoft = { MS_AUTHORITY: directory.origin, MS_CLIENT_ID: 'monozu', MS_CLIENT_SECRET: 'what the app keeps' }
  const more = { API_PORT, MANAGEMENT_PORT, MANAGEMENT_MS_TENANT_ID: ofPlatform, DNS_SERVER: resolver.address, ...microsoft, ...opened }
  ;[browser, platform] = await Promise.all([sharedBrowser(), startPlatform(more)])
}, 120_000)

afterAll(async () => {
  await platform?.stop()
  resolver?.close()
  directory?.close()
  provider?.close()
}, 30_000)

async function look(page: Page, name: string) {
  expect(await axe(page)).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0)
  if (Bun.env.SCREENSHOTS) await page.screenshot({ path: `${Bun.env.SCREENSHOTS}/${name}.png`, fullPage: true })
}

/** The form shows what the server holds by now, once it has said so. */
const isEmpty = async (page: Page, label: string) =>
  expect(await eventually(async () => (await page.getByLabel(label).inputValue()) === '', 10_000)).toBe(true)

test('a domain is proven by the record that the page gives, and the organization’s app is saved, checked and removed', async () => {
  const { page, context, complaints } = await visit(browser)
  await signIn(page, platform.url, platform.admin)
  await page.setViewportSize({ width: 375, height: 800 })
  await page.goto(`${platform.url}/settings/domains`)
  await page.getByText('No domains yet').waitFor()
  await look(page, 'domains-none')
  await page.getByRole('button', { name: 'Add a domain' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add a domain' })
  await dialog.getByLabel('Domain').fill('localhost')
  await dialog.getByRole('button', { name: 'Add domain' }).click()
  await dialog.getByText('must be a domain name').waitFor()
  await look(page, 'domains-add')
  await dialog.getByLabel('Domain').fill('demo.example')
  await dialog.getByRole('button', { name: 'Add domain' }).click()
  await page.getByText('Waiting for the record').waitFor()
  await page.getByRole('button', { name: 'Look now for the record of demo.example' }).click()
  await page.getByText('DNS does not show the record yet').waitFor()
  await look(page, 'domains-waiting')
  const [type, name, value] = (await page.locator('dd code').allInnerTexts()) as [string, string, string]
  expect(type).toBe('TXT')
  resolver.records.set(name, value)
  await page.getByRole('button', { name: 'Look now for the record of demo.example' }).click()
  await page.getByText('Proven', { exact: true }).waitFor()
  await page.getByText('Show the DNS record').click()
  await look(page, 'domains-proven')

  await page.goto(`${platform.url}/settings/sso`)
  await page.getByText('demo.example').waitFor()
  await page.getByText(`${platform.url}/api/v1/auth/microsoft/callback`).waitFor()
  await page.getByLabel('Directory (tenant) ID').fill('our directory')
  await page.getByLabel('Application (client) ID').fill('monozu')
  await page.getByLabel('Client secret').fill('wrong')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.locator('[aria-invalid=true]').waitFor()
  await page.getByLabel('Directory (tenant) ID').fill(crypto.randomUUID())
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('button', { name: 'Check now' }).click()
  await page.getByText('The directory refuses').waitFor()
  await page.getByLabel('Client secret').fill('what the app keeps')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('The directory refuses').waitFor({ state: 'detached' })
  await isEmpty(page, 'Client secret')
  await page.getByRole('button', { name: 'Check now' }).click()
  await page.getByText('accepts its secret').waitFor()
  await look(page, 'sso-narrow')
  await page.setViewportSize({ width: 1440, height: 1000 })
  await look(page, 'sso-wide')
  expect(await page.content()).not.toContain('what the app keeps')

  // 412: a colleague saved first.
  const call = await callerOf(platform, platform.admin)
  const [mine, theirs] = [crypto.randomUUID(), crypto.randomUUID()]
  await page.getByLabel('Directory (tenant) ID').fill(mine)
  await page.getByLabel('Client secret').fill('another')
  await call('PUT', '/settings/sso', { directory: theirs, client_id: 'monozu', client_secret: 'theirs' })
  await page.getByRole('button', { name: 'Save' }).click()
  const conflict = page.getByRole('dialog', { name: 'Somebody else saved first' })
  const row = conflict.getByRole('row').filter({ hasText: 'Directory' })
  for (const name of [mine, theirs]) await row.getByRole('cell', { name }).waitFor()
  expect(await conflict.textContent()).not.toContain('another')
  await look(page, 'sso-conflict')
  await conflict.getByRole('button', { name: 'Take the saved one' }).click()
  await conflict.waitFor({ state: 'detached' })
  expect(await page.getByLabel('Directory (tenant) ID').inputValue()).toBe(theirs)
  await page.getByRole('button', { name: 'Remove the app' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove the app' }).click()
  await isEmpty(page, 'Application (client) ID')
  await page.goto(`${platform.url}/settings/domains`)
  await page.getByText('Proven', { exact: true }).waitFor()
  await look(page, 'domains-wide')
  expect(complaints.filter((line) => !/status of (409|412|422)/.test(line))).toEqual([])
  await context.close()
}, 120_000)

test('an organization’s own issuer is set up and checked, and a colleague signs in through its form', async () => {
  const { page, context, complaints } = await visit(browser)
  await signIn(page, platform.url, platform.admin, '/settings/sso')
  await page.getByLabel('Provider').click()
  await page.getByRole('option', { name: 'Another issuer' }).click()
  const redirect = page.locator('code', { hasText: '/api/v1/auth/oidc/' })
  provider.redirect_uris.push(await redirect.innerText())
  await page.getByLabel('Issuer', { exact: true }).fill(`${provider.origin}/`)
  await page.getByLabel('Application (client) ID').fill(clientOfIssuer.client_id)
  await page.getByLabel('Client secret').fill(clientOfIssuer.client_secret)
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('button', { name: 'Check now' }).click()
  await page.getByText('The provider names itself otherwise').waitFor()
  await page.getByLabel('Issuer', { exact: true }).fill(provider.origin)
  await page.getByLabel('Client secret').fill(clientOfIssuer.client_secret)
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('The provider names itself otherwise').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Check now' }).click()
  await page.getByText('accepts its secret').waitFor()
  await look(page, 'sso-issuer-wide')
  await page.setViewportSize({ width: 375, height: 800 })
  await look(page, 'sso-issuer-narrow')

  const colleague = await visit(browser)
  await colleague.page.goto(`${platform.url}/sign-in`)
  await colleague.page.getByLabel('E-mail address').fill(platform.admin.email)
  await colleague.page.getByLabel('Password', { exact: true }).focus()
  await colleague.page.getByRole('link', { name: 'Sign in with your organization' }).click()
  await colleague.page.getByLabel('Login').fill(platform.admin.email)
  await colleague.page.getByRole('button', { name: 'Enter' }).click()
  await colleague.page.getByRole('navigation', { name: 'Main navigation' }).waitFor()
  expect(colleague.page.url()).not.toContain('code=')

  // Ended elsewhere, it is signed in to again beside the page, which then goes on.
  await page.goto(`${platform.url}/account/sessions`)
  await page.getByRole('button', { name: 'End all others' }).click()
  await page.getByRole('button', { name: /^End/ }).last().click()
  const again = colleague.page.getByRole('dialog', { name: 'Sign in again' })
  const organization = again.getByRole('link', { name: 'Sign in with your organization in a new window' })
  await organization.waitFor({ timeout: 20_000 })
  await look(colleague.page, 'sso-again')
  // The provider knows him still.
  const [beside] = await Promise.all([colleague.context.waitForEvent('page'), organization.click()])
  await again.waitFor({ state: 'detached' })
  await beside.close()

  await page.goto(`${platform.url}/account/ways`)
  await page.getByText('Opens', { exact: false }).waitFor()
  await look(page, 'ways-narrow')
  await page.setViewportSize({ width: 1440, height: 1000 })
  await look(page, 'ways-wide')
  await page.getByRole('button', { name: /^Unlink/ }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Current password').fill(platform.admin.password)
  await look(page, 'ways-unlink')
  await dialog.getByRole('button', { name: 'Unlink' }).click()
  await page.getByRole('button', { name: /^Unlink/ }).waitFor({ state: 'detached' })
  await colleague.page.goto(`${platform.url}/account/sessions`)
  await colleague.page.getByLabel('E-mail address').waitFor()

  await page.getByRole('button', { name: 'Link your organization’s provider' }).click()
  await page.getByRole('dialog').getByLabel('Current password').fill(platform.admin.password)
  await page.getByRole('dialog').getByRole('button', { name: 'Continue' }).click()
  await page.getByLabel('Login').fill('somebody.else@elsewhere.example')
  await page.getByRole('button', { name: 'Enter' }).click()
  await page.getByText('The provider is linked').waitFor()
  await look(page, 'ways-linked')
  expect(page.url()).toBe(`${platform.url}/account/ways`)
  expect(complaints).toEqual([])
  await Promise.all([context.close(), colleague.context.close()])
}, 120_000)

test('in Italian a sign-in that failed names no provider that was not asked, and what is wrong with a field is said in Italian', async () => {
  const { page, context, complaints } = await visit(browser, { locale: 'it-IT' })
  await page.goto(`${platform.url}/auth/callback?error=sso_failed`)
  await page.getByText('L’accesso con il tuo provider non è riuscito').waitFor()
  await look(page, 'sso-failed-it')
  await page.goto(`${platform.url}/sign-in`)
  await page.getByLabel('Indirizzo e-mail').fill(platform.admin.email)
  await page.getByLabel('Password', { exact: true }).fill(platform.admin.password)
  await page.getByRole('button', { name: 'Accedi', exact: true }).click()
  await page.getByRole('navigation', { name: 'Navigazione principale' }).waitFor()
  await page.goto(`${platform.url}/account/password`)
  await page.getByLabel('Password attuale').fill(platform.admin.password)
  for (const label of ['Nuova password', 'Ripeti la nuova password']) await page.getByLabel(label, { exact: true }).fill('password1234')
  await page.getByRole('button', { name: 'Cambia la password' }).click()
  await page.getByText('è una password comune').waitFor()
  await look(page, 'fields-it-wide')
  await page.setViewportSize({ width: 375, height: 800 })
  await look(page, 'fields-it-narrow')
  expect(complaints.filter((line) => !/status of 422/.test(line))).toEqual([])
  await context.close()
}, 120_000)

test('who has no password links another account of Microsoft by signing in there anew', async () => {
  const { page, context, complaints } = await visit(browser)
  const somebody = () => (directory.account = { tid: crypto.randomUUID(), oid: crypto.randomUUID() })
  somebody()
  // Entra names no issuer beside the code for the platform's app; the provider that stands for it does.
  await context.route(`${directory.origin}/common/authorize**`, async (route) => {
    const back = await browse(route.request().url(), platform.url)
    back.searchParams.delete('iss')
    await route.fulfill({ status: 302, headers: { location: back.href } })
  })
  await signIn(page, platform.url, platform.other, '/account/ways')
  const link = page.getByRole('button', { name: 'Link Microsoft', exact: true })
  const dialog = page.getByRole('dialog')
  await link.click()
  await dialog.getByLabel('Current password').fill(platform.other.password)
  await dialog.getByRole('button', { name: 'Continue' }).click()
  await page.getByText('The provider is linked').waitFor()
  const sql = postgres(platform.ownerUrl, { max: 1 })
  await sql`delete from identity where kind = 'password' and user_id = (select id from app_user where email = ${platform.other.email})`
  await sql.end()

  await page.goto(`${platform.url}/account/ways`)
  await link.click()
  await look(page, 'ways-proof')
  await dialog.getByRole('button', { name: 'Sign in anew at your provider' }).click()
  await dialog.getByText('Your provider has said that it is you').waitFor()
  expect(page.url()).toBe(`${platform.url}/account/ways`)
  await look(page, 'ways-proven-wide')
  await page.setViewportSize({ width: 375, height: 800 })
  await look(page, 'ways-proven-narrow')
  somebody()
  await dialog.getByRole('button', { name: 'Continue' }).click()
  await page.getByText('The provider is linked').waitFor()
  await page
    .getByRole('button', { name: /^Unlink/ })
    .nth(1)
    .waitFor()
  await look(page, 'ways-two')
  expect(complaints).toEqual([])
  await context.close()
}, 120_000)

// ASVS 7.3.1
test('staff who were away for a day sign in again with their directory beside the page, which goes on', async () => {
  const { page, context } = await visit(browser)
  directory.account = { tid: ofPlatform, oid: crypto.randomUUID(), email: platform.staff.email }
  await context.clock.install()
  await page.goto(platform.managementUrl)
  await page.getByRole('link', { name: 'Continue with Microsoft' }).waitFor()
  await page.evaluate("localStorage.setItem('monozu.signed_in', 'expected')")
  await page.goto(`${platform.managementUrl}/api/v1/auth/microsoft/login?email=${platform.staff.email}`)
  await page.getByRole('heading', { level: 1, name: 'Tenants' }).waitFor()
  await context.clock.fastForward(25 * 3_600_000)
  const again = page.getByRole('dialog', { name: 'Sign in again' })
  await again.getByText('Nobody was here for').waitFor()
  const microsoft = again.getByRole('link', { name: 'Continue with Microsoft in a new window' })
  await microsoft.waitFor()
  await look(page, 'staff-again')
  const [beside] = await Promise.all([context.waitForEvent('page'), microsoft.click()])
  await again.waitFor({ state: 'detached' })
  await beside.close()
  await context.close()
}, 60_000)
