import { describe, expect, test } from 'bun:test'
import { type Said, acknowledge, act, arranged, raise, read, titles } from '../../testing/alerts'
import { type Client, problem, registered, send, signedIn } from '../../testing/api'
import { owner, told } from '../../testing/world'

const one = async (client: Client, id: string) => {
  const { data, headers } = await client.api.alerts({ id }).get()
  return { ...data!, etag: (headers as Headers).get('etag')! }
}
const first = async (client: Client) => (await read(client)).items[0]!.id
const actions = async (client: Client, entity_id: string) =>
  (await client.api.audit.get({ query: { entity_id } })).data!.items.map(({ action }) => action)
const history = async (client: Client, id: string) => (await client.api.alerts({ id }).history.get({ query: {} })).data!.items

async function refusal(reply: Promise<Response>) {
  const { status, error, errors } = await problem(await reply)
  return [status, error, ...(errors ?? []).map(({ path }) => path)]
}

/** A tenant with two units and an alert in the northern one. */
async function divided() {
  const client = await signedIn()
  const unit = async (name: string, parent_id?: string) => (await client.api['org-units'].post({ name, parent_id })).data!.id
  const north = await unit('North')
  const [below, south] = [await unit('Below', north), await unit('South')]
  await raise(await registered(client, { org_unit_id: below }), { title: 'a', severity: 'high' })
  const colleague = (units?: string[], permissions: Parameters<typeof signedIn>[0] = ['alerts.read', 'alerts.assign']) =>
    signedIn(permissions, { tenant_id: client.tenant_id, units })
  return { client, north, below, south, colleague, id: await first(client) }
}

