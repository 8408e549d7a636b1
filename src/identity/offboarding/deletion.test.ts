import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { moveClock } from '../../core/clock'
import { freePort } from '../../core/embedded-postgres'
import { limits } from '../../core/limits'
import { writeRefreshToken } from '../../core/refresh'
import { listen } from '../../core/signals'
import { chores } from '../../jobs'
import { sendDue } from '../../management/deliveries/service'
import { deleteDue } from '../../management/offboarding/service'
import { givePassword, password } from '../../testing/account'
import { problem, send, signedIn } from '../../testing/api'
import { established } from '../../testing/established'
import { eventually } from '../../testing/eventually'
import { type StaffClient, askManagement, staffSignedIn } from '../../testing/management'
import { owner } from '../../testing/owner'
import { linkPlanes } from '../../testing/planes'
import { startCommand } from '../../testing/process'
import { fillAll, fingerprint, rowsOf } from '../../testing/rows'
import { openDoor } from '../../testing/tcp-door'
import { queued, report, runQueue } from '../../testing/world'
import { sealTenant } from '../audit-log/chain'

setDefaultTimeout(30_000)

let planes: ReturnType<typeof linkPlanes>
let staff: StaffClient
const usual = { ...limits }
const folder = mkdtempSync(join(tmpdir(), 'monozu-deletion-'))
beforeAll(async () => {
  await listen()
  planes = linkPlanes()
  staff = await staffSignedIn('owner')
})
afterAll(() => {
  planes.close()
  rmSync(folder, { recursive: true })
})
afterEach(async () => {
  Object.assign(limits, usual)
  await moveTo(0)
})

/** Sessions of staff do not last as long as these stories do. */
async function moveTo(days: number) {
  moveClock(days * 86_400_000)
  staff = await staffSignedIn('owner')
}

const reason = 'the contract has ended'
const named = { name: 'Test', reason }
const manage = (id: string, path: string, body: object = named, client = staff) =>
  askManagement('POST', `/api/v1/tenants/${id}${path}`, { headers: client.headers, body })
const word = async (reply: Response) => [reply.status, (await problem(reply)).error]
const look = async (id: string) => (await staff.api.tenants({ id }).offboarding.get()).data!

/** As far as the archive is ready. */
async function leave(tenant_id: string) {
  expect((await manage(tenant_id, '/offboarding')).status).toBe(200)
  await sendDue()
  await runQueue(tenant_id)
}

/** The delay passes, and the Cloud is told. */
async function remove(tenant_id: string) {
  expect((await manage(tenant_id, '/deletion')).status).toBe(200)
  await moveTo(31)
  await deleteDue()
  await sendDue()
}

/** What is left: the row that says that it is gone. */
async function expectGone(tenant_id: string) {
  const left = Object.entries(await rowsOf(tenant_id)).filter(([, count]) => count)
  expect(left).toEqual([['tenant', 1]])
  const [row] = await owner`select name, status, require_mfa from tenant where id = ${tenant_id}`
  expect(row).toEqual({ name: 'deleted', status: 'deleted', require_mfa: false })
}

