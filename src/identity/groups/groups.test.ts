import { beforeAll, describe, expect, test } from 'bun:test'
import { listen } from '../../core/signals'
import { type Permission, everyPermission, readOnlyPermissions } from '../../core/permissions'
import { auditOf, owner } from '../../testing/owner'
import { problem, send, signedIn } from '../../testing/api'

beforeAll(() => listen())

const manage = ['settings.groups.read', 'settings.groups.create', 'settings.groups.update', 'settings.groups.delete'] as const
const path = '/api/v1/groups'

describe('a group', () => {
  test('is made, read, changed and removed, and each change is in the audit log', async () => {
    const { api, tenant_id, user_id } = await signedIn()
    const made = await api.groups.post({
      name: 'Night shift',
      description: 'Watches',
      permissions: ['alerts.read', 'devices.read', 'alerts.read'],
    })
    expect([made.status, made.data]).toMatchObject([
      201,
      { name: 'Night shift', built_in: null, permissions: ['alerts.read', 'devices.read'], member_count: 0 },
    ])
    const { id } = made.data!
    expect((await api.groups({ id }).get()).data).toEqual(made.data)
    const changed = await api.groups({ id }).patch({ description: null, permissions: ['alerts.read'] })
    expect(changed.data).toMatchObject({ name: 'Night shift', description: null, permissions: ['alerts.read'] })
    expect((await api.groups({ id }).delete()).status).toBe(204)
    expect((await api.groups({ id }).get()).status).toBe(404)
    const rows = await Promise.all(['groups.create', 'groups.update', 'groups.delete'].map((action) => auditOf(tenant_id, action)))
    expect(rows.map((row) => row[0])).toMatchObject([
      { actor_id: user_id, entity_id: id, before: null, after: { name: 'Night shift' } },
      {
        actor_id: user_id,
        entity_id: id,
        before: { permissions: ['alerts.read', 'devices.read'] },
        after: { permissions: ['alerts.read'] },
      },
      { actor_id: user_id, entity_id: id, before: { name: 'Night shift' }, after: null },
    ])
  })

  test('has a name of its own, whatever its case', async () => {
    const { api } = await signedIn()
    await api.groups.post({ name: 'Twin', permissions: [] })
    const again = await api.groups.post({ name: 'TWIN', permissions: [] })
    expect([again.status, again.error?.value]).toMatchObject([409, { error: 'already_exists' }])
    const other = await signedIn()
    expect((await other.api.groups.post({ name: 'Twin', permissions: [] })).status).toBe(201)
  })

  test('that fits nowhere is refused field by field', async () => {
    const { headers } = await signedIn()
    const refusals: [object, string][] = [
      [{ permissions: [] }, '/name'],
      [{ name: '', permissions: [] }, '/name'],
      [{ name: '   ', permissions: [] }, '/name'],
      [{ name: 'x'.repeat(201), permissions: [] }, '/name'],
      [{ name: 7, permissions: [] }, '/name'],
      [{ name: 'a' }, '/permissions'],
      [{ name: 'a', permissions: 'alerts.read' }, '/permissions'],
      [{ name: 'a', permissions: ['alerts.read', 'nothing.of.ours'] }, '/permissions/1'],
      [{ name: 'a', permissions: ['*'] }, '/permissions/0'],
      [{ name: 'a', permissions: ['__proto__'] }, '/permissions/0'],
      [{ name: 'a', permissions: ['constructor'] }, '/permissions/0'],
      [{ name: 'a', permissions: [null] }, '/permissions/0'],
      [{ name: 'a', permissions: [], description: 'x'.repeat(501) }, '/description'],
      [[], '/name'],
    ]
    for (const [body, at] of refusals) {
      const reply = await send('POST', path, { body, headers })
      const told = await problem(reply)
      expect([body, reply.status, told.error]).toEqual([body, 422, 'invalid'])
      expect(told.errors!.map((fault) => fault.path)).toContain(at)
    }
  })

  test('is not found under an id that is none', async () => {
    const { headers } = await signedIn()
    const id = Bun.randomUUIDv7()
    for (const wrong of ['x', '1', `urn:uuid:${id}`, `${id}0`, `{${id}}`, "'", '%00', '..', id.toUpperCase()]) {
      expect([wrong, (await send('GET', `${path}/${encodeURIComponent(wrong)}`, { headers })).status]).toEqual([
        wrong,
        wrong === '..' ? 404 : 422,
      ])
    }
    expect((await send('GET', `${path}/${id}`, { headers })).status).toBe(404)
  })
})

