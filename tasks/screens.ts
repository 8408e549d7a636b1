import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { launch, visit } from '../web/e2e/browser'
import { managementPages, pages } from '../web/e2e/pages'
import { type Platform, signIn, startPlatform } from '../web/e2e/platform'
import { createAndLicense, givePassword, setUpFactor } from '../web/e2e/management/staff'

// `bun run screens`: a picture of every page as a fresh installation shows it, wide in the light theme and narrow in the dark one, into docs/screens.
// Build the console first (`bun run build:web`).

const folder = join(import.meta.dir, '../docs/screens')
const looks = [
  { width: 1440, height: 900, colorScheme: 'light' },
  { width: 375, height: 740, colorScheme: 'dark' },
] as const

/** What the agent of this installation is called: the one device that reports all the while. */
const host = 'operations-server'
const fleet = ['turin-gateway-1', 'turin-press-line', 'milan-office', 'substation-7-rtu', 'pump-house', 'warehouse-dock']
const alerts = [
  { title: 'Modbus write from an unknown host', severity: 'critical', source_ip: '10.20.0.77', rule: 'ot.modbus.write' },
  { title: 'Repeated refused sign-ins', severity: 'high', source_ip: '10.20.0.41', rule: 'host.signin' },
  { title: 'New listening port tcp/4840', severity: 'medium', rule: 'host.port' },
  { title: 'Certificate expires in 10 days', severity: 'low', rule: 'tls.expiry' },
]

/** Appliances that register and report as real ones do. */
async function furnish({ url, ingestUrl, admin }: Platform) {
  for (const [index, name] of fleet.entries()) {
    const reply = await fetch(`${url}/api/v1/devices/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-provisioning-key': admin.provisioning_key },
      body: JSON.stringify({
        name,
        type: index % 2 ? 'gateway' : 'appliance',
        hardware_id: `example-${index}`,
        location: `Hall ${index + 1}`,
      }),
    })
    const { device_key } = (await reply.json()) as { device_key: string }
    const timestamp = new Date().toISOString()
    const records = index % 3 ? [] : alerts.map((data) => ({ kind: 'security_alert', timestamp, data }))
    const telemetry = { kind: 'telemetry', timestamp, data: { cpu_percent: 12 + index } }
    const sent = await fetch(`${ingestUrl}/v1/ingest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-device-key': device_key },
      body: JSON.stringify([...records, telemetry]),
    })
    if (!sent.ok) throw new Error(`the ingestor answered ${sent.status}`)
  }
}

/** What one sees who opens the folder. */
const index = (names: string[]) =>
  `# Every page, wide and on a phone\n\nMade by \`bun run screens\`.\n\n${names
    .map(
      (name) =>
        `## ${name}\n\n<img src="${name}-1440.png" width="720" alt="${name}, wide"> <img src="${name}-375.png" width="190" alt="${name}, on a phone">\n`,
    )
    .join('\n')}`

const nameOf = (path: string) => path.slice(1).replaceAll('/', '-') || 'home'

async function take(page: Page, name: string, width: number) {
  await page.waitForLoadState('networkidle')
  await page.screenshot({ path: join(folder, `${name}-${width}.png`), animations: 'disabled' })
}

mkdirSync(folder, { recursive: true })
const platform = await startPlatform({ DEVICE_NAME: host })
const browser = await launch()

/** Of the other plane: one tenant more, with a licence. */
async function takeManagement(platform: Platform) {
  const { page, context } = await visit(browser, { viewport: looks[0] })
  await page.goto(platform.managementUrl)
  const both = async (name: string) => {
    for (const { width, height, colorScheme } of looks) {
      await page.setViewportSize({ width, height })
      await page.emulateMedia({ colorScheme })
      await take(page, `management-${name}`, width)
    }
    await page.setViewportSize(looks[0])
  }
  await page.getByLabel('E-mail address').waitFor()
  await both('sign-in')
  await givePassword(page, platform)
  await setUpFactor(page)
  await createAndLicense(page)
  await both('tenant')
  for (const path of managementPages) {
    await page.goto(`${platform.managementUrl}${path}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await both(nameOf(path))
  }
  await context.close()
}

const managementNames = ['sign-in', ...managementPages.map(nameOf), 'tenant'].map((name) => `management-${name}`)
const names = ['sign-in', ...pages.map(nameOf), 'device', ...managementNames]
await Bun.write(join(folder, 'README.md'), index(names))
try {
  await furnish(platform)
  for (const { width, height, colorScheme } of looks) {
    const { page, context } = await visit(browser, { viewport: { width, height }, colorScheme })
    await page.goto(`${platform.url}/sign-in`)
    await take(page, 'sign-in', width)
    await signIn(page, platform.url, platform.admin).catch(() => page.waitForURL(`${platform.url}/`))
    for (const path of pages) {
      await page.goto(`${platform.url}${path}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await take(page, nameOf(path), width)
    }
    await page.goto(`${platform.url}/devices`)
    await page.getByRole('link', { name: host }).click()
    await page.locator('main canvas').first().waitFor()
    await take(page, 'device', width)
    await page.goto(`${platform.url}/telemetry?range=15m`)
    await page.getByRole('button', { name: /^Begin with/ }).click()
    await page.getByRole('button', { name: 'cpu_percent' }).click()
    await page.locator('main canvas').first().waitFor()
    await take(page, 'telemetry', width)
    await context.close()
  }
  await takeManagement(platform)
} finally {
  await browser.close()
  await platform.stop()
}
process.exit(0)
