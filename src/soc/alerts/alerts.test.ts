import { afterEach, describe, expect, test } from 'bun:test'
import { moveClock } from '../../core/clock'
import { type Said, acknowledge, arranged, raise, read, titles } from '../../testing/alerts'
import { type Client, problem, registered, send, signedIn } from '../../testing/api'
import { owner, told, walk } from '../../testing/world'

afterEach(() => moveClock(0))

const summary = async (client: Client) => (await client.api.alerts.summary.get({ query: {} })).data

describe('the list', () => {
  const four: Said[] = [
    { title: 'a', severity: 'low' },
    { title: 'b', severity: 'medium' },
    { title: 'c', severity: 'high' },
    { title: 'd', severity: 'critical' },
  ]

  test('shows the newest first, page by page', async () => {
    const { client } = await arranged(...four)
    expect(await titles(client)).toEqual(['d', 'c', 'b', 'a'])
    for (const limit of [1, 3, 4]) {
      const walked = await walk((cursor) => read(client, `?limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`))
      expect(walked.map(({ title }) => title)).toEqual(['d', 'c', 'b', 'a'])
    }
  })

  test('is filtered by one severity or several', async () => {
    const { client } = await arranged(...four)
    expect(await titles(client, '?severity=high')).toEqual(['c'])
    expect(await titles(client, '?severity=high&severity=low')).toEqual(['c', 'a'])
    expect(await titles(client, '?severity=low&severity=medium&severity=high&severity=critical')).toHaveLength(4)
    expect((await client.api.alerts.get({ query: { severity: ['critical', 'low'] } })).data!.items.map(({ title }) => title)).toEqual([
      'd',
      'a',
    ])
    for (const wrong of ['?severity=huge', '?severity=', '?severity=low&severity=huge']) {
      expect((await send('GET', `/api/v1/alerts${wrong}`, client)).status).toBe(422)
    }
  })

  test('is filtered by status, device and unit, together as well', async () => {
    const client = await signedIn()
    const { id: north } = (await client.api['org-units'].post({ name: 'North' })).data!
    const [placed, free] = [await registered(client, { org_unit_id: north }), await registered(client)]
    await raise(placed, { title: 'a', severity: 'high' }, { title: 'b' })
    await raise(free, { title: 'c' })
    const { items } = await read(client)
    await acknowledge(client, items.find(({ title }) => title === 'a')!.id)
    await client.api.alerts({ id: items.find(({ title }) => title === 'c')!.id }).close.post({ verdict: 'benign' })
    expect(await titles(client)).toEqual(['c', 'b', 'a'])
    expect(await titles(client, '?status=open')).toEqual(['b'])
    expect(await titles(client, '?status=acknowledged')).toEqual(['a'])
    expect(await titles(client, '?status=closed')).toEqual(['c'])
    expect(await titles(client, `?device_id=${placed.device_id}`)).toEqual(['b', 'a'])
    expect(await titles(client, `?org_unit_id=${north}`)).toEqual(['b', 'a'])
    expect(await titles(client, `?org_unit_id=${north}&status=acknowledged&severity=high&device_id=${placed.device_id}&search=A`)).toEqual([
      'a',
    ])
    expect(await titles(client, `?device_id=${Bun.randomUUIDv7()}`)).toEqual([])
    for (const wrong of ['?status=gone', '?device_id=edge', '?limit=0', '?cursor=x'])
      expect((await send('GET', `/api/v1/alerts${wrong}`, client)).status).toBe(422)
  })

  test('is searched in title, description, source and device, with wildcards as they are', async () => {
    const { client } = await arranged(
      { title: 'Disk 100% full' },
      { title: 'rule_1 broken' },
      { title: 'rule 1 broken', description: 'The Pump stands' },
      { title: 'Sign-in', source_ip: '203.0.113.5' },
    )
    const search = (text: string) => titles(client, `?${new URLSearchParams({ search: text })}`)
    expect(await search('100%')).toEqual(['Disk 100% full'])
    expect(await search('%')).toEqual(['Disk 100% full'])
    expect(await search('rule_1')).toEqual(['rule_1 broken'])
    expect(await search('_')).toEqual(['rule_1 broken'])
    expect(await search('\\')).toEqual([])
    expect(await search('PUMP')).toEqual(['rule 1 broken'])
    expect(await search('203.0.113')).toEqual(['Sign-in'])
    expect(await search('edge-7')).toHaveLength(4)
    expect(await search("'; drop table alert; --")).toEqual([])
  })

  test('is counted by severity', async () => {
    const { client } = await arranged(...four, { title: 'e', severity: 'critical' }, { title: 'f', severity: 'critical' })
    expect(await summary(client)).toEqual({ open: { low: 1, medium: 1, high: 1, critical: 3 }, acknowledged: 0 })
    const { items } = await read(client)
    for (const title of ['d', 'a']) await acknowledge(client, items.find((alert) => alert.title === title)!.id)
    await client.api.alerts({ id: items.find(({ title }) => title === 'b')!.id }).close.post({ verdict: 'benign' })
    expect(await summary(client)).toEqual({ open: { low: 0, medium: 0, high: 1, critical: 2 }, acknowledged: 2 })
    expect(await summary(await signedIn())).toEqual({ open: { low: 0, medium: 0, high: 0, critical: 0 }, acknowledged: 0 })
  })
})

