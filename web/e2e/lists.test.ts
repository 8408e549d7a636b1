import { expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import postgres from 'postgres'
import { eventually } from '../../src/testing/eventually'
import { axe, strike, visit } from './browser'
import { inOrganization } from './organization'
import { callerOf, type Platform, registerDevice, signIn } from './platform'

let browser: Browser
let platform: Platform

inOrganization((made) => void ({ browser, platform } = made))

test('the audit log is filtered by outcome, says how far it is sealed, and is saved as CSV with its filter', async () => {
  const { page, complaints } = await visit(browser)
  await signIn(page, platform.url, platform.other, '/settings/audit?action=sessions.create')
  await page.getByText(/entries sealed/).waitFor()
  // Every action is offered, also one of which nothing was written yet.
  await page.getByRole('button', { name: 'Action: Signed in' }).click()
  await page.getByRole('combobox').fill('alert closed')
  await page.getByRole('option', { name: 'Alert closed' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Outcome' }).click()
  await page
    .getByRole('option', { name: 'Done' })
    .or(page.getByRole('menuitemcheckbox', { name: 'Done' }))
    .first()
    .click()
  await page.keyboard.press('Escape')
  await page.waitForURL(/outcome=success/)
  const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()])
  expect(saved.suggestedFilename()).toMatch(/^audit-[\da-f-]{36}-\d{4}-\d\d-\d\d\.csv$/)
  const text = await Bun.file(await saved.path()).text()
  expect(text).toContain('"sessions.create","success"')
  expect(text).not.toContain('"tenants.create"')
  expect(await axe(page)).toEqual([])
  expect(complaints).toEqual([])
}, 60_000)

async function look(page: Page, name: string) {
  expect(await axe(page)).toEqual([])
  if (Bun.env.SCREENSHOTS) await page.screenshot({ path: `${Bun.env.SCREENSHOTS}/${name}.png` })
}

/** A gateway, and a fleet as if it had registered long ago. */
async function furnish(count: number) {
  await registerDevice(platform, { name: 'press-1' })
  const owner = postgres(platform.ownerUrl, { max: 1, onnotice: () => {} })
  await owner`insert into device (tenant_id, id, name, type, location)
    select ${platform.admin.tenant_id}, gen_random_uuid(), 'pump-' || lpad(n::text, 4, '0'), 'plc', 'Hall 93' from generate_series(1, ${count}) n`
  await owner.end()
}

test('a list is filtered with operators, kept as a view, found again, changed and shared', async () => {
  await furnish(250)
  const { page, complaints } = await visit(browser)
  await signIn(page, platform.url, platform.admin, '/devices')
  const table = page.getByRole('grid').locator('..')
  await page.getByRole('row').filter({ hasText: 'pump-' }).first().waitFor()
  await table.evaluate((element) => element.scrollTo({ top: 1_000 }))
  // The filter; the head of the column has the same name.
  await page.getByRole('button', { name: 'Type', exact: true }).first().click()
  await page.getByRole('menuitemcheckbox', { name: /plc/ }).click()
  await page.keyboard.press('Escape')
  // Another list is seen from its first row.
  expect(await eventually(async () => (await table.evaluate((element) => element.scrollTop)) === 0)).toBe(true)
  await page.getByRole('button', { name: 'Type: is', exact: true }).click()
  await page.getByRole('menuitemradio', { name: 'is not' }).click()
  await page.waitForURL(/type=not(:|%3A)plc/)
  await page.getByRole('row').filter({ hasText: 'pump-' }).first().waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Views' }).click()
  await page.getByRole('menuitem', { name: 'Save this view' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Without pumps')
  await page.getByLabel('Share with everybody').click()
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByRole('button', { name: 'View: Without pumps' }).waitFor()
  await page.getByRole('button', { name: 'Clear filters' }).click()
  await page.getByText('Changed since it was saved').waitFor({ state: 'attached' })
  expect(await axe(page)).toEqual([])

  const technician = await visit(browser)
  await signIn(technician.page, platform.url, platform.technician, '/devices')
  await technician.page.getByRole('button', { name: 'Views' }).click()
  await technician.page.getByRole('menuitemradio', { name: 'Without pumps' }).click()
  await technician.page.waitForURL(/type=not(:|%3A)plc/)
  await technician.page.getByRole('button', { name: 'View: Without pumps' }).click()
  expect(await technician.page.getByRole('menuitem', { name: 'Remove this view' }).count()).toBe(0)
  expect([...complaints, ...technician.complaints]).toEqual([])
}, 60_000)

test('all that match are moved at once, beyond what is loaded, and the place narrows the lists wherever one goes', async () => {
  const { page, complaints } = await visit(browser)
  const second = Promise.withResolvers<void>()
  await page.route(/\/api\/v1\/devices\?.*cursor=/, async (route) => {
    await second.promise
    await route.continue()
  })
  await signIn(page, platform.url, platform.admin, '/devices?type=plc')
  const whole = page.getByRole('checkbox', { name: /^Select all/ })
  await whole.click()
  const rest = page.getByRole('button', { name: 'Select all 250 that match' })
  await rest.waitFor()
  // More rows that come right then take the offer away from nobody.
  const loaded = await whole.getAttribute('aria-label')
  const next = page.waitForResponse(/\/api\/v1\/devices\?.*cursor=/)
  await page.getByRole('grid').evaluate((grid) => grid.parentElement!.scrollTo({ top: 99_999 }))
  second.resolve()
  await next
  expect(await eventually(async () => (await whole.getAttribute('aria-label')) !== loaded, 10_000)).toBe(true)
  await rest.click()
  await page.getByRole('grid').evaluate((grid) => grid.parentElement!.scrollTo({ top: 0 }))
  // What is typed to find something moves nothing.
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('pump')
  await page.getByRole('option', { name: /^pump-/, selected: true }).waitFor()
  await page.getByRole('combobox').fill('globex')
  await page.getByRole('option', { name: /^Globex Energy/, selected: true }).waitFor()
  expect(await page.getByRole('option', { name: /^Move the selection/ }).count()).toBe(0)
  await page.getByRole('combobox').fill('Móve 7 substation')
  await page.getByRole('option', { name: 'Move the selection to Substation 7', selected: true }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('toolbar').getByRole('button', { name: 'Move to' }).click()
  await page.getByRole('menuitem', { name: 'Substation 7' }).click()
  await page.getByText('250 devices moved').waitFor()
  await page.getByRole('button', { name: /^Organization and unit/ }).click()
  await page.getByRole('combobox').fill('globex')
  await page.keyboard.press('Enter')
  await page.waitForURL(/org_unit=/)
  await page.getByRole('row').filter({ hasText: 'pump-0001' }).waitFor()
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.waitForURL(/\/settings\/organization/)
  await page.getByRole('button', { name: 'Organization and unit: Demo MSP, Globex Energy' }).waitFor()
  await strike(page, 'g', 'a')
  await page.waitForURL(/\/alerts\?org_unit=/)
  expect(await axe(page)).toEqual([])
  expect(complaints).toEqual([])
}, 60_000)

test('users are put into a group and shut out, all that match at once; who is refused is named with the reason', async () => {
  const call = await callerOf(platform, platform.admin)
  for (const name of ['Ada', 'Bea']) {
    const email = `${name}-${platform.admin.email}`
    await call('POST', '/users', { email, name, group_ids: [], org_unit_scope: 'all' })
  }
  const { page, complaints } = await visit(browser)
  await signIn(page, platform.url, platform.admin, '/settings/users')
  await page.getByRole('checkbox', { name: 'Select Ada' }).click()
  await page.getByRole('checkbox', { name: 'Select Bea' }).click()
  await page.getByRole('toolbar').getByRole('button', { name: 'Add to a group' }).click()
  await page.getByRole('menuitem', { name: 'Technicians' }).click()
  await page.getByText('2 users added to Technicians').waitFor()
  await page.getByRole('row').filter({ hasText: 'Bea' }).getByText('Technicians').waitFor()
  await page.getByRole('checkbox', { name: /^Select all/ }).click()
  await page.getByText('4 selected').waitFor()
  await look(page, 'users-selected')
  await page.getByRole('toolbar').getByRole('button', { name: 'Disable' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click()
  await page.getByText('3 users can no longer sign in').waitFor()
  const failures = page.getByRole('dialog')
  await failures.getByText('Administrator').waitFor()
  await failures.getByText('own_account').waitFor()
  await look(page, 'users-refused')
  await failures.getByRole('button', { name: 'Close' }).last().click()
  await page.getByText('1 selected').waitFor()
  await page.getByRole('row').filter({ hasText: 'Ada' }).getByText('Disabled').waitFor()
  expect(complaints).toEqual([])
}, 90_000)

test('service accounts are locked out and let in again, and all API tokens of a filter are revoked, beyond what is loaded', async () => {
  const call = await callerOf(platform, platform.admin)
  const add = (name: string) => call<{ id: string }>('POST', '/service-accounts', { name, group_ids: [], org_unit_scope: 'all' })
  const [exporter] = [await add('Exporter'), await add('Importer'), await add('Watcher')]
  const owner = postgres(platform.ownerUrl, { max: 1, onnotice: () => {} })
  await owner`insert into api_token (tenant_id, id, name, prefix, token_hash, service_account_id, scopes, expires_at)
    select ${platform.admin.tenant_id}, uuidv7(), 'nightly ' || n, 'mzt_example', gen_random_uuid()::text, ${exporter.id}, '{devices.read}',
      now() + interval '1 day' from generate_series(1, 250) n`
  await owner.end()
  const { page, complaints } = await visit(browser)
  await signIn(page, platform.url, platform.admin, '/settings/service-accounts')
  for (const name of ['Exporter', 'Watcher']) await page.getByRole('row').filter({ hasText: name }).getByRole('checkbox').click()
  await page.getByText('2 selected').waitFor()
  await look(page, 'service-accounts-selected')
  await page.getByRole('toolbar').getByRole('button', { name: 'Disable' }).click()
  await page.getByRole('dialog', { name: 'Disable 2 service accounts?' }).getByRole('button', { name: 'Disable' }).click()
  await page.getByText('2 service accounts are locked out with their tokens').waitFor()
  await page.getByRole('button', { name: 'Status', exact: true }).first().click()
  await page.getByRole('menuitemcheckbox', { name: 'Disabled' }).click()
  await page.keyboard.press('Escape')
  await page.getByRole('row').filter({ hasText: 'Importer' }).waitFor({ state: 'detached' })
  await page.getByRole('checkbox', { name: /^Select all/ }).click()
  await page.getByRole('toolbar').getByRole('button', { name: 'Enable' }).click()
  await page.getByText('2 service accounts can work again').waitFor()
  await page.getByText('None match').waitFor()

  await page.goto(`${platform.url}/settings/api-tokens`)
  await page.getByRole('textbox', { name: 'Search API tokens' }).fill('exporter')
  await page.waitForURL(/search=exporter/)
  await page.getByRole('row').filter({ hasText: 'nightly 250' }).waitFor()
  await page.getByRole('checkbox', { name: /^Select all/ }).click()
  await page.getByRole('button', { name: 'Select all 250 that match' }).click()
  await look(page, 'api-tokens-selected')
  await page.getByRole('toolbar').getByRole('button', { name: 'Revoke' }).click()
  const dialog = page.getByRole('dialog', { name: 'Revoke 250 API tokens?' })
  await dialog.getByRole('textbox').fill('250')
  await dialog.getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('250 API tokens were revoked').waitFor()
  await page.getByRole('button', { name: 'State', exact: true }).first().click()
  await page.getByRole('menuitemcheckbox', { name: 'Valid' }).click()
  await page.keyboard.press('Escape')
  await page.getByText('None match').waitFor()
  expect(complaints).toEqual([])
}, 120_000)

test('the palette finds a device by keyboard alone; it is remembered, and kept as a favourite', async () => {
  const { page, complaints } = await visit(browser)
  await signIn(page, platform.url, platform.admin)
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').waitFor()
  // By its place, of which its name tells nothing, and still as more of it is typed.
  await page.keyboard.type('hall')
  await page.getByRole('option', { name: /^pump-0001/ }).waitFor()
  await Promise.all([page.waitForResponse(/search\?q=hall.+93$/), page.keyboard.type(' 93')])
  await page.getByRole('option', { name: /^pump-0001/ }).waitFor()
  await page.getByRole('combobox').fill('')
  await page.keyboard.type('pump-01')
  await page.getByRole('option', { name: /pump-01/, selected: true }).waitFor()
  await page.keyboard.type('23')
  await page.getByRole('option', { name: /pump-0123/, selected: true }).waitFor()
  expect(await axe(page)).toEqual([])
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'pump-0123' }).waitFor()
  await page.getByRole('button', { name: 'Add to favourites' }).click()
  await page.getByRole('navigation', { name: 'Favourites' }).getByRole('link', { name: 'pump-0123' }).waitFor()
  await page.getByRole('button', { name: /^Notifications/ }).click()
  await page.getByRole('menuitem', { name: 'All alerts' }).click()
  await page.waitForURL(/\/alerts/)
  await page.getByRole('navigation', { name: 'Favourites' }).getByRole('link', { name: 'pump-0123' }).click()
  await page.waitForURL(/\/devices\//)
  expect(await axe(page)).toEqual([])
  expect(complaints).toEqual([])
}, 60_000)

test.each(['dark', 'light'] as const)(
  'every piece of the kit in every state is free of accessibility faults, %s',
  async (colorScheme) => {
    for (const width of [1440, 375]) {
      const { page, context, complaints } = await visit(browser, { colorScheme, viewport: { width, height: 900 } })
      await page.goto(`${platform.url}/dev/kit`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.getByRole('row').filter({ hasText: 'edge-0001' }).first().waitFor()
      expect(await axe(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0)
      const dialogs = page.locator('section', { has: page.getByRole('heading', { name: 'Dialogs, drawers and notifications' }) })
      for (const name of ['Dialog', 'Drawer', 'Confirmation', 'Secret', 'Conflict', 'Failures of many', 'Audit entry']) {
        await dialogs.getByRole('button', { name, exact: true }).click()
        await page.getByRole('dialog').waitFor()
        // What lies beneath was looked at before.
        expect([name, ...(await axe(page, '[role="dialog"], [role="alertdialog"]'))]).toEqual([name])
        await page.keyboard.press('Escape')
        await page.getByRole('dialog').waitFor({ state: 'detached' })
      }
      expect(complaints).toEqual([])
      await context.close()
    }
  },
  120_000,
)
