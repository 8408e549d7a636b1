import { expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { axe, visit } from './browser'
import { inOrganization } from './organization'
import { type Platform, signIn } from './platform'

let browser: Browser
let platform: Platform

inOrganization((made) => void ({ browser, platform } = made))

test('the API reference is found by the palette, asks nobody outside, names both credentials, and calls with the session at hand', async () => {
  const { page, context, complaints } = await visit(browser, { colorScheme: 'dark' })
  const outside: string[] = []
  page.on('request', (request) => {
    if (!request.url().startsWith(platform.url) && !request.url().startsWith('data:')) outside.push(request.url())
  })
  await signIn(page, platform.url, platform.admin)
  await page.keyboard.press('Control+k')
  await page.getByPlaceholder('Search devices, alerts').fill('API')
  await page.getByRole('option', { name: 'API', exact: true }).click()
  await page.waitForURL(/\/api-reference/)
  await page.getByText('How a call shows who it is').waitFor()
  expect(await axe(page)).toEqual([])
  await page.getByRole('textbox', { name: 'Search operations' }).fill('devices.read get list')
  await page.getByText('Nothing found.').waitFor()
  await page.getByRole('textbox', { name: 'Search operations' }).fill('org_units.update')
  await page.getByRole('link', { name: /Rename a unit/ }).click()
  const operation = page.getByRole('article')
  for (const scheme of ['Session', 'API token']) await operation.getByText(scheme, { exact: true }).waitFor()
  await operation.getByText('This changes real data.').waitFor()
  await operation.getByText('latitude', { exact: true }).first().waitFor()
  // What it may carry, and what it refuses.
  await operation.getByRole('textbox', { name: 'If-Match' }).waitFor()
  await operation.getByText('cycle', { exact: true }).waitFor()
  await operation.getByText('it was changed since the version in If-Match').waitFor()
  expect(await axe(page)).toEqual([])

  // What another program serves is told as well: where, what it takes, and how a device calls it.
  await page.getByRole('textbox', { name: 'Search operations' }).fill('ingest')
  await page.getByRole('link', { name: /Store records of a device/ }).click()
  for (const told of ['security_alert', 'dedupe_key', 'timestamp_out_of_range']) await operation.getByText(told, { exact: true }).waitFor()
  expect(await page.getByLabel('curl').innerText()).toMatch(
    /^curl -X POST 'http:\/\/\S+\/v1\/ingest'[^]*-H 'X-Device-Key: KEY'[^]*"kind": "telemetry"/,
  )
  expect(await operation.getByText('Try it').count()).toBe(0)
  expect(await axe(page)).toEqual([])

  // The document's own list of units, read through the page.
  await page.getByRole('textbox', { name: 'Search operations' }).fill('tree of organization')
  await page.getByRole('link', { name: /The tree of organization units/ }).click()
  await page.getByRole('button', { name: 'Send GET' }).click()
  const answer = page.getByRole('region', { name: 'Answer' })
  await answer.getByText('200', { exact: false }).first().waitFor()
  await answer.getByText('Plant Turin', { exact: false }).first().waitFor()
  expect(await page.getByLabel('curl').innerText()).toContain("-H 'Authorization: Bearer TOKEN'")
  await page.emulateMedia({ colorScheme: 'light' })
  expect(await axe(page)).toEqual([])
  expect(outside).toEqual([])
  expect(complaints).toEqual([])
  await context.close()
}, 120_000)