describe('the summary', () => {
  test('is of a unit with those below it, and tells what came and what was taken from a time on', async () => {
    const client = await signedIn()
    const { id: north } = (await client.api['org-units'].post({ name: 'North' })).data!
    const { id: below } = (await client.api['org-units'].post({ name: 'Below', parent_id: north })).data!
    const { id: south } = (await client.api['org-units'].post({ name: 'South' })).data!
    for (const [title, org_unit_id] of [
      ['n', north],
      ['b', below],
      ['s', south],
    ] as const)
      await raise(await registered(client, { org_unit_id }), { title, severity: 'high' })
    const of = async (query: { org_unit_id?: string; since?: Date }) => (await client.api.alerts.summary.get({ query })).data
    expect(await of({ org_unit_id: north })).toEqual({ open: { low: 0, medium: 0, high: 2, critical: 0 }, acknowledged: 0 })
    expect(await of({ org_unit_id: south })).toMatchObject({ open: { high: 1 } })
    const { items } = await read(client)
    await acknowledge(client, items.find(({ title }) => title === 'b')!.id)
    const since = new Date(Date.now() - 60_000)
    expect(await of({ since })).toMatchObject({ since: { raised: 3, acknowledged: 1, closed: 0 } })
    await client.api.alerts({ id: items.find(({ title }) => title === 'b')!.id }).close.post({ verdict: 'benign' })
    expect(await of({ since })).toMatchObject({ acknowledged: 0, since: { raised: 3, acknowledged: 1, closed: 1 } })
    expect(await of({ since, org_unit_id: south })).toMatchObject({ since: { raised: 1, acknowledged: 0, closed: 0 } })
    expect(await of({ since: new Date(Date.now() + 60_000) })).toMatchObject({ since: { raised: 0, acknowledged: 0, closed: 0 } })
    const southern = await signedIn(['alerts.read'], { tenant_id: client.tenant_id, units: [south] })
    expect((await southern.api.alerts.summary.get({ query: { since, org_unit_id: north } })).data).toMatchObject({
      open: { high: 0 },
      since: { raised: 0 },
    })
    expect((await send('GET', '/api/v1/alerts/summary?org_unit_id=north', client)).status).toBe(422)
  })
})

