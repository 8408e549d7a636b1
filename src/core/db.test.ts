import { describe, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { createGroup } from '../identity/groups/service'
import { groups } from '../identity/groups/schema'
import { eventually } from '../testing/eventually'
import { owner } from '../testing/owner'
import { newTenant, within } from '../testing/api'
import { config } from './config'
import { limits } from './limits'
import { type Scope, inTenant, jobActor } from './scope'

const groupNames = async (tenant_id: string) =>
  (await owner`select name from access_group where tenant_id = ${tenant_id} and built_in is null`).map(({ name }) => String(name))

/** Ends the connection beneath a transaction, as a restart of the database does, and waits until it has gone. */
async function cut({ tx }: Scope) {
  const [row] = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`)
  await owner`select pg_terminate_backend(${row!.pid}, 5000)`
}

describe('a connection that is lost', () => {
  test('in the middle of a change loses the change, and says so', async () => {
    const tenant_id = await newTenant()
    const change = within(tenant_id, async (scope) => {
      await scope.tx.insert(groups).values(scope.owned({ name: 'Before', permissions: [] }))
      await cut(scope)
      await scope.tx.insert(groups).values(scope.owned({ name: 'After', permissions: [] }))
    })
    await expect(change).rejects.toThrow()
    expect(await groupNames(tenant_id)).toEqual([])
  })

  test('just before the commit is no success', async () => {
    const tenant_id = await newTenant()
    const change = within(tenant_id, async (scope) => {
      await scope.tx.insert(groups).values(scope.owned({ name: 'Before', permissions: [] }))
      await cut(scope)
    })
    await expect(change).rejects.toThrow()
    expect(await groupNames(tenant_id)).toEqual([])
  })

  test('in the middle of reading does not make things look gone', async () => {
    const tenant_id = await newTenant()
    const reading = inTenant(jobActor(tenant_id), 'read only', async (scope) => {
      const before = await scope.tx.select({ id: groups.id }).from(groups).where(scope.own(groups))
      await cut(scope)
      const after = await scope.tx.select({ id: groups.id }).from(groups).where(scope.own(groups))
      return [before.length, after.length]
    })
    const outcome = await reading.catch(() => 'refused')
    expect(outcome).toBe('refused')
  })

  test('is opened anew for those who come after', async () => {
    const tenant_id = await newTenant()
    for (let lane = 0; lane <= config.DATABASE_POOL; lane += 1) await inTenant(jobActor(tenant_id), 'read only', cut).catch(() => {})
    const counts = await Promise.all(
      Array.from({ length: 30 }, () =>
        within(tenant_id, async (scope) => (await scope.tx.select().from(groups).where(scope.own(groups))).length),
      ),
    )
    expect(new Set(counts)).toEqual(new Set([2]))
  })
})

// ASVS 15.2.2
test('so many wait for a connection and no more; those who wait get theirs', async () => {
  const tenant_id = await newTenant()
  const held = Promise.withResolvers<void>()
  let begun = 0
  const holders = Array.from({ length: config.DATABASE_POOL }, () =>
    inTenant(jobActor(tenant_id), 'read only', () => ((begun += 1), held.promise)),
  )
  await eventually(() => begun === config.DATABASE_POOL)
  const waiting = Array.from({ length: limits.waitingRequests }, () => inTenant(jobActor(tenant_id), 'read only', async () => 'served'))
  const tooMany = await inTenant(jobActor(tenant_id), 'read only', async () => 'served').catch((error: unknown) => error)
  held.resolve()
  expect(tooMany).toMatchObject({ status: 503, error: 'unavailable', more: { retryAfterSeconds: expect.any(Number) } })
  await Promise.all(holders)
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(['served']))
})

test('what fails while it is prepared blocks nobody after it', async () => {
  const tenant_id = await newTenant()
  const outcomes = await Promise.all(
    Array.from({ length: 30 }, (_, index) =>
      within(tenant_id, async (scope) => {
        if (index % 3 === 0) await scope.tx.execute(sql`select ${'not a number'}::int`)
        if (index % 3 === 1) await createGroup(scope, { name: `group ${index}`, permissions: [] })
        return 'done'
      }).catch(() => 'failed'),
    ),
  )
  expect(outcomes.filter((outcome) => outcome === 'failed')).toHaveLength(10)
  expect((await groupNames(tenant_id)).length).toBe(10)
})
