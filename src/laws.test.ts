import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { app } from './app'
import { raw } from './core/db'
import { config } from './core/config'
import { featureOf } from './core/features'
import { type Permission, permissions } from './core/permissions'
import { inTenant, jobActor } from './core/scope'
import { deviceKeys } from './edge/device-keys/schema'
import { devices } from './edge/devices/schema'
import { licences } from './identity/licences/schema'
import { archiveSources, columnsKeptBack, noSecrets, soundsSecret, tablesKeptBack, tenantTables } from './identity/offboarding/contents'
import { givePassword, password } from './testing/account'
import { eventually } from './testing/eventually'
import { owner, report, runQueue } from './testing/world'
import { problem, registered, send, signedIn, within } from './testing/api'
import { addRejected } from './testing/world'
import { type Schema, sampleOf } from './testing/sample'
import type { Refusals } from './core/words'
import { fingerprint } from './testing/rows'

interface Detail {
  'x-permission'?: string
  'x-public'?: string
  'x-signed-in'?: boolean
  'x-device'?: boolean
  'x-internal'?: boolean
  'x-webhook'?: boolean
  'x-staff'?: boolean
  'x-refuses'?: Refusals
  hide?: boolean
  summary?: string
}
interface Schemas {
  query?: Schema
  body?: Schema
}
const propertiesOf = (schema: Schema | undefined) => schema?.properties ?? {}

/** What a reply says, without what is new in every reply. */
const toldOf = async (reply: Response): Promise<Record<string, unknown>> => {
  const text = await reply.text()
  const { request_id: _, ...told } = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : { text }
  return { http_status: reply.status, ...told }
}

const routes = app.routes
  .filter(({ method }) => method !== 'OPTIONS')
  .map(({ method, path, hooks }) => ({ method, path, ...(hooks as Schemas), detail: (hooks as { detail?: Detail }).detail ?? {} }))
const documentationRoutes = new Set(['/api/docs/json'])
const ours = routes.filter(({ path }) => !documentationRoutes.has(path))
const named = (list: typeof ours) => list.map((route) => [`${route.method} ${route.path}`, route] as const)
const concrete = (path: string, id: string = Bun.randomUUIDv7()) => path.replace(/:\w+/g, id).replace('*', 'x')

describe('every route', () => {
  // ASVS 8.2.1
  test.each(named(ours))('%s declares exactly one guard', (_, { detail }) => {
    const guards = [
      detail['x-permission'],
      detail['x-public'],
      detail['x-signed-in'],
      detail['x-device'],
      detail['x-internal'],
      detail['x-webhook'],
      detail['x-staff'],
    ].filter(Boolean)
    expect(guards).toHaveLength(1)
    if (detail['x-permission']) expect(Object.keys(permissions)).toContain(detail['x-permission'])
    if (!detail.hide && !('x-public' in detail)) expect(detail.summary).toBeTruthy()
  })

  // ASVS 8.2.1, 8.3.1
  test.each(named(ours.filter(({ detail }) => !detail['x-public'])))(
    '%s refuses strangers before it looks at what they sent',
    async (_, { method, path, detail }) => {
      const headers = { 'content-type': 'application/json' }
      const reply = await send(method, concrete(path, 'not-an-id'), { headers, body: method === 'GET' ? undefined : { nonsense: true } })
      expect(reply.status).toBe(401)
      expect((await problem(reply)).error).toBe('unauthenticated')
      expect(reply.headers.get('x-request-id')).toBeTruthy()
      if (!detail['x-permission']) return
      const { headers: powerless } = await signedIn([])
      const refused = await send(method, concrete(path, 'not-an-id'), { headers: powerless })
      expect(refused.status).toBe(403)
      expect((await problem(refused)).detail).toContain(detail['x-permission'])
    },
  )
})

