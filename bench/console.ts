import type { Browser, CDPSession, Page } from 'playwright-core'
import postgres from 'postgres'
import { launch, showWhole, visit } from '../web/e2e/browser'
import { signIn, startPlatform, type Platform } from '../web/e2e/platform'
import { measureCharts } from './console-charts'
import { type Frames, countFrames } from './frames'
import { middle, rounded, table, verdict } from './lib'

// `bun run bench:console`: the built console in Chromium, before a tenant of 100,000 devices: first view with a slowed processor, scrolling, filters,
// search; and charts, which `bun run bench:console charts` measures alone. Figures come from Chromium's own trace and from the page's clock. Build it first
// (`bun run build:web`).

const devices = 100_000
const slowdown = 4
const rounds = 5

/** Types, places and names as a fleet has them; one in six was never heard of. */
async function fill({ ownerUrl, admin }: Platform) {
  const owner = postgres(ownerUrl, { max: 1, onnotice: () => {} })
  const tenant = admin.tenant_id
  await owner`insert into device (tenant_id, id, name, type, hardware_id, location, address, org_unit_id)
    select ${tenant}, gen_random_uuid(), (array['pump', 'valve', 'edge', 'gateway', 'meter', 'plc'])[1 + n % 6] || '-' || lpad(n::text, 6, '0'),
      (array['appliance', 'gateway', 'sensor'])[1 + n % 3], gen_random_uuid()::text, (array['Turin', 'Milan', 'Rome', 'Bari'])[1 + n % 4] || ' hall ' || n % 50,
      '10.' || n / 65536 % 256 || '.' || n / 256 % 256 || '.' || n % 256,
      (select id from org_unit where tenant_id = ${tenant} order by id offset n % 4 limit 1) from generate_series(1, ${devices}) n`
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
  const answer = page.evaluate<number>(`new Promise((resolve) => {
    let began = 0
    const begin = () => { began ||= performance.now() }
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

async function searchFor(page: Page, words: string, shown: string): Promise<number> {
  const field = page.locator('[data-search]')
  await page.goto(page.url().split('?')[0]!)
  await page.locator('main tr[data-row-id]').first().waitFor()
  await field.fill(words)
  // What was typed settles by itself; Enter asks at once, and is what the clock begins with.
  return until(page, () => field.press('Enter'), shown)
}

async function measureLists(platform: Platform, browser: Browser) {
  await fill(platform)
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

  await page.goto(`${platform.url}/devices`)
  await page.locator('main tr[data-row-id]').first().waitFor()
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

  const filters: Record<string, number[]> = {}
  const note = (name: string, ms: number) => (filters[name] ??= []).push(ms)
  for (let round = 0; round < rounds; round += 1) {
    note('search, one of them', await searchFor(page, `-0${10_000 + round}`, `${settled} && /-0${10_000 + round}/.test(${firstRow})`))
    note('search, a quarter of them', await searchFor(page, 'turin', `${settled} && /Turin/.test(${firstRow})`))
    note('search, a sixth of them, at the end of the list', await searchFor(page, 'valve', `${settled} && /valve/.test(${firstRow})`))
    note('search, none', await searchFor(page, `nothing ${round}`, `document.body.textContent.includes('None match')`))
    await page.goto(`${platform.url}/devices`)
    await page.locator('main tr[data-row-id]').first().waitFor()
    await page.getByRole('button', { name: 'Status', exact: true }).click()
    const never = page.getByRole('menuitemcheckbox', { name: 'Never seen' })
    await never.waitFor()
    note('status: never seen', await until(page, () => never.click(), `${settled} && /plc-/.test(${firstRow})`))
    await page.keyboard.press('Escape')
    await page.goto(`${platform.url}/devices`)
    await page.locator('main tr[data-row-id]').first().waitFor()
    const lastSeen = page.getByRole('button', { name: 'Last seen' })
    note(
      'order: last seen',
      await until(
        page,
        () => lastSeen.click(),
        `${settled} && location.search.includes('last_seen_at') && !/edge-000002/.test(${firstRow})`,
      ),
    )
  }

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
  table('From the key or press to the rows', [
    ['', 'middle, ms', 'most, ms', 'goal', ''],
    ...Object.entries(filters).map(([name, list]) => [
      name,
      rounded(middle(list)),
      rounded(most(list)),
      '300',
      verdict(middle(list), 300, false),
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
  await measureCharts(platform, browser)
  if (Bun.argv[2] !== 'charts') await measureLists(platform, browser)
} finally {
  await browser.close()
  await platform.stop()
}
process.exit(0)
