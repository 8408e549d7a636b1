import { beforeAll, describe, expect, test } from 'bun:test'
import { eq, sql } from 'drizzle-orm'
import { createGroup } from '../identity/groups/service'
import { groups } from '../identity/groups/schema'
import { eventually } from '../testing/eventually'
import { auditOf, owner } from '../testing/owner'
import { newTenant, send, signedIn } from '../testing/api'
import { audit, routine } from './audit'
import { onSignal, listen } from './signals'
import { enqueue, runJob } from './jobs'
import { announce } from './live-log'
import { everyPermission } from './permissions'
import { type Actor, type Scope, beforeTenant, inTenant, jobActor } from './scope'

const actorIn = (tenant_id: string, more: Partial<Actor> = {}): Actor => ({
  kind: 'user',
  id: Bun.randomUUIDv7(),
  tenant_id,
  units: 'all',
  permissions: new Set(everyPermission),
  ...more,
})
const addGroup = ({ tx, owned }: Scope, name: string) => tx.insert(groups).values(owned({ name, permissions: [] }))
const groupNames = async (tenant_id: string) =>
  (await owner`select name from access_group where tenant_id = ${tenant_id} and built_in is null`).map(({ name }) => String(name))
const jobsOf = (tenant_id: string) => owner`select from graphile_worker._private_jobs where payload->>'tenant_id' = ${tenant_id}`
const eventsOf = (tenant_id: string) => owner`select from live_event where tenant_id = ${tenant_id}`
const codeFrom = (code: string) => ({ cause: { code } })

const heard: string[] = []
beforeAll(async () => {
  await listen()
  onSignal(
    'sessions',
    (key) => heard.push(key),
    () => {},
  )
})

/** Everything a transaction can leave behind. */
async function doEverything(scope: Scope) {
  await addGroup(scope, 'Added')
  await audit(scope, 'devices.update', null, { after: { is: 'done' } })
  await enqueue(scope, 'records.handle', {}, 'once')
  announce(scope, { channel: 'security', type: 'alert', permission: 'alerts.read', org_unit_id: null, data: {} })
  scope.signals.push({ topic: 'sessions', key: scope.actor.tenant_id })
}

