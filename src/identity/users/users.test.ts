import { beforeAll, describe, expect, test } from 'bun:test'
import { everyPermission } from '../../core/permissions'
import { listen } from '../../core/signals'
import { password, withPassword } from '../../testing/account'
import { auditOf, owner } from '../../testing/owner'
import { type Client, newTenant, problem, send, signedIn } from '../../testing/api'
import { writeRefreshToken } from '../../core/refresh'

beforeAll(() => listen())

const path = '/api/v1/users'
const manage = ['settings.users.read', 'settings.users.create', 'settings.users.update', 'settings.users.delete'] as const
const address = () => `${Bun.randomUUIDv7()}@test.example`
const alone = { name: 'New', group_ids: [], org_unit_scope: 'all' as const }
const refusal = ({ status, error }: { status: number; error: { value: unknown } | null }) => [
  status,
  (error?.value as { error?: string })?.error,
]

const adminGroup = async ({ api }: Client) =>
  (await api.groups.get({ query: {} })).data!.items.find(({ built_in }) => built_in === 'admin')!.id
const groupOf = async ({ api }: Client, user_id: string) => (await api.users({ id: user_id }).get()).data!.groups[0]!.id

/** Somebody of the built-in group Admin, made past the rules that the tests are about. */
async function administrator(tenant_id?: string) {
  const client = await signedIn(undefined, { tenant_id })
  const id = await adminGroup(client)
  await owner`insert into membership_group (tenant_id, id, membership_id, group_id)
    select tenant_id, gen_random_uuid(), id, ${id} from membership where user_id = ${client.user_id} and tenant_id = ${client.tenant_id}`
  return { ...client, admin: id }
}

/** A tenant with an administrator and two units side by side, one of them with a unit below. */
async function divided() {
  const boss = await administrator()
  const unit = async (name: string, parent_id?: string) => (await boss.api['org-units'].post({ name, parent_id })).data!.id
  const north = await unit('North')
  return { boss, tenant_id: boss.tenant_id, north, below: await unit('Below north', north), south: await unit('South') }
}