describe('every route of a feature', () => {
  const gated = ours.flatMap((route) => {
    const permission = route.detail['x-permission'] as Permission | undefined
    const feature = permission && featureOf(permission)
    return feature ? [[`${route.method} ${route.path}`, route, feature] as const] : []
  })
  const ask = async ({ method, path }: (typeof ours)[number], headers: Record<string, string>) =>
    problem(await send(method, concrete(path), { headers: { 'content-type': 'application/json', ...headers } }))

  test('there is one', () => expect(gated.length).toBeGreaterThan(0))

  test.each(gated)('%s is refused where the deployment or the licence has it off', async (_, route, feature) => {
    const { headers, tenant_id } = await signedIn()
    const flag = `FEATURE_${feature.toUpperCase()}` as 'FEATURE_VPN'
    config[flag] = false
    expect(await ask(route, headers)).toMatchObject({ status: 404, error: 'feature_disabled' })
    config[flag] = true
    expect(await ask(route, headers).catch(() => ({}))).not.toMatchObject({ error: 'feature_disabled' })
    await within(tenant_id, async (scope) => {
      await scope.tx.insert(licences).values(scope.owned({ plan: 'bare', features: [], limits: {}, as_of: new Date() }))
      scope.signals.push({ topic: 'licences', key: tenant_id })
    })
    expect(await ask(route, headers)).toMatchObject({ status: 404, error: 'feature_disabled' })
  })
})

