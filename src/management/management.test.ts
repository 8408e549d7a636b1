import { afterAll, describe, expect, test } from 'bun:test'
import { app } from '../app'
import { send, signedIn } from '../testing/api'
import { askManagement, managementRole, staffSignedIn } from '../testing/management'
import { owner } from '../testing/owner'
import { startCommand } from '../testing/process'
import { freePort } from '../core/embedded-postgres'
import { eventually } from '../testing/eventually'
import { managementApp } from './app'
import { managementEnvironment } from './environment'
import { type StaffPermission, permissionsOf, roles, staffPermissions } from './permissions'

afterAll(() => managementRole.end())

describe('between the planes', () => {
  // ASVS 9.2.3
  test('no token, cookie or password of one opens the other', async () => {
    const [cloud, staff] = [await signedIn(), await staffSignedIn()]
    expect((await send('GET', '/api/v1/me', { headers: staff.headers })).status).toBe(401)
    expect((await askManagement('GET', '/api/v1/me', { headers: cloud.headers })).status).toBe(401)
    expect((await askManagement('GET', '/api/v1/me', { headers: staff.headers })).status).toBe(200)
    const value = staff.cookie.split('=')[1]!
    expect((await send('POST', '/api/v1/auth/refresh', { body: {}, headers: { cookie: `monozu_refresh=${value}` } })).status).toBe(401)
    expect(app.routes.filter(({ path }) => managementApp.routes.some((other) => other.path === path && path.includes('staff')))).toEqual([])
  })

  // ASVS 13.2.2
  test('the role of the Management plane reads no table of a tenant, and its schema is nobody else’s', async () => {
    await signedIn()
    const tables = await owner<{ name: string }[]>`
      select c.relname as name from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace`
    expect(tables.length).toBeGreaterThan(30)
    for (const { name } of tables) {
      const reason = await managementRole.unsafe(`select 1 from public.${name} limit 1`).then(
        () => 'was read',
        (error: { code: string }) => error.code,
      )
      expect([name, reason]).toEqual([name, '42501'])
    }
    const reached = await owner`
      select c.relname, r.rolname from pg_class c, pg_roles r
      where c.relnamespace = 'management'::regnamespace and c.relkind in ('r', 'p') and r.rolname in ('monozu_app', 'monozu_ingest')
        and (has_schema_privilege(r.oid, 'management', 'usage') or has_table_privilege(r.oid, c.oid, 'select, insert, update, delete'))`
    expect([...reached]).toEqual([])
    const [role] = await managementRole`select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = current_user`
    expect(role).toEqual({ rolsuper: false, rolbypassrls: false, rolcreaterole: false })
  })

  test('its tables, and what it may ask of the Cloud, are those on the list', async () => {
    const tables = await owner`select relname from pg_class where relkind = 'r' and relnamespace = 'management'::regnamespace order by 1`
    expect(tables.map(({ relname }) => relname as string)).toEqual([
      'audit_entry',
      'cloud_contact',
      'delivery',
      'licence',
      'plan',
      'staff',
      'staff_challenge',
      'staff_invitation',
      'staff_session',
      'staff_sso_transaction',
      'support_request',
      'tenant',
      'tenant_day',
      'tenant_usage',
    ])
    const functions = await owner`
      select proname, proconfig::text as config from pg_proc where pronamespace = 'management'::regnamespace and prosecdef order by 1`
    expect(functions.map(({ proname }) => proname as string)).toEqual([
      'attempt_begin',
      'attempt_end',
      'note_tenant',
      'offboarding_of',
      'retired_pepper_of',
    ])
    for (const { config } of functions) expect(config).toContain('search_path=public, pg_temp')
  })

  // ASVS 16.4.2
  test('what staff did is appended to, and never changed', async () => {
    const rows = await owner`
      select privilege_type from information_schema.role_table_grants
      where grantee = 'monozu_management' and table_name = 'audit_entry' order by 1`
    expect(rows.map(({ privilege_type }) => privilege_type as string)).toEqual(['INSERT', 'SELECT'])
  })
})

test('each role may what those before it may', () => {
  const [support, operator, all] = roles.map((role) => permissionsOf(role))
  expect(all).toEqual(Object.keys(staffPermissions) as StaffPermission[])
  for (const name of support!) expect(operator).toContain(name)
  expect(support!.length).toBeLessThan(operator!.length)
  expect(operator!.length).toBeLessThan(all!.length)
})

test('MANAGEMENT_X is read before X, in either of its forms', () => {
  const made = managementEnvironment({
    SECRET_KEY: 'a',
    MANAGEMENT_SECRET_KEY: 'b',
    DATABASE_URL_FILE: '/x',
    MANAGEMENT_DATABASE_URL: 'y',
    HOST: 'h',
  })
  expect(made).toMatchObject({ SECRET_KEY: 'b', DATABASE_URL: 'y', HOST: 'h', API_PUBLIC_URL: 'http://localhost:8080' })
  expect('DATABASE_URL_FILE' in made).toBe(false)
  expect(managementEnvironment({ MANAGEMENT_PORT: '9000' }).API_PUBLIC_URL).toBe('http://localhost:9000')
})

test('the process that operators start makes its first owner once, serves, and drains', async () => {
  await owner`update management.staff set disabled = true`
  const { ENCRYPTION_KEYS } = Bun.env as Record<string, string>
  const env = {
    MANAGEMENT_DATABASE_URL: Bun.env.MANAGEMENT_DATABASE_URL!,
    MANAGEMENT_SECRET_KEY: 'of the management plane alone: 32 characters',
    ENCRYPTION_KEYS: ENCRYPTION_KEYS!,
  }
  const email = `${Bun.randomUUIDv7()}@platform.example`
  const first = await startCommand(['management', 'bootstrap', '--email', email], env).ended()
  expect([first.code, first.output]).toEqual([0, expect.stringContaining(email)])
  const secret = first.output.match(/password (\S+)/)![1]!
  expect((await startCommand(['management', 'bootstrap', '--email', 'other@platform.example'], env).ended()).code).toBe(1)
  // Somebody has the address: what the database refuses is told without what it was asked to keep.
  await owner`update management.staff set disabled = true`
  const again = await startCommand(['management', 'bootstrap', '--email', email], { ...env, BOOTSTRAP_PASSWORD: secret }).ended()
  expect([again.code, again.output]).toEqual([1, expect.stringContaining('staff_email')])
  for (const kept of ['$2', 'params', secret]) expect(again.output).not.toContain(kept)
  await owner`update management.staff set disabled = false where email = ${email}`
  const port = freePort()
  const plane = startCommand(['management'], { ...env, MANAGEMENT_PORT: String(port) })
  const url = `http://127.0.0.1:${port}`
  const ready = () =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
  expect(await eventually(ready, 15_000)).toBe(true)
  const login = await fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: secret }),
  })
  expect([login.status, await login.json()]).toMatchObject([200, { mfa_enrolment_required: true }])
  expect(await plane.stop()).toBe(0)
  expect(plane.output()).not.toContain(secret)
  const wrong = await startCommand(['management'], { ...env, MANAGEMENT_DATABASE_URL: Bun.env.DATABASE_OWNER_URL! }).ended()
  expect([wrong.code, wrong.output]).toEqual([1, expect.stringContaining('use monozu_management')])
}, 60_000)