describe('a user', () => {
  test('is added with a first password that works and is shown this once', async () => {
    const { api, tenant_id, user_id } = await signedIn()
    const email = address()
    const made = await api.users.post({ ...alone, email, name: 'Ada' })
    expect([made.status, made.data]).toMatchObject([
      201,
      { email, name: 'Ada', disabled: false, groups: [], org_unit_scope: 'all', last_sign_in_at: null },
    ])
    const { initial_password, initial_password_until: _, ...shown } = made.data!
    expect(initial_password).toMatch(/^[A-Za-z2-9]{20}$/)
    expect((await api.users({ id: shown.id }).get()).data).toEqual(shown)
    expect((await send('POST', '/api/v1/auth/login', { body: { email, password: initial_password } })).status).toBe(200)
    const [row] = await auditOf(tenant_id, 'users.create')
    expect(row).toMatchObject({ actor_id: user_id, entity_id: shown.id, before: null, after: { email } })
    const [kept] =
      await owner`select a::text || i::text as everything from audit_log a, identity i where a.tenant_id = ${tenant_id} and a.entity_id = ${shown.id} and i.user_id = ${shown.id}`
    expect(String(kept!.everything)).not.toContain(initial_password)
  })

  test('has one account: an address that is known is refused in every tenant, whatever its case', async () => {
    const [mine, other] = [await signedIn(), await signedIn()]
    for (const { api } of [mine, other]) {
      expect(refusal(await api.users.post({ ...alone, email: mine.email.toUpperCase() }))).toEqual([409, 'already_registered'])
    }
    expect((await other.api.users.get({ query: {} })).data!.items.map(({ email }) => email)).toEqual([other.email])
  })

  // ASVS 2.2.1
  test('that fits nowhere is refused field by field, and nobody is added', async () => {
    const { api, headers } = await signedIn()
    const id = Bun.randomUUIDv7()
    const good = { ...alone, email: address() }
    const refusals: [object, string][] = [
      [{ ...good, email: 'not an address' }, '/email'],
      [{ ...good, email: `a@${'b'.repeat(260)}.example` }, '/email'],
      [{ ...good, email: undefined }, '/email'],
      [{ ...good, name: ' ' }, '/name'],
      [{ ...good, group_ids: 'x' }, '/group_ids'],
      [{ ...good, group_ids: ['x'] }, '/group_ids/0'],
      [{ ...good, group_ids: [id] }, '/group_ids'],
      [{ ...good, group_ids: Array.from({ length: 51 }, () => id) }, '/group_ids'],
      [{ ...good, org_unit_scope: 'some' }, '/org_unit_scope'],
      [{ ...good, org_unit_scope: undefined }, '/org_unit_scope'],
      [{ ...good, org_unit_scope: [{ org_unit_id: id, subtree: true }] }, '/org_unit_scope'],
    ]
    for (const [body, at] of refusals) {
      const reply = await send('POST', path, { body, headers })
      const told = await problem(reply)
      expect([body, reply.status]).toEqual([body, 422])
      expect(told.errors!.map((fault) => fault.path)).toContain(at)
    }
    expect((await api.users.get({ query: {} })).data!.items).toHaveLength(1)
  })

  // ASVS 7.4.2
  test('is changed, disabled and removed; each is in the audit log', async () => {
    const { api, tenant_id } = await administrator()
    const other = await signedIn(['devices.read'], { tenant_id })
    const user = api.users({ id: other.user_id })
    expect((await user.patch({ name: 'Renamed' })).data).toMatchObject({ name: 'Renamed' })
    expect((await other.api.devices.get({ query: {} })).status).toBe(200)
    expect((await user.patch({ disabled: true })).data).toMatchObject({ disabled: true })
    expect((await other.api.devices.get({ query: {} })).status).toBe(401)
    expect((await user.patch({ disabled: false })).data).toMatchObject({ disabled: false })
    expect((await other.api.devices.get({ query: {} })).status).toBe(401)
    expect((await user.delete()).status).toBe(204)
    expect((await user.get()).status).toBe(404)
    const rows = [...(await auditOf(tenant_id, 'users.update')), ...(await auditOf(tenant_id, 'users.delete'))]
    expect(rows.map(({ entity_id }) => entity_id)).toEqual(Array.from({ length: 4 }, () => other.user_id))
    expect(rows.map(({ after }) => after?.disabled)).toEqual([false, true, false, undefined])
  })

  // ASVS 7.4.5
  test('is signed out everywhere by an administrator, and may sign in again; nobody does it to himself or to who may do more', async () => {
    const admin = await signedIn()
    const end = ({ headers }: { headers: Record<string, string> }, id: string) =>
      send('DELETE', `/api/v1/users/${id}/sessions`, { headers })
    const member = await withPassword(['devices.read'], { tenant_id: admin.tenant_id })
    const login = () => send('POST', '/api/v1/auth/login', { body: { email: member.email, password } })
    const { access_token } = (await (await login()).json()) as { access_token: string }
    const second = { headers: { authorization: `Bearer ${access_token}` } }
    expect((await end(admin, member.user_id)).status).toBe(204)
    for (const { headers } of [member, second]) expect((await send('GET', '/api/v1/me', { headers })).status).toBe(401)
    expect((await login()).status).toBe(200)
    expect([...(await auditOf(admin.tenant_id, 'users.end_sessions'))]).toMatchObject([
      { actor_id: admin.user_id, entity_id: member.user_id, after: { sessions_ended: 2 } },
    ])
    const helper = await signedIn(['settings.users.update', 'settings.users.read'], { tenant_id: admin.tenant_id })
    const [own, stronger] = [await end(admin, admin.user_id), await end(helper, admin.user_id)]
    expect([own.status, (await problem(own)).error]).toEqual([409, 'own_account'])
    expect([stronger.status, (await problem(stronger)).error]).toEqual([403, 'beyond_own_permissions'])
    expect((await send('GET', '/api/v1/me', admin)).status).toBe(200)
  })

  test('who is removed is out with the next request, and stays what he is elsewhere', async () => {
    const { api, tenant_id } = await administrator()
    const other = await signedIn(undefined, { tenant_id })
    const elsewhere = await newTenant()
    await owner`insert into membership (tenant_id, id, user_id, name, whole_tenant) values (${elsewhere}, gen_random_uuid(), ${other.user_id}, 'Elsewhere', true)`
    expect((await other.api.me.get()).status).toBe(200)
    expect((await api.users({ id: other.user_id }).delete()).status).toBe(204)
    expect((await other.api.me.get()).status).toBe(401)
    const cookie = writeRefreshToken({ tenant_id, session_id: other.sid, generation: 1 })
    expect((await send('POST', '/api/v1/auth/refresh', { body: {}, headers: { cookie: `monozu_refresh=${cookie}` } })).status).toBe(401)
    expect(await owner`select name from membership where user_id = ${other.user_id}`).toHaveLength(1)
  })

  test('If-Match is held against the version that was seen, also of those who change at the same moment', async () => {
    const { headers, tenant_id } = await administrator()
    const other = await signedIn([], { tenant_id })
    const change = (name: string, tag: string) =>
      send('PATCH', `${path}/${other.user_id}`, { body: { name }, headers: { ...headers, 'if-match': tag } })
    const seen = (await send('GET', `${path}/${other.user_id}`, { headers })).headers.get('etag')!
    const replies = await Promise.all(['a', 'b', 'c', 'd'].map((name) => change(name, seen)))
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412])
    expect((await problem(await change('late', seen))).error).toBe('stale')
    expect((await send('DELETE', `${path}/${other.user_id}`, { headers: { ...headers, 'if-match': seen } })).status).toBe(412)
  })

  test('who signs in is no other version of himself', async () => {
    const { headers, tenant_id } = await administrator()
    const { user_id, email } = await withPassword([], { tenant_id })
    const seen = await send('GET', `${path}/${user_id}`, { headers })
    expect((await send('POST', '/api/v1/auth/login', { body: { email, password } })).status).toBe(200)
    const now = await send('GET', `${path}/${user_id}`, { headers })
    expect(now.headers.get('etag')).toBe(seen.headers.get('etag'))
    type Times = { updated_at: string; last_sign_in_at: string }
    const [before, after] = (await Promise.all([seen.json(), now.json()])) as [Times, Times]
    expect(after.updated_at).toBe(before.updated_at)
    expect(after.last_sign_in_at).not.toBe(before.last_sign_in_at)
  })
})