describe('assigning', () => {
  test('says whose the alert is, leaves a record, and tells the consoles', async () => {
    const { client, below, colleague, id } = await divided()
    const { user_id } = await colleague()
    const before = (await told(client.tenant_id)).length
    const reply = await act(client, id, 'assign', { user_id })
    expect(reply.status).toBe(200)
    const answer = (await reply.json()) as Record<string, unknown>
    expect(answer).toMatchObject({ id, status: 'open', assigned_to: { id: user_id, name: 'Somebody' }, acknowledged_by: null })
    expect(await (await send('GET', `/api/v1/alerts/${id}`, client)).json()).toEqual(answer)
    expect((await client.api.audit.get({ query: { entity_id: id } })).data!.items).toMatchObject([
      {
        action: 'alerts.assign',
        actor_id: client.user_id,
        before: { assigned_to: null },
        after: { assigned_to: { id: user_id, name: 'Somebody' } },
      },
    ])
    expect((await told(client.tenant_id)).slice(before)).toMatchObject([
      {
        type: 'alert',
        permission: 'alerts.read',
        org_unit_id: below,
        data: { id, event: 'updated', alert: { assigned_to: { id: user_id } } },
      },
    ])
  })

  test('is taken back by nobody, and who has it already leaves no second record', async () => {
    const { client, id } = await divided()
    for (const user_id of [client.user_id, client.user_id, null, null])
      expect((await act(client, id, 'assign', { user_id })).status).toBe(200)
    expect(await one(client, id)).toMatchObject({ assigned_to: null })
    expect(await actions(client, id)).toEqual(['alerts.assign', 'alerts.assign'])
  })

  // ASVS 8.2.2
  test('goes to who sees the unit: by itself, by one above, or by the whole organization', async () => {
    const { client, north, below, south, colleague, id } = await divided()
    for (const units of [[below], [north], undefined])
      expect((await act(client, id, 'assign', { user_id: (await colleague(units)).user_id })).status).toBe(200)
    const last = (await one(client, id)).assigned_to
    const outside = await colleague([south])
    const alone = await colleague([north])
    await owner`update membership_unit set subtree = false where membership_id = (select id from membership where user_id = ${alone.user_id})`
    const gone = await colleague()
    await owner`update membership set disabled = true where user_id = ${gone.user_id}`
    const blind = await colleague(undefined, ['devices.read'])
    const stranger = await signedIn()
    for (const user_id of [outside.user_id, alone.user_id, gone.user_id, blind.user_id, stranger.user_id, Bun.randomUUIDv7()])
      expect(await refusal(act(client, id, 'assign', { user_id }))).toEqual([422, 'invalid', '/user_id'])
    expect(await one(client, id)).toMatchObject({ assigned_to: last! })
  })

  test('of what stands in no unit goes to who sees the whole organization alone', async () => {
    const { client, north, colleague } = await divided()
    await raise(await registered(client), { title: 'nowhere' })
    const id = await first(client)
    expect(await refusal(act(client, id, 'assign', { user_id: (await colleague([north])).user_id }))).toEqual([422, 'invalid', '/user_id'])
    expect((await act(client, id, 'assign', { user_id: (await colleague()).user_id })).status).toBe(200)
  })

  test('by who sees a part of the organization goes to himself and to those he sees', async () => {
    const { client, north, colleague, id } = await divided()
    const northern = await colleague([north])
    const other = await colleague([north])
    expect((await act(northern, id, 'assign', { user_id: northern.user_id })).status).toBe(200)
    expect((await act(northern, id, 'assign', { user_id: other.user_id })).status).toBe(200)
    expect(await refusal(act(northern, id, 'assign', { user_id: client.user_id }))).toEqual([422, 'invalid', '/user_id'])
  })

  test.each([{}, { user_id: 'x' }, { user_id: 7 }])('takes %o for no user', async (body) => {
    const { client } = await arranged({ title: 'a' })
    expect((await act(client, await first(client), 'assign', body)).status).toBe(422)
  })

  test('what has changed since one looked is refused', async () => {
    const { client, device } = await arranged({ title: 'a' })
    const id = await first(client)
    const { etag } = await one(client, id)
    await raise(device, { title: 'a' })
    for (const [action, body] of [
      ['assign', { user_id: client.user_id }],
      ['close', { verdict: 'benign' }],
    ] as const)
      expect(await refusal(act(client, id, action, body, { 'if-match': etag }))).toEqual([412, 'stale'])
    expect(await one(client, id)).toMatchObject({ status: 'open', assigned_to: null })
    expect((await act(client, id, 'assign', { user_id: client.user_id }, { 'if-match': (await one(client, id)).etag })).status).toBe(200)
  })

  test('outlives who it was assigned to, and repeats of the alert', async () => {
    const { client, device } = await arranged({ title: 'a' })
    const person = await signedIn(['alerts.read'], client)
    const id = await first(client)
    await act(client, id, 'assign', { user_id: person.user_id })
    await raise(device, { title: 'a' })
    expect((await told(client.tenant_id)).at(-1)).toMatchObject({
      data: { id, alert: { count: 2, assigned_to: { id: person.user_id, name: 'Somebody' } } },
    })
    await owner`delete from membership where user_id = ${person.user_id}`
    expect(await one(client, id)).toMatchObject({ count: 2, assigned_to: { id: person.user_id, name: null } })
    expect(await history(client, id)).toMatchObject([{ action: 'assign', assigned_to: { name: null } }])
  })

  test('offers by name who may be chosen, page by page, without addresses', async () => {
    const { client, north, south, colleague, id } = await divided()
    const [a, b] = [await colleague([north]), await colleague([south])]
    await owner`update membership set name = 'Ada' where user_id = ${a.user_id}`
    await owner`update membership set name = 'Bob 100%' where user_id = ${b.user_id}`
    const offered = async (by: Client, query: object = {}) =>
      (await by.api.alerts.assignees.get({ query })).data!.items.map(({ name }) => name)
    expect(await offered(client)).toEqual(['Ada', 'Bob 100%', 'Somebody'])
    expect(await offered(client, { alert_id: id })).toEqual(['Ada', 'Somebody'])
    expect(await offered(client, { search: '0%' })).toEqual(['Bob 100%'])
    expect(await offered(a)).toEqual(['Ada'])
    const page = (await client.api.alerts.assignees.get({ query: { limit: 2 } })).data!
    expect(page.items).toMatchObject([{ id: a.user_id, name: 'Ada' }, { name: 'Bob 100%' }])
    expect(Object.keys(page.items[0]!)).toEqual(['id', 'name'])
    expect(await offered(client, { limit: 2, cursor: page.next_cursor! })).toEqual(['Somebody'])
    expect((await b.api.alerts.assignees.get({ query: { alert_id: id } })).status).toBe(404)
  })
})