describe('acknowledging', () => {
  test('says who takes the alert and when, leaves a record, and tells the consoles', async () => {
    const client = await signedIn()
    const { id: north } = (await client.api['org-units'].post({ name: 'North' })).data!
    await raise(await registered(client, { org_unit_id: north }), { title: 'a' })
    const [alert] = (await read(client)).items
    const before = (await told(client.tenant_id)).length
    const reply = await acknowledge(client, alert!.id, { comment: 'I look at it' })
    expect(reply.status).toBe(200)
    const answer = (await reply.json()) as Record<string, unknown>
    expect(answer).toMatchObject({
      id: alert!.id,
      status: 'acknowledged',
      comment: 'I look at it',
      acknowledged_by: { id: client.user_id, name: 'Somebody' },
    })
    expect(Math.abs(Date.parse(answer.acknowledged_at as string) - Date.now())).toBeLessThan(5_000)
    expect(await (await send('GET', `/api/v1/alerts/${alert!.id}`, client)).json()).toEqual(answer)
    expect((await client.api.audit.get({ query: { entity_id: alert!.id } })).data!.items).toMatchObject([
      {
        action: 'alerts.acknowledge',
        actor_kind: 'user',
        actor_id: client.user_id,
        before: { status: 'open', acknowledged_by: null },
        after: { status: 'acknowledged', comment: 'I look at it' },
      },
    ])
    expect((await told(client.tenant_id)).slice(before)).toMatchObject([
      {
        type: 'alert',
        permission: 'alerts.read',
        org_unit_id: north,
        data: { id: alert!.id, event: 'updated', alert: { status: 'acknowledged' } },
      },
    ])
  })

  test('needs no comment, and no body', async () => {
    const { client } = await arranged({ title: 'a' }, { title: 'b' })
    const [b, a] = (await read(client)).items
    expect((await acknowledge(client, a!.id, {})).status).toBe(200)
    expect((await acknowledge(client, b!.id)).status).toBe(200)
  })

  test('a second time is refused, and changes nothing', async () => {
    const { client } = await arranged({ title: 'a' })
    const [alert] = (await read(client)).items
    expect((await acknowledge(client, alert!.id, { comment: 'mine' })).status).toBe(200)
    const other = await signedIn(['alerts.read', 'alerts.acknowledge'], client)
    const second = await acknowledge(other, alert!.id, { comment: 'no, mine' })
    expect(second.status).toBe(409)
    expect((await problem(second)).error).toBe('already_acknowledged')
    expect((await read(client)).items).toMatchObject([{ comment: 'mine', acknowledged_by: { id: client.user_id } }])
    expect((await client.api.audit.get({ query: { action: 'alerts.acknowledge' } })).data!.items).toHaveLength(1)
  })

  test('by several at once is done by one', async () => {
    const { client } = await arranged({ title: 'a' })
    const [alert] = (await read(client)).items
    const people = await Promise.all(Array.from({ length: 5 }, () => signedIn(['alerts.acknowledge', 'alerts.read'], client)))
    const replies = await Promise.all(people.map((person) => acknowledge(person, alert!.id, {})))
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409])
    expect((await client.api.audit.get({ query: { action: 'alerts.acknowledge' } })).data!.items).toHaveLength(1)
  })

  test('what has changed since one looked is refused', async () => {
    const { client, device } = await arranged({ title: 'a' })
    const [alert] = (await read(client)).items
    const seen = (await send('GET', `/api/v1/alerts/${alert!.id}`, client)).headers.get('etag')!
    await raise(device, { title: 'a' })
    expect((await acknowledge(client, alert!.id, {}, { 'if-match': seen })).status).toBe(412)
    const now = (await send('GET', `/api/v1/alerts/${alert!.id}`, client)).headers.get('etag')!
    expect((await acknowledge(client, alert!.id, {}, { 'if-match': now })).status).toBe(200)
  })

  test('needs the permission', async () => {
    const { client } = await arranged({ title: 'a' })
    const [alert] = (await read(client)).items
    const reader = await signedIn(['alerts.read'], client)
    const reply = await acknowledge(reader, alert!.id, {})
    expect(reply.status).toBe(403)
    expect((await problem(reply)).detail).toContain('alerts.acknowledge')
    expect((await send('GET', '/api/v1/alerts', await signedIn(['devices.read'], client))).status).toBe(403)
    expect((await read(client)).items).toMatchObject([{ status: 'open' }])
  })

  test('with a comment longer than 2000 characters is refused', async () => {
    const { client } = await arranged({ title: 'a' })
    const [alert] = (await read(client)).items
    expect((await acknowledge(client, alert!.id, { comment: 'x'.repeat(2_001) })).status).toBe(422)
    expect((await read(client)).items).toMatchObject([{ status: 'open' }])
  })

  test('stays on record when its author has left', async () => {
    const { client } = await arranged({ title: 'a' })
    const [alert] = (await read(client)).items
    const person = await signedIn(['alerts.read', 'alerts.acknowledge'], client)
    await acknowledge(person, alert!.id, {})
    await owner`delete from membership where user_id = ${person.user_id}`
    expect((await read(client)).items).toMatchObject([{ acknowledged_by: { id: person.user_id, name: null } }])
  })
})