describe('an Idempotency-Key', () => {
  const add = (client: Client, key: string, body: object) =>
    send('POST', path, { body, headers: { ...client.headers, 'idempotency-key': key } })

  test('gives the first answer again, the shown-once password too, and adds nobody twice', async () => {
    const client = await signedIn()
    const body = { ...alone, email: address() }
    const first = await add(client, 'key-1', body)
    const told = await first.json()
    expect([first.status, told]).toMatchObject([201, { initial_password: expect.any(String) }])
    for (let again = 0; again < 2; again += 1) {
      const reply = await add(client, 'key-1', body)
      expect([reply.status, reply.headers.get('etag'), await reply.json()]).toEqual([201, first.headers.get('etag'), told])
    }
    expect((await client.api.users.get({ query: {} })).data!.items).toHaveLength(2)
    const [row] = await owner`select answer from idempotent_answer where tenant_id = ${client.tenant_id}`
    expect(String(row!.answer)).toMatch(/^test:[\w+/=]+$/)
  })

  test('refuses another request, and means nothing to another user', async () => {
    const client = await signedIn()
    const body = { ...alone, email: address() }
    await add(client, 'key-1', body)
    const reply = await add(client, 'key-1', { ...body, name: 'Other' })
    expect([reply.status, (await problem(reply)).error]).toEqual([422, 'idempotency_key_reused'])
    const elsewhere = await send('POST', '/api/v1/groups', {
      body: { name: 'x', permissions: [] },
      headers: { ...client.headers, 'idempotency-key': 'key-1' },
    })
    expect(elsewhere.status).toBe(422)
    const other = await signedIn(undefined, { tenant_id: client.tenant_id })
    expect((await add(other, 'key-1', { ...body, email: address() })).status).toBe(201)
  })

  test('sent twice at once adds one; a refused request leaves the key free', async () => {
    const client = await signedIn()
    const body = { ...alone, email: address() }
    const replies = await Promise.all([add(client, 'twin', body), add(client, 'twin', body)])
    const [one, other] = await Promise.all(replies.map((reply) => reply.json()))
    expect(replies.map(({ status }) => status)).toEqual([201, 201])
    expect(one).toEqual(other)
    expect((await add(client, 'again', body)).status).toBe(409)
    expect((await add(client, 'again', { ...body, email: address() })).status).toBe(201)
  })

  test('must be printable and short', async () => {
    const client = await signedIn()
    for (const key of ['', ' ', 'a b', 'x'.repeat(256), 'é'])
      expect([key, (await add(client, key, { ...alone, email: address() })).status]).toEqual([key, 400])
  })
})

