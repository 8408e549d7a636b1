import type { Browser, CDPSession, Page } from 'playwright-core'
import postgres from 'postgres'
import { launch, showWhole, visit } from '../web/e2e/browser'
import { signIn, startPlatform, type Platform } from '../web/e2e/platform'
import { measureCharts } from './console-charts'
import { type Frames, countFrames } from './frames'
import { middle, ratios, rounded, table, verdict } from './lib'

// `bun run bench:console`: the built console in Chromium, before a tenant of 100,000 devices: first view with a slowed processor, scrolling, filters and
// search, these for a technician who sees half of the units as well; and charts. `bun run bench:console charts` measures these alone, `filters` those.
// Figures come from Chromium's own trace and from the page's clock. Build it first (`bun run build:web`).

const devices = 100_000
const units = 100
const slowdown = 4
const rounds = 5

/** Types, places and names as a fleet has them; one in six was never heard of. Every other unit is one that the technician sees. */
async function fill({ ownerUrl, admin }: Platform) {
  const owner = postgres(ownerUrl, { max: 1, onnotice: () => {} })
  const tenant = admin.tenant_id
  await owner`insert into org_unit (tenant_id, id, name, parent_id)
    select ${tenant}, gen_random_uuid(), 'Plant ' || lpad(n::text, 3, '0'),
      (select id from org_unit where tenant_id = ${tenant} and name = (array['Globex Energy', 'Acme Manufacturing'])[1 + n % 2])
    from generate_series(0, ${units - 1}) n`
  await owner`insert into device (tenant_id, id, name, type, hardware_id, location, address, org_unit_id)
    select ${tenant}, gen_random_uuid(), (array['pump', 'valve', 'edge', 'gateway', 'meter', 'plc'])[1 + n % 6] || '-' || lpad(n::text, 6, '0'),
      (array['appliance', 'gateway', 'sensor'])[1 + n % 3], gen_random_uuid()::text, (array['Turin', 'Milan', 'Rome', 'Bari'])[1 + n % 4] || ' hall ' || n % 50,
      '10.' || n / 65536 % 256 || '.' || n / 256 % 256 || '.' || n % 256,
      plants[1 + n / 24 % ${units}::int]
    from generate_series(1, ${devices}) n, (select array_agg(id order by name) plants from org_unit where tenant_id = ${tenant} and name ~ '^Plant [0-9]')`
  await owner`insert into device_presence (tenant_id, id, device_id, last_seen_at)
    select tenant_id, gen_random_uuid(), id, now() - random() * interval '2 days' from device where tenant_id = ${tenant} and name !~ '^plc-' on conflict do nothing`
  await owner`vacuum analyze device`
  await owner`vacuum analyze device_presence`
  await owner.end()
}

interface TraceEvent {
  name: string
  ts: number
  args?: { data?: { isMainFrame?: boolean; isOutermostMainFrame?: boolean } }
}

async function traced(browser: Browser, page: Page, work: () => Promise<unknown>): Promise<TraceEvent[]> {
  await browser.startTracing(page, { categories: ['loading', 'blink.user_timing', 'devtools.timeline', 'devtools.timeline.frame'] })
  await work()
  const told = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] }
  return told.traceEvents
}

const most = (list: number[]) => Math.max(...list)

/** Milliseconds from the navigation to the largest paint, nothing in the cache. */
async function largestPaint(browser: Browser, page: Page, cdp: CDPSession, url: string): Promise<number> {
  await cdp.send('Network.clearBrowserCache')
  const events = await traced(browser, page, async () => {
    await page.goto(url)
    await page.getByRole('heading', { level: 1 }).first().waitFor()
    await page.waitForLoadState('networkidle')
  })
  const began = events.filter(({ name }) => name === 'navigationStart').map(({ ts }) => ts)
  const painted = events.filter(({ name }) => name === 'largestContentfulPaint::Candidate').map(({ ts }) => ts)
  const last = most(painted)
  return (last - most(began.filter((ts) => ts < last))) / 1000
}

const scroller = 'main [role="grid"]'

async function scroll(page: Page, cdp: CDPSession, pixels: number, speed: number, what = scroller): Promise<Frames> {
  const box = (await page.locator(what).boundingBox())!
  const gesture = { yDistance: -pixels, speed, gestureSourceType: 'mouse', preventFling: true } as const
  return countFrames(page, () => cdp.send('Input.synthesizeScrollGesture', { x: box.x + 400, y: Math.max(box.y, 0) + 300, ...gesture }))
}

