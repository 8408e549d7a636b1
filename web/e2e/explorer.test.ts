import { expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { axe, strike, visit } from './browser'
import { inOrganization } from './organization'
import { type Platform, signIn } from './platform'

let browser: Browser
let platform: Platform

const names = Array.from({ length: 10 }, (_, index) => `pump-${String(index + 1).padStart(2, '0')}`)
const minute = 60_000
const samples = 2_000

inOrganization(async (made) => {
  ;({ browser, platform } = made)
  await Promise.all(names.map((name, turn) => report(name, turn)))
}, 180_000)

/** A device with 33 hours of values, a minute apart, as it sends them after having been without a connection. */
async function report(name: string, turn: number, apartMs = minute, count = samples) {
  const { url, ingestUrl, admin } = platform
  const json = { 'content-type': 'application/json' }
  const registered = await fetch(`${url}/api/v1/devices/register`, {
    method: 'POST',
    headers: { ...json, 'x-provisioning-key': admin.provisioning_key },
    body: JSON.stringify({ name, type: 'pump', hardware_id: name }),
  })
  expect(registered.status).toBe(201)
  const { device_key } = (await registered.json()) as { device_key: string }
  const now = Math.floor(Date.now() / apartMs) * apartMs
  const records = Array.from({ length: count }, (_, index) => ({
    kind: 'telemetry',
    timestamp: new Date(now - (count - index) * apartMs).toISOString(),
    data: { pressure_bar: 6 + turn / 10 + Math.sin(index / 90) / 4, flow_percent: 40 + 30 * Math.sin(index / 200 + turn) },
  }))
  const sent = await fetch(`${ingestUrl}/v1/ingest`, {
    method: 'POST',
    headers: { ...json, 'x-device-key': device_key },
    body: JSON.stringify(records),
  })
  expect(sent.status).toBe(204)
}

/** Types into an open choice and takes what it finds. */
async function choose(page: Page, label: RegExp, ...searched: string[]) {
  await page.getByRole('button', { name: label }).click()
  for (const text of searched) {
    await page.getByPlaceholder('Search', { exact: true }).fill(text)
    const option = page.getByRole('option', { name: new RegExp(`^${text}( |$)`) })
    // What was seen once is not gone as Enter is pressed, whatever the server answers meanwhile.
    await option.waitFor()
    await page.keyboard.press('Enter')
    await option.and(page.locator('[aria-checked=true]')).waitFor()
  }
  await page.keyboard.press('Escape')
}

const legend = (page: Page, name: string) => page.getByRole('region', { name: `Lines of ${name}` })
const parameters = (page: Page) => new URL(page.url()).searchParams

test('devices and metrics are chosen by keyboard, compared, read as a table, zoomed into, and shared by the address', async () => {
  const visitor = await visit(browser, { timezoneId: 'Europe/Rome' })
  const { page } = visitor
  await signIn(page, platform.url, platform.admin)
  await strike(page, 'g', 'x')
  await page.waitForURL(/\/telemetry/)
  await page.getByText('Look at any values of any devices').waitFor()
  expect(await axe(page)).toEqual([])
  await choose(page, /^Devices/, 'pump-01', 'pump-02')
  await page.getByText('What do you want to see?').waitFor()
  await choose(page, /^Metrics/, 'pressure_bar', 'flow_percent')
  for (const metric of ['pressure_bar', 'flow_percent']) {
    await legend(page, metric).getByRole('rowheader', { name: 'pump-01' }).waitFor()
    expect(await legend(page, metric).getByRole('rowheader').allInnerTexts()).toEqual(['pump-01', 'pump-02'])
  }

  // The arrow keys read the values.
  await page.getByRole('group', { name: 'pressure_bar: the arrow keys read the values' }).focus()
  await page.keyboard.press('End')
  await page.getByText(/^\d\d:\d\d:00: pump-01 \d\.\d+, pump-02 \d\.\d+$/).waitFor({ state: 'attached' })

  // From one moment to another, on the clock of another zone.
  await page.getByRole('button', { name: /^Time range: Last hour/ }).click()
  await page.getByLabel('Time zone').fill('Mars/Olympus')
  await page.getByRole('button', { name: 'Apply' }).click()
  await page.getByText('This is no time zone.').waitFor()
  await page.getByLabel('Time zone').fill('Asia/Tokyo')
  const day = new Date(Date.now() + 9 * 60 * minute - 24 * 60 * minute).toISOString().slice(0, 10)
  await page.getByLabel('From').fill(`${day}T12:00`)
  await page.getByLabel('To', { exact: true }).fill(`${day}T18:00`)
  await page.getByRole('button', { name: 'Apply' }).click()
  await page.waitForURL(/from=\d+/)
  expect(Number(parameters(page).get('from'))).toBe(Date.parse(`${day}T12:00:00+09:00`))
  expect(Number(parameters(page).get('to'))).toBe(Date.parse(`${day}T18:00:00+09:00`))
  await page.goBack()
  await page.getByRole('button', { name: /^Time range: Last hour/ }).waitFor()

  await page.getByRole('button', { name: 'Compare' }).click()
  await legend(page, 'pressure_bar').getByRole('columnheader', { name: 'Change' }).waitFor()
  await page.getByRole('radio', { name: 'Table' }).click()
  const table = page.getByRole('region', { name: 'pressure_bar' })
  await table.getByRole('columnheader', { name: 'pump-01, before' }).waitFor()
  // An hour, a point a minute; the first and the last may lie just outside.
  expect(Math.abs((await table.getByRole('row').count()) - 61)).toBeLessThan(4)
  await page.getByRole('radio', { name: 'Chart' }).click()

  // What is drawn out with the pointer becomes the range.
  const plot = page.locator('.u-over').first()
  const { x, y, width, height } = (await plot.boundingBox())!
  await page.mouse.move(x + width * 0.25, y + height / 2)
  await page.mouse.down()
  await page.mouse.move(x + width * 0.75, y + height / 2, { steps: 4 })
  await page.mouse.up()
  await page.waitForURL(/from=\d+/)
  const drawn = Number(parameters(page).get('to')) - Number(parameters(page).get('from'))
  expect(Math.abs(drawn - 30 * minute)).toBeLessThan(minute)

  await legend(page, 'pressure_bar').getByRole('button', { name: 'pump-01' }).click()
  await page.waitForURL(/hidden=/)
  await page.getByRole('combobox', { name: 'Each point is' }).click()
  await page.getByRole('option', { name: 'Highest' }).click()
  await page.waitForURL(/aggregate=max/)

  const other = await visit(browser, { colorScheme: 'dark' })
  await signIn(other.page, platform.url, platform.admin)
  await other.page.goto(page.url())
  await legend(other.page, 'pressure_bar').getByRole('button', { name: 'pump-01', pressed: false }).waitFor()
  await other.page.getByRole('combobox', { name: 'Each point is' }).getByText('Highest').waitFor()
  await other.page.getByRole('columnheader', { name: 'Change' }).first().waitFor()
  expect(await axe(other.page)).toEqual([])
  expect(other.complaints).toEqual([])
  await other.context.close()
  expect(visitor.complaints).toEqual([])
  expect(await axe(page)).toEqual([])
  await visitor.context.close()
}, 180_000)

/** The widths of a point that the page asks the server for, in seconds, as they come. */
function stepsAsked(page: Page): number[] {
  const steps: number[] = []
  page.on('request', (request) => {
    const { pathname, searchParams } = new URL(request.url())
    if (pathname.endsWith('/telemetry/query')) steps.push(Number.parseInt(searchParams.get('step')!, 10))
  })
  return steps
}

test('what is seen decides how fine it is: a short history in a long range, and what is drawn out of a chart', async () => {
  await report('young pump', 0, 5_000, 180)
  const { page, complaints, context } = await visit(browser)
  await signIn(page, platform.url, platform.admin, '/telemetry?range=7d')
  const steps = stepsAsked(page)
  await choose(page, /^Devices/, 'young pump')
  await choose(page, /^Metrics/, 'pressure_bar')
  // A quarter of an hour of a week: the first answer, a point every half an hour, only says where they begin.
  await page.getByText(/^The values in this range begin (14 min|15 min|16 min).* ago, and so do the charts\.$/).waitFor()
  await page.getByRole('combobox', { name: 'A point every' }).getByText('Automatic (5 s)').waitFor()
  expect([steps[0], steps.at(-1)]).toEqual([1_800, 5])
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByRole('radio', { name: 'Table' }).click()
  const newest = page.getByRole('region', { name: 'pressure_bar' }).locator('tbody time')
  const [last, before] = await Promise.all([0, 1].map((place) => newest.nth(place).getAttribute('datetime')))
  expect(Date.parse(last!) - Date.parse(before!)).toBe(5_000)
  const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()])
  expect((await Bun.file(await saved.path()).text()).trimEnd().split('\r\n')).toHaveLength(181)

  await page.goto(`${platform.url}/telemetry?range=34h`)
  await choose(page, /^Devices/, 'pump-04')
  await choose(page, /^Metrics/, 'pressure_bar')
  await page.getByRole('combobox', { name: 'A point every' }).getByText('Automatic (10 min)').waitFor()
  await legend(page, 'pressure_bar').waitFor()
  expect(await page.getByText('The values in this range begin').count()).toBe(0)
  const { x, y, width, height } = (await page.locator('.u-over').boundingBox())!
  await page.mouse.move(x + width * 0.6, y + height / 2)
  await page.mouse.down()
  await page.mouse.move(x + width * 0.7, y + height / 2, { steps: 4 })
  await page.mouse.up()
  await page.getByRole('combobox', { name: 'A point every' }).getByText('Automatic (1 min)').waitFor()
  expect(steps.at(-1)).toBe(60)
  expect(complaints).toEqual([])
  expect(await axe(page)).toEqual([])
  await context.close()
}, 120_000)