describe('nobody gives what he does not hold', () => {
  // ASVS 8.2.3
  test('neither groups to others, nor takes or lets in again who holds more', async () => {
    const boss = await administrator()
    const { tenant_id } = boss
    const strong = await signedIn(['devices.delete'], { tenant_id })
    const weak = await signedIn([...manage], { tenant_id })
    const target = await signedIn([], { tenant_id })
    const strongGroup = await groupOf(boss, strong.user_id)
    const { users } = weak.api
    const refused = [
      await users.post({ ...alone, email: address(), group_ids: [strongGroup] }),
      await users.post({ ...alone, email: address(), group_ids: [boss.admin] }),
      await users({ id: target.user_id }).patch({ group_ids: [boss.admin] }),
      await users({ id: strong.user_id }).patch({ group_ids: [] }),
      await users({ id: strong.user_id }).patch({ disabled: true }),
      await users({ id: strong.user_id }).patch({ org_unit_scope: [] }),
      await users({ id: strong.user_id }).delete(),
    ]
    for (const each of refused) expect(refusal(each)).toEqual([403, 'beyond_own_permissions'])
    await boss.api.users({ id: strong.user_id }).patch({ disabled: true })
    expect(refusal(await users({ id: strong.user_id }).patch({ disabled: false }))).toEqual([403, 'beyond_own_permissions'])
    expect((await users({ id: target.user_id }).patch({ disabled: true })).status).toBe(200)
    expect((await users({ id: target.user_id }).delete()).status).toBe(204)
  })

  test('nor rights to himself, whatever way he writes his id', async () => {
    const boss = await administrator()
    const mine = boss.api.users({ id: boss.user_id })
    const refused = [
      await mine.patch({ disabled: true }),
      await mine.patch({ group_ids: [] }),
      await mine.patch({ org_unit_scope: [] }),
      await mine.delete(),
    ]
    for (const each of refused) expect(refusal(each)).toEqual([409, 'own_account'])
    for (const id of [boss.user_id.toUpperCase(), `urn:uuid:${boss.user_id}`]) {
      expect((await send('PATCH', `${path}/${id}`, { body: { group_ids: [] }, headers: boss.headers })).status).toBe(422)
      expect((await send('DELETE', `${path}/${id}`, { headers: boss.headers })).status).toBe(422)
    }
    expect((await mine.patch({ name: 'Renamed' })).status).toBe(200)
  })

  test('a permission taken from a user is gone with the next request', async () => {
    const boss = await administrator()
    const { api, user_id } = await signedIn(['devices.read'], { tenant_id: boss.tenant_id })
    expect((await api.devices.get({ query: {} })).status).toBe(200)
    await boss.api.users({ id: user_id }).patch({ group_ids: [] })
    expect((await api.devices.get({ query: {} })).status).toBe(403)
    expect((await api.me.get()).data!.permissions).toEqual([])
  })
})

