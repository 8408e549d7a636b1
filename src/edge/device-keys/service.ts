import { and, asc, eq, gt, inArray, isNull, or, sql } from 'drizzle-orm'
import { audit, routine } from '../../core/audit'
import { type Credential, type Known, notingUse } from '../../core/authenticate'
import { now, nowMs } from '../../core/clock'
import { Problem, notFound } from '../../core/errors'
import { limits } from '../../core/limits'
import { announce } from '../../core/live-log'
import { type Actor, type Scope, inTenant, jobActor } from '../../core/scope'
import { mintCredential } from '../../core/secrets'
import { type Paging, keyset } from '../../core/wire'
import { tenants } from '../../identity/tenants/schema'
import { devices } from '../devices/schema'
import { deviceKeys } from './schema'

type Key = typeof deviceKeys.$inferSelect

const shown = ({ tenant_id: _, key_hash: __, version: ___, ...key }: Key) => key

const holds = () => and(isNull(deviceKeys.revoked_at), or(isNull(deviceKeys.expires_at), gt(deviceKeys.expires_at, now())))

async function lockDevice({ tx, own }: Scope, id: string) {
  const [device] = await tx
    .select({ id: devices.id, org_unit_id: devices.org_unit_id })
    .from(devices)
    .where(and(own(devices), eq(devices.id, id)))
    .for('no key update')
  if (!device) throw notFound('device')
  return device
}

/** Newest first; those that have ended stay listed for a month. */
export async function listDeviceKeys(scope: Scope, device_id: string, paging: Paging) {
  const { tx, own } = scope
  const [device] = await tx
    .select({ id: devices.id })
    .from(devices)
    .where(and(own(devices), eq(devices.id, device_id)))
  if (!device) throw notFound('device')
  const { rows, after, order, cut } = keyset(paging, deviceKeys.id, { descending: true })
  const page = cut(
    await tx
      .select()
      .from(deviceKeys)
      .where(and(own(deviceKeys), eq(deviceKeys.device_id, device_id), after))
      .orderBy(order)
      .limit(rows),
  )
  return { items: page.items.map(shown), next_cursor: page.next_cursor }
}

/** Ends these keys with the commit, at every API and ingestor. */
async function endKeys({ tx, own, signals }: Scope, ids: string[]) {
  if (!ids.length) return
  const ended = await tx
    .update(deviceKeys)
    .set({ revoked_at: now() })
    .where(and(own(deviceKeys), inArray(deviceKeys.id, ids)))
    .returning({ key_hash: deviceKeys.key_hash })
  for (const { key_hash } of ended) signals.push({ topic: 'devices', key: key_hash })
}

async function addKey({ tx, owned, actor }: Scope, device_id: string) {
  const id = Bun.randomUUIDv7()
  const { text, hash } = mintCredential('mzd', actor.tenant_id, id)
  const [key] = await tx
    .insert(deviceKeys)
    .values(owned({ id, device_id, key_hash: hash, prefix: text.slice(0, 12) }))
    .returning()
  return { key: key!, text }
}

const living = ({ tx, own }: Scope, device_id: string) =>
  tx
    .select()
    .from(deviceKeys)
    .where(and(own(deviceKeys), eq(deviceKeys.device_id, device_id), holds()))
    .orderBy(asc(deviceKeys.id))

/** A device that has just registered: its former keys end at once. */
export async function replaceKeys(scope: Scope, device_id: string): Promise<string> {
  const former = await living(scope, device_id)
  await endKeys(
    scope,
    former.map(({ id }) => id),
  )
  return (await addKey(scope, device_id)).text
}

/**
 * A new key beside the one that goes on until the new one is first used, or for a week. Never more than two: one that was made before and not used is given up.
 * `pick` says which one goes on.
 */
