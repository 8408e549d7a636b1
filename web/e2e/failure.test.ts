import { expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { axe, visit } from './browser'
import { inOrganization } from './organization'
import { callerOf, type Platform, registerDevice, report, signIn } from './platform'

let browser: Browser
let platform: Platform
let device: { device_id: string; device_key: string }

inOrganization(async (made) => {
  ;({ browser, platform } = made)
  device = await registerDevice(platform, { name: 'press-9' })
})

const properties = () => `${platform.url}/devices/${device.device_id}?tab=properties`

/** The form of the device, with something typed that is not saved. */
async function typing(page: Page, text: string) {
  await page.goto(properties())
  await page.getByLabel('Location').fill(text)
  return page.getByLabel('Location')
}
const savedLocation = async () => {
  const call = await callerOf(platform, platform.admin)
  return (await call<{ location: string | null }>('GET', `/devices/${device.device_id}`)).location
}

test('the server away: a banner says so and when it is tried again, nothing typed is lost, and it comes back by itself', async () => {
  const { page, context } = await visit(browser)
  await signIn(page, platform.url, platform.admin)
  const location = await typing(page, 'Hall of the outage')
  await page.getByRole('button', { name: 'Live updates: Live' }).waitFor()
  const giveBack = platform.loseApi()
  try {
    await page.getByText('The server cannot be reached. What you typed stays.').waitFor()
    await page.getByText(/Trying again/).waitFor()
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('alert').getByText('The server cannot be reached').waitFor()
    expect(await location.inputValue()).toBe('Hall of the outage')
    expect(await axe(page)).toEqual([])
    // What was never loaded says so, and is loaded once it can be.
    await page.getByRole('link', { name: 'Home' }).first().click()
    const question = page.getByRole('dialog', { name: 'Leave without saving?' })
    await question.getByRole('button', { name: 'Discard changes' }).click()
    await page.getByText('No answer from the server').first().waitFor()
    await page.goBack()
  } finally {
    giveBack()
  }
  await page.getByText('The server is back').waitFor({ timeout: 60_000 })
  await page.getByText('The server cannot be reached. What you typed stays.').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Live updates: Live' }).waitFor({ timeout: 40_000 })
  await page.getByLabel('Location').fill('Hall of the outage')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Saved', { exact: true }).waitFor()
  expect(await savedLocation()).toBe('Hall of the outage')
  await context.close()
}, 150_000)

test('a page opened while the server is away comes by itself once it is back', async () => {
  const { page, context } = await visit(browser)
  await signIn(page, platform.url, platform.admin)
  await page.route('**/api/v1/auth/refresh', (route) => route.abort('connectionrefused'))
  await page.route('**/readyz', (route) => route.abort('connectionrefused'))
  await page.goto(`${platform.url}/devices`)
  await page.getByText('No answer from the server').waitFor()
  await page.getByText('The server cannot be reached. What you typed stays.').waitFor()
  expect(await axe(page)).toEqual([])
  await page.unroute('**/api/v1/auth/refresh')
  await page.unroute('**/readyz')
  await page.getByRole('row').filter({ hasText: 'press-9' }).waitFor({ timeout: 60_000 })
  await context.close()
}, 90_000)

test('a session ended in another window: one signs in again in place, on the same page, and what was typed is saved', async () => {
  const [window, other] = [await visit(browser), await visit(browser)]
  await signIn(window.page, platform.url, platform.admin)
  const location = await typing(window.page, 'Typed before the end')
  const address = window.page.url()
  await signIn(other.page, platform.url, platform.admin, '/account/sessions')
  await other.page.getByText('This session').waitFor()
  await other.page.getByRole('button', { name: 'End all others' }).click()
  await other.page.getByRole('button', { name: /^End/ }).last().click()
  const dialog = window.page.getByRole('dialog', { name: 'Sign in again' })
  await dialog.waitFor({ timeout: 20_000 })
  expect(await axe(window.page)).toEqual([])
  await dialog.getByLabel('Password', { exact: true }).fill(platform.admin.password)
  await dialog.getByRole('button', { name: 'Sign in', exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  expect(window.page.url()).toBe(address)
  expect(await location.inputValue()).toBe('Typed before the end')
  await window.page.getByRole('button', { name: 'Save', exact: true }).click()
  await window.page.getByText('Saved', { exact: true }).waitFor()
  expect(await savedLocation()).toBe('Typed before the end')
  await window.page.getByRole('button', { name: 'Live updates: Live' }).waitFor({ timeout: 40_000 })
  for (const { context } of [window, other]) await context.close()
}, 90_000)

test('a permission lost while the page is open: what it showed goes, the page names the permission and whom to ask, and it returns with it', async () => {
  const call = await callerOf(platform, platform.admin)
  const { items } = await call<{ items: { id: string; email: string; groups: { id: string }[] }[] }>('GET', '/users?limit=200')
  const technician = items.find(({ email }) => email === platform.technician.email)!
  const { page, context } = await visit(browser)
  await signIn(page, platform.url, platform.technician, '/devices')
  await page.getByText('No devices yet').waitFor()
  await call('PATCH', `/users/${technician.id}`, { group_ids: [] })
  await page.getByText('Not permitted').waitFor({ timeout: 20_000 })
  await page.getByText('devices.read').first().waitFor()
  await page.getByText(/^An administrator of .+ can give you this permission/).waitFor()
  await page.getByRole('link', { name: 'Devices', exact: true }).first().waitFor({ state: 'detached' })
  expect(await axe(page)).toEqual([])
  const italian = await visit(browser, { locale: 'it-IT' })
  await signIn(italian.page, platform.url, platform.technician, '/devices')
  await italian.page.getByText('Serve il permesso «Vedere i dispositivi e se sono in linea» (devices.read).').waitFor()
  await italian.context.close()
  await call('PATCH', `/users/${technician.id}`, { group_ids: technician.groups.map(({ id }) => id) })
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('No devices yet').waitFor()
  await context.close()
}, 90_000)

test('a slow network: a skeleton, after a while a way to give up, and back again', async () => {
  const { page, context } = await visit(browser)
  await signIn(page, platform.url, platform.admin)
  await page.route(/\/api\/v1\/devices\?/, () => {})
  await page.getByRole('link', { name: 'Devices', exact: true }).first().click()
  await page.getByRole('status', { name: 'Loading' }).waitFor()
  await page.getByText('This takes longer than usual.').waitFor()
  expect(await axe(page)).toEqual([])
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByText('Loading was cancelled').waitFor()
  expect(await axe(page)).toEqual([])
  await page.unroute(/\/api\/v1\/devices\?/)
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('row').filter({ hasText: 'press-9' }).waitFor()
  await context.close()
}, 60_000)

test('412: somebody saved first. Both versions are held out, and either can be chosen', async () => {
  const call = await callerOf(platform, platform.admin)
  const theirs = (location: string) => call('PATCH', `/devices/${device.device_id}`, { location })
  const { page, context } = await visit(browser)
  await signIn(page, platform.url, platform.admin)
  const location = await typing(page, 'Mine')
  await theirs('Theirs')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Somebody else saved first' })
  const row = dialog.getByRole('row').filter({ hasText: 'Location' })
  await row.getByRole('cell', { name: 'Mine' }).waitFor()
  await row.getByRole('cell', { name: 'Theirs' }).waitFor()
  expect(await axe(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Take the saved one' }).click()
  await dialog.waitFor({ state: 'detached' })
  expect(await location.inputValue()).toBe('Theirs')
  await location.fill('Mine again')
  await theirs('Theirs again')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await dialog.getByRole('button', { name: 'Save mine over it' }).click()
  await page.getByText('Saved', { exact: true }).waitFor()
  await dialog.waitFor({ state: 'detached' })
  expect(await savedLocation()).toBe('Mine again')

  // The same for what there is one of.
  await page.goto(`${platform.url}/settings/organization`)
  await page.getByLabel('Name').fill('My MSP')
  await call('PATCH', '/tenant', { name: 'Their MSP' })
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await dialog.getByRole('cell', { name: 'Their MSP' }).waitFor()
  await dialog.getByRole('button', { name: 'Take the saved one' }).click()
  expect(await page.getByLabel('Name').inputValue()).toBe('Their MSP')
  await context.close()
}, 90_000)

test('who describes a group does not give back a permission that somebody else took meanwhile, and one is renamed though he signed in', async () => {
  const call = await callerOf(platform, platform.admin)
  type One = { id: string; name: string; description: string; permissions: string[] }
  const permissions = ['alerts.read', 'devices.read', 'telemetry.read']
  const group = await call<One>('POST', '/groups', { name: 'Night shift', permissions })
  const { page, context } = await visit(browser)
  await signIn(page, platform.url, platform.admin, '/settings/groups')
  await page.getByRole('row').filter({ hasText: 'Night shift' }).click()
  const drawer = page.getByRole('dialog', { name: 'Night shift' })
  const description = drawer.getByLabel('Description')
  await description.fill('From ten to six')
  await drawer.getByRole('checkbox', { name: 'devices.update' }).check()
  await call('PATCH', `/groups/${group.id}`, { permissions: ['alerts.read'] })
  await drawer.getByRole('button', { name: 'Save', exact: true }).click()
  const conflict = page.getByRole('dialog', { name: 'Somebody else saved first' })
  await conflict
    .getByRole('row')
    .filter({ hasText: 'Permitted in this one alone' })
    .getByText('Rename, place and describe devices')
    .waitFor()
  expect(await axe(page)).toEqual([])
  if (Bun.env.SCREENSHOTS) await page.screenshot({ path: `${Bun.env.SCREENSHOTS}/group-conflict.png` })
  await conflict.getByRole('button', { name: 'Take the saved one' }).click()
  await conflict.waitFor({ state: 'detached' })
  expect(await drawer.getByRole('checkbox', { name: 'devices.update' }).isChecked()).toBe(false)

  await description.fill('From ten to six')
  await call('PATCH', `/groups/${group.id}`, { permissions: ['telemetry.read'] })
  await drawer.getByRole('button', { name: 'Save', exact: true }).click()
  await conflict.getByRole('cell', { name: 'From ten to six' }).waitFor()
  await conflict.getByRole('button', { name: 'Save mine over it' }).click()
  await page.getByText('Saved', { exact: true }).waitFor()
  const { items } = await call<{ items: One[] }>('GET', '/groups')
  expect(items.find(({ id }) => id === group.id)).toMatchObject({ description: 'From ten to six', permissions: ['telemetry.read'] })

  await page.goto(`${platform.url}/settings/users`)
  await page.getByRole('row').filter({ hasText: platform.admin.email }).click()
  const name = page.getByRole('dialog').getByLabel('Name', { exact: true })
  await name.fill('Alma Administrator')
  await callerOf(platform, platform.admin)
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Saved', { exact: true }).waitFor()
  await page.getByRole('dialog', { name: 'Alma Administrator' }).waitFor()
  await context.close()
}, 90_000)

test('422: what the server refuses lands on its field, and the first has the focus', async () => {
  const { page, context } = await visit(browser)
  await signIn(page, platform.url, platform.admin, '/account/api-tokens?add=true')
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name', { exact: true }).fill('nightly')
  await dialog.getByRole('checkbox', { name: 'See devices and whether they are online' }).check()
  const addresses = dialog.getByLabel('Allowed addresses')
  await addresses.fill('not an address')
  await page.setViewportSize({ width: 375, height: 700 })
  await dialog.getByRole('button', { name: 'Make token' }).click()
  const said = dialog.getByText('is no IP address')
  await said.waitFor()
  expect(await addresses.getAttribute('aria-invalid')).toBe('true')
  await page.locator('textarea:focus, input:focus').and(addresses).waitFor()
  // Nothing lies over what is said of it, on a phone neither.
  expect(
    await said.evaluate((element) => {
      const { left, bottom } = element.getBoundingClientRect()
      return element.contains(element.ownerDocument.elementFromPoint(left + 4, bottom - 4))
    }),
  ).toBe(true)
  expect(await dialog.getByLabel('Name', { exact: true }).inputValue()).toBe('nightly')
  expect(await axe(page)).toEqual([])
  await context.close()
}, 60_000)

test('429: the page waits as long as it is told, says so, and goes on by itself; a form says when it can be sent again', async () => {
  const { page, context } = await visit(browser)
  await signIn(page, platform.url, platform.admin)
  const refusal = {
    type: 'about:blank',
    title: 'Too Many Requests',
    status: 429,
    error: 'rate_limited',
    detail: 'Too many at once',
    request_id: 'r',
  }
  const refuse = {
    status: 429,
    contentType: 'application/problem+json',
    headers: { 'retry-after': '3' },
    body: JSON.stringify(refusal),
  }
  await page.route(/\/api\/v1\/devices\?/, (route) => route.fulfill(refuse), { times: 1 })
  await page.getByRole('link', { name: 'Devices', exact: true }).first().click()
  await page.getByText(/^Too many attempts\. Try again in \d seconds?\./).waitFor()
  expect(await axe(page)).toEqual([])
  await page.getByRole('row').filter({ hasText: 'press-9' }).waitFor()
  const location = await typing(page, 'Patient')
  await page.route(`**/api/v1/devices/${device.device_id}`, (route) => route.fulfill(refuse), { times: 1 })
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('You can try again now.').waitFor()
  expect(await location.inputValue()).toBe('Patient')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Saved', { exact: true }).waitFor()
  expect(await savedLocation()).toBe('Patient')
  await context.close()
}, 60_000)

test('a page of which the server has no part any more says so in words, and how to go on; a long wait is told in minutes', async () => {
  const { page, context } = await visit(browser, { locale: 'it-IT' })
  await signIn(page, platform.url, platform.admin)
  await page.route('**/assets/explorer-page-*.js', (route) => route.fulfill({ status: 404 }))
  await page.goto(`${platform.url}/telemetry`)
  await page.getByText('Non è stato possibile caricare una parte della pagina.').waitFor()
  expect(await page.getByText('dynamically').count()).toBe(0)
  await page.getByRole('button', { name: 'Ricarica la pagina' }).waitFor()
  expect(await axe(page)).toEqual([])
  const refusal = { type: 'about:blank', title: 'Too Many Requests', status: 429, error: 'rate_limited', detail: 'Wait', request_id: 'r' }
  const headers = { 'retry-after': '840' }
  await page.route(/\/api\/v1\/devices\?/, (route) =>
    route.fulfill({ status: 429, contentType: 'application/problem+json', headers, body: JSON.stringify(refusal) }),
  )
  await page.goto(`${platform.url}/devices`)
  await page.getByText('Riprova tra 14 minuti.').waitFor()
  await context.close()
}, 60_000)

test('offline before all of a page was fetched: what is there stays and can be used, and the rest comes with the connection', async () => {
  await report(platform, device, { kind: 'security_alert', data: { title: 'Half a page', severity: 'low' } })
  const { page, context } = await visit(browser)
  const cut = Promise.withResolvers<void>()
  const late = '**/assets/alert-notices-*.js'
  await page.route(late, async (route) => {
    await cut.promise
    await route.abort('internetdisconnected')
  })
  const isAsked = page.waitForRequest(late)
  await signIn(page, platform.url, platform.admin, `/alerts?device=${device.device_id}`)
  const row = page.getByRole('row').filter({ hasText: 'Half a page' })
  await row.waitFor()
  await isAsked
  await context.setOffline(true)
  await page.getByText('You are offline.').waitFor()
  const failed = page.waitForEvent('requestfailed', (request) => request.url().includes('/alert-notices-'))
  cut.resolve()
  await failed
  await row.getByText('Half a page').click()
  await page.getByLabel('Comment').waitFor()
  await page.keyboard.press('Escape')
  // A page that is not there yet comes as well.
  await page.getByRole('link', { name: 'Devices', exact: true }).first().click()
  await page.getByRole('main').getByRole('alert').waitFor()
  await page.getByRole('navigation', { name: 'Main navigation' }).waitFor()
  expect(await axe(page)).toEqual([])
  await page.unroute(late)
  await context.setOffline(false)
  await page.getByRole('row').filter({ hasText: 'press-9' }).waitFor()
  await page.getByRole('log', { name: 'New alerts' }).waitFor({ state: 'attached' })
  await context.close()
}, 90_000)

test('offline and back: what was done meanwhile is done afterwards, what was typed is there, what came meanwhile is shown', async () => {
  await report(platform, device, { kind: 'security_alert', data: { title: 'Before the tunnel', severity: 'low' } })
  const { page, context } = await visit(browser)
  await signIn(page, platform.url, platform.admin, `/alerts?device=${device.device_id}`)
  const row = (title: string) => page.getByRole('row').filter({ hasText: title })
  await row('Before the tunnel').waitFor()
  await context.setOffline(true)
  await page.getByText('You are offline.').waitFor()
  await row('Before the tunnel')
    .getByRole('button', { name: /^Acknowledge/ })
    .click()
  await row('Before the tunnel').getByText('Before the tunnel').click()
  await page.getByLabel('Comment').fill('written in the tunnel')
  expect(await axe(page)).toEqual([])
  await report(platform, device, { kind: 'security_alert', data: { title: 'While in the tunnel', severity: 'low' } })
  expect(await page.getByLabel('Comment').inputValue()).toBe('written in the tunnel')
  await context.setOffline(false)
  await page.getByText('You are offline.').waitFor({ state: 'detached' })
  await page.getByText('Acknowledged: Before the tunnel').waitFor()
  await page.keyboard.press('Escape')
  await row('While in the tunnel').waitFor()
  const call = await callerOf(platform, platform.admin)
  const { items } = await call<{ items: { title: string; status: string }[] }>('GET', `/alerts?device_id=${device.device_id}`)
  expect(items.find(({ title }) => title === 'Before the tunnel')).toMatchObject({ status: 'acknowledged' })
  await context.close()
}, 90_000)
