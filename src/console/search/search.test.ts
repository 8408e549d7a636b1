import { describe, expect, test } from 'bun:test'
import { config } from '../../core/config'
import { type Client, registered, send, signedIn } from '../../testing/api'
import { report, runQueue } from '../../testing/world'

const find = async (client: Client, q: string) => {
  const { data, error } = await client.api.search.get({ query: { q } })
  expect(error?.value).toBeUndefined()
  return data!
}

async function furnished() {
  const client = await signedIn()
  const unit = (await client.api['org-units'].post({ name: 'Turin plant' })).data!.id
  const device = await registered(client, { name: 'turin-gateway', org_unit_id: unit })
  await client.api.groups.post({ name: 'Turin crew', permissions: [] })
  const crew = { email: `turin-${Bun.randomUUIDv7()}@test.example`, name: 'Ada', group_ids: [], org_unit_scope: 'all' as const }
  await client.api.users.post(crew)
  await report({ ...device, tenant_id: client.tenant_id }, [
    { kind: 'security_alert', data: { title: 'Door open in Turin', severity: 'high' } },
  ])
  await runQueue(client.tenant_id)
  return { client, unit, device }
}

describe('the search', () => {
  test('finds in every list what the words occur in', async () => {
    const { client, unit, device } = await furnished()
    const found = await find(client, 'TURIN')
    expect(found.devices).toMatchObject([{ id: device.device_id, name: 'turin-gateway', status: 'never', org_unit_id: unit }])
    expect(found.alerts).toMatchObject([{ title: 'Door open in Turin', severity: 'high', device_name: 'turin-gateway' }])
    expect(found.users).toMatchObject([{ name: 'Ada' }])
    expect(found.org_units).toMatchObject([{ id: unit, name: 'Turin plant' }])
    expect(found.groups).toMatchObject([{ name: 'Turin crew' }])
    const nothing = { devices: [], alerts: [], users: [], org_units: [], groups: [] }
    expect(await find(client, 'nowhere to be found')).toEqual(nothing)
    expect(await find(await signedIn(), 'turin')).toEqual(nothing)
  })

  test('tells of each list only who may read it, and of a feature that is on', async () => {
    const { client } = await furnished()
    const reader = await signedIn(['devices.read', 'alerts.read'], { tenant_id: client.tenant_id })
    expect(await find(reader, 'turin')).toMatchObject({ devices: [{}], alerts: [{}], users: [], org_units: [], groups: [] })
    config.FEATURE_SECURITY = false
    try {
      expect(await find(reader, 'turin')).toMatchObject({ devices: [{}], alerts: [] })
    } finally {
      config.FEATURE_SECURITY = true
    }
    expect(await find(await signedIn([], { tenant_id: client.tenant_id }), 'turin')).toMatchObject({ devices: [], alerts: [] })
  })

  test('finds nothing of a sibling unit', async () => {
    const { client, unit } = await furnished()
    const south = (await client.api['org-units'].post({ name: 'South' })).data!.id
    const sibling = await signedIn(undefined, { tenant_id: client.tenant_id, units: [south] })
    expect(await find(sibling, 'turin')).toMatchObject({ devices: [], alerts: [], users: [], org_units: [] })
    const local = await signedIn(undefined, { tenant_id: client.tenant_id, units: [unit] })
    expect(await find(local, 'turin')).toMatchObject({ devices: [{}], alerts: [{}], org_units: [{}] })
  })

  test('wants words', async () => {
    const { headers } = await signedIn()
    for (const q of ['', '%20', 'x'.repeat(201)]) expect((await send('GET', `/api/v1/search?q=${q}`, { headers })).status).toBe(422)
    expect((await send('GET', '/api/v1/search', { headers })).status).toBe(422)
  })
})
