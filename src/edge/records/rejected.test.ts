import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import { problem, registered, send, signedIn } from '../../testing/api'
import { addRejected, owner, walk } from '../../testing/world'

setDefaultTimeout(20_000)
const path = '/api/v1/telemetry/rejected'
const requested = async (tenant_id: string) =>
  (await owner`select id from rejected_record where tenant_id = ${tenant_id} and replay_requested_at is not null`).map(
    ({ id }) => id as string,
  )

describe('refused records', () => {
  test('are listed newest first, page by page, by device and by reason, each with its beginning', async () => {
    const client = await signedIn()
    const [a, b] = [await registered(client, { name: 'edge-a' }), await registered(client, { name: 'edge-b' })]
    const ids: string[] = []
    for (let index = 0; index < 7; index += 1)
      ids.unshift(await addRejected(index % 2 ? b : a, 'x'.repeat(600), index < 3 ? 'malformed' : 'unknown_kind'))
    const rejected = client.api.telemetry.rejected
    const all = await walk(async (cursor) => (await rejected.get({ query: { limit: 2, cursor } })).data!)
    expect(all.map(({ id }) => id)).toEqual(ids)
    expect(all[0]).toMatchObject({
      device_name: 'edge-a',
      error: 'unknown_kind',
      record: 'x'.repeat(500),
      record_bytes: 600,
      replayable: true,
    })
    expect((await rejected.get({ query: { device_id: b.device_id } })).data!.items.map(({ id }) => id)).toEqual([ids[1]!, ids[3]!, ids[5]!])
    expect((await rejected.get({ query: { error: 'malformed' } })).data!.items).toHaveLength(3)
    expect((await rejected.reasons.get()).data!.items).toEqual([
      { error: 'unknown_kind', count: 4, waiting: 0 },
      { error: 'malformed', count: 3, waiting: 0 },
    ])
    expect((await rejected({ id: ids[0]! }).get()).data!.record).toBe('x'.repeat(600))
  })

  test('are examined again one by one, which is audited', async () => {
    const client = await signedIn()
    const device = await registered(client)
    const [id] = [await addRejected(device), await addRejected(device)]
    const reply = await client.api.telemetry.rejected({ id }).replay.post()
    expect(reply.status).toBe(202)
    expect(reply.data!.replay_requested_at).toBeTruthy()
    expect(await requested(client.tenant_id)).toEqual([id])
    const { items } = (await client.api.audit.get({ query: { action: 'rejected_records.replay' } })).data!
    expect(items).toMatchObject([{ entity_id: id }])
  })

  test('of one reason are examined again together', async () => {
    const client = await signedIn()
    const [a, b] = [await registered(client), await registered(client)]
    const mine = [await addRejected(a), await addRejected(a)]
    await addRejected(a, '{}', 'malformed')
    const theirs = await addRejected(b)
    const bulk = client.api.telemetry.rejected.replay
    expect((await bulk.post({ error: 'unknown_kind', device_id: a.device_id })).data).toEqual({ requested: 2, more: false })
    expect((await requested(client.tenant_id)).sort()).toEqual(mine.sort())
    expect((await bulk.post({ error: 'unknown_kind' })).data).toEqual({ requested: 1, more: false })
    expect(await requested(client.tenant_id)).toContain(theirs)
    expect((await bulk.post({ error: 'never_seen' })).data).toEqual({ requested: 0, more: false })
  })

  test('that were not kept whole, or whose device is gone, are not', async () => {
    const client = await signedIn()
    const [device, gone] = [await registered(client), await registered(client)]
    const [cut, orphan] = [await addRejected(device), await addRejected(gone)]
    await owner`update rejected_record set replayable = false where id = ${cut}`
    await client.api.devices({ id: gone.device_id }).delete()
    for (const id of [cut, orphan]) {
      const reply = await send('POST', `${path}/${id}/replay`, client)
      expect(reply.status).toBe(409)
      expect((await problem(reply)).error).toBe('not_replayable')
    }
    expect((await client.api.telemetry.rejected.replay.post({ error: 'unknown_kind' })).data).toEqual({ requested: 0, more: false })
  })

  test('are those of the units one sees', async () => {
    const client = await signedIn()
    const [north, south] = await Promise.all(
      ['North', 'South'].map(async (name) => (await client.api['org-units'].post({ name })).data!.id),
    )
    const seen = await addRejected(await registered(client, { org_unit_id: north }))
    const hidden = await addRejected(await registered(client, { org_unit_id: south }))
    const northern = await signedIn(['rejected_records.read', 'rejected_records.replay'], { tenant_id: client.tenant_id, units: [north!] })
    expect((await northern.api.telemetry.rejected.get({ query: {} })).data!.items.map(({ id }) => id)).toEqual([seen])
    expect((await northern.api.telemetry.rejected({ id: hidden }).replay.post()).status).toBe(404)
    expect((await northern.api.telemetry.rejected.replay.post({ error: 'unknown_kind' })).data!.requested).toBe(1)
    expect(await requested(client.tenant_id)).toEqual([seen])
  })
})