describe('the built-in groups', () => {
  test('are Admin with everything and Read only with every reading but those withheld', async () => {
    const { api } = await signedIn()
    const { data } = await api.groups.get({ query: {} })
    const [admin, readOnly] = ['admin', 'read_only'].map((built_in) => data!.items.find((group) => group.built_in === built_in))
    expect(admin!.permissions.toSorted()).toEqual([...everyPermission].sort())
    expect(readOnly!.permissions.toSorted()).toEqual([...readOnlyPermissions].sort())
    expect(
      readOnly!.permissions.filter((permission) => !permission.endsWith('.read') || /^(vpn|backup|maintenance)\./.test(permission)),
    ).toEqual([])
  })

  test('of which Read only follows the catalogue: it keeps no list of the day it was made', async () => {
    const { tenant_id } = await signedIn()
    const [row] =
      await owner`select to_json(permissions) as permissions from access_group where tenant_id = ${tenant_id} and built_in = 'read_only'`
    expect(row!.permissions).toEqual(['*.read'])
    const reader = await signedIn(row!.permissions as Permission[], { tenant_id })
    expect((await reader.api.me.get()).data!.permissions.toSorted()).toEqual([...readOnlyPermissions].sort())
    expect((await reader.api.devices.get({ query: {} })).status).toBe(200)
    expect((await reader.api.groups.post({ name: 'More', permissions: [] })).status).toBe(403)
  })

  test('cannot be changed or removed by anybody', async () => {
    const { api } = await signedIn()
    const { data } = await api.groups.get({ query: {} })
    for (const { id, built_in } of data!.items) {
      if (!built_in) continue
      for (const refused of [
        await api.groups({ id }).patch({ name: 'Mine' }),
        await api.groups({ id }).patch({ permissions: [] }),
        await api.groups({ id }).delete(),
      ]) {
        expect([refused.status, refused.error?.value]).toMatchObject([409, { error: 'built_in' }])
      }
    }
  })
})