describe('a deletion', () => {
  test('is decided by an owner who types the name, once the archive is ready; it waits, and can be cancelled', async () => {
    const { tenant_id } = await established()
    expect(await word(await manage(tenant_id, '/deletion'))).toEqual([409, 'refused_in_state'])
    await manage(tenant_id, '/offboarding')
    await sendDue()
    expect(await word(await manage(tenant_id, '/deletion'))).toEqual([409, 'archive_not_ready'])
    await runQueue(tenant_id)
    expect((await manage(tenant_id, '/deletion', { ...named, name: 'Tests' })).status).toBe(422)
    expect((await manage(tenant_id, '/deletion', named, await staffSignedIn('operator'))).status).toBe(403)
    const asked = (await (await manage(tenant_id, '/deletion')).json()) as { delete_after: string }
    expect(Math.round((Date.parse(asked.delete_after) - Date.now()) / 86_400_000)).toBe(30)
    expect(await word(await manage(tenant_id, '/deletion'))).toEqual([409, 'already_requested'])
    await moveTo(29)
    await deleteDue()
    expect(await look(tenant_id)).toMatchObject({ state: 'offboarding' })
    expect((await manage(tenant_id, '/deletion/cancel', { reason })).status).toBe(200)
    expect(await word(await manage(tenant_id, '/deletion/cancel', { reason }))).toEqual([409, 'refused_in_state'])
    await moveTo(32)
    await deleteDue()
    expect(await look(tenant_id)).toMatchObject({ state: 'offboarding', delete_after: null })
    // Who stays is not deleted either.
    await manage(tenant_id, '/deletion')
    await manage(tenant_id, '/offboarding/cancel', { reason })
    await moveTo(70)
    await deleteDue()
    expect(await look(tenant_id)).toMatchObject({ state: 'suspended', delete_after: null })
    const entries = (await staff.api.audit.get({ query: { tenant_id } })).data!.items.map(({ action }) => action)
    expect(entries.filter((action) => action.startsWith('tenants.'))).toEqual([
      'tenants.keep',
      'tenants.request_deletion',
      'tenants.cancel_deletion',
      'tenants.request_deletion',
      'tenants.offboard',
    ])
  })

  test('removes every row of every table, the people who belonged to it alone, and its jobs; another tenant keeps all of its own', async () => {
    const { client, tenant_id } = await established()
    const other = await established()
    await givePassword(client.user_id)
    const shared = await signedIn([], { tenant_id })
    await owner`insert into membership (tenant_id, id, user_id, name, whole_tenant)
      values (${other.tenant_id}, gen_random_uuid(), ${shared.user_id}, 'of both', true)`
    await owner`insert into identity (id, user_id, kind, issuer, directory, subject, provider_tenant_id, created_at)
      values (gen_random_uuid(), ${shared.user_id}, 'oidc', 'https://of.the.tenant', '', ${tenant_id}, ${tenant_id}, now())`
    await leave(tenant_id)
    await sealTenant(tenant_id)
    await fillAll(tenant_id)
    const before = await rowsOf(tenant_id)
    expect(Object.entries(before).filter(([, count]) => !count)).toEqual([])
    const digest = await fingerprint(other.tenant_id)
    await remove(tenant_id)
    await owner`select graphile_worker.add_job('records.handle', json_build_object('tenant_id', ${tenant_id}::uuid))`
    await runQueue(tenant_id)
    await expectGone(tenant_id)
    expect(await queued(tenant_id)).toEqual([])
    expect(await fingerprint(other.tenant_id)).toEqual(digest)
    const people = await owner`select id from app_user where id in (${client.user_id}, ${shared.user_id})`
    expect(people.map(({ id }) => id as string)).toEqual([shared.user_id])
    const ways = await owner`select kind from identity where user_id in (${client.user_id}, ${shared.user_id})`
    expect([...ways]).toEqual([])
    // The proof is where no tenant's row is: how many went, and what the audit chain had come to.
    expect(await look(tenant_id)).toMatchObject({ state: 'deleted', erased_at: expect.any(Date) as Date, archive: null })
    const [proof] = (await staff.api.audit.get({ query: { tenant_id } })).data!.items
    expect(proof).toMatchObject({ action: 'tenants.erase_rows', actor_kind: 'tenant' })
    const { rows, checkpoint } = proof!.after as { rows: Record<string, number>; checkpoint: { seq: number; signature: string } }
    const { tenant: _, audit_pending, ...expected } = before
    for (const [table, count] of Object.entries(expected))
      expect([table, rows[table]! >= count || table.startsWith('audit')]).toEqual([table, true])
    expect(checkpoint.seq).toBeGreaterThan(3)
    expect(audit_pending).toBeGreaterThan(0)
    const told =
      await owner`select body from management.delivery where tenant_id = ${tenant_id} and kind = 'tenant.create' and body is not null`
    expect([...told]).toEqual([])
  })

  test('leaves no way in that was one', async () => {
    const { client, tenant_id, reporter } = await established()
    await givePassword(client.user_id)
    const expires_at = new Date(Date.now() + 300 * 86_400_000)
    const token = (await client.api['api-tokens'].post({ name: 'program', scopes: ['devices.read'], expires_at })).data!.token
    const key = (await client.api.settings['edge-registration-keys'].post({ label: 'late' })).data!.provisioning_key
    const cookie = `monozu_refresh=${writeRefreshToken({ tenant_id, session_id: client.sid, generation: 1 })}`
    await leave(tenant_id)
    await remove(tenant_id)
    const ways = async () =>
      Promise.all([
        send('POST', '/api/v1/auth/login', { body: { email: client.email, password } }).then(word),
        send('POST', '/api/v1/auth/refresh', { body: {}, headers: { cookie } }).then(word),
        send('GET', '/api/v1/devices', { headers: client.headers }).then(word),
        send('GET', '/api/v1/devices', { headers: { authorization: `Bearer ${token}` } }).then(word),
        send('POST', '/api/v1/devices/register', { body: { name: 'x' }, headers: { 'x-provisioning-key': key } }).then(word),
        send('GET', '/api/v1/commands', { headers: reporter.headers }).then(word),
      ])
    for (const [status] of await ways()) expect([401, 403]).toContain(status as number)
    await runQueue(tenant_id)
    expect((await ways()).map(([status]) => status)).toEqual([401, 401, 401, 401, 401, 401])
    // Nor does anything begin anew there.
    expect(await word(await manage(tenant_id, '/offboarding'))).toEqual([409, 'refused_in_state'])
    expect(await word(await manage(tenant_id, '/offboarding/cancel', { reason }))).toEqual([409, 'refused_in_state'])
    expect((await manage(tenant_id, '/administrators', { email: 'a@b.example', language: 'en' })).status).toBe(409)
  })

  test('goes on in parts, and after each interruption from where it was', async () => {
    Object.assign(limits, { eraseRows: 7 })
    const { tenant_id } = await established()
    await leave(tenant_id)
    await remove(tenant_id)
    await owner.unsafe(`
      create function not_now() returns trigger language plpgsql as $$ begin
        if old.tenant_id = '${tenant_id}' then raise exception 'not now' using errcode = 'disk_full'; end if; return old;
      end $$; create trigger not_now before delete on device for each row execute function not_now()`)
    const count = async () => Object.values(await rowsOf(tenant_id)).reduce((sum, rows) => sum + rows, 0)
    const before = await count()
    try {
      await expect(runQueue(tenant_id)).rejects.toThrow()
      const half = await count()
      expect(half).toBeLessThan(before)
      expect(half).toBeGreaterThan(1)
      expect(await look(tenant_id)).toMatchObject({ state: 'deleted', erased_at: null })
    } finally {
      await owner.unsafe('drop trigger not_now on device; drop function not_now')
    }
    await chores.resume_offboarding!.run()
    await runQueue(tenant_id)
    await expectGone(tenant_id)
    const entries = (await staff.api.audit.get({ query: { tenant_id } })).data!.items.filter(
      ({ action }) => action === 'tenants.erase_rows',
    )
    expect(entries).toHaveLength(1)
    expect((entries[0]!.after as { rows: Record<string, number> }).rows).toMatchObject({ device: 1, telemetry_frame: 2, membership: 1 })
  })

  test('is not undone by what comes late: an ingestor’s spool, or a row that slipped in', async () => {
    const { tenant_id, reporter } = await established()
    const other = await established()
    const door = openDoor(Bun.env.DATABASE_INGEST_URL!)
    const port = freePort()
    const url = `http://127.0.0.1:${port}`
    const ingestor = startCommand(['ingestor'], { DATABASE_URL: door.url, PORT: String(port), DRAIN_SECONDS: '0', SPOOL_DIR: folder })
    const isReady = () =>
      fetch(`${url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      )
    expect(await eventually(isReady, 15_000)).toBe(true)
    const deliver = ({ headers }: { headers: Record<string, string> }, n: number) =>
      fetch(`${url}/v1/ingest`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify([
          { kind: 'telemetry', timestamp: new Date(Date.now() - n * 1000).toISOString(), data: { spooled: n } },
          { kind: 'log', timestamp: new Date().toISOString(), data: { level: 'info', message: `late ${n}`, source: 'x' } },
        ]),
      })
    try {
      for (const device of [reporter, other.reporter]) expect((await deliver(device, 1)).status).toBe(204)
      door.shut()
      // As a device does: again, until it is taken.
      for (const device of [reporter, other.reporter])
        expect(await eventually(async () => (await deliver(device, 2)).status === 204, 10_000)).toBe(true)
      await leave(tenant_id)
      await remove(tenant_id)
      await runQueue(tenant_id)
      await expectGone(tenant_id)
      door.open()
      const late = () => owner`select id from device_record where tenant_id = ${other.tenant_id} and data->>'message' = 'late 2'`
      expect(await eventually(async () => (await late()).length === 1, 15_000)).toBe(true)
      await expectGone(tenant_id)
    } finally {
      await ingestor.stop()
      door.shut()
    }
    await report(reporter, [{ kind: 'log', data: { level: 'info', message: 'slipped in', source: 'x' } }])
    expect((await rowsOf(tenant_id)).device_record).toBe(1)
    await chores.resume_offboarding!.run()
    await runQueue(tenant_id)
    await expectGone(tenant_id)
  })
})
