import { expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { axe, strike, visit } from './browser'
import { inOrganization } from './organization'
import { callerOf, type Platform, registerDevice, report, signIn } from './platform'

let browser: Browser
let platform: Platform

inOrganization((made) => void ({ browser, platform } = made))

test('the first steps are ticked by what happens, are put away with a way back, and lead to where they are taken', async () => {
  const call = await callerOf(platform, platform.other)
  const { page, complaints } = await visit(browser)
  await signIn(page, platform.url, platform.other)
  const steps = page.getByRole('region', { name: 'First steps' })
  await steps.getByRole('link', { name: 'Register the first device (to do)' }).waitFor()
  await call('POST', '/org-units', { name: 'First customer' })
  const { provisioning_key: key } = await call<{ provisioning_key: string }>('POST', '/settings/edge-registration-keys', { label: 'first' })
  const device = await registerDevice(platform, { name: 'first-gateway' }, key)
  await report(platform, device, { kind: 'telemetry', data: { cpu_percent: 12 } })
  for (const step of [
    'Add an organization unit',
    'Make an edge registration key',
    'Register the first device',
    'Receive the first telemetry',
  ])
    await steps.getByRole('link', { name: `${step} (done)` }).waitFor({ timeout: 25_000 })
  expect(await axe(page)).toEqual([])

  await steps.getByRole('button', { name: 'Put the first steps away' }).click()
  await steps.waitFor({ state: 'detached' })
  await page.reload()
  await page.getByRole('heading', { name: 'Fleet' }).waitFor()
  expect(await steps.count()).toBe(0)
  await call('PATCH', '/me/preferences', { onboarding_dismissed: false })
  await page.reload()
  await steps.getByRole('link', { name: /^Choose how you hear of alerts/ }).click()
  await page.getByRole('heading', { level: 1, name: 'Alert notices' }).waitFor()
  await page.getByRole('checkbox', { name: 'Sound for severity: Critical' }).click()
  await page.getByRole('checkbox', { name: 'Sound for severity: Critical', checked: true }).waitFor()
  await page.goto(platform.url)
  await steps.getByRole('link', { name: 'Choose how you hear of alerts (done)' }).waitFor()
  expect(complaints).toEqual([])
}, 90_000)

test('home tells what is in the unit one works in, and its figures lead to lists of that unit', async () => {
  const call = await callerOf(platform, platform.admin)
  const { id: unit } = await call<{ id: string }>('POST', '/org-units', { name: 'Harbour' })
  const device = await registerDevice(platform, { name: 'harbour-crane' })
  const elsewhere = await registerDevice(platform, { name: 'elsewhere' })
  await call('PATCH', `/devices/${device.device_id}`, { org_unit_id: unit })
  await report(platform, device, { kind: 'security_alert', data: { title: 'Crane door open', severity: 'critical' } })
  await report(platform, elsewhere, { kind: 'security_alert', data: { title: 'Not of the harbour', severity: 'high' } })

  const { page, complaints } = await visit(browser)
  await signIn(page, platform.url, platform.admin)
  await page.getByRole('link', { name: /Not of the harbour/ }).waitFor()
  await page.getByRole('button', { name: /^Organization and unit/ }).click()
  await page.getByRole('combobox').fill('harbour')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/\?org_unit=/)
  await page.getByText('What is happening at Harbour').waitFor()
  await page.getByRole('link', { name: /Crane door open/ }).waitFor()
  await page.getByRole('link', { name: /Not of the harbour/ }).waitFor({ state: 'detached' })
  await page.getByRole('link', { name: '1 device', exact: true }).waitFor()
  await page.getByRole('link', { name: '1 new alerts' }).waitFor()
  await page.getByRole('list', { name: 'Changes of today' }).getByText('Device changed').waitFor()
  expect(await page.getByRole('list', { name: 'Changes of today' }).getByText('Signed in').count()).toBe(0)
  expect(await axe(page)).toEqual([])
  await page.getByRole('link', { name: 'Critical 1', exact: true }).click()
  await page.waitForURL(/\/alerts\?.*org_unit=/)
  await page.getByRole('row').filter({ hasText: 'Crane door open' }).waitFor()
  expect(await page.getByRole('row').filter({ hasText: 'Not of the harbour' }).count()).toBe(0)
  await strike(page, 'g', 'h')
  await page.getByText('What is happening at Harbour').waitFor()
  expect(complaints).toEqual([])
}, 90_000)