test('the question is saved as a file; what fails says so and can be tried again; an empty range is told from none', async () => {
  const { page, complaints, context } = await visit(browser)
  await signIn(page, platform.url, platform.admin, '/telemetry')
  await choose(page, /^Devices/, 'pump-03')
  await choose(page, /^Metrics/, 'pressure_bar')
  await legend(page, 'pressure_bar').waitFor()
  const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()])
  const lines = (await Bun.file(await saved.path()).text()).trimEnd().split('\r\n')
  expect(lines[0]).toContain('"at","device_id","metric","labels","value"')
  expect(Math.abs(lines.length - 61)).toBeLessThan(4)
  expect(complaints).toEqual([])

  const queries = '**/api/v1/telemetry/query*'
  await page.route(queries, (route) => route.abort())
  await page.getByRole('button', { name: 'Earlier' }).click()
  await page.getByText('No answer from the server').waitFor({ timeout: 20_000 })
  await page.unroute(queries)
  await page.getByRole('button', { name: 'Try again' }).click()
  await legend(page, 'pressure_bar').waitFor()
  complaints.length = 0
  const year = Date.now() - 400 * 24 * 60 * minute
  const address = new URL(page.url())
  address.searchParams.set('from', String(year))
  address.searchParams.set('to', String(year + 60 * minute))
  await page.goto(address.href)
  await page.getByText('Nothing in this time range').waitFor()
  expect(await axe(page)).toEqual([])
  expect(complaints).toEqual([])
  await context.close()
}, 120_000)

