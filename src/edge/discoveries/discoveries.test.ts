import { describe, expect, test } from 'bun:test'
import { type Client, registered, send, signedIn } from '../../testing/api'
import { type Reporter, owner, report, runQueue, walk } from '../../testing/world'

const at = (minutes: number) => new Date(Date.UTC(2026, 2, 1, 12, minutes)).toISOString()

async function found(reporter: Reporter, ...hosts: (Record<string, unknown> & { at?: string })[]) {
  await report(
    reporter,
    hosts.map(({ at, ...data }) => ({ kind: 'discovery', at: at ? new Date(at) : undefined, data: { open_ports: [], ...data } })),
  )
  await runQueue(reporter.tenant_id)
}
const listed = async (client: Client, query: Record<string, string> = {}) => {
  const reply = await send('GET', `/api/v1/discoveries?${new URLSearchParams(query)}`, client)
  return ((await reply.json()) as { items: { id: string; ip: string }[] }).items
}

describe('a host that a device has found', () => {
  test('is listed with all that is known of it', async () => {
    const client = await signedIn()
    const device = await registered(client)
    const open_ports = [
      { port: 22, protocol: 'tcp', service: 'ssh' },
      { port: 161, protocol: 'udp', service: null },
    ]
    await found(device, {
      at: at(0),
      ip: '192.0.2.7',
      mac: '02:00:5e:00:53:01',
      hostname: 'plc-7',
      vendor: 'Acme',
      model: 'X1',
      firmware: '2.1',
      open_ports,
    })
    await found(device, { at: at(0), ip: '192.0.2.8' })
    expect(await listed(client)).toMatchObject([
      {
        device_id: device.device_id,
        ip: '192.0.2.7',
        mac: '02:00:5e:00:53:01',
        hostname: 'plc-7',
        vendor: 'Acme',
        model: 'X1',
        firmware: '2.1',
        open_ports,
        first_seen_at: at(0),
        last_seen_at: at(0),
      },
      { ip: '192.0.2.8', mac: null, hostname: null, vendor: null, model: null, firmware: null, open_ports: [] },
    ])
  })

  test('is known by its newest report, and keeps what that one does not say', async () => {
    const client = await signedIn()
    const device = await registered(client)
    await found(device, {
      at: at(0),
      ip: '192.0.2.7',
      hostname: 'old',
      vendor: 'Acme',
      open_ports: [{ port: 23, protocol: 'tcp', service: null }],
    })
    const [before] = await listed(client)
    await found(device, { at: at(5), ip: '192.0.2.7', hostname: 'new' })
    const [after, ...more] = await listed(client)
    expect(more).toEqual([])
    expect(after).toMatchObject({
      id: before!.id,
      hostname: 'new',
      vendor: 'Acme',
      open_ports: [],
      first_seen_at: at(0),
      last_seen_at: at(5),
    })
  })

  test('is not overwritten by an older report that comes late; that one only tells since when it is there', async () => {
    const client = await signedIn()
    const device = await registered(client)
    await found(device, { at: at(10), ip: '192.0.2.7', hostname: 'new' })
    await found(device, { at: at(3), ip: '192.0.2.7', hostname: 'old', open_ports: [{ port: 23, protocol: 'tcp', service: null }] })
    expect(await listed(client)).toMatchObject([{ hostname: 'new', open_ports: [], first_seen_at: at(3), last_seen_at: at(10) }])
    await found(device, { at: at(5), ip: '192.0.2.7', hostname: 'between' })
    expect(await listed(client)).toMatchObject([{ hostname: 'new', first_seen_at: at(3), last_seen_at: at(10) }])
  })

  test('reported out of order in one delivery comes out the same', async () => {
    const client = await signedIn()
    const device = await registered(client)
    await found(device, ...[4, 9, 1, 7].map((minutes) => ({ at: at(minutes), ip: '192.0.2.7', hostname: `h${minutes}` })))
    expect(await listed(client)).toMatchObject([{ hostname: 'h9', first_seen_at: at(1), last_seen_at: at(9) }])
  })

  test('by two devices is two hosts: addresses repeat between networks', async () => {
    const client = await signedIn()
    const [a, b] = [await registered(client), await registered(client, { name: 'edge-2' })]
    await found(a, { ip: '192.0.2.7', hostname: 'of a' })
    await found(b, { ip: '192.0.2.7', hostname: 'of b' })
    expect(await listed(client)).toHaveLength(2)
    expect(await listed(client, { device_id: b.device_id })).toMatchObject([{ hostname: 'of b' }])
  })

  test('goes with its device', async () => {
    const client = await signedIn()
    const device = await registered(client)
    await found(device, { ip: '192.0.2.7' })
    await client.api.devices({ id: device.device_id }).delete()
    expect(await listed(client)).toEqual([])
    expect(await owner`select id from discovered_host where tenant_id = ${client.tenant_id}`).toHaveLength(0)
  })
})

describe('the list', () => {
  test('searches address, host name, MAC and vendor, and takes wildcards as they are', async () => {
    const client = await signedIn()
    const device = await registered(client)
    await found(
      device,
      { ip: '192.0.2.1', hostname: 'Printer' },
      { ip: '192.0.2.2', mac: '02:00:5e:00:53:aa' },
      { ip: '198.51.100.3', vendor: '100% Acme' },
      { ip: '198.51.100.4', hostname: 'plc_1' },
    )
    const ips = async (search: string) => (await listed(client, { search })).map(({ ip }) => ip)
    expect(await ips('PRINT')).toEqual(['192.0.2.1'])
    expect(await ips('53:AA')).toEqual(['192.0.2.2'])
    expect(await ips('198.51')).toEqual(['198.51.100.3', '198.51.100.4'])
    expect(await ips('%')).toEqual(['198.51.100.3'])
    expect(await ips('_')).toEqual(['198.51.100.4'])
  })

  test('is walked once, page by page', async () => {
    const client = await signedIn()
    const device = await registered(client)
    await found(device, ...Array.from({ length: 7 }, (_, index) => ({ ip: `192.0.2.${index + 1}` })))
    const walked = await walk(async (cursor) => (await client.api.discoveries.get({ query: { limit: 3, cursor } })).data!)
    expect(walked.map(({ ip }) => ip).sort()).toEqual(Array.from({ length: 7 }, (_, index) => `192.0.2.${index + 1}`))
  })

  test('shows who sees a part of the organization only what his devices found', async () => {
    const client = await signedIn()
    const units: string[] = []
    for (const name of ['North', 'South']) units.push((await client.api['org-units'].post({ name })).data!.id)
    const [northern, southern, nowhere] = [
      await registered(client, { org_unit_id: units[0] }),
      await registered(client, { org_unit_id: units[1] }),
      await registered(client),
    ]
    await found(northern, { ip: '192.0.2.1' })
    await found(southern, { ip: '192.0.2.2' })
    await found(nowhere, { ip: '192.0.2.3' })
    const person = await signedIn(['discoveries.read'], { tenant_id: client.tenant_id, units: [units[0]!] })
    expect((await listed(person)).map(({ ip }) => ip)).toEqual(['192.0.2.1'])
    expect(await listed(person, { device_id: southern.device_id })).toEqual([])
    expect(await listed(await signedIn())).toEqual([])
    expect((await signedIn(['devices.read'], client).then(({ headers }) => send('GET', '/api/v1/discoveries', { headers }))).status).toBe(
      403,
    )
  })
})