const still = '#still'

/** In place of the list its rows as plain HTML, again and again, that nothing ever changes: as fast as this browser draws such a page here. */
const makeStill = `(() => {
  const box = document.querySelector('${scroller}').parentElement
  const copy = box.cloneNode(true)
  const table = copy.querySelector('table')
  table.id = 'still'
  table.setAttribute('role', 'table')
  const body = copy.querySelector('tbody')
  const rows = [...body.querySelectorAll('tr[data-row-id]')]
  for (const spacer of body.querySelectorAll('tr[aria-hidden]')) spacer.remove()
  while (body.children.length < 300) for (const row of rows) body.append(row.cloneNode(true))
  box.replaceWith(copy)
})()`

/** Milliseconds from the key or press to the frame that shows what was asked for. */
async function until(page: Page, act: () => Promise<unknown>, shown: string): Promise<number> {
  const answer = page.evaluate<number>(`new Promise((resolve, reject) => {
    let began = 0
    const begin = () => { began ||= performance.now() }
    setTimeout(() => reject(new Error('not shown after a minute')), 60_000)
    addEventListener('keydown', begin, { capture: true, once: true })
    addEventListener('pointerdown', begin, { capture: true, once: true })
    const look = () => (began && (${shown}) ? resolve(performance.now() - began) : requestAnimationFrame(look))
    look()
  })`)
  await act()
  return answer
}

const settled = `document.querySelector('main [role="grid"]')?.getAttribute('aria-busy') === 'false'`
const firstRow = `document.querySelector('main tr[data-row-id]')?.textContent ?? ''`

async function openDevices(page: Page, url: string, query = '') {
  await page.goto(`${url}/devices${query}`)
  await page.locator('main tr[data-row-id]').first().waitFor()
}

async function searchFor(page: Page, words: string, shown: string): Promise<number> {
  const field = page.locator('[data-search]')
  await field.fill(words)
  // What was typed settles by itself; Enter asks at once, and is what the clock begins with.
  return until(page, () => field.press('Enter'), shown)
}

type Times = Record<string, number[]>

/** One round of filters and searches, from the key or press to the rows. */
async function filter(page: Page, url: string, round: number, into: Times) {
  const note = (name: string, ms: number) => (into[name] ??= []).push(ms)
  const search = async (name: string, words: string, shown: string, query = '') => {
    await openDevices(page, url, query)
    note(name, await searchFor(page, words, shown))
  }
  const finds = (words: RegExp) => `${settled} && ${words}.test(${firstRow})`
  await search('search, one of them', `-0${10_000 + round}`, finds(new RegExp(`-0${10_000 + round}`)))
  await search('search, a quarter of them', 'turin', finds(/Turin/))
  await search('search, a sixth of them, at the end of the list', 'valve', finds(/valve/))
  await search('search, a sixth of them, in the order of last seen', 'valve', finds(/valve/), '?sort=last_seen_at')
  await search('search, none', `nothing ${round}`, `document.body.textContent.includes('None match')`)
  await openDevices(page, url)
  await page.getByRole('button', { name: 'Status', exact: true }).click()
  const never = page.getByRole('menuitemcheckbox', { name: 'Never seen' })
  await never.waitFor()
  note('status: never seen', await until(page, () => never.click(), finds(/plc-/)))
  await page.keyboard.press('Escape')
  await openDevices(page, url)
  const lastSeen = page.getByRole('button', { name: 'Last seen' })
  const isSorted = `${settled} && location.search.includes('last_seen_at') && !/edge-000002/.test(${firstRow})`
  note('order: last seen', await until(page, () => lastSeen.click(), isSorted))
}

