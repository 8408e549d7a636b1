import { beforeAll, expect, test } from 'bun:test'
import type { Browser, Page, Request } from 'playwright-core'
import { freePort } from '../../src/core/embedded-postgres'
import { eventually } from '../../src/testing/eventually'
import { type Visitor, axe, sharedBrowser, strike, visit } from './browser'
import { deviceSections, linkedPages, pages } from './pages'
import { type Platform, callerOf, sharedPlatform, signIn, signInByForm } from './platform'

let browser: Browser
let platform: Platform

beforeAll(async () => {
  ;[browser, platform] = await Promise.all([sharedBrowser(), sharedPlatform()])
}, 120_000)

/** Every journey ends like this: nothing the browser complained of, nothing a screen reader would stumble over. */
async function endWell({ page, context, complaints }: Visitor) {
  expect(complaints).toEqual([])
  expect(await axe(page)).toEqual([])
  await context.close()
}

test('from sign-in to the live charts of this very host', async () => {
  const visitor = await visit(browser)
  const { page } = visitor
  await signInByForm(page, platform.url, platform.admin)
  const since = performance.now()
  await page.goto(`${platform.url}/devices`)
  const device = page.getByRole('link', { name: /.+/ }).and(page.locator('main a[href^="/devices/0"]')).first()
  await device.click()
  await page.getByText('Online', { exact: true }).waitFor()
  await page.locator('main canvas').first().waitFor()
  await page.getByText(/Load \d/).waitFor()
  expect(performance.now() - since).toBeLessThan(30_000)
  await page.getByRole('tab', { name: 'Ports and neighbours' }).click()
  await page.getByText('127.0.0.1').first().waitFor()
  await endWell(visitor)
})

test('a command reaches the agent and its answer reaches the screen', async () => {
  const visitor = await visit(browser)
  const { page } = visitor
  await signIn(page, platform.url, platform.admin, '/devices')
  await page.locator('main a[href^="/devices/0"]').first().click()
  await page.getByRole('tab', { name: 'Commands' }).click()
  await page.getByRole('button', { name: 'Ping' }).click()
  await page.getByRole('list', { name: 'Commands' }).getByText('Succeeded').first().waitFor()
  await endWell(visitor)
})

