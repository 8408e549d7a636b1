import { and, eq, gt, sql } from 'drizzle-orm'
import type { Scope } from '../../core/scope'
import { type Paging, containing, keyset } from '../../core/wire'
import { type OpenPort, discoveredHosts } from './schema'

export interface DiscoveryFilter extends Paging {
  device_id?: string
  search?: string
}

export async function listDiscoveries({ tx, own }: Scope, { device_id, search, ...paging }: DiscoveryFilter) {
  const { rows, after, order, cut } = keyset(paging, discoveredHosts.id)
  return cut(
    await tx
      .select()
      .from(discoveredHosts)
      .where(
        and(
          own(discoveredHosts),
          device_id ? eq(discoveredHosts.device_id, device_id) : undefined,
          search
            ? sql`(${discoveredHosts.ip} ilike ${containing(search)} or ${discoveredHosts.hostname} ilike ${containing(search)} or ${discoveredHosts.mac} ilike ${containing(search)} or ${discoveredHosts.vendor} ilike ${containing(search)})`
            : undefined,
          after,
        ),
      )
      .orderBy(order)
      .limit(rows),
  )
}

/** What a device reports of one address, as the ingestor checked it. */
export interface Discovery {
  device_id: string
  at: Date
  ip: string
  mac?: string
  hostname?: string
  vendor?: string
  model?: string
  firmware?: string
  open_ports: OpenPort[]
}

/** The newest report of an address stands; an older one that arrives late only says that it was seen before. */
export async function recordDiscovery({ tx, own, owned }: Scope, { device_id, at, ip, ...facts }: Discovery) {
  const [stands] = await tx
    .insert(discoveredHosts)
    .values(owned({ device_id, ip, ...facts, first_seen_at: at, last_seen_at: at }))
    .onConflictDoUpdate({
      target: [discoveredHosts.tenant_id, discoveredHosts.device_id, discoveredHosts.ip],
      set: { ...facts, last_seen_at: at },
      setWhere: sql`${discoveredHosts.last_seen_at} <= ${at.toISOString()}`,
    })
    .returning({ id: discoveredHosts.id })
  if (stands) return
  await tx
    .update(discoveredHosts)
    .set({ first_seen_at: at })
    .where(
      and(
        own(discoveredHosts),
        eq(discoveredHosts.device_id, device_id),
        eq(discoveredHosts.ip, ip),
        gt(discoveredHosts.first_seen_at, at),
      ),
    )
}
