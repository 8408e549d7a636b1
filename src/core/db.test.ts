import { describe, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { createGroup } from '../identity/groups/service'
import { groups } from '../identity/groups/schema'
import { eventually } from '../testing/eventually'
import { owner } from '../testing/owner'
import { newTenant, within } from '../testing/api'
import { openDoor } from '../testing/tcp-door'
import { config } from './config'
import { openDatabase, raw } from './db'
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

  // The driver once kept what it had not sent yet, or the last words of the server it had lost, for the next connection.
  test('leaves nothing behind for the next, nor ends the process', async () => {
    const tenant_id = await newTenant()
    const [locked, asking] = [Promise.withResolvers<void>(), Promise.withResolvers<number>()]
    const held = owner.begin(async (sql) => {
      await sql`lock table saved_view in access exclusive mode`
      locked.resolve()
      const pid = await asking.promise
      // Asked outside: within one transaction what others do is read once.
      const isStuck = async () => (await owner`select 1 from pg_stat_activity where pid = ${pid} and wait_event_type = 'Lock'`).length > 0
      expect(await eventually(isStuck)).toBe(true)
      await sql`select pg_terminate_backend(${pid}, 5000)`
    })
    await locked.promise
    const stuck = within(tenant_id, async (scope) => {
      const [row] = await scope.tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`)
      asking.resolve(row!.pid)
      await scope.tx.execute(sql`select 1 from saved_view where tenant_id = ${tenant_id} and name < ${'a'}`)
    }).catch(() => 'refused')
    expect(await stuck).toBe('refused')
    expect(await within(tenant_id, async (scope) => (await scope.tx.select().from(groups).where(scope.own(groups))).length)).toBe(2)
    await held

    const cutOff = raw.begin(async (tx) => void (await tx`select pg_terminate_backend(pg_backend_pid())`))
    await expect(cutOff).rejects.toThrow()
    for (let connection = 0; connection < 3; connection += 1) expect([...(await raw`select 1 as one`)]).toEqual([{ one: 1 }])
  })

  test('without a word is given up, and replaced', async () => {
    const door = openDoor(config.DATABASE_URL)
    const database = openDatabase(door.url)
    database.takeTime(200)
    const ask = (before = () => {}) =>
      database.transaction('begin', true, async (tx) => {
        const rows = [...(await tx.execute(sql`select 1 as one`))]
        before()
        return rows
      })
    const askAll = (before?: () => void) =>
      Promise.all(Array.from({ length: config.DATABASE_POOL }, () => ask(before).catch(({ status }) => status)))
    const served = Array.from({ length: config.DATABASE_POOL }, () => [{ one: 1 }])
    // Each connection is opened anew, behind those who were refused and still have their place: on a busy machine that takes its time.
    const areServed = () => eventually(async () => Bun.deepEquals(await askAll(), served))
    try {
      expect(await areServed()).toBe(true)
      door.silence()
      expect(await askAll()).toEqual(served.map(() => 503))
      expect(await areServed()).toBe(true)
      // Silent in the COMMIT, of which nobody is told.
      expect(await askAll(door.silence)).toContainEqual([{ one: 1 }])
      expect(await areServed()).toBe(true)
    } finally {
      await database.close()
      door.shut()
    }
  }, 30_000)
})

// ASVS 15.2.2
test('so many wait for a connection and no more; those who wait get theirs', async () => {
  const tenant_id = await newTenant()
  const held = Promise.withResolvers<void>()
  let begun = 0
  const holders = Array.from({ length: config.DATABASE_POOL }, () =>
    inTenant(jobActor(tenant_id), 'read only', () => ((begun += 1), held.promise)),
  )
  expect(await eventually(() => begun === config.DATABASE_POOL)).toBe(true)
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
