import { expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { axe, visit } from './browser'
import { inOrganization } from './organization'
import { type Platform, signIn } from './platform'

let browser: Browser
let platform: Platform

inOrganization((made) => void ({ browser, platform } = made))

async function send(path: string, headers: Record<string, string>, body: unknown) {
  return fetch(path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })
}

/** A device of its own that sends two good records and two that cannot be stored. */
async function refuseTwo() {
  const registered = await send(
    `${platform.url}/api/v1/devices/register`,
    { 'x-provisioning-key': platform.admin.provisioning_key },
    { name: 'Pump controller' },
  )
  const { device_key } = (await registered.json()) as { device_key: string }
  const timestamp = new Date().toISOString()
  const sent = await send(`${platform.ingestUrl}/v1/ingest`, { 'x-device-key': device_key }, [
    { kind: 'telemetry', timestamp, data: { flow: 3 } },
    { kind: 'weather', timestamp, data: { sky: 'cloudless' } },
    { kind: 'weather', timestamp, data: { sky: 'overcast' } },
  ])
  const { accepted, rejected } = (await sent.json()) as { accepted: number; rejected: { error: string }[] }
  expect({ accepted, errors: rejected.map(({ error }) => error) }).toEqual({ accepted: 1, errors: ['unknown_kind', 'unknown_kind'] })
}

test('a refused record is found by its reason, read as it was sent, and examined again, alone and with all of its reason', async () => {
  await refuseTwo()
  const { page, context, complaints } = await visit(browser)
  await signIn(page, platform.url, platform.admin, '/settings/rejected-records?reason=unknown_kind')
  const rows = page.getByRole('row').filter({ hasText: 'Pump controller' })
  await rows.nth(1).waitFor()
  expect(await rows.count()).toBe(2)
  await rows.first().getByText('Unknown kind').click()
  const drawer = page.getByRole('dialog', { name: 'Refused record' })
  await drawer.getByText(/"sky":\s?"(overcast|cloudless)"/).waitFor()
  await drawer.getByRole('button', { name: 'Examine again' }).click()
  await drawer.getByText('Refused again').waitFor()
  expect(await axe(page)).toEqual([])
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Examine all of this reason again' }).click()
  await page.getByText('2 records will be examined again').waitFor()
  await rows.filter({ hasText: 'Refused again' }).nth(1).waitFor()
  expect(complaints).toEqual([])
  expect(await axe(page)).toEqual([])
  await context.close()
}, 120_000)
