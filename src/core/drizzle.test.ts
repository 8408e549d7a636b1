import { describe, expect, test } from 'bun:test'
import { and, asc, eq, inArray, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { devicePresence, devices } from '../edge/devices/schema'
import { newTenant, within } from '../testing/api'
import type { Scope } from './scope'

// What is said of texts and rows is said by the law of src/testing/drizzle-law.ts, which holds each of them against the library's. Here are the kinds of
// statements that the product itself seldom makes.

async function fleet() {
  const tenant_id = await newTenant()
  await within(tenant_id, async (scope) => {
    const rows = ['heard', 'silent'].map((name) => scope.owned({ name, id: Bun.randomUUIDv7() }))
    await scope.tx.insert(devices).values(rows)
    await scope.tx
      .insert(devicePresence)
      .values(scope.owned({ device_id: rows[0]!.id, last_seen_at: new Date('2026-02-03T04:05:06.789Z') }))
  })
  return <T>(work: (scope: Scope) => Promise<T>) => within(tenant_id, work)
}

const withPresence = and(eq(devicePresence.tenant_id, devices.tenant_id), eq(devicePresence.device_id, devices.id))
const seen = { last_seen_at: devicePresence.last_seen_at }

describe('a row', () => {
  test('of a table that is joined and has none is null, beside what is always there', async () => {
    const read = await fleet()
    const found = await read(({ tx, own }) =>
      tx
        .select({
          device: { name: devices.name, location: devices.location },
          seen,
          both: { name: devices.name, at: devicePresence.last_seen_at },
        })
        .from(devices)
        .leftJoin(devicePresence, withPresence)
        .where(own(devices))
        .orderBy(asc(devices.name)),
    )
    const at = new Date('2026-02-03T04:05:06.789Z')
    expect(found).toEqual([
      { device: { name: 'heard', location: null }, seen: { last_seen_at: at }, both: { name: 'heard', at } },
      { device: { name: 'silent', location: null }, seen: null, both: { name: 'silent', at: null } },
    ])
  })

  test('is read from a query within a query, and from another name of its table', async () => {
    const read = await fleet()
    const other = alias(devices, 'other')
    const found = await read(({ tx, own }) => {
      const named = tx
        .select({ id: devices.id, upper: sql<string>`upper(${devices.name})`.as('upper') })
        .from(devices)
        .where(own(devices))
        .as('named')
      return tx
        .select({ upper: named.upper, name: other.name })
        .from(other)
        .innerJoin(named, eq(named.id, other.id))
        .where(own(other))
        .orderBy(asc(other.name))
    })
    expect(found).toEqual([
      { upper: 'HEARD', name: 'heard' },
      { upper: 'SILENT', name: 'silent' },
    ])
  })
})

describe('a statement', () => {
  test('that begins with a query of its own, and asks for what another one finds', async () => {
    const read = await fleet()
    const found = await read(({ tx, own }) => {
      const seen = tx.$with('seen').as(
        tx
          .select({ id: devices.id })
          .from(devices)
          .where(and(own(devices), eq(devices.name, 'silent'))),
      )
      return tx
        .with(seen)
        .select({ name: devices.name })
        .from(devices)
        .where(and(own(devices), inArray(devices.id, tx.select({ id: seen.id }).from(seen))))
    })
    expect(found).toEqual([{ name: 'silent' }])
  })

  test('binds null, lists and what is to be filled in, and writes into its text what shall stand there', async () => {
    const read = await fleet()
    const found = await read(({ tx, own }) =>
      tx
        .select({ name: devices.name, nothing: sql`${null}::text`, inline: sql<string>`${"it's"}`.inlineParams() })
        .from(devices)
        .where(and(own(devices), inArray(devices.name, ['heard', 'gone']), eq(devices.type, sql.placeholder('type'))))
        .prepare('')
        .execute({ type: 'appliance' }),
    )
    expect(found).toEqual([{ name: 'heard', nothing: null, inline: "it's" }])
  })
})