describe('every route with an id', () => {
  const withId = ours.filter(
    ({ path, detail }) => path.includes(':id') && !detail['x-public'] && !detail['x-internal'] && !detail['x-staff'],
  )
  const provider = { directory: crypto.randomUUID(), client_id: 'ours', client_secret: 'of ours' }
  const bodies: Record<string, unknown> = {
    'PUT /api/v1/settings/sso/': provider,
    'PUT /api/v1/settings/security/': { require_mfa: false, session_idle_minutes: null, session_hours: null },
    'PUT /api/v1/settings/telemetry/': { raw_days: null, rollup_days: null },
    'PATCH /api/v1/groups/:id': { name: 'taken over' },
    'PATCH /api/v1/users/:id': { name: 'taken over' },
    'PATCH /api/v1/service-accounts/:id': { name: 'taken over' },
    'PATCH /api/v1/org-units/:id': { name: 'taken over' },
    'PATCH /api/v1/sites/:id': { name: 'taken over' },
    'PATCH /api/v1/devices/:id': { name: 'taken over' },
    'PATCH /api/v1/saved-views/:id': { name: 'taken over' },
    'POST /api/v1/devices/:id/commands': { type: 'ping' },
    'POST /api/v1/alerts/:id/acknowledge': {},
    'POST /api/v1/alerts/:id/assign': { user_id: null },
    'POST /api/v1/alerts/:id/close': { verdict: 'benign' },
    'POST /api/v1/me/identities/:id/unlink': {},
    'POST /api/v1/commands/:id/result': { state: 'succeeded' },
  }

  /** One of each thing that has an id, in a tenant of its own. */
  async function furnished() {
    const client = await signedIn()
    const unit = (await client.api['org-units'].post({ name: 'North' })).data!.id
    const site = (await client.api.sites.post({ name: 'Hall', org_unit_id: unit })).data!.id
    const device = await registered(client, { org_unit_id: unit })
    const deviceKey = (await client.api.devices({ id: device.device_id }).keys.get({ query: {} })).data!.items[0]!.id
    const command = (await client.api.devices({ id: device.device_id }).commands.post({ type: 'ping' })).data!.id
    const group = (await client.api.groups.post({ name: 'Some', permissions: [] })).data!.id
    const key = (await client.api.settings['edge-registration-keys'].get({ query: {} })).data!.items[0]!.id
    const service = (await client.api['service-accounts'].post({ name: 'Exporter', group_ids: [], org_unit_scope: 'all' })).data!.id
    const expires_at = new Date(Date.now() + 86_400_000)
    const token = (await client.api['api-tokens'].post({ name: 'nightly', scopes: ['devices.read'], expires_at })).data!.id
    const invited = { email: `${Bun.randomUUIDv7()}@test.example`, group_ids: [], org_unit_scope: 'all' as const }
    const invitation = (await client.api.invitations.post(invited)).data!.id
    expect((await client.api.settings.sso.put(provider)).status).toBe(200)
    const domain = (await client.api.settings.domains.post({ domain: `${Bun.randomUUIDv7()}.example` })).data!.id
    const exported = (await client.api.audit.exports.post({})).data!.id
    const view = (await client.api['saved-views'].post({ list: 'devices', name: 'Some', query: '', shared: true })).data!.id
    const listed = {
      devices: (await client.api.devices.exports.post({})).data!.id,
      alerts: (await client.api.alerts.exports.post({})).data!.id,
      users: (await client.api.users.exports.post({})).data!.id,
    }
    const entry = (await client.api.audit.get({ query: {} })).data!.items[0]!.id
    const refused = await addRejected(device)
    await report({ ...device, tenant_id: client.tenant_id }, [{ kind: 'security_alert', data: { title: 'Door open', severity: 'high' } }])
    await runQueue(client.tenant_id)
    const alert = (await client.api.alerts.get({ query: {} })).data!.items[0]!.id
    const identity = crypto.randomUUID()
    await owner`insert into identity (id, user_id, kind, issuer, directory, subject, created_at)
      values (${identity}, ${client.user_id}, 'oidc', 'https://issuer.example', '', ${identity}, now())`
    const grant = crypto.randomUUID()
    await owner`insert into support_grant (tenant_id, id, staff_id, staff_name, staff_email, reason, mode, hours, state)
      values (${client.tenant_id}, ${grant}, gen_random_uuid(), 'Somebody', 's@platform.example', 'sample', 'read', 1, 'asked')`
    const ids: [RegExp, string][] = [
      [/\/support-access\//, grant],
      [/\/identities\//, identity],
      [/\/domains\//, domain],
      [/\/devices\/exports\//, listed.devices],
      [/\/alerts\/exports\//, listed.alerts],
      [/\/users\/exports\//, listed.users],
      [/\/exports\//, exported],
      [/\/audit\//, entry],
      [/\/saved-views\//, view],
      [/\/service-accounts\//, service],
      [/\/api-tokens\//, token],
      [/\/invitations\//, invitation],
      [/edge-registration-keys/, key],
      [/\/sessions\//, client.sid],
      [/\/groups\//, group],
      [/\/users\//, client.user_id],
      [/\/org-units\//, unit],
      [/\/sites\//, site],
      [/\/device-keys\//, deviceKey],
      [/\/devices\//, device.device_id],
      [/\/commands\//, command],
      [/\/rejected\//, refused],
      [/\/alerts\//, alert],
    ]
    return { client, device, idFor: (path: string) => ids.find(([pattern]) => pattern.test(path))![1] }
  }

  const takesVersions = ({ detail }: (typeof ours)[number]) => Boolean(detail['x-refuses']?.[412])

  test.each(named(ours.filter(takesVersions)))('%s refuses what is based on another version', async (name, { method, path, body }) => {
    const { client, idFor } = await furnished()
    const before = await fingerprint(client.tenant_id)
    const sent = method === 'DELETE' ? undefined : (bodies[name] ?? sampleOf(body))
    const headers = { ...client.headers, 'if-match': '"v999"' }
    const reply = await send(method, path.includes(':id') ? concrete(path, idFor(path)) : path, { headers, body: sent })
    expect([reply.status, (await problem(reply)).error]).toEqual([412, 'stale'])
    expect(await fingerprint(client.tenant_id)).toEqual(before)
  })

  test('what changes a thing that several people see is such a route', () => {
    const others = ours.filter((route) => ['PATCH', 'PUT'].includes(route.method) && !takesVersions(route))
    expect(others.map(({ method, path }) => `${method} ${path}`)).toEqual([
      // His own, and each part by itself.
      'PATCH /api/v1/me/preferences/',
      // One choice, which is all of it.
      'PUT /api/v1/settings/support',
    ])
  })

  // ASVS 8.2.2, 8.4.1
  test.each(named(withId))(
    "%s answers another tenant's id as a random one, and changes nothing",
    async (name, { method, path, detail }) => {
      const theirs = await furnished()
      const mine = detail['x-device'] ? await signedIn().then((client) => registered(client)) : await signedIn()
      const before = await fingerprint(theirs.client.tenant_id)
      const ask = (id: string) => send(method, concrete(path, id), { headers: mine.headers, body: bodies[name] })
      const [foreign, random] = [await ask(theirs.idFor(path)), await ask(Bun.randomUUIDv7())]
      expect(foreign.status).toBe(404)
      const { request_id: _, ...told } = await problem(foreign)
      const { request_id: __, ...expected } = await problem(random)
      expect(told).toEqual(expected)
      expect(await fingerprint(theirs.client.tenant_id)).toEqual(before)
    },
  )

  const placed = withId.filter(
    ({ path, detail }) => !detail['x-device'] && /\/(devices|org-units|sites|commands|alerts|device-keys)\//.test(path),
  )
  // ASVS 8.2.2
  test.each(named(placed))("%s answers a sibling unit's id as a random one, and changes nothing", async (name, { method, path }) => {
    const { client, idFor } = await furnished()
    const south = (await client.api['org-units'].post({ name: 'South' })).data!.id
    const sibling = await signedIn(undefined, { tenant_id: client.tenant_id, units: [south] })
    const before = await fingerprint(client.tenant_id)
    const ask = (id: string) => send(method, concrete(path, id), { headers: sibling.headers, body: bodies[name] })
    expect((await ask(idFor(path))).status).toBe(404)
    expect(await toldOf(await ask(idFor(path)))).toEqual(await toldOf(await ask(Bun.randomUUIDv7())))
    expect(await fingerprint(client.tenant_id)).toEqual(before)
  })

  /** Where a query or a body names something by its id, as its schema says. */
  const references = ours.flatMap((route) =>
    (['query', 'body'] as const).flatMap((part) =>
      Object.keys(propertiesOf(route[part]))
        .filter((field) => /_ids?$/.test(field) && !['hardware_id', 'client_id'].includes(field) && route.detail['x-permission'])
        .map((field) => [`${route.method} ${route.path} ${part} ${field}`, route, part, field] as const),
    ),
  )
  const things: Record<string, string> = { group_ids: '/groups/', parent_id: '/org-units/', entity_id: '/devices/', actor_id: '/users/' }

  test('some routes name other things', () => expect(references.length).toBeGreaterThan(12))
  // ASVS 8.4.1, 8.2.2
  test.each(references)("%s takes another tenant's id and a sibling's as a random one", async (_, route, part, field) => {
    const theirs = await furnished()
    const thing = theirs.idFor(things[field] ?? `/${field.replace(/_ids?$/, '').replace('_', '-')}s/`)
    const south = (await theirs.client.api['org-units'].post({ name: 'South' })).data!.id
    const sibling = /\/(devices|org-units)\//.test(things[field] ?? `/${field.replace(/_id$/, '').replace('_', '-')}s/`)
      ? [await signedIn(undefined, { tenant_id: theirs.client.tenant_id, units: [south] })]
      : []
    const mine = await furnished()
    const southern = await registered(theirs.client, { org_unit_id: south })
    for (const client of [mine.client, ...sibling]) {
      const own = !route.path.includes(':id')
        ? ''
        : client === mine.client
          ? mine.idFor(route.path)
          : route.path.includes('/devices/')
            ? southern.device_id
            : south
      const ask = async (id: string) => {
        const value = field.endsWith('s') ? [id] : id
        const sample: Record<string, unknown> = { ...(sampleOf(route[part]) as object), [field]: value }
        const query = new URLSearchParams(Object.entries(sample).map(([key, text]): [string, string] => [key, String(text)]))
        const path = concrete(route.path, own)
        const reply = await (part === 'query'
          ? send(route.method, `${path}?${query}`, { headers: client.headers })
          : send(route.method, path, { headers: client.headers, body: sample }))
        const told = await toldOf(reply)
        return JSON.parse(JSON.stringify(told).replaceAll(id, '(id)')) as Record<string, unknown>
      }
      const before = await fingerprint(theirs.client.tenant_id)
      const [foreign, random] = [await ask(thing), await ask(Bun.randomUUIDv7())]
      if (random.http_status === 201) for (const answer of [foreign, random]) Object.assign(answer, { id: '', expires_at: '' })
      const about = (random.errors as { path: string }[] | undefined)?.map(({ path }) => path.split('/')[1])
      expect(about?.filter((name) => name !== field) ?? []).toEqual([])
      expect(foreign).toEqual(random)
      if (!sibling.includes(client)) expect(await fingerprint(theirs.client.tenant_id)).toEqual(before)
    }
  })

  /** What is no decision of anybody, or needs an authenticator, a provider, DNS or the Management plane: those are held to the same in their own tests. */
  const elsewhere =
    /^POST \/api\/v1\/(ws\/ticket|admin\/jobs\/:id\/retry|support-access\/leave|me\/(mfa\/(confirm|disable|recovery-codes)|identities\/(link|prove))|users\/:id\/mfa\/reset|settings\/(sso\/check|domains\/:id\/verify))$/
  const changing = ours.filter(
    ({ method, path, detail }) =>
      !['GET', 'WS'].includes(method) && !detail['x-public'] && !detail['x-webhook'] && !elsewhere.test(`${method} ${path}`),
  )
  // ASVS 16.2.1, 16.3.3
  test.each(named(changing))('%s leaves an entry in the audit log', async (name, { method, path, body, detail }) => {
    const { client, device, idFor } = await furnished()
    await givePassword(client.user_id)
    const colleague = await signedIn([], { tenant_id: client.tenant_id })
    // Somebody remains who may everything.
    await owner`insert into membership_group (tenant_id, id, membership_id, group_id)
      select m.tenant_id, gen_random_uuid(), m.id, g.id from membership m join access_group g using (tenant_id)
      where m.tenant_id = ${client.tenant_id} and m.user_id = ${client.user_id} and g.permissions::text like '%*%'`
    const empty = (await client.api['org-units'].post({ name: 'Empty' })).data!.id
    const more: Record<string, object> = {
      'POST /api/v1/auth/switch-tenant': { tenant_id: client.tenant_id },
      'POST /api/v1/auth/password/change': { current_password: password, new_password: 'another horse battery staple' },
      'POST /api/v1/me/mfa/enrol': { password },
      'POST /api/v1/me/identities/:id/unlink': { password },
      'PUT /api/v1/settings/security/': { require_mfa: false, session_idle_minutes: 60, session_hours: null },
      'PUT /api/v1/settings/support': { support_policy: 'allow' },
      'PUT /api/v1/settings/sso/': { ...provider, client_secret: 'another' },
      'POST /api/v1/settings/domains/': { domain: 'new.example' },
      'POST /api/v1/telemetry/exports': {
        device_id: [device.device_id],
        org_unit_id: undefined,
        metric: ['cpu_percent'],
        from: new Date(0),
        to: new Date(1000),
        step: undefined,
        tz: undefined,
      },
      'POST /api/v1/devices/bulk/update': { ids: [device.device_id], change: { location: 'Roof' } },
      'POST /api/v1/devices/bulk/delete': { ids: [device.device_id] },
      'POST /api/v1/alerts/bulk/acknowledge': { ids: [idFor('/alerts/')] },
      'POST /api/v1/alerts/bulk/assign': { ids: [idFor('/alerts/')], user_id: client.user_id },
      'POST /api/v1/alerts/bulk/close': { ids: [idFor('/alerts/')] },
      'POST /api/v1/alerts/bulk/reopen': { ids: [idFor('/alerts/')] },
      'POST /api/v1/alerts/:id/assign': { user_id: client.user_id },
      'POST /api/v1/sites/': { name: 'Hall', org_unit_id: empty },
      'POST /api/v1/users/bulk/disable': { ids: [colleague.user_id] },
      'POST /api/v1/users/bulk/groups': { ids: [colleague.user_id], group_ids: [idFor('/groups/')] },
      'POST /api/v1/users/bulk/end-sessions': { ids: [colleague.user_id] },
      'POST /api/v1/service-accounts/bulk/disable': { ids: [idFor('/service-accounts/')] },
      'POST /api/v1/api-tokens/bulk/revoke': { ids: [idFor('/api-tokens/')] },
      'PUT /api/v1/settings/telemetry/': { raw_days: 30, rollup_days: 400 },
    }
    if (/alerts.*reopen/.test(path)) await client.api.alerts({ id: idFor('/alerts/') }).close.post({ verdict: 'benign' })
    const id = path.includes('/users/') ? colleague.user_id : path.includes('/org-units/') ? empty : path.includes(':id') ? idFor(path) : ''
    const entries = () => owner`select action from audit_log where tenant_id = ${client.tenant_id} order by id`
    const before = (await entries()).length
    const sent = { ...(sampleOf(body) as object), ...(bodies[name] as object), ...more[name] }
    const reply = await send(method, concrete(path, id), { headers: detail['x-device'] ? device.headers : client.headers, body: sent })
    expect([reply.status, reply.status < 300 ? '' : await reply.text()]).toEqual([reply.status, ''])
    expect((await entries()).length).toBeGreaterThan(before)
  })

  // ASVS 16.3.2, 16.3.3
  test('a refused sign-in and a refused permission leave one each, the latter once a minute', async () => {
    const client = await signedIn(['devices.read'])
    await givePassword(client.user_id)
    expect((await client.api.auth.login.post({ email: client.email, password: 'not the one it is' })).status).toBe(401)
    for (let index = 0; index < 3; index += 1) expect((await client.api.groups.post({ name: 'Mine', permissions: [] })).status).toBe(403)
    const refused = () => owner`
      select action, actor_id, after from audit_log where tenant_id = ${client.tenant_id} and outcome = 'refused' order by action`
    expect(await eventually(async () => (await refused()).length >= 2, 5_000)).toBe(true)
    expect([...(await refused())]).toEqual([
      { action: 'permissions.refuse', actor_id: client.user_id, after: { permission: 'settings.groups.create' } },
      { action: 'sessions.refuse', actor_id: client.user_id, after: null },
    ])
  })
})

describe('every table with a tenant_id', () => {
  // ASVS 8.4.1
  test('has row-level security enabled and forced, and one policy for the application', async () => {
    const rows = await raw`
      select c.relname, c.relrowsecurity, c.relforcerowsecurity, c.relispartition,
        (select count(*)::int from pg_policy p where p.polrelid = c.oid and 'monozu_app'::regrole = any(p.polroles)) as policies,
        (select bool_and(p.polqual is not null and p.polwithcheck is not null) from pg_policy p where p.polrelid = c.oid and 'monozu_app'::regrole = any(p.polroles)) as both
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
      where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace`
    expect(rows.length).toBeGreaterThan(20)
    for (const row of rows) {
      expect(row).toMatchObject({ relrowsecurity: true, relforcerowsecurity: true, policies: row.relispartition ? 0 : 1 })
      if (!row.relispartition) expect(row).toMatchObject({ both: true })
    }
  })

  test('is planned for a tenant that statistics do not know as for one with a 200th of it', async () => {
    const rows = await raw`
      select c.relname, a.attoptions from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
      where c.relkind = 'r' and not c.relispartition and c.relnamespace = 'public'::regnamespace`
    expect(rows.length).toBeGreaterThan(20)
    expect(rows.filter(({ attoptions }) => !attoptions?.includes('n_distinct=200'))).toEqual([])
  })

  test('has a key and unique constraints that begin with tenant_id, and references that stay inside the tenant', async () => {
    const keys = await raw`
      select c.relname, i.indexrelid::regclass::text as index, a.attname as first
      from pg_index i join pg_class c on c.oid = i.indrelid join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
      where c.relnamespace = 'public'::regnamespace and (i.indisunique or i.indisprimary)
        and exists (select from pg_attribute t where t.attrelid = c.oid and t.attname = 'tenant_id')`
    expect(keys.filter(({ first }) => first !== 'tenant_id')).toEqual([])
    const references = await raw`
      select conrelid::regclass::text as from, conname, confrelid::regclass::text as to, cardinality(conkey) as columns
      from pg_constraint k where contype = 'f' and connamespace = 'public'::regnamespace
        and exists (select from pg_attribute t where t.attrelid = k.conrelid and t.attname = 'tenant_id')
        and exists (select from pg_attribute t where t.attrelid = k.confrelid and t.attname = 'tenant_id')`
    expect(references.length).toBeGreaterThan(8)
    expect(references.filter(({ columns }) => columns < 2)).toEqual([])
  })

  // Read anew for each row, a list of 50 units costs seconds where there are 100,000 devices.
  test('that asks for units or a device asks no function for each row, and shows what the rule says that new rows are held to', async () => {
    const asking = await raw<{ name: string; shows: string; takes: string }[]>`
      select polrelid::regclass::text as name, pg_get_expr(polqual, polrelid) as shows, pg_get_expr(polwithcheck, polrelid) as takes
      from pg_policy where pg_get_expr(polwithcheck, polrelid) ~ 'may_see_(unit|device|telemetry)' and polrelid <> 'device_presence'::regclass`
    expect(asking.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['alert', 'command', 'device', 'discovered_host', 'org_unit', 'telemetry_frame']),
    )
    const seesAll = '( SELECT sees_all() AS sees_all)'
    for (const { name, shows, takes } of asking) {
      const rule = takes
        .replace('sees_all()', seesAll)
        .replace(/may_see_unit\((\w+)\)/, `(${seesAll} OR ($1 IN ( SELECT unnest(seen_units()) AS unnest)))`)
        .replace(
          /may_see_device\((\w+)\)/,
          `(EXISTS ( SELECT FROM device d WHERE ((d.tenant_id = current_tenant()) AND (d.id = ${name}.$1)) OFFSET 0))`,
        )
      expect([name, shows.replaceAll(/\s+/g, ' ')]).toEqual([name, rule])
    }

    const client = await signedIn()
    const unit = async (name: string) => (await client.api['org-units'].post({ name })).data!.id
    const units = [await unit('North'), await unit('South'), null]
    for (const id of units) await registered(client, { org_unit_id: id ?? undefined })
    for (const seen of ['all', [], [units[0]!], [units[1]!], [units[0]!, units[1]!], [Bun.randomUUIDv7(), units[1]!]] as const) {
      const actor = { ...jobActor(client.tenant_id), units: seen }
      const { shown, ruled, plan } = await inTenant(actor, 'read only', async ({ tx, own }) => {
        const found = await tx.select({ id: devices.id, unit: devices.org_unit_id }).from(devices).where(own(devices))
        const keys = await tx.select({ id: deviceKeys.device_id }).from(deviceKeys).where(own(deviceKeys))
        expect(keys.map(({ id }) => id).toSorted()).toEqual(found.map(({ id }) => id).toSorted())
        const verdicts = units.map((id) => tx.execute<{ may: boolean }>(sql`select may_see_unit(${id}::uuid) as may`))
        const may = (await Promise.all(verdicts)).map(([row]) => row!.may)
        const explained = await tx.execute(sql`explain select from device where tenant_id = ${client.tenant_id}`)
        return { shown: found.map((row) => row.unit), ruled: units.filter((_, index) => may[index]), plan: JSON.stringify(explained) }
      })
      expect(shown.toSorted()).toEqual(ruled.toSorted())
      expect(ruled).toHaveLength(seen === 'all' ? 3 : seen.filter((id) => units.includes(id)).length)
      expect(plan).toContain('hashed SubPlan')
    }
  })

  test('gives nothing outside of a tenant', async () => {
    const { tenant_id } = await signedIn()
    expect(tenant_id).toBeTruthy()
    for (const table of ['membership', 'access_group', 'session', 'audit_log', 'tenant', 'app_user', 'telemetry_frame', 'device']) {
      const [row] = await raw.unsafe(`select count(*)::int as count from ${table}`)
      expect(row).toMatchObject({ count: 0 })
    }
  })
})

describe('rights', () => {
  const globalTables = ['app_user', 'attempt', 'identity', 'installation', 'mfa_factor', 'mfa_recovery_code', 'retired_pepper', 'tenant']

  // ASVS 13.2.2
  test('the application role owns nothing and is above nothing', async () => {
    const [role] =
      await raw`select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication from pg_roles where rolname = current_user`
    expect(role).toEqual({ rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false, rolreplication: false })
    expect(await raw`select relname from pg_class where relowner = current_user::regrole`).toHaveLength(0)
  })

  test('global tables are those on the list', async () => {
    const rows = await raw`
      select relname from pg_class c where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace
        and not exists (select from pg_attribute t where t.attrelid = c.oid and t.attname = 'tenant_id') order by 1`
    expect(rows.map(({ relname }) => relname as string)).toEqual(globalTables)
  })

  // ASVS 16.4.2
  test('history is appended to, never changed, and partitions are reached only through their table', async () => {
    const rows = await raw`
      select table_name, privilege_type from information_schema.role_table_grants
      where grantee = 'monozu_app' and table_name = 'audit_log' order by 2`
    expect(rows.map(({ privilege_type }) => privilege_type as string)).toEqual(['INSERT', 'SELECT'])
    expect(
      await raw`select relname from pg_class c where relispartition and relkind = 'r' and (has_table_privilege('monozu_app', c.oid, 'select') or has_table_privilege('monozu_ingest', c.oid, 'insert'))`,
    ).toHaveLength(0)
  })

  test('functions that run with more rights than their caller are those on the list, with a fixed search path', async () => {
    const rows =
      await raw`select proname, proconfig::text as config from pg_proc where prosecdef and pronamespace = 'public'::regnamespace order by 1`
    expect(rows.map(({ proname }) => proname as string)).toEqual([
      'audited_tenants',
      'change_password',
      'end_other_sessions',
      'erase_tenant',
      'erasure_done',
      'expire_telemetry',
      'find_confirmed_account',
      'find_domain',
      'find_identity',
      'find_invitations',
      'find_member',
      'find_sign_in',
      'heard_behind',
      'heard_devices',
      'hold_proof',
      'housekeep',
      'identities_of',
      'is_heard',
      'keep_layouts',
      'licensed_tenants',
      'members_with_mfa',
      'mfa_confirm',
      'mfa_enrol',
      'mfa_find',
      'mfa_remove',
      'mfa_renew_codes',
      'mfa_reset',
      'mfa_take_recovery_code',
      'mfa_take_step',
      'note_password_use',
      'note_volumes',
      'password_reset_begin',
      'password_reset_use',
      'prepare_partitions',
      'prove_domain',
      'queue_records',
      'queue_rollups',
      'replays_waiting',
      'resume_offboarding',
      'retired_pepper_of',
      'rollups_waiting',
      'search_alerts',
      'search_devices',
      'settle_replays',
      'tell_management',
      'unlink_identity',
      'upgrade_password',
      'usage_of_tenants',
      'use_device_keys',
      'use_identity',
      'verify_address',
    ])
    for (const { config } of rows) expect(config).toContain('search_path')
  })

  test('functions that set something are part of no parallel plan, which they would make fail', async () => {
    const rows = await raw<{ name: string; proparallel: string }[]>`
      select proname as name, proparallel from pg_proc where pronamespace = 'public'::regnamespace and prosrc ~ 'set_config'`
    expect(rows.map(({ name }) => name)).toContain('may_see_telemetry')
    expect(rows.filter(({ proparallel }) => proparallel !== 'u')).toEqual([])
  })

  test('jobs are queued by one function, which misses none that begin meanwhile', async () => {
    const callers = await owner<{ name: string }[]>`
      select proname as name from pg_proc where prosrc ~ 'add_jobs?\\(' and pronamespace <> 'graphile_worker'::regnamespace`
    expect(callers.map(({ name }) => name)).toEqual(['queue_job'])
    const sources = [...new Bun.Glob('{src,ingestor}/**/!(*.test).ts').scanSync('.')]
    expect(sources.filter((path) => readFileSync(path, 'utf8').includes('add_job'))).toEqual([])
  })

  test('views, where there are any, run as their caller', async () => {
    const rows =
      await raw`select relname, reloptions::text from pg_class where relkind in ('v', 'm') and relnamespace = 'public'::regnamespace`
    for (const { reloptions } of rows) expect(reloptions).toContain('security_invoker=true')
  })
})

// Of a tenant that leaves: a new table or column is decided about by who adds it. After that: WRITE_DOCS=1 bun test src/laws.test.ts -t archive.md
describe('what leaves with the archive of a tenant', () => {
  test('is decided for every table and every column there is', async () => {
    const tables = await tenantTables()
    const names = new Map(tables.map(({ table, columns }) => [table, columns.map(({ name }) => name)]))
    const sources = await archiveSources()
    expect([...sources.map(({ table }) => table), ...Object.keys(tablesKeptBack)].toSorted()).toEqual(
      [...names.keys(), 'tenant', 'app_user'].toSorted(),
    )
    for (const { table, columns, withheld } of sources) {
      const all = names.get(table)
      if (all) expect([...columns, ...withheld].toSorted()).toEqual([...all].toSorted())
      // What sounds like a secret is said to be one, with its reason, or said to be none.
      expect(withheld.map((column) => columnsKeptBack[table]?.[column] ?? `${table}.${column} is undecided`)).toEqual(
        withheld.map((column) => columnsKeptBack[table]![column]!),
      )
      for (const column of columns) if (soundsSecret.test(column)) expect(noSecrets).toContain(`${table}.${column}`)
    }
    for (const [table, columns] of Object.entries(columnsKeptBack))
      for (const column of Object.keys(columns)) expect(names.get(table)).toContain(column)
    for (const name of noSecrets) {
      const [table, column] = name.split('.')
      expect(names.get(table!)).toContain(column)
    }
  })

  test('is listed in docs/archive.md, column by column', async () => {
    const told = await Bun.file(join(import.meta.dir, '../docs/archive.md')).text()
    const sources = await archiveSources()
    const lines = [
      '| table | columns | stays, and why |',
      '| --- | --- | --- |',
      ...sources.map(({ table, columns, withheld }) => {
        const stay = withheld.map((column) => `\`${column}\`: ${columnsKeptBack[table]![column]}`)
        return `| \`${table}\` | ${columns.join(', ')} | ${stay.join('; ')} |`
      }),
      '',
      '| table that stays | why |',
      '| --- | --- |',
      ...Object.entries(tablesKeptBack).map(([table, why]) => `| \`${table}\` | ${why} |`),
    ]
    const body = told.slice(told.indexOf('| table | columns')).trim()
    if (Bun.env.WRITE_DOCS) await Bun.write('docs/archive.md', `${told.slice(0, told.indexOf('| table | columns'))}${lines.join('\n')}\n`)
    else expect(body).toBe(lines.join('\n'))
  })
})