describe('nobody gives or takes what he does not hold', () => {
  test('neither in a new group nor in one that is there', async () => {
    const { api: all, tenant_id } = await signedIn()
    const strong = await all.groups.post({ name: 'Strong', permissions: ['devices.delete', 'alerts.read'] })
    const { api } = await signedIn([...manage, 'alerts.read'], { tenant_id })
    const { id } = strong.data!
    const refusals = [
      await api.groups.post({ name: 'Up', permissions: ['alerts.read', 'devices.delete'] }),
      await api.groups({ id }).patch({ permissions: ['alerts.read'] }),
      await api.groups({ id }).patch({ permissions: [] }),
      await api.groups({ id }).patch({ permissions: ['devices.delete', 'alerts.read', 'audit.read'] }),
      await api.groups({ id }).delete(),
    ]
    for (const refused of refusals) expect([refused.status, refused.error?.value]).toMatchObject([403, { error: 'beyond_own_permissions' }])
    expect((await api.groups({ id }).patch({ permissions: ['devices.delete'] })).status).toBe(200)
    expect((await all.groups({ id }).get()).data!.permissions).toEqual(['devices.delete'])
  })

  // ASVS 8.2.2, 8.2.3
  test('nor to or from those who see more of the organization than he does, by a group that they are in', async () => {
    const { api: all, tenant_id } = await signedIn()
    const [north, south] = [
      (await all['org-units'].post({ name: 'North' })).data!.id,
      (await all['org-units'].post({ name: 'South' })).data!.id,
    ]
    const below = (await all['org-units'].post({ name: 'Below', parent_id: north })).data!.id
    const made = async (name: string) => (await all.groups.post({ name, permissions: ['alerts.read'] })).data!.id
    const scope = (org_unit_id: string, subtree = true) => ({ org_unit_scope: [{ org_unit_id, subtree }] })
    const holding = async (group: string, place: { org_unit_scope: 'all' | { org_unit_id: string; subtree: boolean }[] }) => {
      const account = { name: `of ${group}`, group_ids: [group], ...place }
      expect((await all['service-accounts'].post(account)).status).toBe(201)
      return group
    }
    const member = async (group: string, place: Parameters<typeof holding>[1]) => {
      const user = { email: `${Bun.randomUUIDv7()}@test.example`, name: 'Somebody', group_ids: [group], ...place }
      expect((await all.users.post(user)).status).toBe(201)
      return group
    }
    const beyond = [
      await holding(await made('a program that sees all'), { org_unit_scope: 'all' }),
      await holding(await made('a program of the south'), scope(south)),
      await member(await made('a user who sees all'), { org_unit_scope: 'all' }),
      await member(await made('a user of the south'), scope(south)),
    ]
    const within = [
      await made('nobody'),
      await holding(await made('a program below'), scope(below)),
      await member(await made('a user of the north'), scope(north)),
    ]
    const { api } = await signedIn([...manage, 'alerts.read', 'devices.read'], { tenant_id, units: [north] })
    for (const id of beyond) {
      const refusals = [
        await api.groups({ id }).patch({ permissions: ['alerts.read', 'devices.read'] }),
        await api.groups({ id }).patch({ permissions: [] }),
        await api.groups({ id }).delete(),
      ]
      for (const refused of refusals) expect([refused.status, refused.error?.value]).toMatchObject([403, { error: 'beyond_own_scope' }])
      expect((await all.groups({ id }).get()).data!.permissions).toEqual(['alerts.read'])
    }
    for (const id of within) {
      expect((await api.groups({ id }).patch({ permissions: ['alerts.read', 'devices.read'] })).status).toBe(200)
      expect((await api.groups({ id }).delete()).status).toBeLessThan(300)
    }
  })

  test('a permission that is taken from a group is gone with the next request', async () => {
    const admin = await signedIn()
    const { api, user_id } = await signedIn(['devices.read'], { tenant_id: admin.tenant_id })
    const { data } = await admin.api.users({ id: user_id }).get()
    expect((await api.devices.get({ query: {} })).status).toBe(200)
    await admin.api.groups({ id: data!.groups[0]!.id }).patch({ permissions: ['alerts.read'] })
    expect((await api.devices.get({ query: {} })).status).toBe(403)
    expect((await api.alerts.get({ query: {} })).status).toBe(200)
    await admin.api.groups({ id: data!.groups[0]!.id }).delete()
    expect((await api.alerts.get({ query: {} })).status).toBe(403)
  })
})

describe('two who change the same', () => {
  test('If-Match is held against the version that was seen', async () => {
    const { api, headers } = await signedIn()
    const { id } = (await api.groups.post({ name: 'Shared', permissions: [] })).data!
    const seen = (await send('GET', `${path}/${id}`, { headers })).headers.get('etag')!
    const patch = (ifMatch: string, name: string) =>
      send('PATCH', `${path}/${id}`, { body: { name }, headers: { ...headers, 'if-match': ifMatch } })
    const first = await patch(seen, 'First')
    expect([first.status, first.headers.get('etag')]).toEqual([200, '"v2"'])
    const late = await patch(seen, 'Late')
    expect([late.status, (await problem(late)).error]).toEqual([412, 'stale'])
    expect((await send('DELETE', `${path}/${id}`, { headers: { ...headers, 'if-match': seen } })).status).toBe(412)
    expect((await patch('*', 'Any')).status).toBe(200)
    expect((await patch('"nonsense"', 'No')).status).toBe(412)
    expect((await api.groups({ id }).get()).data!.name).toBe('Any')
    expect((await send('DELETE', `${path}/${id}`, { headers: { ...headers, 'if-match': '"v3"' } })).status).toBe(204)
  })

  test('of those who saw the same version and change it at the same moment, one wins', async () => {
    const { api, headers } = await signedIn()
    const { id } = (await api.groups.post({ name: 'Shared', permissions: [] })).data!
    const replies = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        send('PATCH', `${path}/${id}`, { body: { name: `by ${index}` }, headers: { ...headers, 'if-match': '"v1"' } }),
      ),
    )
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412, 412])
  })
})

