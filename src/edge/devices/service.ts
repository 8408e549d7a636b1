import { and, eq, sql } from 'drizzle-orm'
import { audit, routine } from '../../core/audit'
import { now } from '../../core/clock'
import { config } from '../../core/config'
import { Problem, notFound } from '../../core/errors'
import { enqueue } from '../../core/jobs'
import { limits } from '../../core/limits'
import { announce } from '../../core/live-log'
import { type Call, type Scope, ago, expectVersion, inTenant, jobActor } from '../../core/scope'
import { readCredential } from '../../core/secrets'
import { assertOpen } from '../../core/tenant-state'
import { assertRoom } from '../../identity/licences/service'
import { assertPlace } from '../../identity/org-units/service'
import { getTenant } from '../../identity/tenants/service'
import { replaceKeys } from '../device-keys/service'
import { useProvisioningKey } from '../provisioning/service'
import { assertSite } from '../sites/service'
import { devicePresence, devices } from './schema'

export const deviceStatuses = ['online', 'offline', 'never'] as const
export type DeviceStatus = (typeof deviceStatuses)[number]

export interface DeviceChange {
  name?: string
  type?: string
  location?: string | null
  org_unit_id?: string | null
  site_id?: string | null
}
export interface Registration {
  name: string
  type?: string
  hardware_id?: string
  location?: string
}

export const deviceColumns = { device: devices, last_seen_at: devicePresence.last_seen_at }
export type Found = { device: typeof devices.$inferSelect; last_seen_at: Date | null }

/** A device that reports or asks for commands is online; the agent asks every 25 s. */
export const shown = ({ device: { name_order: _, location_order: __, ...device }, last_seen_at }: Found) => ({
  ...device,
  last_seen_at,
  status: !last_seen_at ? ('never' as const) : last_seen_at > ago(limits.onlineMs) ? ('online' as const) : ('offline' as const),
})

const from = ({ tx }: Scope) =>
  tx
    .select(deviceColumns)
    .from(devices)
    .leftJoin(devicePresence, and(eq(devicePresence.tenant_id, devices.tenant_id), eq(devicePresence.device_id, devices.id)))

export async function getDevice(scope: Scope, id: string) {
  const [found] = await from(scope).where(and(scope.own(devices), eq(devices.id, id)))
  if (!found) throw notFound('device')
  return shown(found)
}

/** The device, locked until the transaction ends, in the version the caller saw (If-Match): of several changes at once each sees the one before. */
async function getDeviceToChange(scope: Scope, id: string) {
  const [found] = await from(scope)
    .where(and(scope.own(devices), eq(devices.id, id)))
    .for('update', { of: devices })
  if (!found) throw notFound('device')
  expectVersion(scope, found.device)
  return shown(found)
}

type Device = ReturnType<typeof shown>

/** Whoever still sees the device gets it whole, so that a list need not ask again; `moved` goes to who sees the unit it left. */
function tell(scope: Scope, { tenant_id: _, ...device }: Device, event: 'created' | 'updated' | 'moved' | 'deleted') {
  const data = { id: device.id, event, ...(event !== 'moved' && event !== 'deleted' && { device }) }
  announce(scope, { channel: 'security', type: 'device', permission: 'devices.read', org_unit_id: device.org_unit_id, data })
}

export async function updateDevice(scope: Scope, id: string, change: DeviceChange) {
  const before = await getDeviceToChange(scope, id)
  if (change.org_unit_id !== undefined && change.org_unit_id !== before.org_unit_id) await assertPlace(scope, change.org_unit_id)
  const { org_unit_id = before.org_unit_id } = change
  // Whoever moves to another unit stands at none of its sites yet.
  const { site_id = org_unit_id === before.org_unit_id ? before.site_id : null } = change
  if (site_id !== before.site_id || org_unit_id !== before.org_unit_id) await assertSite(scope, site_id, org_unit_id)
  const [device] = await scope.tx
    .update(devices)
    .set({ ...change, site_id, updated_at: now() })
    .where(and(scope.own(devices), eq(devices.id, id)))
    .returning()
  const after = shown({ device: device!, last_seen_at: before.last_seen_at })
  await audit(scope, 'devices.update', id, { before, after })
  // Who sees both units hears last that it is there.
  if (after.org_unit_id !== before.org_unit_id) tell(scope, before, 'moved')
  tell(scope, after, 'updated')
  return after
}