describe('a transaction', () => {
  // ASVS 2.3.3
  test('leaves everything behind, or nothing', async () => {
    const [kept, lost, late] = [await newTenant(), await newTenant(), await newTenant()]
    await inTenant(actorIn(kept), 'read write', doEverything)
    const failing = inTenant(actorIn(lost), 'read write', async (scope) => {
      await doEverything(scope)
      throw new Error('on purpose')
    })
    const broken = inTenant(actorIn(late), 'read write', async (scope) => {
      await doEverything(scope)
      await scope.tx.execute(sql`select 1 / 0`)
    })
    const reasons = (await Promise.allSettled([failing, broken])).map((each) => each.status === 'rejected' && (each.reason as unknown))
    expect(reasons).toMatchObject([{ message: 'on purpose' }, codeFrom('22012')])
    const left = async (tenant_id: string) => [
      (await groupNames(tenant_id)).length,
      (await auditOf(tenant_id, 'devices.update')).length,
      (await jobsOf(tenant_id)).length,
      (await eventsOf(tenant_id)).length,
      heard.includes(tenant_id),
    ]
    expect(await left(kept)).toEqual([1, 1, 1, 1, true])
    expect(await left(lost)).toEqual([0, 0, 0, 0, false])
    expect(await left(late)).toEqual([0, 0, 0, 0, false])
  })

  test('that wrote without a record is rolled back', async () => {
    const tenant_id = await newTenant()
    await expect(inTenant(actorIn(tenant_id), 'read write', (scope) => addGroup(scope, 'Unrecorded'))).rejects.toThrow('audit()')
    expect(await groupNames(tenant_id)).toEqual([])
    await inTenant(actorIn(tenant_id), 'read write', async (scope) => {
      routine(scope, 'a test')
      await addGroup(scope, 'Routine')
    })
    expect(await groupNames(tenant_id)).toEqual(['Routine'])
  })

  // ASVS 16.5.3
  test('whose record cannot be written does not happen', async () => {
    const tenant_id = await newTenant()
    const nameless = inTenant(actorIn(tenant_id, { id: 'not-an-id' }), 'read write', (scope) =>
      createGroup(scope, { name: 'Unrecorded', permissions: [] }),
    )
    await expect(nameless).rejects.toMatchObject(codeFrom('22P02'))
    expect(await groupNames(tenant_id)).toEqual([])
  })

  test('that only reads cannot write, whatever its code says', async () => {
    const tenant_id = await newTenant()
    const attempts: ((scope: Scope) => Promise<unknown>)[] = [
      (scope) => createGroup(scope, { name: 'Written', permissions: [] }),
      (scope) => scope.tx.update(groups).set({ name: 'Written' }).where(scope.own(groups)),
      (scope) => scope.tx.delete(groups).where(scope.own(groups)),
      (scope) => enqueue(scope, 'records.handle'),
    ]
    for (const attempt of attempts)
      await expect(inTenant(actorIn(tenant_id), 'read only', attempt)).rejects.toMatchObject(codeFrom('25006'))
    expect((await owner`select from access_group where tenant_id = ${tenant_id}`).length).toBe(2)
  })

  // ASVS 8.4.1
  test('belongs to one tenant: nothing of another is seen, changed or taken in', async () => {
    const [mine, other] = [await newTenant(), await newTenant()]
    await inTenant(actorIn(other), 'read write', (scope) => createGroup(scope, { name: 'Theirs', permissions: [] }))
    await inTenant(actorIn(mine), 'read write', async (scope) => {
      const { tx } = scope
      routine(scope, 'a test')
      expect((await tx.execute(sql`table access_group`)).every(({ tenant_id }) => tenant_id === mine)).toBe(true)
      expect((await tx.update(groups).set({ name: 'Taken' }).where(eq(groups.tenant_id, other)).returning()).length).toBe(0)
      expect((await tx.delete(groups).where(eq(groups.tenant_id, other)).returning()).length).toBe(0)
    })
    const smuggled = inTenant(actorIn(mine), 'read write', ({ tx }) =>
      tx.insert(groups).values({ tenant_id: other, name: 'Smuggled', permissions: [] }),
    )
    await expect(smuggled).rejects.toMatchObject(codeFrom('42501'))
    const moved = inTenant(actorIn(mine), 'read write', (scope) =>
      scope.tx.update(groups).set({ tenant_id: other }).where(scope.own(groups)),
    )
    await expect(moved).rejects.toMatchObject({ cause: { code: expect.stringMatching(/42501|23/) } })
    expect(await groupNames(other)).toEqual(['Theirs'])
  })

  test('leaves no tenant behind on its connection, whether it went well or not', async () => {
    const tenant_id = await newTenant()
    await inTenant(jobActor(tenant_id), 'read only', async () => {})
    await expect(inTenant(jobActor(tenant_id), 'read only', async () => Promise.reject(new Error('x')))).rejects.toThrow()
    for (let lane = 0; lane < 12; lane += 1) {
      const [row] = await beforeTenant((tx) =>
        tx.execute(sql`select current_tenant() as tenant, sees_all() as sees, current_setting('app.units', true) as units`),
      )
      expect(row).toMatchObject({ tenant: null, sees: false })
      expect(row!.units ?? '').toBe('')
    }
  })

  test('is not mixed with others that run beside it', async () => {
    const tenants = await Promise.all(Array.from({ length: 10 }, () => newTenant()))
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => {
        const tenant_id = tenants[index % 10]!
        const work = inTenant(jobActor(tenant_id), 'read only', async ({ tx }) => {
          const [first] = await tx.execute(sql`select current_tenant() as tenant`)
          if (index % 7 === 0) throw new Error('on purpose')
          const [second] = await tx.execute(sql`select current_tenant() as tenant`)
          return [first!.tenant, second!.tenant]
        })
        return work.then(
          (seen) => seen.every((tenant) => tenant === tenant_id),
          (error: Error) => error.message === 'on purpose',
        )
      }),
    )
    expect(answers.every(Boolean)).toBe(true)
  })

  test('is not begun for what is no id', async () => {
    const tenant_id = await newTenant()
    for (const wrong of ['', 'x', "'; set role postgres; --", `${tenant_id}'`, tenant_id.toUpperCase()]) {
      await expect((async () => inTenant(jobActor(wrong), 'read only', async () => 1))()).rejects.toThrow('not a UUID')
      await expect((async () => inTenant(actorIn(tenant_id, { units: [wrong] }), 'read only', async () => 1))()).rejects.toThrow(
        'not a UUID',
      )
    }
  })
})

describe('a job', () => {
  test('runs in the tenant it names, and in none it does not', async () => {
    const tenant_id = await newTenant()
    const seen: unknown[] = []
    await runJob(
      async (scope, payload) => {
        routine(scope, 'a test')
        seen.push(scope.actor.tenant_id, payload)
      },
      { tenant_id, is: 'payload' },
    )
    expect(seen).toEqual([tenant_id, { is: 'payload' }])
    for (const payload of [{}, { tenant_id: 'x' }, { tenant_id: 7 }])
      await expect(runJob(async () => {}, payload)).rejects.toThrow('must name its tenant')
  })

  test('with a key is queued once', async () => {
    const tenant_id = await newTenant()
    for (const key of ['a', 'a', 'b']) {
      await inTenant(jobActor(tenant_id), 'read write', async (scope) => {
        routine(scope, 'a test')
        await enqueue(scope, 'records.handle', {}, key)
      })
    }
    expect(await jobsOf(tenant_id)).toHaveLength(2)
  })
})

test('a refused change leaves no change, and a record of the refusal alone', async () => {
  const { headers, tenant_id } = await signedIn(['settings.groups.create'])
  const refused = await Promise.all([
    send('POST', '/api/v1/groups', { headers, body: { name: 'Beyond', permissions: ['audit.read'] } }),
    send('POST', '/api/v1/groups', { headers, body: { name: 'Admin', permissions: [] } }),
    send('POST', '/api/v1/org-units', { headers, body: { name: 'North' } }),
  ])
  expect(refused.map(({ status }) => status)).toEqual([403, 409, 403])
  // The refusal is recorded behind the answer.
  const actions = async () =>
    (await owner`select distinct action from audit_log where tenant_id = ${tenant_id} order by action`).map(({ action }) => String(action))
  await eventually(async () => (await actions()).length > 1)
  expect(await actions()).toEqual(['permissions.refuse', 'tenants.create'])
})