describe('a list', () => {
  /** All pages of a list, and how many there were. */
  async function walk(headers: Record<string, string>, query: string) {
    const items: { id: string; name: string }[] = []
    let cursor: string | null = null
    let pages = 0
    do {
      const reply = await send('GET', `${path}?${query}${cursor ? `&cursor=${cursor}` : ''}`, { headers })
      const page = (await reply.json()) as { items: { id: string; name: string }[]; next_cursor: string | null }
      items.push(...page.items)
      cursor = page.next_cursor
      pages += 1
    } while (cursor && pages < 50)
    return { items, pages }
  }

  test('is walked page by page, each row once, whatever its letters', async () => {
    const { api, headers } = await signedIn()
    const names = [
      'Zebra',
      'apple',
      'Äpfel',
      'äther',
      'ÉCOLE',
      'école 2',
      'Ωmega',
      'ωmega 2',
      'İstanbul',
      'ß',
      'ẞ 2',
      '100%',
      '_',
      "O'Neil",
      '漢字',
      '😀',
    ]
    for (const name of names) await api.groups.post({ name, permissions: [] })
    const { items, pages } = await walk(headers, 'limit=1')
    expect(
      items
        .map(({ name }) => name)
        .filter((name) => names.includes(name))
        .sort(),
    ).toEqual([...names].sort())
    expect(new Set(items.map(({ id }) => id)).size).toBe(items.length)
    expect(pages).toBe(names.length + 3)
    expect((await walk(headers, 'limit=200')).items).toEqual(items)
  })

  test('finds text as it is typed, its wildcards taken literally', async () => {
    const { api } = await signedIn()
    for (const name of ['100%', '100 x', 'a_b', 'aXb', 'back\\slash']) await api.groups.post({ name, permissions: [] })
    const found = async (search: string) => (await api.groups.get({ query: { search } })).data!.items.map(({ name }) => name)
    expect(await found('0%')).toEqual(['100%'])
    expect(await found('A_B')).toEqual(['a_b'])
    expect(await found('k\\s')).toEqual(['back\\slash'])
    expect(await found("'; --")).toEqual([])
  })

  test('takes no cursor but its own, and answers at once', async () => {
    const { headers } = await signedIn()
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value) ?? '').toString('base64url')
    const id = Bun.randomUUIDv7()
    const garbage = [
      '',
      'x',
      '%00',
      '!!!!',
      'null',
      '{}',
      encode({}),
      encode([]),
      encode(['a']),
      encode(['a', 'b']),
      encode(['a', id, 1]),
      encode([id, 'a']),
    ]
    const wrongTypes = [
      encode([{ a: 1 }, id]),
      encode([['a'], id]),
      encode([1, id]),
      encode([true, id]),
      encode(['\0', id]),
      encode(['a', { id }]),
    ]
    for (const cursor of [...garbage, ...wrongTypes]) {
      const reply = await Promise.race([send('GET', `${path}?cursor=${cursor}`, { headers }), Bun.sleep(10_000)])
      expect([cursor, reply?.status]).toEqual([cursor, 422])
    }
    const limits = ['0', '-1', '201', '1.5', 'x', '1e9', '', 'NaN']
    for (const limit of limits) expect([limit, (await send('GET', `${path}?limit=${limit}`, { headers })).status]).toEqual([limit, 422])
  })
})

test('it tells how many members it has', async () => {
  const { api, tenant_id, user_id } = await signedIn()
  await signedIn([], { tenant_id })
  const mine = (await api.users({ id: user_id }).get()).data!.groups[0]!.id
  expect((await api.groups({ id: mine }).get()).data!.member_count).toBe(1)
  expect((await api.groups.get({ query: {} })).data!.items.map(({ built_in, member_count }) => [built_in, member_count])).toEqual(
    expect.arrayContaining([
      ['admin', 0],
      [null, 1],
      [null, 1],
    ]),
  )
})

test('a change of nothing changes nothing but its version', async () => {
  const { api } = await signedIn()
  const { id } = (await api.groups.post({ name: 'Same', permissions: ['alerts.read'] })).data!
  const reply = await api.groups({ id }).patch({})
  expect([reply.status, reply.data]).toMatchObject([200, { name: 'Same', permissions: ['alerts.read'] }])
})

test('the catalogue names each permission once, with its area', async () => {
  const { api } = await signedIn(['settings.groups.read'])
  const { items } = (await api.permissions.get()).data!
  expect(items.map(({ permission }) => permission)).toEqual(everyPermission)
  for (const { area, description } of items) expect([area, description].every(Boolean)).toBe(true)
})
