import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm'
import { routine } from '../../core/audit'
import { now } from '../../core/clock'
import { enqueue } from '../../core/jobs'
import type { Scope } from '../../core/scope'
import { type AlertReport, raiseAlerts } from '../../soc/alerts/service'
import { devices } from '../devices/schema'
import { type Discovery, recordDiscovery } from '../discoveries/service'
import { deviceRecords, handledKinds } from './schema'

const batch = 500

/** Takes up what devices reported and nobody has looked at yet. Each record is marked in the transaction that acts on it, so that it acts once. */
async function handleRecords(scope: Scope) {
  const { tx, own } = scope
  routine(scope, 'what is done here is told by alerts and discoveries themselves')
  const records = await tx
    .select({ record: deviceRecords, device_name: devices.name, org_unit_id: devices.org_unit_id })
    .from(deviceRecords)
    .leftJoin(devices, and(eq(devices.tenant_id, deviceRecords.tenant_id), eq(devices.id, deviceRecords.device_id)))
    .where(and(own(deviceRecords), isNull(deviceRecords.handled_at), sql`${deviceRecords.kind} in ${handledKinds}`))
    .orderBy(asc(deviceRecords.id))
    .limit(batch)
    .for('update', { of: deviceRecords, skipLocked: true })
  if (!records.length) return
  const reports: AlertReport[] = []
  for (const { record, device_name, org_unit_id } of records) {
    const { device_id, at, data, kind } = record
    if (kind === 'security_alert')
      reports.push({ ...(data as Partial<AlertReport>), device_id, device_name, org_unit_id, at } as AlertReport)
    else if (device_name !== null) await recordDiscovery(scope, { ...(data as Partial<Discovery>), device_id, at } as Discovery)
  }
  await raiseAlerts(scope, reports)
  await tx
    .update(deviceRecords)
    .set({ handled_at: now() })
    .where(
      and(
        own(deviceRecords),
        inArray(
          deviceRecords.id,
          records.map(({ record }) => record.id),
        ),
      ),
    )
  if (records.length === batch) await enqueue(scope, 'records.handle', {}, 'more')
}

export const recordJobs = { 'records.handle': handleRecords }
