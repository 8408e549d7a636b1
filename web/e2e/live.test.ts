import { expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import postgres from 'postgres'
import { eventually } from '../../src/testing/eventually'
import { axe, visit } from './browser'
import { inOrganization } from './organization'
import { callerOf, type Platform, registerDevice, report, signIn } from './platform'

let browser: Browser
let platform: Platform

inOrganization((made) => void ({ browser, platform } = made))

const many = 450

/** A list of more than one page, as of before. */
async function furnish(device_id: string) {
  const owner = postgres(platform.ownerUrl, { max: 1, onnotice: () => {} })
  await owner`insert into device (tenant_id, id, name, type)
    select ${platform.admin.tenant_id}, gen_random_uuid(), 'pump-' || lpad(n::text, 4, '0'), 'plc' from generate_series(1, ${many}) n`
  await owner`insert into alert (tenant_id, id, title, severity, device_id, device_name, dedupe_key, first_seen_at, last_seen_at)
    select ${platform.admin.tenant_id}, uuidv7(), 'Old alert ' || n, 'low', ${device_id}, 'press-1', n::text, now(), now() from generate_series(1, ${many}) n`
  await owner.end()
}

const scrollToEnd = (page: Page) =>
  page.evaluate(`(() => { const box = document.querySelector('main [role="grid"]').parentElement; box.scrollTop = box.scrollHeight })()`)

/** Scrolls until everything is loaded, and back a little, to where rows are in sight that came with a later page. */
async function readOn(page: Page) {
  const grid = page.locator('main [role="grid"]')
  await page.locator('main tr[data-row-id]').first().waitFor()
  while ((await grid.getAttribute('aria-rowcount')) === '-1') {
    await scrollToEnd(page)
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => resolve()))')
  }
  expect(Number(await grid.getAttribute('aria-rowcount'))).toBeGreaterThan(many)
}

/** The pages of a list that the console asks for from now on: their cursors. */
function pagesAsked(page: Page, path: string) {
  const asked: (string | null)[] = []
  page.on('request', (request) => {
    const { pathname, searchParams } = new URL(request.url())
    if (pathname === path && searchParams.get('limit') === '200' && !searchParams.has('id')) asked.push(searchParams.get('cursor'))
  })
  return asked
}

test('a long list takes what frames bring row by row: one page is asked for new alerts, none for changed ones', async () => {
  const device = await registerDevice(platform, { name: 'press-1' })
  await furnish(device.device_id)
  const call = await callerOf(platform, platform.admin)
  const { page, complaints } = await visit(browser)
  await signIn(page, platform.url, platform.admin, `/alerts?status=all&device=${device.device_id}`)
  await page.getByRole('button', { name: 'Live updates: Live' }).waitFor()
  await readOn(page)
  const asked = pagesAsked(page, '/api/v1/alerts')
  await report(platform, device, { kind: 'security_alert', data: { title: 'Valve opened', severity: 'high' } })
  // Whoever reads further down is told, and nothing moves.
  const pill = page.getByRole('button', { name: '1 new · show' })
  await pill.waitFor()
  expect(asked).toEqual([null])
  await pill.click()
  await pill.waitFor({ state: 'detached' })
  // Whoever asked for it is taken to it.
  await page.getByRole('row').filter({ hasText: 'Valve opened' }).waitFor()

  await scrollToEnd(page)
  await page.getByRole('row').filter({ hasText: 'Old alert 1' }).first().waitFor()
  const row = page.locator('main tr[data-row-id]').last()
  const id = (await row.getAttribute('data-row-id'))!
  expect(await row.textContent()).toContain('Open')
  await call('POST', `/alerts/${id}/acknowledge`, {})
  await page.locator(`main tr[data-row-id="${id}"]`).filter({ hasText: 'Acknowledged' }).waitFor()
  expect(asked).toEqual([null])

  await page.evaluate(`document.querySelector('main [role="grid"]').parentElement.scrollTop = 0`)
  await page.getByRole('row').filter({ hasText: 'Valve opened' }).waitFor()
  await report(platform, device, { kind: 'security_alert', data: { title: 'Valve opened', severity: 'critical' } })
  await page.getByRole('row').filter({ hasText: 'Valve opened' }).filter({ hasText: '×2' }).filter({ hasText: 'Critical' }).waitFor()
  expect(asked).toEqual([null])
  expect(await axe(page)).toEqual([])
  expect(complaints).toEqual([])
}, 60_000)

