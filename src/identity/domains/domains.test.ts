import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { moveClock } from '../../core/clock'
import { config } from '../../core/config'
import { limits } from '../../core/limits'
import { type Client, problem, send, signedIn } from '../../testing/api'
import { dns } from '../../testing/dns'
import { eventually } from '../../testing/eventually'
import { auditOf, owner } from '../../testing/owner'
import { recheckDomains } from './service'

let resolver: Awaited<ReturnType<typeof dns>>
beforeAll(async () => {
  resolver = await dns()
  config.DNS_SERVER = resolver.address
})
afterEach(() => {
  moveClock(0)
  resolver.silent = false
  resolver.failing = false
})
afterAll(() => {
  config.DNS_SERVER = ''
  resolver.close()
})

interface Domain {
  id: string
  domain: string
  record_name: string
  record_value: string
  verified_at: string | null
  checked_at: string | null
}
const path = '/api/v1/settings/domains'
const newName = () => `${Bun.randomUUIDv7()}.example`
async function added({ headers }: Client, domain = newName()) {
  const reply = await send('POST', path, { headers, body: { domain } })
  expect(reply.status).toBe(201)
  return (await reply.json()) as Domain
}
const verify = ({ headers }: Client, { id }: Domain) => send('POST', `${path}/${id}/verify`, { headers, body: {} })
const announce = ({ record_name, record_value }: Domain) => resolver.records.set(record_name, record_value)
const statusOf = async (reply: Response) => [reply.status, reply.status < 400 ? '' : (await problem(reply)).error]
const listed = async ({ headers }: Client) => ((await (await send('GET', path, { headers })).json()) as { items: Domain[] }).items

describe('a domain', () => {
  test('is proven by its TXT record alone, and that is on record', async () => {
    const client = await signedIn()
    const domain = await added(client)
    expect(domain).toMatchObject({ record_name: `_monozu-challenge.${domain.domain}`, verified_at: null })
    expect(await statusOf(await verify(client, domain))).toEqual([409, 'domain_not_proven'])
    resolver.records.set(domain.record_name, 'monozu-verification=of somebody else')
    expect(await statusOf(await verify(client, domain))).toEqual([409, 'domain_not_proven'])
    announce(domain)
    expect((await verify(client, domain)).status).toBe(200)
    expect((await listed(client))[0]!.verified_at).toBeTruthy()
    expect(await auditOf(client.tenant_id, 'domains.verify')).toHaveLength(1)
  })

  test('belongs to one tenant, and is free again once removed', async () => {
    const [one, two] = [await signedIn(), await signedIn()]
    const name = newName()
    const [first, second] = [await added(one, name), await added(two, name.toUpperCase())]
    expect(first.record_value).not.toBe(second.record_value)
    announce(first)
    expect(await statusOf(await verify(two, second))).toEqual([409, 'domain_not_proven'])
    expect((await verify(one, first)).status).toBe(200)
    announce(second)
    expect(await statusOf(await verify(two, second))).toEqual([409, 'domain_taken'])
    expect((await send('DELETE', `${path}/${first.id}`, { headers: one.headers })).status).toBe(204)
    expect((await verify(two, second)).status).toBe(200)
  })

  test('belongs to one of two tenants that prove it at the same moment', async () => {
    const [one, two] = [await signedIn(), await signedIn()]
    const name = newName()
    const [first, second] = [await added(one, name), await added(two, name)]
    resolver.records.set(first.record_name, [first.record_value, second.record_value])
    const lock = `email_domain ${name}`
    const waiting = () =>
      owner<{ count: number }[]>`select count(*)::int as count from pg_locks where locktype = 'advisory' and not granted
        and (classid::bigint << 32 | objid::bigint) = hashtextextended(${lock}, 0)`
    // Held until both are past DNS and stand before the decision.
    const replies = await owner.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtextextended(${lock}, 0))`
      const asked = [verify(one, first), verify(two, second)]
      expect(await eventually(async () => (await waiting())[0]!.count === 2)).toBe(true)
      return { asked }
    })
    const outcomes = await Promise.all(replies.asked.map(async (reply) => (await statusOf(await reply)).join(' ')))
    expect(outcomes.toSorted()).toEqual(['200 ', '409 domain_taken'])
    const proven = [...(await listed(one)), ...(await listed(two))].filter(({ verified_at }) => verified_at)
    expect(proven).toHaveLength(1)
  })

  test('that is none, or is there already, is refused', async () => {
    const client = await signedIn()
    for (const domain of ['localhost', 'a b.example', '10.0.0.1', 'exa_mple.com'])
      expect([domain, ...(await statusOf(await send('POST', path, { headers: client.headers, body: { domain } })))]).toEqual([
        domain,
        422,
        'invalid',
      ])
    const { domain } = await added(client)
    expect((await statusOf(await send('POST', path, { headers: client.headers, body: { domain } })))[0]).toBe(409)
  })

  /** DNS is asked again in so many milliseconds from now. */
  async function recheckIn(ms: number) {
    moveClock(ms)
    await recheckDomains()
    moveClock(0)
  }
  const later = limits.domainCheckedMs + 60_000

  test.each([
    ['still proven a minute before its record has been missing for too long', -60_000],
    ['lost a minute after that', 60_000],
  ])('is %s', async (_, ms) => {
    const client = await signedIn()
    const domain = await added(client)
    announce(domain)
    await verify(client, domain)
    resolver.records.delete(domain.record_name)
    await recheckIn(later)
    await recheckIn(later + limits.domainMissingMs + ms)
    expect((await listed(client))[0]!.verified_at !== null).toBe(ms < 0)
    expect(await auditOf(client.tenant_id, 'domains.lose')).toHaveLength(ms < 0 ? 0 : 1)
  })

  test('stays proven where the record came back in time', async () => {
    const client = await signedIn()
    const domain = await added(client)
    announce(domain)
    await verify(client, domain)
    resolver.records.delete(domain.record_name)
    await recheckIn(later)
    announce(domain)
    await recheckIn(2 * later)
    resolver.records.delete(domain.record_name)
    await recheckIn(2 * later + limits.domainMissingMs)
    expect((await listed(client))[0]!.verified_at).toBeTruthy()
  })

  test('is not asked for again where DNS has just answered, and is where it could not', async () => {
    const client = await signedIn()
    const domain = await added(client)
    announce(domain)
    await verify(client, domain)
    const checkedAt = async () => (await listed(client))[0]!.checked_at
    const atFirst = await checkedAt()
    await recheckIn(limits.domainCheckedMs - 60_000)
    expect(await checkedAt()).toBe(atFirst)
    resolver.failing = true
    await recheckIn(later)
    resolver.failing = false
    expect(await checkedAt()).toBe(atFirst)
    await recheckIn(later)
    expect(await checkedAt()).not.toBe(atFirst)
  })
})
