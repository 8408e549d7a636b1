import { afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { moveClock } from '../../core/clock'
import { config } from '../../core/config'
import { limits } from '../../core/limits'
import { listen } from '../../core/signals'
import { password, withPassword } from '../../testing/account'
import { newTenant, problem, send, signedIn, within } from '../../testing/api'
import { eventually } from '../../testing/eventually'
import { mailOf, tokenIn } from '../../testing/mail'
import { auditOf, owner } from '../../testing/owner'
import { memberships } from '../users/schema'

beforeAll(() => listen())
afterEach(() => {
  moveClock(0)
  config.AUTH_POLICY = 'standard'
})

const another = 'seven blue lanterns over water'
const forgot = (email: string, more: object = {}) => send('POST', '/api/v1/auth/password/forgot', { body: { email, ...more } })
const reset = (token: string, new_password = another) => send('POST', '/api/v1/auth/password/reset', { body: { token, new_password } })
const login = (email: string, typed: string) => send('POST', '/api/v1/auth/login', { body: { email, password: typed } })
const statusOf = async (reply: Response) => [reply.status, reply.status < 400 ? '' : (await problem(reply)).error]
const me = async ({ headers }: { headers: Record<string, string> }) => (await send('GET', '/api/v1/me', { headers })).status

/** The token of the link that was mailed last; `count` mails are waited for. */
async function mailed({ tenant_id }: { tenant_id: string }, count = 1) {
  expect(await eventually(async () => (await mailOf(tenant_id)).length === count)).toBe(true)
  return (await mailOf(tenant_id)).at(-1)!
}
async function link(client: { email: string; tenant_id: string }, count = 1) {
  expect((await forgot(client.email)).status).toBe(204)
  return tokenIn((await mailed(client, count)).text)
}

describe('a forgotten password', () => {
  test('is replaced by who has the mail: the old one is gone, all sessions end, and that is recorded', async () => {
    const client = await withPassword()
    const token = await link(client)
    expect(await me(client)).toBe(200)
    expect(await statusOf(await reset(token))).toEqual([204, ''])
    expect(await me(client)).toBe(401)
    expect((await login(client.email, password)).status).toBe(401)
    expect((await login(client.email, another)).status).toBe(200)
    expect(await auditOf(client.tenant_id, 'passwords.forget')).toHaveLength(1)
    expect([...(await auditOf(client.tenant_id, 'passwords.reset'))]).toMatchObject([
      { actor_id: client.user_id, after: { sessions_ended: 1 } },
    ])
    const everything = JSON.stringify(await owner`select * from audit_log where tenant_id = ${client.tenant_id}`)
    for (const secret of [token, another]) expect(everything).not.toContain(secret)
  })

  test('ends the sessions in every organization of the person', async () => {
    const client = await withPassword()
    const tenant_id = await newTenant()
    const { user_id } = client
    await within(tenant_id, ({ tx, owned }) => tx.insert(memberships).values(owned({ user_id, name: 'Elsewhere', whole_tenant: true })))
    const entered = await send('POST', '/api/v1/auth/switch-tenant', { headers: client.headers, body: { tenant_id } })
    const { access_token } = (await entered.json()) as { access_token: string }
    const elsewhere = { headers: { authorization: `Bearer ${access_token}` } }
    expect(await me(elsewhere)).toBe(200)
    await forgot(client.email)
    const found = () => Promise.all([client.tenant_id, tenant_id].map(mailOf)).then((mails) => mails.flat())
    expect(await eventually(async () => (await found()).length === 1)).toBe(true)
    expect((await reset(tokenIn((await found())[0]!.text))).status).toBe(204)
    expect(await me(elsewhere)).toBe(401)
  })

  test('is asked for with the same answer whatever the address, and only who has a password gets mail', async () => {
    const [right, passwordless, disabled] = [await withPassword(), await signedIn(), await withPassword()]
    await owner`update membership set disabled = true where user_id = ${disabled.user_id}`
    const addresses = [right.email.toUpperCase(), passwordless.email, disabled.email, `${Bun.randomUUIDv7()}@nowhere.example`]
    const replies = await Promise.all(addresses.map((email) => forgot(email)))
    const told = await Promise.all(replies.map(async (reply) => [reply.status, await reply.text(), [...reply.headers.keys()].sort()]))
    for (const answer of told) expect(answer).toEqual(told[0]!)
    expect(told[0]![0]).toBe(204)
    expect(await mailed(right)).toMatchObject({ kind: 'password_reset', recipient: right.email })
    for (const { tenant_id } of [passwordless, disabled]) expect(await mailOf(tenant_id)).toEqual([])
  })

  test('is mailed in the language that was asked in', async () => {
    const [asked, read] = [await withPassword(), await withPassword()]
    await forgot(asked.email, { language: 'it' })
    await send('POST', '/api/v1/auth/password/forgot', { body: { email: read.email }, headers: { 'accept-language': 'it-IT' } })
    for (const client of [asked, read]) expect((await mailed(client)).text).toContain('nuova password')
  })

  test('may be asked for a few times, then a little later, known address or not', async () => {
    for (const email of [(await withPassword()).email, `${Bun.randomUUIDv7()}@nowhere.example`]) {
      for (let time = 0; time < limits.failuresBeforeDelay; time += 1) expect((await forgot(email)).status).toBe(204)
      const reply = await forgot(email)
      expect([reply.status, reply.headers.get('retry-after')]).toEqual([429, '1'])
    }
  })
})

describe('a link', () => {
  test('is kept only as a hash', async () => {
    const client = await withPassword()
    const token = await link(client)
    expect(JSON.stringify(await owner`select * from password_reset where user_id = ${client.user_id}`)).not.toContain(token)
  })

  // ASVS 6.4.1
  test('works once, of 20 at the same moment one', async () => {
    const client = await withPassword()
    const token = await link(client)
    const replies = await Promise.all(Array.from({ length: 20 }, () => reset(token)))
    expect(replies.map(({ status }) => status).sort()).toEqual([204, ...Array.from({ length: 19 }, () => 422)])
    expect(await statusOf(await reset(token))).toEqual([422, 'link_ended'])
    expect(await auditOf(client.tenant_id, 'passwords.reset')).toHaveLength(1)
  }, 30_000)

  // ASVS 6.4.1
  test('works for 30 minutes', async () => {
    const client = await withPassword()
    const token = await link(client)
    moveClock(limits.resetMs + 1000)
    expect(await statusOf(await reset(token))).toEqual([422, 'link_ended'])
  })

  test('ends with a newer one', async () => {
    const client = await withPassword()
    const [first, second] = [await link(client), await link(client, 2)]
    expect(await statusOf(await reset(first))).toEqual([422, 'link_ended'])
    expect((await reset(second)).status).toBe(204)
  })

  test('ends when the password is changed', async () => {
    const client = await withPassword()
    const token = await link(client)
    const change = { current_password: password, new_password: 'eleven green kettles on a shelf' }
    expect((await send('POST', '/api/v1/auth/password/change', { headers: client.headers, body: change })).status).toBe(204)
    expect(await statusOf(await reset(token))).toEqual([422, 'link_ended'])
  })

  test('that was never made is refused, and so is one that was altered', async () => {
    const token = await link(await withPassword())
    for (const text of ['x', token.slice(0, -1), `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`])
      expect(await statusOf(await reset(text))).toEqual([422, 'link_ended'])
  })

  test('survives a password that is not good enough', async () => {
    const client = await withPassword()
    const token = await link(client)
    const refused = await problem(await reset(token, 'short'))
    expect(refused).toMatchObject({ status: 422, errors: [{ path: '/new_password' }] })
    expect((await reset(token)).status).toBe(204)
  })

  // ASVS 6.4.3
  test('is no way around the second factor', async () => {
    const client = await withPassword()
    await owner`insert into mfa_factor (user_id, secret, confirmed_at) values (${client.user_id}, 'sealed', now())`
    expect((await reset(await link(client))).status).toBe(204)
    expect(await (await login(client.email, another)).json()).toMatchObject({ mfa_required: true })
  })
})

test('where passwords are switched off, both are refused', async () => {
  const client = await withPassword()
  const token = await link(client)
  config.AUTH_POLICY = 'restricted'
  expect(await statusOf(await forgot(client.email))).toEqual([403, 'auth_restricted'])
  expect(await statusOf(await reset(token))).toEqual([403, 'auth_restricted'])
})