test('more alerts at once than anybody reads are counted where one reads on; a press shows the newest, with one page asked for', async () => {
  const device = await registerDevice(platform, { name: 'press-2' })
  const said = (word: string) =>
    report(
      platform,
      device,
      ...Array.from({ length: 60 }, (_, n) => ({ kind: 'security_alert', data: { title: `${word} ${n}`, severity: 'high' } })),
    )
  await said('Before')
  const { page, complaints } = await visit(browser)
  await signIn(page, platform.url, platform.admin)
  await page.goto(`${platform.url}/alerts?device=${device.device_id}`)
  await page.getByRole('button', { name: 'Live updates: Live' }).waitFor()
  const shown = page.locator('main tr[data-row-id]')
  await shown.first().filter({ hasText: 'Before 59' }).waitFor()
  await page.evaluate(`document.querySelector('main [role="grid"]').parentElement.scrollTop = 100`)
  const asked = pagesAsked(page, '/api/v1/alerts')
  await said('Burst')
  const pill = page.getByRole('button', { name: '60 new · show' })
  await pill.waitFor()
  expect(await shown.first().textContent()).toContain('Before 59')
  await pill.click()
  await shown.first().filter({ hasText: 'Burst 59' }).waitFor()
  await pill.waitFor({ state: 'detached' })
  expect(await page.evaluate<number>(`document.querySelector('main [role="grid"]').parentElement.scrollTop`)).toBe(0)
  expect(asked).toEqual([null])
  expect(complaints).toEqual([])
}, 60_000)

test('what falls silent or goes is seen far down in a long list, with no page asked for, and in the order of who was heard last', async () => {
  const owner = postgres(platform.ownerUrl, { max: 1, onnotice: () => {} })
  const [gone, silent] = (await owner<{ id: string }[]>`select id from device where name in ('pump-0447', 'pump-0449') order by name`).map(
    ({ id }) => id,
  ) as [string, string]
  await owner`insert into device_presence (tenant_id, id, device_id, last_seen_at) values (${platform.admin.tenant_id}, ${silent}, ${silent}, now())`
  const { page, context, complaints } = await visit(browser)
  await signIn(page, platform.url, platform.admin, '/devices')
  await readOn(page)
  await scrollToEnd(page)
  const beside = await context.newPage()
  await beside.goto(`${platform.url}/devices?sort=-last_seen_at`)
  const rowOf = (id: string, on = page) => on.locator(`main tr[data-row-id="${id}"]`)
  await Promise.all([rowOf(silent).getByText('Online').waitFor(), rowOf(silent, beside).getByText('Online').waitFor()])

  const asked = pagesAsked(page, '/api/v1/devices')
  await owner`update device_presence set last_seen_at = now() - interval '1 hour' where device_id = ${silent}`
  await owner`delete from device where id = ${gone}`
  await owner.end()
  await rowOf(gone).waitFor({ state: 'detached' })
  await Promise.all([rowOf(silent).getByText('Offline').waitFor(), rowOf(silent, beside).getByText('Offline').waitFor()])
  expect(asked).toEqual([])
  expect(complaints).toEqual([])
  await context.close()
}, 60_000)