describe('the last administrator', () => {
  test('can be neither disabled, nor moved, nor removed', async () => {
    const boss = await administrator()
    const helper = await signedIn(undefined, { tenant_id: boss.tenant_id })
    const unit = (await boss.api['org-units'].post({ name: 'North' })).data!.id
    const last = helper.api.users({ id: boss.user_id })
    const refused = [
      await last.patch({ disabled: true }),
      await last.patch({ group_ids: [] }),
      await last.patch({ org_unit_scope: [{ org_unit_id: unit, subtree: true }] }),
      await last.delete(),
    ]
    for (const each of refused) expect(refusal(each)).toEqual([409, 'last_administrator'])
    const second = await administrator(boss.tenant_id)
    expect((await last.patch({ disabled: true })).status).toBe(200)
    expect(refusal(await helper.api.users({ id: second.user_id }).delete())).toEqual([409, 'last_administrator'])
  })

  // ASVS 2.3.4
  test('remains when the last two remove each other at the same moment', async () => {
    const first = await administrator()
    const second = await administrator(first.tenant_id)
    const replies = await Promise.all([
      first.api.users({ id: second.user_id }).delete(),
      second.api.users({ id: first.user_id }).patch({ disabled: true }),
    ])
    expect(replies.filter(({ error }) => !error)).toHaveLength(1)
    const rows =
      await owner`select from membership m join membership_group g on g.membership_id = m.id where g.group_id = ${first.admin} and not m.disabled`
    expect(rows).toHaveLength(1)
  })

  test('remains however many are taken away at once, in all ways, by people and by programs', async () => {
    for (let round = 0; round < 3; round++) {
      const admins = [await administrator()]
      const { tenant_id, admin } = admins[0]!
      for (let more = 0; more < 3; more++) admins.push(await administrator(tenant_id))
      const helper = await signedIn(undefined, { tenant_id })
      const unit = (await helper.api['org-units'].post({ name: 'North' })).data!.id
      const service_account_id = (await admins[0]!.api['service-accounts'].post({ name: 'Bot', group_ids: [admin], org_unit_scope: 'all' }))
        .data!.id
      const expires_at = new Date(Date.now() + 3_600_000)
      const tokens: string[] = []
      for (const maker of [{ service_account_id }, {}]) {
        const made = await admins[0]!.api['api-tokens'].post({ name: 'x', scopes: [...everyPermission], expires_at, ...maker })
        tokens.push(made.data!.token)
      }
      const ways: ((id: string) => [string, string, unknown?])[] = [
        (id) => ['DELETE', `/api/v1/users/${id}`],
        (id) => ['PATCH', `/api/v1/users/${id}`, { disabled: true }],
        (id) => ['PATCH', `/api/v1/users/${id}`, { group_ids: [] }],
        (id) => ['PATCH', `/api/v1/users/${id}`, { org_unit_scope: [{ org_unit_id: unit, subtree: true }] }],
      ]
      const attackers = [helper.token, ...tokens, ...admins.map(({ token }) => token)]
      const attacks = attackers.flatMap((token, index) =>
        admins.map(({ user_id }, victim) => {
          const [method, path, body] = ways[(index + victim + round) % ways.length]!(user_id)
          return send(method, path, { body, headers: { authorization: `Bearer ${token}` } })
        }),
      )
      const statuses = (await Promise.all(attacks)).map(({ status }) => status)
      expect(statuses.filter((status) => status >= 500)).toEqual([])
      const left = await owner`
        select from membership m join membership_group g on g.tenant_id = m.tenant_id and g.membership_id = m.id
        where g.tenant_id = ${tenant_id} and g.group_id = ${admin} and not m.disabled and m.whole_tenant`
      expect(left.length).toBeGreaterThan(0)
      expect(left.length).toBeLessThan(admins.length)
    }
  })

  test('several are appointed at once', async () => {
    const boss = await administrator()
    const others = await Promise.all(Array.from({ length: 4 }, () => signedIn([], { tenant_id: boss.tenant_id })))
    const replies = await Promise.all(others.map(({ user_id }) => boss.api.users({ id: user_id }).patch({ group_ids: [boss.admin] })))
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  })
})