async function measureLists(platform: Platform, browser: Browser) {
  const { page, context } = await visit(browser)
  await showWhole(page)
  const cdp = await context.newCDPSession(page)
  await cdp.send('Network.enable')
  await signIn(page, platform.url, platform.admin)

  await cdp.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
  const views: Record<string, number[]> = { '/': [], '/devices': [], '/alerts': [] }
  for (let round = 0; round < rounds; round += 1)
    for (const path of Object.keys(views)) views[path]!.push(await largestPaint(browser, page, cdp, `${platform.url}${path}`))
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: 1 })

  await openDevices(page, platform.url)
  const fresh = await scroll(page, cdp, 6_000, 3_000)
  // Far down: what is loaded by then is in the page, and must not make it slower.
  for (let n = 0; n < 25; n += 1) {
    await page.evaluate(`(() => { const box = document.querySelector('${scroller}').parentElement; box.scrollTop = box.scrollHeight })()`)
    await page.waitForTimeout(120)
  }
  const rows = Number(await page.evaluate(`Math.round(document.querySelector('${scroller}').parentElement.scrollHeight / 32)`))
  await page.evaluate(`document.querySelector('${scroller}').parentElement.scrollTop = 20000`)
  const deep = await scroll(page, cdp, 12_000, 4_000)
  await page.evaluate(makeStill)
  const bare = await scroll(page, cdp, 6_000, 3_000, still)

  table(`Largest paint, empty cache, processor ${slowdown} times slower`, [
    ['page', 'middle, ms', 'most, ms', 'goal', ''],
    ...Object.entries(views).map(([path, list]) => [
      path,
      rounded(middle(list)),
      rounded(most(list)),
      '1,500',
      verdict(middle(list), 1_500, false),
    ]),
  ])
  const scrolled: [string, Frames][] = [
    ['from the top', fresh],
    [`with ${rounded(rows)} rows loaded`, deep],
    ['the same rows, of a page without script', bare],
  ]
  table(`Scrolling ${rounded(devices)} devices`, [
    ['', 'frames a second', 'late frames', 'longest, ms', 'of the page without script', 'goal', ''],
    ...scrolled.map(([name, { perSecond, late, longestMs }]) => [
      name,
      rounded(perSecond, 1),
      `${rounded(late * 100, 1)} %`,
      rounded(longestMs),
      rounded(perSecond / bare.perSecond, 2),
      '58',
      verdict(perSecond, 58),
    ]),
  ])
  await context.close()
}

async function measureFilters(platform: Platform, browser: Browser) {
  const { page, context } = await visit(browser)
  await signIn(page, platform.url, platform.admin)
  const technician = await visit(browser)
  await signIn(technician.page, platform.url, platform.technician)
  const filters: Times = {}
  const technicians: Times = {}
  // In turns: both have the same neighbours.
  for (let round = 0; round < rounds; round += 1) {
    await filter(page, platform.url, round, filters)
    await filter(technician.page, platform.url, round, technicians)
  }
  await technician.context.close()

  for (let round = 0; round < rounds; round += 1) {
    await page.keyboard.press('Control+k')
    const field = page.getByRole('combobox')
    await field.fill(`-02${round}00`)
    await page
      .locator('[cmdk-item]')
      .filter({ hasText: `-02${round}00` })
      .first()
      .waitFor()
    await page.keyboard.press('Escape')
  }
  const asked = await page.evaluate<number[]>(
    `performance.getEntriesByType('resource').filter(({ name }) => name.includes('/api/v1/search')).map(({ duration }) => duration)`,
  )

  table('From the key or press to the rows', [
    ['', 'middle, ms', 'most, ms', 'technician: middle, ms', 'most, ms', 'of the administrator', 'goal', '', 'technician'],
    ...Object.entries(filters).map(([name, list]) => [
      name,
      rounded(middle(list)),
      rounded(most(list)),
      rounded(middle(technicians[name]!)),
      rounded(most(technicians[name]!)),
      rounded(middle(ratios(technicians[name]!, list)), 2),
      '300',
      verdict(middle(list), 300, false),
      verdict(middle(technicians[name]!), 300, false),
    ]),
  ])
  table('Palette', [
    ['', 'middle, ms', 'most, ms', 'goal', ''],
    ['answer of the search', rounded(middle(asked)), rounded(most(asked)), '50', verdict(middle(asked), 50, false)],
  ])
  await context.close()
}

const platform = await startPlatform()
const browser = await launch()
try {
  const part = Bun.argv[2]
  if (part !== 'filters') await measureCharts(platform, browser)
  if (part !== 'charts') await fill(platform)
  if (!part) await measureLists(platform, browser)
  if (part !== 'charts') await measureFilters(platform, browser)
} finally {
  await browser.close()
  await platform.stop()
}
process.exit(0)