test('a device changes its key by itself when it is told, and goes on reporting', async () => {
  const visitor = await visit(browser)
  const { page } = visitor
  await signIn(page, platform.url, platform.admin, '/devices')
  await page.locator('main a[href^="/devices/0"]').first().click()
  await page.getByRole('tab', { name: 'Keys' }).click()
  const keys = page.getByRole('list', { name: 'Keys' })
  await keys.getByText('Valid').waitFor()
  await page.getByRole('button', { name: 'Change key' }).click()
  await keys.getByText('Ended', { exact: true }).first().waitFor()
  await keys.getByText('Valid').waitFor()
  expect(await keys.getByRole('button', { name: /^Revoke/ }).count()).toBe(1)
  await page.getByRole('tab', { name: 'Commands' }).click()
  await page.getByRole('list', { name: 'Commands' }).getByText('Succeeded').first().waitFor()
  await page.getByRole('button', { name: 'Ping' }).click()
  await page
    .getByRole('list', { name: 'Commands' })
    .getByRole('listitem')
    .filter({ hasText: 'Ping' })
    .filter({ hasText: 'Succeeded' })
    .first()
    .waitFor()
  await page.getByRole('tab', { name: 'Keys' }).click()
  await page.getByRole('button', { name: 'Make a key by hand' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Make a key by hand' }).click()
  expect(await page.getByLabel('Device key').textContent()).toMatch(/^mzd_[0-9A-Za-z]{92}$/)
  await endWell(visitor)
})

test('a port that opens on the host becomes an alert on the screen without a reload, and is acknowledged', async () => {
  const visitor = await visit(browser)
  const { page } = visitor
  await signIn(page, platform.url, platform.admin, '/alerts')
  await page.getByRole('button', { name: 'Live updates: Live' }).waitFor()
  let loads = 0
  page.on('load', () => (loads += 1))
  const port = freePort()
  const opened = Bun.listen({ hostname: '0.0.0.0', port, socket: { data() {} } })
  try {
    const row = page
      .getByRole('row')
      .filter({ hasText: String(port) })
      .first()
    await row.waitFor({ timeout: 20_000 })
    await row.getByRole('button', { name: /^Acknowledge/ }).click()
    await page
      .getByText(/^Acknowledged: |1 acknowledged/)
      .first()
      .waitFor()
  } finally {
    opened.stop(true)
  }
  expect(loads).toBe(0)
  await endWell(visitor)
})

test('another provider sees nothing of the first, a technician nothing of other customers', async () => {
  for (const who of [platform.other, platform.technician]) {
    const visitor = await visit(browser)
    await signIn(visitor.page, platform.url, who, '/devices')
    await visitor.page.getByText('No devices yet').waitFor()
    await endWell(visitor)
  }
})

test('a technician finds no settings, and is told what is missing where an address leads there all the same', async () => {
  const visitor = await visit(browser)
  const { page } = visitor
  await signIn(page, platform.url, platform.technician)
  expect(await page.getByRole('navigation', { name: 'Main navigation' }).getByRole('link', { name: 'Devices' }).count()).toBe(1)
  await page.goto(`${platform.url}/settings/users`)
  await page.getByText('settings.users.read').first().waitFor()
  visitor.complaints.length = 0
  await endWell(visitor)
})

test('a user is added, chooses a password in place of the one that was shown, is signed out, and is disabled', async () => {
  const administrator = await visit(browser)
  const { page } = administrator
  await signIn(page, platform.url, platform.admin, '/settings/users')
  await page.getByRole('button', { name: 'Add a user' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('Ada')
  await dialog.getByLabel('E-mail address').fill('ada@demo.example')
  await dialog.getByText('Read only').click()
  await dialog.getByText('The whole organization').first().click()
  await dialog.getByRole('button', { name: 'Create user' }).click()
  const password = ((await dialog.getByLabel('Initial password').textContent()) ?? '').trim()
  expect(password).toHaveLength(20)
  await dialog.getByRole('button', { name: 'I have passed it on' }).click()

  const newcomer = await visit(browser)
  await newcomer.page.goto(`${platform.url}/sign-in`)
  await newcomer.page.getByLabel('E-mail address').fill('ada@demo.example')
  await newcomer.page.getByLabel('Password', { exact: true }).fill(password)
  await newcomer.page.getByRole('button', { name: 'Sign in', exact: true }).click()
  const chosen = newcomer.page.getByLabel('New password')
  await chosen.fill(password)
  expect(await axe(newcomer.page)).toEqual([])
  await newcomer.page.getByRole('button', { name: 'Choose and sign in' }).click()
  await newcomer.page.getByText('is the first password').waitFor()
  newcomer.complaints.length = 0
  const own = 'seven blue lanterns over water'
  await chosen.fill(own)
  await newcomer.page.getByRole('button', { name: 'Choose and sign in' }).click()
  await newcomer.page.getByRole('link', { name: 'Devices', exact: true }).first().waitFor()
  await page.getByRole('row').filter({ hasText: 'Ada' }).first().click()
  await page.getByRole('dialog').getByRole('button', { name: 'End all sessions' }).click()
  const asked = page.getByRole('alertdialog').or(page.getByRole('dialog', { name: 'End all sessions of Ada?' }))
  await asked.getByRole('button', { name: 'End all sessions' }).click()
  await page.getByText('All sessions of Ada have ended').waitFor()
  await newcomer.page.getByRole('heading', { name: 'Sign in again' }).waitFor({ timeout: 20_000 })
  await newcomer.context.clearCookies()
  await signIn(newcomer.page, platform.url, { email: 'ada@demo.example', password: own })
  await newcomer.page.getByRole('link', { name: 'Devices', exact: true }).first().waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click()
  await page.getByText('Ada can no longer sign in').waitFor()
  await newcomer.page.getByRole('heading', { name: 'Sign in again' }).waitFor({ timeout: 20_000 })
  await newcomer.context.close()
  await endWell(administrator)
})

test('a device is added by copy and paste, and the waiting screen turns green', async () => {
  const visitor = await visit(browser)
  const { page } = visitor
  await signIn(page, platform.url, platform.admin, '/devices')
  await page.getByRole('button', { name: 'Add a device' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Create key' }).click()
  await dialog.getByText('Waiting for the device').waitFor()
  const key = (await dialog.textContent())?.match(/mzp_[0-9A-Za-z]{92}/)?.[0]
  const reply = await fetch(`${platform.url}/api/v1/devices/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-provisioning-key': key ?? '' },
    body: JSON.stringify({ name: 'press-4', type: 'gateway' }),
  })
  expect(reply.status).toBe(201)
  await dialog.getByText('press-4 is here').waitFor()
  await endWell(visitor)
})

test('what reports by itself gets a key in its settings, and turns green with its first data', async () => {
  const visitor = await visit(browser)
  const { page } = visitor
  await signIn(page, platform.url, platform.admin, '/devices')
  await page.getByRole('button', { name: 'Add a device' }).first().click()
  const dialog = page.getByRole('dialog')
  const choose = async (name: string) => {
    await dialog.getByLabel('How does it report?').click()
    await page.getByRole('option', { name }).click()
  }
  await choose('Telegraf')
  await dialog.getByLabel('Name').fill('site-7')
  await choose('Prometheus, vmagent')
  expect(await dialog.getByLabel('Name').inputValue()).toBe('site-7')
  await dialog.getByRole('button', { name: 'Add device' }).click()
  await dialog.getByText('Waiting for its first data').waitFor()
  const settings = (await dialog.locator('pre').textContent()) ?? ''
  expect(settings).toContain(`url: ${platform.ingestUrl}/api/v1/write`)
  const key = /credentials: (mzd_[0-9A-Za-z]{92}) }/.exec(settings)?.[1] ?? ''
  const reply = await fetch(`${platform.ingestUrl}/write`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: `room celsius=21.5 ${Date.now()}000000`,
  })
  expect(reply.status).toBe(204)
  await dialog.getByText('site-7 reports').waitFor()
  await endWell(visitor)
})

test('it works by keyboard alone, in Italian too, and a reload keeps the session', async () => {
  const visitor = await visit(browser, { locale: 'it-IT' })
  const { page } = visitor
  await page.goto(platform.url)
  await page.waitForURL(/sign-in/)
  await page.locator('input[type=email]:focus').waitFor()
  await page.keyboard.type(platform.admin.email)
  await page.keyboard.press('Tab')
  await page.keyboard.type(platform.admin.password)
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'Dispositivi' }).first().waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').waitFor()
  await page.keyboard.press('Escape')
  await strike(page, 'g', 'd')
  await page.waitForURL(/\/devices$/)
  await page.keyboard.press('?')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('Escape')
  await page.reload()
  await page.getByRole('link', { name: 'Dispositivi' }).first().waitFor()
  await endWell(visitor)
})

test('a service account gets a token that works until the account is disabled', async () => {
  const visitor = await visit(browser)
  const { page } = visitor
  await signIn(page, platform.url, platform.admin, '/settings/service-accounts?add=true')
  await page.getByLabel('Name', { exact: true }).fill('Exporter')
  await page.getByRole('checkbox', { name: 'Read only' }).check()
  expect(await axe(page)).toEqual([])
  await page.getByRole('button', { name: 'Create service account' }).click()
  await page.getByRole('button', { name: 'Make a token' }).click()
  const dialog = page.getByRole('dialog', { name: 'Make a token' })
  await dialog.getByLabel('Name', { exact: true }).fill('nightly')
  await dialog.getByRole('checkbox', { name: 'See devices and whether they are online' }).check()
  await dialog.getByLabel('Allowed addresses').fill('not an address')
  await dialog.getByRole('button', { name: 'Make token' }).click()
  await dialog.getByText('is no IP address').waitFor()
  await dialog.getByLabel('Allowed addresses').fill('127.0.0.1\n::1')
  expect(await axe(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Make token' }).click()
  const token = await page.locator('code', { hasText: 'mzt_' }).innerText()
  await page.getByRole('button', { name: 'Done' }).click()
  const use = async () => (await fetch(`${platform.url}/api/v1/devices`, { headers: { authorization: `Bearer ${token.trim()}` } })).status
  expect(await use()).toBe(200)
  await page.getByText('nightly').waitFor()
  await page.getByRole('button', { name: 'Disable' }).click()
  await page.getByRole('button', { name: 'Enable', exact: true }).waitFor()
  expect(await use()).toBe(401)
  expect(visitor.complaints.splice(0).filter((complaint) => !complaint.includes('422'))).toEqual([])
  await page.goto(`${platform.url}/settings/api-tokens`)
  await page.getByText('nightly').waitFor()
  await page.getByText('Exporter').waitFor()
  await endWell(visitor)
})

const themes = ['dark', 'light'] as const
// The wide one last: what comes next finds the navigation open.
const widths = [375, 1440]

test('a forgotten password is replaced with the mailed link, which the worker sends to the outbox', async () => {
  const administrator = await visit(browser)
  await signIn(administrator.page, platform.url, platform.admin)
  const visitor = await visit(browser)
  const { page } = visitor
  await page.goto(`${platform.url}/sign-in`)
  await page.getByRole('link', { name: 'Forgot your password?' }).click()
  // Both pages have a field of this name.
  await page.waitForURL(`${platform.url}/forgot-password`)
  await page.getByRole('button', { name: 'Send the link' }).waitFor()
  await page.getByLabel('E-mail address').fill(platform.technician.email)
  await page.keyboard.press('Enter')
  await page.getByText('a mail is on its way').waitFor()
  await administrator.page.goto(`${platform.url}/settings/mail`)
  await administrator.page.getByText('Kept here').waitFor()
  await administrator.page.getByText(platform.technician.email).first().click()
  const text = await administrator.page.locator('pre').innerText()
  await page.goto(text.match(/http\S+/)![0].replace(/^https?:\/\/[^/]+/, platform.url))
  await page.getByLabel('New password').fill('seven blue lanterns over water')
  expect(page.url()).toBe(`${platform.url}/reset-password`)
  await page.keyboard.press('Enter')
  await page.getByText('Your new password is set').waitFor()
  expect(await axe(page)).toEqual([])
  platform.technician.password = 'seven blue lanterns over water'
  await endWell(visitor)
  await administrator.context.close()
})

test('every page is free of accessibility faults and of sideways scrolling, dark and light, wide and narrow', async () => {
  const call = await callerOf(platform, platform.admin)
  const { items } = await call<{ items: { id: string }[] }>('GET', '/devices?limit=1')
  const all = [...pages, ...deviceSections.map((path) => path.replace(':id', items[0]!.id))]
  // Two windows share the pages.
  await Promise.all([0, 1].map((half) => look(all.filter((_, index) => (index >> 1) % 2 === half))))
}, 240_000)

async function look(some: string[]) {
  const visitor = await visit(browser)
  const { page } = visitor
  await page.goto(`${platform.url}/sign-in`)
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor()
  await lookAround(page, '/sign-in', 0)
  await signIn(page, platform.url, platform.admin)
  const stillness = requestsOf(page)
  for (const [turn, path] of some.entries()) {
    // As the browser's own buttons lead there: everything is loaded once.
    await page.evaluate(`history.pushState(null, '', ${JSON.stringify(path)}); dispatchEvent(new PopStateEvent('popstate'))`)
    await stillness()
    // The one of an address that leads nowhere is for screen readers alone.
    await page.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' })
    await lookAround(page, path, turn)
    if (linkedPages.has(path)) expect(visitor.complaints.splice(0)).toEqual([expect.stringMatching(/^Failed to load resource: .* 4\d\d /)])
  }
  await endWell(visitor)
}

/** Waits until a page has asked for nothing for half a second, as a browser does once after it has loaded one. */
function requestsOf(page: Page) {
  const unanswered = new Set<Request>()
  let heardMs = performance.now()
  const hear = (change: (request: Request) => unknown) => (request: Request) => {
    change(request)
    heardMs = performance.now()
  }
  page.on(
    'request',
    hear((request) => unanswered.add(request)),
  )
  const forget = hear((request) => unanswered.delete(request))
  page.on('requestfinished', forget)
  page.on('requestfailed', forget)
  return async () => {
    heardMs = performance.now()
    const isStill = () => unanswered.size === 0 && performance.now() - heardMs > 500
    expect(await eventually(isStill, 30_000)).toBe(true)
  }
}

/** The page as it stands, on a phone in the one theme and on a screen in the other; the next page the other way round. */
async function lookAround(page: Page, path: string, turn: number) {
  for (const [index, width] of widths.entries()) {
    await page.setViewportSize({ width, height: 900 })
    const colorScheme = themes[(turn + index) % 2]
    await page.emulateMedia({ colorScheme })
    expect([path, width, colorScheme, ...(await axe(page))]).toEqual([path, width, colorScheme])
    const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    expect([path, width, overflow]).toEqual([path, width, 0])
  }
}