describe('closing', () => {
  test.each(['true_positive', 'benign', 'false_positive'] as const)('as %s says what the alert turned out to be', async (verdict) => {
    const { client } = await arranged({ title: 'a' })
    const id = await first(client)
    const before = (await told(client.tenant_id)).length
    const reply = await act(client, id, 'close', { verdict, comment: 'seen' })
    expect(reply.status).toBe(200)
    const answer = (await reply.json()) as Record<string, unknown>
    expect(answer).toMatchObject({
      status: 'closed',
      verdict,
      closing_comment: 'seen',
      closed_by: { id: client.user_id, name: 'Somebody' },
      acknowledged_at: null,
      comment: null,
    })
    expect(Math.abs(Date.parse(answer.closed_at as string) - Date.now())).toBeLessThan(5_000)
    expect((await client.api.audit.get({ query: { entity_id: id } })).data!.items).toMatchObject([
      { action: 'alerts.close', before: { status: 'open', verdict: null }, after: { status: 'closed', verdict, closing_comment: 'seen' } },
    ])
    expect((await told(client.tenant_id)).slice(before)).toMatchObject([{ data: { id, event: 'updated', alert: { verdict } } }])
  })

  test('leaves who took it and what he said', async () => {
    const { client } = await arranged({ title: 'a' })
    const id = await first(client)
    await acknowledge(client, id, { comment: 'I look' })
    await act(client, id, 'close', { verdict: 'benign' })
    expect(await one(client, id)).toMatchObject({
      status: 'closed',
      comment: 'I look',
      acknowledged_by: { id: client.user_id },
      closing_comment: null,
    })
  })

  test('a second time is refused, as is to take what is closed', async () => {
    const { client } = await arranged({ title: 'a' })
    const id = await first(client)
    await act(client, id, 'close', { verdict: 'benign' })
    expect(await refusal(act(client, id, 'close', { verdict: 'true_positive' }))).toEqual([409, 'already_closed'])
    expect(await refusal(acknowledge(client, id))).toEqual([409, 'already_closed'])
    expect(await one(client, id)).toMatchObject({ verdict: 'benign' })
    expect(await actions(client, id)).toEqual(['alerts.close'])
  })

  test('by several at once is done by one', async () => {
    const { client } = await arranged({ title: 'a' })
    const id = await first(client)
    const people = await Promise.all(Array.from({ length: 5 }, () => signedIn(['alerts.close'], client)))
    const replies = await Promise.all(people.map((person) => act(person, id, 'close', { verdict: 'benign' })))
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409])
    expect(await actions(client, id)).toEqual(['alerts.close'])
  })

  test.each([{}, { verdict: 'maybe' }, { verdict: 'benign', comment: 'x'.repeat(2_001) }])('takes %j for no verdict', async (body) => {
    const { client } = await arranged({ title: 'a' })
    const id = await first(client)
    expect((await act(client, id, 'close', body)).status).toBe(422)
    expect(await one(client, id)).toMatchObject({ status: 'open' })
  })

  test('assigning, reopening and reading who may be chosen need their permissions', async () => {
    const { client } = await arranged({ title: 'a' })
    const id = await first(client)
    const reader = await signedIn(['alerts.read', 'alerts.acknowledge'], client)
    for (const [action, body, permission] of [
      ['assign', { user_id: reader.user_id }, 'alerts.assign'],
      ['close', { verdict: 'benign' }, 'alerts.close'],
      ['reopen', undefined, 'alerts.close'],
    ] as const) {
      const reply = await act(reader, id, action, body)
      expect(reply.status).toBe(403)
      expect((await problem(reply)).detail).toContain(permission)
    }
    expect((await reader.api.alerts.assignees.get({ query: {} })).status).toBe(403)
    expect(await actions(client, id)).toEqual([])
  })
})