test('keys walk a long list: the row with the focus is in sight, whole, also from where it was scrolled away', async () => {
  const { page, complaints } = await visit(browser)
  await signIn(page, platform.url, platform.admin)
  await page.goto(`${platform.url}/devices`)
  await page.locator('main tr[data-row-id]').first().waitFor()
  /** Of the row with the focus: that it is this one, below the head and above the end of the list. */
  const inSight = (index: number) =>
    eventually(
      () =>
        page.evaluate<boolean>(`(() => {
          const row = document.activeElement
          if (row.getAttribute('aria-rowindex') !== '${index + 1}') return false
          const { top, bottom } = row.getBoundingClientRect()
          const head = document.querySelector('main thead').getBoundingClientRect()
          return top >= head.bottom - 1 && bottom <= row.closest('[role="grid"]').parentElement.getBoundingClientRect().bottom + 1
        })()`),
      15_000,
    )
  for (let n = 0; n < 60; n += 1) await page.keyboard.press('j')
  expect(await inSight(60)).toBe(true)
  for (let n = 0; n < 40; n += 1) await page.keyboard.press('k')
  expect(await inSight(20)).toBe(true)
  await page.evaluate(`document.querySelector('main [role="grid"]').parentElement.scrollTop = 5000`)
  expect(await eventually(() => page.evaluate<boolean>(`document.activeElement === document.body`), 15_000)).toBe(true)
  await page.keyboard.press('j')
  expect(await inSight(21)).toBe(true)
  expect(complaints).toEqual([])
}, 60_000)

test('a renamed device is renamed where it stands, a new one is announced, a removed one goes; no page is asked for', async () => {
  const call = await callerOf(platform, platform.admin)
  const { page, complaints } = await visit(browser)
  await signIn(page, platform.url, platform.admin, '/devices')
  await page.getByRole('button', { name: 'Live updates: Live' }).waitFor()
  await readOn(page)
  const asked = pagesAsked(page, '/api/v1/devices')
  const rows = page.locator('main tr[data-row-id]')
  const [renamed, removed] = [await rows.nth(3).getAttribute('data-row-id'), await rows.nth(4).getAttribute('data-row-id')]
  await call('PATCH', `/devices/${renamed}`, { name: 'pump of the third hall' })
  await page.locator(`main tr[data-row-id="${renamed}"]`).filter({ hasText: 'pump of the third hall' }).waitFor()
  await call('DELETE', `/devices/${removed}`)
  await page.locator(`main tr[data-row-id="${removed}"]`).waitFor({ state: 'detached' })
  await registerDevice(platform, { name: 'a newcomer' })
  const pill = page.getByRole('button', { name: '1 new · show' })
  await pill.waitFor()
  expect(asked).toEqual([])
  await pill.click()
  await pill.waitFor({ state: 'detached' })
  await page.evaluate(`document.querySelector('main [role="grid"]').parentElement.scrollTop = 0`)
  await page.getByRole('row').filter({ hasText: 'a newcomer' }).waitFor()
  expect(complaints).toEqual([])
}, 60_000)

test('what came before one listened is seen, also where the first answer was still on its way', async () => {
  const device = await registerDevice(platform, { name: 'kiln-4' })
  const call = await callerOf(platform, platform.admin)
  const { page, complaints } = await visit(browser)
  const raised = Promise.withResolvers<void>()
  // Nobody listens before the alert is there; one of the first answers was made before it, and arrives after everything else.
  await page.route('**/api/v1/ws/ticket', (route) => raised.promise.then(() => route.continue()))
  await page.route(
    /\/api\/v1\/alerts\/summary/,
    async (route) => {
      const early = await route.fetch()
      await raised.promise
      await page.getByRole('button', { name: 'Live updates: Live' }).waitFor()
      await route.fulfill({ response: early })
    },
    { times: 1 },
  )
  await signIn(page, platform.url, platform.admin)
  await page.getByRole('list', { name: 'Changes of today' }).waitFor()
  await report(platform, device, { kind: 'security_alert', data: { title: 'Kiln too hot', severity: 'critical' } })
  const isRaised = async () => (await call<{ items: { title: string }[] }>('GET', '/alerts?limit=1')).items[0]?.title === 'Kiln too hot'
  expect(await eventually(isRaised, 20_000)).toBe(true)
  const { open } = await call<{ open: { critical: number } }>('GET', '/alerts/summary')
  raised.resolve()
  await page.getByRole('link', { name: /Kiln too hot/ }).waitFor()
  await page.getByRole('link', { name: `Critical ${open.critical}`, exact: true }).waitFor()
  expect(complaints).toEqual([])
}, 90_000)
