import { existsSync, readFileSync } from 'node:fs'
import type { AxeResults, RunOptions } from 'axe-core'
import { $ } from 'bun'
import { type Browser, type BrowserContext, type BrowserContextOptions, type Page, chromium } from 'playwright-core'
import { eventually } from '../../src/testing/eventually'
import { processes } from '../../src/testing/process'

const installed = [
  // Without windows: a tenth less work for the whole of the journeys, and a third of the packages.
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** An installed Chromium; else obtained by apt-get as root, or by Playwright's own installer. */
async function findChromium(): Promise<string> {
  const known = [Bun.env.CHROMIUM_PATH ?? '', ...installed, chromium.executablePath()]
  const found = () => known.find((path) => path && existsSync(path))
  if (found()) return found()!
  if (process.getuid?.() === 0 && Bun.which('apt-get'))
    await $`apt-get update && apt-get install --yes --no-install-recommends chromium-headless-shell`.quiet().nothrow()
  if (!found()) await $`${process.execPath} x playwright-core install chromium`.quiet()
  const path = found()
  if (!path) throw new Error('no Chromium was found or could be installed; set CHROMIUM_PATH')
  return path
}

export async function launch(): Promise<Browser> {
  const quiet = [
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ]
  return chromium.launch({ executablePath: await findChromium(), args: process.getuid?.() === 0 ? ['--no-sandbox', ...quiet] : quiet })
}

let shared: Promise<Browser> | undefined

/** The one browser of the run, which ends with it: visitors share nothing but the program. */
export function sharedBrowser(): Promise<Browser> {
  shared ??= launch().then((browser) => {
    processes.keepUntilEnd(() => browser.close())
    return browser
  })
  return shared
}

export interface Visitor {
  page: Page
  context: BrowserContext
  /** What the browser complained about so far. */
  complaints: string[]
}

/** A fresh browser profile, gone with its test; whatever the browser complains about is kept for the end of the journey. */
export async function visit(browser: Browser, options: BrowserContextOptions = {}): Promise<Visitor> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', ...options })
  processes.endWithTest(() => context.close())
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  return { page, context, complaints }
}

/** Keys one right after the other, as fingers strike them: they do not wait for a page that is busy. */
export const strike = (page: Page, ...keys: string[]) => Promise.all(keys.map((key) => page.keyboard.press(key)))

/** Does something again until what it leads to has come: the world behind a page may need a moment, or have moved on meanwhile. */
export async function until(act: () => Promise<unknown>, comes: () => Promise<unknown>, withinMs: number) {
  const isThere = async () => {
    await act()
    return comes().then(
      () => true,
      () => false,
    )
  }
  if (!(await eventually(isThere, withinMs))) throw new Error(`it did not lead there in ${withinMs} ms`)
}

/**
 * Makes the window taller than the page by its own bars. What lies beneath its edge is never drawn, and what is never drawn counts as
 * painted only when something else is: by far too late.
 */
export async function showWhole(page: Page) {
  const session = await page.context().newCDPSession(page)
  const { windowId } = await session.send('Browser.getWindowForTarget')
  const { width, height } = page.viewportSize()!
  await session.send('Browser.setWindowBounds', { windowId, bounds: { width: width + 40, height: height + 200 } })
  await session.detach()
}

const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const rules: RunOptions = { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] }

/** Violations of WCAG 2.2 A and AA on the page as it stands, or on the part of it that a selector names, in short words. */
export async function axe(page: Page, part?: string): Promise<string[]> {
  const found = await look(page, part)
  // A message may have begun to go while it was looked at: what is wrong with the page itself is so once it has gone, too.
  return found.length > 0 ? look(page, part) : found
}

async function look(page: Page, part?: string): Promise<string[]> {
  // A colour half way between two is nobody's choice: another theme shows with the next frame, and its transitions begin with it.
  await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())))')
  await page.evaluate(
    `Promise.all(document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity).map(({ finished }) => finished.catch(() => {})))`,
  )
  // Frames answer to the page that asks them.
  for (const frame of page.frames()) if (!(await frame.evaluate("'axe' in globalThis"))) await frame.evaluate(axeSource)
  const violations = await page.evaluate<AxeResults['violations']>(
    `axe.run(${part ? JSON.stringify(part) : 'document'}, ${JSON.stringify(rules)}).then(({ violations }) => violations)`,
  )
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
}
