import { describe, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { limits } from '../../core/limits'
import { auditOf, owner } from '../../testing/owner'
import { type Client, send, signedIn, within } from '../../testing/api'
import { savedViews } from './schema'

const view = { list: 'devices' as const, name: 'Offline in Turin', query: 'status=offline&sort=-last_seen_at', shared: false }
const namesOf = async ({ api }: Client, list?: 'devices' | 'audit') =>
  (await api['saved-views'].get({ query: { list } })).data!.items.map(({ name }) => name)

describe('a saved view', () => {
  test('is kept, found, changed and removed by who made it, and each change is in the audit log', async () => {
    const client = await signedIn()
    const { api, tenant_id } = client
    const made = await api['saved-views'].post(view)
    expect([made.status, made.data]).toMatchObject([201, view])
    const { id } = made.data!
    expect((await api['saved-views'].get({ query: { list: 'devices' } })).data!.items).toEqual([made.data!])
    expect(await namesOf(client, 'audit')).toEqual([])
    const changed = await api['saved-views']({ id }).patch({ name: 'Offline', query: 'status=offline' })
    expect(changed.data).toMatchObject({ name: 'Offline', query: 'status=offline', shared: false, version: 2 })
    expect((await api['saved-views']({ id }).delete()).status).toBe(204)
    expect(await namesOf(client)).toEqual([])
    for (const action of ['views.create', 'views.update', 'views.delete'])
      expect([action, (await auditOf(tenant_id, action)).length]).toEqual([action, 1])
  })

  test('that is private is nobody else’s: not seen, not changed, not removed', async () => {
    const mine = await signedIn()
    const { id } = (await mine.api['saved-views'].post(view)).data!
    const colleague = await signedIn(undefined, { tenant_id: mine.tenant_id })
    expect(await namesOf(colleague)).toEqual([])
    expect((await colleague.api['saved-views']({ id }).patch({ name: 'Mine now' })).status).toBe(404)
    expect((await colleague.api['saved-views']({ id }).delete()).status).toBe(404)
    expect(await namesOf(mine)).toEqual([view.name])
  })

  test('that is shared is seen by all of the tenant, and changed only by who may share', async () => {
    const boss = await signedIn()
    const { id } = (await boss.api['saved-views'].post({ ...view, shared: true })).data!
    const reader = await signedIn(['devices.read'], { tenant_id: boss.tenant_id })
    expect(await namesOf(reader)).toEqual([view.name])
    for (const attempt of [
      reader.api['saved-views']({ id }).patch({ name: 'Other' }),
      reader.api['saved-views']({ id }).patch({ shared: false }),
      reader.api['saved-views']({ id }).delete(),
      reader.api['saved-views'].post({ ...view, name: 'For all', shared: true }),
    ]) {
      const refused = await attempt
      expect([refused.status, refused.error?.value]).toMatchObject([
        403,
        { error: 'forbidden', detail: expect.stringContaining('views.share') as unknown },
      ])
    }
    expect((await boss.api['saved-views']({ id }).patch({ shared: false })).data).toMatchObject({ shared: false })
    expect(await namesOf(reader)).toEqual([])
  })

  test('is given to everybody and outlives who shared it, while private ones leave with their owner', async () => {
    const boss = await signedIn()
    const leaver = await signedIn(['devices.read', 'views.share'], { tenant_id: boss.tenant_id })
    const { id } = (await leaver.api['saved-views'].post(view)).data!
    await leaver.api['saved-views'].post({ ...view, name: 'Private' })
    expect((await leaver.api['saved-views']({ id }).patch({ shared: true })).data).toMatchObject({ shared: true })
    // Somebody remains who may everything.
    await owner`insert into membership_group (tenant_id, id, membership_id, group_id)
      select m.tenant_id, gen_random_uuid(), m.id, g.id from membership m join access_group g using (tenant_id)
      where m.tenant_id = ${boss.tenant_id} and m.user_id = ${boss.user_id} and g.permissions::text like '%*%'`
    expect((await boss.api.users({ id: leaver.user_id }).delete()).status).toBe(204)
    expect(await namesOf(boss)).toEqual([view.name])
    const [left] = await owner`select count(*)::int as count from saved_view where tenant_id = ${boss.tenant_id}`
    expect(left!.count).toBe(1)
  })

  test('is not shared by who sees a part of the organization: its name would be told to siblings', async () => {
    const boss = await signedIn()
    const unit = (await boss.api['org-units'].post({ name: 'North' })).data!.id
    const lead = await signedIn(undefined, { tenant_id: boss.tenant_id, units: [unit] })
    const refused = await lead.api['saved-views'].post({ ...view, shared: true })
    expect([refused.status, refused.error?.value]).toMatchObject([403, { error: 'beyond_own_scope' }])
    expect((await lead.api['saved-views'].post(view)).status).toBe(201)
  })

  test('belongs to a list one may read: others are neither told nor kept', async () => {
    const boss = await signedIn()
    await boss.api['saved-views'].post({ ...view, list: 'audit', name: 'Refusals', shared: true })
    const reader = await signedIn(['devices.read'], { tenant_id: boss.tenant_id })
    expect(await namesOf(reader)).toEqual([])
    const refused = await reader.api['saved-views'].post({ ...view, list: 'audit' })
    expect([refused.status, refused.error?.value]).toMatchObject([403, { detail: expect.stringContaining('audit.read') as unknown }])
  })

  test('has a name of its own among those of its owner and list, whatever the case', async () => {
    const boss = await signedIn()
    await boss.api['saved-views'].post(view)
    const again = await boss.api['saved-views'].post({ ...view, name: view.name.toUpperCase() })
    expect([again.status, again.error?.value]).toMatchObject([409, { error: 'already_exists' }])
    for (const other of [
      { ...view, shared: true },
      { ...view, list: 'alerts' as const },
    ])
      expect((await boss.api['saved-views'].post(other)).status).toBe(201)
  })

  test('cannot be made without end, and takes no nonsense', async () => {
    const { api, headers, tenant_id, actor } = await signedIn()
    await within(tenant_id, async ({ tx, owned }) => {
      const rows = await tx.execute<{ id: string }>(sql`select id from membership where tenant_id = ${tenant_id} and user_id = ${actor.id}`)
      await tx
        .insert(savedViews)
        .values(Array.from({ length: limits.savedViews }, (_, n) => owned({ ...view, name: `view ${n}`, membership_id: rows[0]!.id })))
    })
    const refused = await api['saved-views'].post(view)
    expect([refused.status, refused.error?.value]).toMatchObject([409, { error: 'limit_reached' }])
    for (const body of [
      { ...view, list: 'nothing' },
      { ...view, name: ' ' },
      { ...view, query: 'x'.repeat(4001) },
      { ...view, shared: 'yes' },
    ])
      expect((await send('POST', '/api/v1/saved-views', { body, headers })).status).toBe(422)
  })
})