test('ten lines of two thousand points stay under the pointer', async () => {
  const { page, complaints, context } = await visit(browser)
  await signIn(page, platform.url, platform.admin, '/telemetry?range=34h&step=60')
  await choose(page, /^Devices/, ...names)
  await choose(page, /^Metrics/, 'pressure_bar')
  await page.getByRole('button', { name: 'Pause' }).click()
  const lines = legend(page, 'pressure_bar')
  // Lines are drawn anew once the names of their devices are known.
  await lines.getByRole('rowheader', { name: 'pump-10' }).waitFor()
  expect(await lines.getByRole('rowheader').count()).toBe(names.length)
  const { x, y, width, height } = (await page.locator('.u-over').boundingBox())!
  await page.evaluate(`{
    globalThis.frames_ms = []
    let last = performance.now()
    const frame = (now) => { globalThis.frames_ms.push(now - last); last = now; requestAnimationFrame(frame) }
    requestAnimationFrame(frame)
  }`)
  for (let step = 0; step <= 150; step += 1) await page.mouse.move(x + (width * step) / 160, y + height / 2)
  await lines.getByRole('columnheader', { name: 'At the cursor' }).waitFor()
  const took = (await page.evaluate<number[]>('globalThis.frames_ms')).toSorted((a, b) => a - b)
  const at = (part: number) => took[Math.floor(took.length * part)]!.toFixed(1)
  console.log(`ten lines of 2,000 points, pointer moving: frames ${at(0.5)} ms in the middle, ${at(0.95)} ms at the 95th percentile`)
  expect(complaints).toEqual([])
  await context.close()
}, 180_000)
