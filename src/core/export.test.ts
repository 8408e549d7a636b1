import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { Elysia } from 'elysia'
import { type Client, problem, send, signedIn } from '../testing/api'
import { eventually } from '../testing/eventually'
import { auditOf, owner } from '../testing/owner'
import { moveClock } from './clock'
import { errors } from './errors'
import { type Exported, downloadExport } from './export'
import { requests } from './requests'
import { listen } from './signals'

beforeAll(() => listen())
afterEach(() => moveClock(0))

const fill = (tenant_id: string, rows: number) =>
  owner`insert into audit_log (tenant_id, id, at, actor_kind, actor_id, action, after)
    select ${tenant_id}, gen_random_uuid(), now(), 'job', ${tenant_id}, 'fillers.create', jsonb_build_object('text', 'x')
    from generate_series(1, ${rows})`

const ask = async (client: Client, filter: object = {}) => {
  const reply = await send('POST', '/api/v1/audit/exports', { headers: client.headers, body: filter })
  expect(reply.status).toBe(201)
  return (await reply.json()) as { id: string; kind: string }
}
const path = (id: string) => `/api/v1/audit/exports/${id}`
const download = (client: Client, id: string) => send('GET', path(id), { headers: client.headers })
const linesOf = (text: string) => text.replace('\uFEFF', '').trimEnd().split('\r\n')

describe('an export', () => {
  // ASVS 5.4.1, 5.4.2
  test('is the list with its filter as a CSV file; asking for it and each download are in the audit log', async () => {
    const client = await signedIn()
    const { id: group } = (await client.api.groups.post({ name: '=HYPERLINK("http://x")', permissions: [] })).data!
    await client.api['org-units'].post({ name: 'North' })
    const filter = { entity_type: 'groups', from: new Date(Date.now() - 60_000).toISOString() }
    const { id } = await ask(client, filter)
    const reply = await download(client, id)
    expect(reply.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(reply.headers.get('content-disposition')).toMatch(
      new RegExp(`^attachment; filename="audit-${client.tenant_id}-\\d{4}-\\d\\d-\\d\\d\\.csv"$`),
    )
    expect(reply.headers.get('cache-control')).toBe('no-store')
    expect(reply.headers.get('x-content-type-options')).toBe('nosniff')
    expect(reply.headers.get('x-request-id')).toBeTruthy()
    const [head, ...lines] = linesOf(await reply.text())
    expect(head).toStartWith('"at","actor_kind","actor_id","actor_name","action","outcome"')
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(`"user","${client.user_id}","Somebody","groups.create","success","groups","${group}"`)
    expect(await auditOf(client.tenant_id, 'exports.create')).toMatchObject([{ entity_id: id, after: { kind: 'audit', filter } }])
    expect(await auditOf(client.tenant_id, 'exports.download')).toMatchObject([{ entity_id: id, after: { kind: 'audit', filter } }])
    await (await download(client, id)).text()
    expect(await auditOf(client.tenant_id, 'exports.download')).toHaveLength(2)
  })

  test('holds every row once, however many pages it takes', async () => {
    const client = await signedIn()
    await fill(client.tenant_id, 1_234)
    const reply = await download(client, (await ask(client, { action: 'fillers.create' })).id)
    const [, ...lines] = linesOf(await reply.text())
    expect(new Set(lines.map((line) => line.slice(line.lastIndexOf(',')))).size).toBe(1_234)
    expect(lines).toHaveLength(1_234)
  })

  test('is its maker’s alone, for an hour, and of the list it was asked of', async () => {
    const [mine, other] = [await signedIn(), await signedIn()]
    const colleague = await signedIn(undefined, { tenant_id: mine.tenant_id })
    const { id } = await ask(mine)
    for (const client of [other, colleague]) expect((await download(client, id)).status).toBe(404)
    moveClock(3_600_001)
    expect((await download(mine, id)).status).toBe(404)
  })

  test('needs its permission when it is asked for and when it is downloaded', async () => {
    const reader = await signedIn(['audit.read'])
    for (const [method, to] of [
      ['POST', '/api/v1/audit/exports'],
      ['GET', path(Bun.randomUUIDv7())],
    ] as const) {
      const refused = await send(method, to, { headers: reader.headers, body: method === 'POST' ? {} : undefined })
      expect([refused.status, (await problem(refused)).detail]).toEqual([403, 'This needs the permission audit.export'])
    }
  })

  test('takes nothing that is no filter', async () => {
    const { headers } = await signedIn()
    for (const body of [{ outcome: 'maybe' }, { from: 'yesterday' }, { actor_id: 'x' }, { search: 'x'.repeat(201) }])
      expect((await send('POST', '/api/v1/audit/exports', { headers, body })).status).toBe(422)
  })
})

describe('a download', () => {
  /** A list of this many pages of a megabyte, downloaded over a real connection; `pages` counts those that were read for it. */
  async function begun(length: number) {
    const client = await signedIn()
    const { id } = await ask(client)
    let pages = 0
    const columns = { text: ({ text }: { text: string }) => text }
    const page = async () => {
      pages += 1
      return { items: Array.from({ length: 500 }, () => ({ text: 'x'.repeat(2000) })), next_cursor: pages < length ? 'more' : null }
    }
    const list: Exported<object, { text: string }> = { kind: 'audit', permission: 'audit.export', columns, page }
    const server = new Elysia()
      .use(requests)
      .use(errors)
      .get('/:id', ({ request, server, set, params }) => downloadExport({ request, server, set }, params.id, list))
      .listen({ hostname: '127.0.0.1', port: 0 }).server!
    servers.push(server)
    const get = (signal?: AbortSignal) => fetch(`http://127.0.0.1:${server.port}/${id}`, { headers: client.headers, signal })
    return { client, get, pages: () => pages }
  }
  const servers: { stop: (now: boolean) => Promise<void> }[] = []
  afterAll(() => Promise.all(servers.map((server) => server.stop(true))))

  test('reads on only as its reader takes', async () => {
    const { get, pages } = await begun(100)
    const reader = (await get()).body!.getReader()
    await reader.read()
    // What fits into the buffers of both ends is read ahead; then nothing for as long as nobody takes.
    let before = -1
    const isStill = async () => {
      const still = before === pages()
      before = pages()
      await Bun.sleep(100)
      return still
    }
    expect(await eventually(isStill)).toBe(true)
    expect(pages()).toBeLessThan(50)
    await reader.cancel()
  })

  test('comes to its end', async () => {
    const { get, pages } = await begun(30)
    expect((await (await get()).arrayBuffer()).byteLength).toBeGreaterThan(30_000_000)
    expect(pages()).toBe(30)
  })

  test('breaks off as soon as its reader may no longer see it', async () => {
    const { client, get } = await begun(200)
    const reply = await get()
    await client.api.me.sessions({ id: client.sid }).delete()
    await expect(reply.arrayBuffer()).rejects.toThrow()
  })

  test('of which too many run at once has to wait, and one that was left makes room', async () => {
    const { get } = await begun(200)
    const leave = new AbortController()
    const others = await Promise.all(Array.from({ length: 5 }, () => get(leave.signal)))
    expect(others.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    const refused = await get()
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10'])
    leave.abort()
    const again = async () => {
      const reply = await get()
      await reply.body?.cancel()
      return reply.status === 200
    }
    expect(await eventually(again, 5_000)).toBe(true)
  })
})