/** Its key stops working with the commit; its telemetry goes in the background. */
export async function deleteDevice(scope: Scope, id: string) {
  const { tx, own, actor, signals } = scope
  const before = await getDeviceToChange(scope, id)
  await tx.delete(devices).where(and(own(devices), eq(devices.id, id)))
  await audit(scope, 'devices.delete', id, { before })
  await enqueue(scope, 'telemetry.purge', { device_id: id })
  tell(scope, before, 'deleted')
  signals.push({ topic: 'devices', key: actor.tenant_id })
}

/** What a device needs to report; its key is in this answer and nowhere else. */
const admitted = (tenant_id: string, device_id: string, device_key: string) => ({
  device_id,
  device_key,
  tenant_id,
  ingest_url: `${config.INGEST_PUBLIC_URL}/v1/ingest`,
  commands_url: `${config.API_PUBLIC_URL}/api/v1/commands`,
})

interface NewDevice extends Pick<Registration, 'name' | 'type' | 'location'> {
  org_unit_id?: string | null
}

/** For what reports with a key alone and does not register itself. */
export async function addDevice(scope: Scope, input: NewDevice) {
  const { tx, owned, actor } = scope
  await assertPlace(scope, input.org_unit_id)
  await assertRoom(scope, 'devices')
  const [device] = await tx.insert(devices).values(owned(input)).returning()
  await audit(scope, 'devices.create', device!.id, { after: device })
  const device_key = await replaceKeys(scope, device!.id)
  tell(scope, await getDevice(scope, device!.id), 'created')
  return admitted(actor.tenant_id, device!.id, device_key)
}

const refused = () => new Problem(401, 'unauthenticated', 'This registration key is not valid')

/** One answer whatever is wrong with the key. The same hardware again is the same device with a new key; its former keys end. */
export async function registerDevice(keyText: string | undefined, input: Registration, call: Call, agent_version: string | undefined) {
  const credential = keyText === undefined ? undefined : readCredential('mzp', keyText)
  if (!credential) throw refused()
  return inTenant(
    jobActor(credential.tenant_id),
    'read write',
    async (scope) => {
      const key = await useProvisioningKey(scope, credential.id, credential.hash)
      if (!key) throw refused()
      assertOpen((await getTenant(scope)).status)
      const device = await addOrFindDevice(scope, input, {
        org_unit_id: key.org_unit_id,
        site_id: key.site_id,
        agent_version,
        address: call.address,
      })
      scope.actor.kind = 'device'
      scope.actor.id = device.id
      await audit(scope, 'devices.register', device.id, { after: { ...device, provisioning_key_id: key.id } })
      const device_key = await replaceKeys(scope, device.id)
      tell(scope, await getDevice(scope, device.id), device.version === 1 ? 'created' : 'updated')
      return admitted(credential.tenant_id, device.id, device_key)
    },
    call,
  )
}

interface Arrival {
  org_unit_id: string | null
  site_id: string | null
  agent_version?: string
  address?: string
}

async function addOrFindDevice(scope: Scope, input: Registration, { org_unit_id, site_id, ...arrival }: Arrival) {
  const { tx, own, owned } = scope
  const known = input.hardware_id && (await tx.$count(devices, and(own(devices), eq(devices.hardware_id, input.hardware_id))))
  if (!known) await assertRoom(scope, 'devices')
  const [device] = await tx
    .insert(devices)
    .values(owned({ ...input, ...arrival, org_unit_id, site_id }))
    .onConflictDoUpdate({ target: [devices.tenant_id, devices.hardware_id], set: { ...arrival, updated_at: now() } })
    .returning()
  return device!
}

/** A device that asks for commands is there, whether it has something to report or not. */
export async function markSeen(scope: Scope) {
  const { tx, owned, actor } = scope
  routine(scope, 'a heartbeat')
  await tx
    .insert(devicePresence)
    .values(owned({ device_id: actor.id, last_seen_at: now() }))
    .onConflictDoUpdate({
      target: [devicePresence.tenant_id, devicePresence.device_id],
      set: { last_seen_at: now() },
      setWhere: sql`${devicePresence.last_seen_at} < ${ago(10_000).toISOString()}`,
    })
}