async function addSuccessor(scope: Scope, device_id: string, pick: (keys: Key[]) => Key | undefined) {
  const { tx, own } = scope
  const device = await lockDevice(scope, device_id)
  const keys = await living(scope, device_id)
  const current = pick(keys)
  const ends = new Date(nowMs() + limits.deviceKeyOverlapMs)
  if (current && !current.expires_at)
    await tx
      .update(deviceKeys)
      .set({ expires_at: ends })
      .where(and(own(deviceKeys), eq(deviceKeys.id, current.id)))
  await endKeys(
    scope,
    keys.filter((key) => key !== current).map(({ id }) => id),
  )
  const { key, text } = await addKey(scope, device_id)
  await audit(scope, 'device_keys.create', key.id, { after: key })
  announce(scope, {
    channel: 'security',
    type: 'device',
    permission: 'devices.read',
    org_unit_id: device.org_unit_id,
    data: { id: device_id, event: 'updated' },
  })
  return { ...shown(key), device_key: text, previous_ends_at: current ? (current.expires_at ?? ends) : null }
}

/** For whoever brings the key to the device: what was used last goes on, or of keys that never were the oldest. */
export const createDeviceKey = (scope: Scope, device_id: string) =>
  addSuccessor(scope, device_id, (keys) => {
    const used = keys.filter(({ last_used_at }) => last_used_at)
    return used.sort((a, b) => Number(b.last_used_at) - Number(a.last_used_at))[0] ?? keys[0]
  })

/** Asked for by the device itself: the key it asks with goes on. 401 when that one has ended meanwhile. */
export const rotateOwnKey = (scope: Scope, key_id: string) =>
  addSuccessor(scope, scope.actor.id, (keys) => {
    const mine = keys.find(({ id }) => id === key_id)
    if (!mine) throw new Problem(401, 'unauthenticated', 'Sign in first')
    return mine
  })

/** A device whose last key ends is shut out until it registers again. */
export async function revokeDeviceKey(scope: Scope, id: string) {
  const mine = and(scope.own(deviceKeys), eq(deviceKeys.id, id))
  const [before] = await scope.tx.select().from(deviceKeys).where(mine).for('no key update')
  if (!before) throw notFound('device key')
  if (!before.revoked_at) await endKeys(scope, [id])
  await audit(scope, 'device_keys.revoke', id, { before, after: { revoked_at: before.revoked_at ?? now() } })
}

/** The first use of a key ends the one it replaces. */
const noteUse = (tenant_id: string, id: string) =>
  inTenant(jobActor(tenant_id), 'read write', async (scope) => {
    routine(scope, 'when a key was used is no decision; that it replaces another was recorded when it was made')
    const used = JSON.stringify([{ tenant_id, id }])
    const [row] = await scope.tx.execute<{ ended: string[] }>(sql`select use_device_keys(${used}::json, ${now().toISOString()}) as ended`)
    for (const key of row!.ended) scope.signals.push({ topic: 'devices', key })
  })

/** Whose key it is; undefined when it is unknown, replaced or revoked. */
export async function loadDevice({ tenant_id, id, hash }: Credential): Promise<Known | undefined> {
  const [found] = await inTenant(jobActor(tenant_id), 'read only', ({ tx, own }) =>
    tx
      .select({ key: deviceKeys, tenant_status: tenants.status })
      .from(deviceKeys)
      .innerJoin(tenants, eq(tenants.id, deviceKeys.tenant_id))
      .where(and(own(deviceKeys), eq(deviceKeys.id, id), eq(deviceKeys.key_hash, hash), holds())),
  )
  if (!found) return undefined
  const { key, tenant_status } = found
  if (!key.last_used_at) await noteUse(tenant_id, id)
  const actor: Actor = { kind: 'device', id: key.device_id, tenant_id, units: 'all', permissions: new Set() }
  return {
    actor,
    tenant_status,
    key_id: id,
    endsAt: key.expires_at?.getTime() ?? Number.POSITIVE_INFINITY,
    used: notingUse(key.last_used_at ?? now(), () => noteUse(tenant_id, id)),
  }
}