describe('opening again', () => {
  test('takes back the verdict and who had taken the alert, but not whose it is', async () => {
    const { client } = await arranged({ title: 'a' })
    const id = await first(client)
    await act(client, id, 'assign', { user_id: client.user_id })
    await acknowledge(client, id, { comment: 'I look' })
    await act(client, id, 'close', { verdict: 'false_positive', comment: 'a test' })
    const reply = await act(client, id, 'reopen')
    expect(reply.status).toBe(200)
    expect(await one(client, id)).toMatchObject({
      status: 'open',
      assigned_to: { id: client.user_id },
      acknowledged_at: null,
      acknowledged_by: null,
      comment: null,
      closed_at: null,
      closed_by: null,
      verdict: null,
      closing_comment: null,
    })
    expect(await refusal(act(client, id, 'reopen'))).toEqual([409, 'not_closed'])
    expect((await acknowledge(client, id)).status).toBe(200)
  })

  test('is refused where the device has raised the same since, until that one is closed', async () => {
    const { client, device } = await arranged({ title: 'a' })
    const id = await first(client)
    await act(client, id, 'close', { verdict: 'benign' })
    await raise(device, { title: 'a' })
    expect(await refusal(act(client, id, 'reopen'))).toEqual([409, 'raised_again'])
    expect(await one(client, id)).toMatchObject({ status: 'closed', verdict: 'benign' })
    await act(client, await first(client), 'close', { verdict: 'benign' })
    expect((await act(client, id, 'reopen')).status).toBe(200)
    await raise(device, { title: 'a' })
    expect(await one(client, id)).toMatchObject({ count: 2 })
  })
})

describe('the history of an alert', () => {
  test('tells who did what and said what, newest first, to who sees the alert', async () => {
    const { client, north, south, colleague, id } = await divided()
    const reader = await colleague([north], ['alerts.read'])
    await act(client, id, 'assign', { user_id: reader.user_id })
    await acknowledge(client, id, { comment: 'I look' })
    await act(client, id, 'close', { verdict: 'benign', comment: 'a drill' })
    await act(client, id, 'reopen')
    await act(client, id, 'assign', { user_id: null })
    const none = { assigned_to: null, verdict: null, comment: null }
    const actor = { id: client.user_id, name: 'Somebody', is_staff: false }
    expect((await history(reader, id)).map(({ id: _, at: __, ...told }) => told)).toEqual([
      { ...none, action: 'assign', actor },
      { ...none, action: 'reopen', actor },
      { ...none, action: 'close', actor, verdict: 'benign', comment: 'a drill' },
      { ...none, action: 'acknowledge', actor, comment: 'I look' },
      { ...none, action: 'assign', actor, assigned_to: { id: reader.user_id, name: 'Somebody', is_staff: false } },
    ])
    const { data } = await reader.api.alerts({ id }).history.get({ query: { limit: 2 } })
    const rest = await reader.api.alerts({ id }).history.get({ query: { cursor: data!.next_cursor! } })
    expect(rest.data!.items.map(({ action }) => action)).toEqual(['close', 'acknowledge', 'assign'])
    const southern = await colleague([south], ['alerts.read', 'audit.read'])
    expect((await southern.api.alerts({ id }).history.get({ query: {} })).status).toBe(404)
  })
})

