import type { Browser, Page } from 'playwright-core'
import { visit } from '../web/e2e/browser'
import { type Platform, registerDevice, signIn } from '../web/e2e/platform'
import { type Frames, countFrames } from './frames'
import { middle, rounded, table, verdict } from './lib'

const lines = 10
const points = 2_000
const apartMs = 60_000
const rounds = 5
const moves = 200

/** A day and a half of a device, as it sends it after having been without a connection. */
async function report(platform: Platform, name: string, turn: number) {
  const { device_id, device_key } = await registerDevice(platform, { name })
  const now = Math.floor(Date.now() / apartMs) * apartMs
  const records = Array.from({ length: points }, (_, index) => ({
    kind: 'telemetry',
    timestamp: new Date(now - (points - index) * apartMs).toISOString(),
    data: { pressure_bar: 6 + turn / 10 + Math.sin(index / 90) / 4 + Math.sin(index * 7919) / 20 },
  }))
  const reply = await fetch(`${platform.ingestUrl}/v1/ingest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-device-key': device_key },
    body: JSON.stringify(records),
  })
  if (reply.status !== 204) throw new Error(`the ingestor answered ${reply.status}`)
  return device_id
}

/** Keeps how long it is from the last byte of the answer to the picture of the first chart. */
const watchFirstDraw = `globalThis.first_draw = new Promise((resolve) => {
  new MutationObserver((_changes, observer) => {
    if (!document.querySelector('.uplot canvas')) return
    observer.disconnect()
    const answered = performance.getEntriesByType('resource').findLast(({ name }) => name.includes('/telemetry/query')).responseEnd
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - answered)))
  }).observe(document, { subtree: true, childList: true })
})`

async function firstDraw(page: Page, url: string): Promise<number> {
  await page.goto(url)
  const ms = await page.evaluate<number>('globalThis.first_draw')
  await page.getByRole('rowheader', { name: 'line-9' }).waitFor()
  return ms
}

/** The pointer from one side to the other and back. */
async function pan(page: Page, { x, y, width, height }: { x: number; y: number; width: number; height: number }) {
  for (let step = 0; step <= moves; step += 1) {
    const part = 1 - Math.abs((2 * step) / moves - 1)
    await page.mouse.move(x + 4 + (width - 8) * part, y + height * (0.3 + part * 0.4))
  }
}

/** A chart of ten lines of 2,000 points: how soon it is there, and whether it keeps up with the pointer. */
export async function measureCharts(platform: Platform, browser: Browser) {
  const ids: string[] = []
  for (let turn = 0; turn < lines; turn += 1) ids.push(await report(platform, `line-${turn}`, turn))
  const { page, context } = await visit(browser)
  await page.addInitScript(watchFirstDraw)
  const path = `/telemetry?range=34h&step=60&metric=pressure_bar&device=${ids.join(',')}`
  await signIn(page, platform.url, platform.admin, path)
  const drawn: number[] = []
  for (let round = 0; round < rounds; round += 1) drawn.push(await firstDraw(page, `${platform.url}${path}`))
  await page.getByRole('button', { name: 'Pause' }).click()
  const box = (await page.locator('.u-over').boundingBox())!
  const rest = await countFrames(page, () => page.waitForTimeout(3_000))
  const hovered = await countFrames(page, () => pan(page, box))
  await page.mouse.move(box.x + 4, box.y + box.height / 2)
  await page.mouse.down()
  const dragged = await countFrames(page, () => pan(page, box))
  await page.mouse.up()
  table(`A chart of ${lines} lines of ${rounded(points)} points`, [
    ['', 'middle, ms', 'most, ms', 'goal', ''],
    ['from the answer to the picture', rounded(middle(drawn)), rounded(Math.max(...drawn)), '100', verdict(middle(drawn), 100, false)],
  ])
  const moved: [string, Frames][] = [
    ['at rest', rest],
    ['the cursor follows the pointer', hovered],
    ['a range is drawn out', dragged],
  ]
  table('The same chart under the pointer', [
    ['', 'frames a second', 'late frames', 'longest, ms', 'of the page at rest', 'goal', ''],
    ...moved.map(([name, { perSecond, late, longestMs }]) => [
      name,
      rounded(perSecond, 1),
      `${rounded(late * 100, 1)} %`,
      rounded(longestMs),
      rounded(perSecond / rest.perSecond, 2),
      '55',
      verdict(perSecond, 55),
    ]),
  ])
  await context.close()
}
