import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { moveClock } from '../../core/clock'
import { config } from '../../core/config'
import { handOff, staffPass } from '../../core/hand-off'
import { listen } from '../../core/signals'
import { problem, send, signedIn } from '../../testing/api'
import { type StaffClient, staffSignedIn } from '../../testing/management'
import { auditOf, owner } from '../../testing/owner'
import { linkPlanes } from '../../testing/planes'
import { queued, runQueue } from '../../testing/world'

let planes: ReturnType<typeof linkPlanes>
let staff: StaffClient
beforeAll(async () => {
  await listen()
  planes = linkPlanes()
  staff = await staffSignedIn('operator')
})
afterAll(() => planes.close())
afterEach(() => {
  moveClock(0)
  config.ADMIN_PANEL_ENABLED = true
})

const pass = async () => (await staff.api['cloud-passes'].post()).data!
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
const word = async (reply: Response) => [reply.status, (await problem(reply)).error]

interface Failed {
  items: { id: string; tenant_id: string; task: string; attempts: number }[]
}

/** A job of a tenant that was given up. */
async function failedJob() {
  const client = await signedIn()
  await owner`select graphile_worker.add_job('records.handle', ${owner.json({ tenant_id: client.tenant_id, hidden: 'of the tenant' })}::json, max_attempts => 3)`
  await owner`update graphile_worker._private_jobs set attempts = max_attempts, last_error = 'broke at something of the tenant' where payload->>'tenant_id' = ${client.tenant_id}`
  return client
}
const failed = async (tenant_id: string, token: string) =>
  (await (await send('GET', `/api/v1/admin/jobs/failed?tenant_id=${tenant_id}`, bearer(token))).json()) as Failed

describe('the admin API', () => {
  // ASVS 8.2.1
  test('is there only with ADMIN_PANEL_ENABLED; without, no route answers otherwise than one that never was', async () => {
    const { token } = await pass()
    expect((await send('GET', '/api/v1/admin/installation', bearer(token))).status).toBe(200)
    config.ADMIN_PANEL_ENABLED = false
    const told = async (method: string, path: string) => {
      const { request_id: _, ...rest } = await problem(await send(method, `/api/v1/admin/${path}`, bearer(token)))
      return rest
    }
    const nothing = await told('GET', 'no-such-thing')
    expect(nothing).toMatchObject({ status: 404, error: 'not_found' })
    for (const [method, path] of [
      ['GET', 'installation'],
      ['GET', 'jobs/failed'],
      ['POST', 'jobs/1/retry'],
    ] as const)
      expect([path, await told(method, path)]).toEqual([path, nothing])
  })

  // ASVS 8.2.1, 9.2.3
  test('is for who has a pass of the Management plane, for five minutes, and for nobody else', async () => {
    const [client, { token, url, expires_in }] = [await signedIn(), await pass()]
    expect([new URL(url).pathname, expires_in]).toEqual(['/api/v1/admin', 300])
    const claims = { grant_id: Bun.randomUUIDv7(), tenant_id: client.tenant_id, staff_id: staff.id }
    const strange = [
      '',
      client.token,
      staff.token,
      config.INTERNAL_TOKEN[0]!,
      `${token}x`,
      staffPass.write(Buffer.alloc(32, 9), { staff_id: staff.id }),
      handOff.write(planes.secret, claims),
    ]
    for (const text of strange)
      expect(await word(await send('GET', '/api/v1/admin/installation', bearer(text)))).toEqual([401, 'unauthenticated'])
    expect((await send('GET', '/api/v1/devices', bearer(token))).status).toBe(401)
    moveClock(299_000)
    expect((await send('GET', '/api/v1/admin/installation', bearer(token))).status).toBe(200)
    moveClock(302_000)
    expect((await send('GET', '/api/v1/admin/installation', bearer(token))).status).toBe(401)
    moveClock(0)
    expect((await (await staffSignedIn('support')).api['cloud-passes'].post()).status).toBe(403)
    const entries = await owner`select action from management.audit_entry where actor_id = ${staff.id} and action = 'cloud.pass'`
    expect(entries.length).toBeGreaterThan(0)
  })

  test('tells how the installation is, and what failed, in numbers and names alone', async () => {
    const [client, { token }] = [await failedJob(), await pass()]
    const installation = (await (await send('GET', '/api/v1/admin/installation', bearer(token))).json()) as { jobs: { failed: number } }
    expect(installation).toMatchObject({
      version: expect.any(String),
      registration: 'open',
      features: expect.arrayContaining(['security']),
    })
    expect(installation.jobs.failed).toBeGreaterThan(0)
    const { items } = await failed(client.tenant_id, token)
    expect(items).toMatchObject([{ tenant_id: client.tenant_id, task: 'records.handle', attempts: 3 }])
    expect(JSON.stringify(items)).not.toContain('of the tenant')
    const other = await failedJob()
    const all = (await (await send('GET', '/api/v1/admin/jobs/failed?limit=1', bearer(token))).json()) as Failed & { next_cursor: string }
    expect(all.items).toMatchObject([{ tenant_id: other.tenant_id }])
    const next = (await (await send('GET', `/api/v1/admin/jobs/failed?limit=1&cursor=${all.next_cursor}`, bearer(token))).json()) as Failed
    expect(next.items[0]).toMatchObject({ tenant_id: client.tenant_id })
  })

  // ASVS 16.2.1
  test('has a job done again, once, and that is on both records by who it was', async () => {
    const [client, { token }] = [await failedJob(), await pass()]
    const { id } = (await failed(client.tenant_id, token)).items[0]!
    const retry = () => send('POST', `/api/v1/admin/jobs/${id}/retry`, bearer(token))
    expect((await Promise.all([retry(), retry(), retry()])).map(({ status }) => status).sort()).toEqual([204, 404, 404])
    expect((await failed(client.tenant_id, token)).items).toEqual([])
    await runQueue(client.tenant_id)
    expect(await queued(client.tenant_id)).toEqual([])
    expect([...(await auditOf(client.tenant_id, 'jobs.retry'))]).toMatchObject([{ actor_id: staff.id, after: { task: 'records.handle' } }])
    const told =
      await owner`select actor_id, after from management.audit_entry where tenant_id = ${client.tenant_id} and action = 'jobs.retry'`
    expect([...told]).toMatchObject([{ actor_id: staff.id, after: { task: 'records.handle', job_id: id } }])
    for (const text of ['0', '-1', 'x', '9'.repeat(30)])
      expect([text, (await send('POST', `/api/v1/admin/jobs/${text}/retry`, bearer(token))).status]).toEqual([text, 422])
    expect((await send('POST', '/api/v1/admin/jobs/999999999/retry', bearer(token))).status).toBe(404)
  })
})