describe('who sees a part of the organization', () => {
  test('sees, counts and acknowledges only the alerts of his units', async () => {
    const client = await signedIn()
    const units: string[] = []
    for (const name of ['North', 'South']) units.push((await client.api['org-units'].post({ name })).data!.id)
    const [north, south] = units as [string, string]
    const { id: below } = (await client.api['org-units'].post({ name: 'Below North', parent_id: north })).data!
    for (const [title, org_unit_id] of [
      ['north', north],
      ['below', below],
      ['south', south],
      ['nowhere', undefined],
    ] as const) {
      await raise(await registered(client, { org_unit_id }), { title, severity: 'high' })
    }
    const all = (await read(client)).items
    expect(all.map(({ title }) => title)).toEqual(['nowhere', 'south', 'below', 'north'])
    const northern = await signedIn(['alerts.read', 'alerts.acknowledge'], { tenant_id: client.tenant_id, units: [north] })
    expect(await titles(northern)).toEqual(['below', 'north'])
    expect(await titles(northern, `?org_unit_id=${south}`)).toEqual([])
    expect(await summary(northern)).toMatchObject({ open: { high: 2 } })
    for (const { id, title } of all) {
      const seen = ['north', 'below'].includes(title)
      expect((await send('GET', `/api/v1/alerts/${id}`, northern)).status).toBe(seen ? 200 : 404)
      expect((await acknowledge(northern, id, {})).status).toBe(seen ? 200 : 404)
    }
    expect(await titles(client, '?status=open')).toEqual(['nowhere', 'south'])
  })
})

describe('many alerts', () => {
  const three: Said[] = [
    { title: 'a', severity: 'low' },
    { title: 'b', severity: 'critical' },
    { title: 'c', severity: 'medium' },
  ]
  const bulk = async (client: Client, body: object) => {
    const reply = await send('POST', '/api/v1/alerts/bulk/acknowledge', { body, headers: client.headers })
    return { status: reply.status, ...((await reply.json()) as { done: string[]; failures: object[]; next_cursor: string | null }) }
  }

  test('are sorted by severity in its own order, and walked so', async () => {
    const { client } = await arranged(...three, { title: 'd', severity: 'low' })
    expect(await titles(client, '?sort=-severity')).toEqual(['b', 'c', 'd', 'a'])
    expect(await titles(client, '?sort=created_at')).toEqual(['a', 'b', 'c', 'd'])
    const walked = await walk((cursor) => read(client, `?sort=-severity&limit=1${cursor ? `&cursor=${cursor}` : ''}`))
    expect(walked.map(({ title }) => title)).toEqual(['b', 'c', 'd', 'a'])
  })

  test('are filtered with operators and counted', async () => {
    const { client } = await arranged(...three)
    expect(await titles(client, '?severity_not=low')).toEqual(['c', 'b'])
    expect(await titles(client, '?status_not=open')).toEqual([])
    expect(await titles(client, '?title_contains=B')).toEqual(['b'])
    expect(await titles(client, '?last_seen_at_before=2020-01-01T00:00:00Z')).toEqual([])
    expect((await client.api.alerts.count.get({ query: { severity_not: ['low'] } })).data).toEqual({ count: 2 })
  })

  test('are taken by a filter; those that somebody took before are listed with the reason', async () => {
    const { client } = await arranged(...three)
    const [c] = (await read(client)).items
    expect((await acknowledge(client, c!.id)).status).toBe(200)
    const taken = await bulk(client, { filter: {}, comment: 'all seen' })
    expect([taken.done.length, taken.next_cursor]).toEqual([2, null])
    expect(taken.failures).toMatchObject([{ id: c!.id, name: 'c', error: 'already_acknowledged' }])
    expect(await titles(client, '?status=open')).toEqual([])
    expect((await bulk(client, {})).status).toBe(422)
  })

  test('are a file of their filter', async () => {
    const { client } = await arranged(...three)
    const { id } = (await client.api.alerts.exports.post({ severity: ['critical'] })).data!
    const text = await (await send('GET', `/api/v1/alerts/exports/${id}`, client)).text()
    expect(
      text
        .trim()
        .split('\r\n')
        .map((line) => line.split(',')[0]),
    ).toEqual(['"title"', '"b"'])
  })
})