describe('many alerts', () => {
  const three: Said[] = [{ title: 'a' }, { title: 'b' }, { title: 'c' }]
  const bulk = async (client: Client, action: string, body: object) => {
    const reply = await send('POST', `/api/v1/alerts/bulk/${action}`, { body, headers: client.headers })
    return { status: reply.status, ...((await reply.json()) as { done: string[]; failures: object[]; next_cursor: string | null }) }
  }

  test('are closed by a filter and opened again by their ids; what was closed before is listed with the reason', async () => {
    const { client } = await arranged(...three)
    await act(client, await first(client), 'close', { verdict: 'true_positive' })
    const closed = await bulk(client, 'close', { filter: {}, verdict: 'benign', comment: 'a drill' })
    expect([closed.done.length, closed.next_cursor]).toEqual([2, null])
    expect(closed.failures).toMatchObject([{ name: 'c', error: 'already_closed' }])
    expect(await titles(client, '?verdict=benign')).toEqual(['b', 'a'])
    expect(await bulk(client, 'reopen', { ids: closed.done })).toMatchObject({ done: closed.done, failures: [] })
    expect(await titles(client, '?status=open')).toEqual(['b', 'a'])
    expect((await bulk(client, 'close', { filter: {} })).status).toBe(422)
    expect((await bulk(client, 'close', { verdict: 'benign' })).status).toBe(422)
  })

  test('that the same was raised for since stay closed, and the others are opened', async () => {
    const { client, device } = await arranged(...three)
    const ids = (await read(client)).items.map(({ id }) => id)
    await bulk(client, 'close', { ids, verdict: 'benign' })
    await raise(device, { title: 'b' })
    const opened = await bulk(client, 'reopen', { ids })
    expect(opened.done).toEqual([ids[0]!, ids[2]!])
    expect(opened.failures).toMatchObject([{ id: ids[1], name: 'b', error: 'raised_again' }])
  })

  test('are assigned; those that the chosen one cannot see are listed with the reason', async () => {
    const { client, north, colleague, id } = await divided()
    await raise(await registered(client), { title: 'nowhere' })
    const { user_id } = await colleague([north])
    const assigned = await bulk(client, 'assign', { filter: {}, user_id })
    expect(assigned.done).toEqual([id])
    expect(assigned.failures).toMatchObject([{ name: 'nowhere', error: 'invalid' }])
    expect(await bulk(client, 'assign', { filter: { assigned_to: [user_id] }, user_id: null })).toMatchObject({ done: [id], failures: [] })
    expect((await bulk(client, 'assign', { ids: [id] })).status).toBe(422)
    expect(await bulk(client, 'assign', { ids: [id], user_id: Bun.randomUUIDv7() })).toMatchObject({
      status: 422,
      errors: [{ path: '/user_id' }],
    })
  })

  test('are filtered by whose they are and by what they turned out to be, and say so in their file', async () => {
    const { client } = await arranged(...three)
    const other = await signedIn(['alerts.read'], client)
    const [c, b] = (await read(client)).items
    await act(client, c!.id, 'assign', { user_id: client.user_id })
    await act(client, b!.id, 'assign', { user_id: other.user_id })
    await act(client, b!.id, 'close', { verdict: 'false_positive', comment: 'a drill' })
    const found = async (query: string, by = client) => (await titles(by, query)).join('')
    expect(await found('?assigned_to=me')).toBe('c')
    expect(await found('?assigned_to=me', other)).toBe('b')
    expect(await found('?assigned_to=nobody')).toBe('a')
    expect(await found(`?assigned_to=nobody&assigned_to=${other.user_id}`)).toBe('ba')
    expect(await found('?assigned_to_not=me')).toBe('ba')
    expect(await found('?assigned_to_not=nobody')).toBe('cb')
    expect(await found(`?assigned_to_not=nobody&assigned_to_not=${other.user_id}`)).toBe('c')
    expect(await found(`?assigned_to=${Bun.randomUUIDv7()}`)).toBe('')
    expect(await found('?verdict=false_positive')).toBe('b')
    expect(await found('?verdict_not=false_positive')).toBe('ca')
    for (const wrong of ['?assigned_to=you', '?verdict=maybe'])
      expect((await send('GET', `/api/v1/alerts${wrong}`, client)).status).toBe(422)
    const { id } = (await client.api.alerts.exports.post({ assigned_to: [other.user_id] })).data!
    const [head, row, ...rest] = (await (await send('GET', `/api/v1/alerts/exports/${id}`, client)).text()).trim().split('\r\n')
    expect(head).toContain('"assigned_to","closed_at","closed_by","verdict","closing_comment"')
    expect(row).toMatch(/"Somebody",[^,"]+Z,"Somebody","false_positive","a drill"/)
    expect(rest).toEqual([])
  })
})