describe('who sees a part of the organization', () => {
  test('sees those who work there, and himself', async () => {
    const { boss, tenant_id, north, below, south } = await divided()
    const lead = await signedIn([...manage], { tenant_id, units: [north] })
    const [colleague, under, elsewhere] = [
      await signedIn([], { tenant_id, units: [north] }),
      await signedIn([], { tenant_id, units: [below] }),
      await signedIn([], { tenant_id, units: [south] }),
    ]
    const { data } = await lead.api.users.get({ query: {} })
    expect(data!.items.map(({ id }) => id).sort()).toEqual([lead.user_id, colleague.user_id, under.user_id].sort())
    for (const { user_id } of [elsewhere, boss]) {
      const theirs = lead.api.users({ id: user_id })
      for (const each of [await theirs.get(), await theirs.patch({ name: 'Taken' }), await theirs.delete()]) expect(each.status).toBe(404)
    }
    expect((await lead.api.users.get({ query: { search: elsewhere.email } })).data!.items).toEqual([])
  })

  test('gives no wider view than his own', async () => {
    const { tenant_id, north, below, south } = await divided()
    const lead = await signedIn([...manage], { tenant_id, units: [north] })
    const add = (org_unit_scope: 'all' | { org_unit_id: string; subtree: boolean }[]) =>
      lead.api.users.post({ ...alone, email: address(), org_unit_scope })
    expect(refusal(await add('all'))).toEqual([403, 'beyond_own_scope'])
    expect(refusal(await add([{ org_unit_id: south, subtree: false }]))).toEqual([422, 'invalid'])
    expect(refusal(await add([]))).toEqual([422, 'invalid'])
    expect((await add([{ org_unit_id: north, subtree: true }])).status).toBe(201)
    expect((await add([{ org_unit_id: below, subtree: true }])).status).toBe(201)
    const narrow = await signedIn([...manage], { tenant_id, units: [north] })
    await owner`update membership_unit mu set subtree = false from membership m where m.id = mu.membership_id and m.user_id = ${narrow.user_id}`
    const given = (subtree: boolean) =>
      narrow.api.users.post({ ...alone, email: address(), org_unit_scope: [{ org_unit_id: north, subtree }] })
    expect(refusal(await given(true))).toEqual([403, 'beyond_own_scope'])
    expect((await given(false)).status).toBe(201)
  })

  test('does not change who sees more than he does, and so takes nothing from him unseen', async () => {
    const { tenant_id, north, south } = await divided()
    const lead = await signedIn([...manage], { tenant_id, units: [north] })
    const both = await signedIn([], { tenant_id, units: [north, south] })
    const user = lead.api.users({ id: both.user_id })
    expect((await user.get()).status).toBe(200)
    const refused = [
      await user.patch({ name: 'Taken' }),
      await user.patch({ org_unit_scope: [{ org_unit_id: north, subtree: true }] }),
      await user.patch({ disabled: true }),
      await user.delete(),
    ]
    for (const each of refused) expect(refusal(each)).toEqual([403, 'beyond_own_scope'])
    expect(
      await owner`select from membership_unit mu join membership m on m.id = mu.membership_id where m.user_id = ${both.user_id}`,
    ).toHaveLength(2)
  })

  test('a scope that changes takes effect with the next request', async () => {
    const { boss, tenant_id, north, south } = await divided()
    const technician = await signedIn(['org_units.read'], { tenant_id, units: [north] })
    const names = async () => (await technician.api['org-units'].get()).data!.items.map(({ name }) => name)
    expect(await names()).toEqual(['Below north', 'North'])
    await boss.api.users({ id: technician.user_id }).patch({ org_unit_scope: [{ org_unit_id: south, subtree: true }] })
    expect(await names()).toEqual(['South'])
    await boss.api.users({ id: technician.user_id }).patch({ org_unit_scope: [{ org_unit_id: north, subtree: false }] })
    expect(await names()).toEqual(['North'])
    await boss.api.users({ id: technician.user_id }).patch({ org_unit_scope: [] })
    expect(await names()).toEqual([])
    await boss.api.users({ id: technician.user_id }).patch({ org_unit_scope: 'all' })
    expect(await names()).toEqual(['Below north', 'North', 'South'])
  })
})

describe('the list', () => {
  test('is walked page by page, each once, with equal names too', async () => {
    const client = await signedIn()
    await owner`with people as (insert into app_user (id, email, created_at) select gen_random_uuid(), gen_random_uuid() || '@test.example', now() from generate_series(1, 23) returning id)
      insert into membership (tenant_id, id, user_id, name) select ${client.tenant_id}, gen_random_uuid(), id, 'Ägid' from people`
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const { data } = await client.api.users.get({ query: { limit: 5, ...(cursor && { cursor }) } })
      seen.push(...data!.items.map(({ id }) => id))
      cursor = data!.next_cursor ?? undefined
    } while (cursor && seen.length < 100)
    expect([seen.length, new Set(seen).size]).toEqual([24, 24])
    const { data } = await client.api.users.get({ query: { limit: 24 } })
    expect([data!.next_cursor, data!.items.map(({ id }) => id)]).toEqual([null, seen])
  })

  test('is narrowed by group and by text', async () => {
    const client = await signedIn()
    const other = await signedIn([], { tenant_id: client.tenant_id })
    const found = async (query: object) => (await client.api.users.get({ query })).data!.items.map(({ id }) => id)
    expect(await found({ group_id: await groupOf(client, other.user_id) })).toEqual([other.user_id])
    expect(await found({ search: other.email.toUpperCase() })).toEqual([other.user_id])
    expect(await found({ search: '%' })).toEqual([])
    expect(await found({ group_id: Bun.randomUUIDv7() })).toEqual([])
  })

  test('takes no garbage for a cursor', async () => {
    const { headers } = await signedIn()
    for (const cursor of ['x', 'e30', 'W10', Buffer.from(JSON.stringify([{}, Bun.randomUUIDv7()])).toString('base64url')]) {
      expect([cursor, (await send('GET', `${path}?cursor=${cursor}`, { headers })).status]).toEqual([cursor, 422])
    }
  })
})
