/**
 * What waits, tenant by tenant. Whoever takes gets one of every tenant in turn, so that who sends little does not wait behind who sends much;
 * what comes from one tenant stays in its order.
 */
export function openTurns<T>(tenantOf: (item: T) => string, bytesOf: (item: T) => number) {
  const byTenant = new Map<string, T[]>()
  let waitingBytes = 0

  function add(item: T) {
    const tenant_id = tenantOf(item)
    const items = byTenant.get(tenant_id)
    if (items) items.push(item)
    else byTenant.set(tenant_id, [item])
    waitingBytes += bytesOf(item)
  }

  /** As many as fit; one where there is one. */
  function take(mostBytes: number): T[] {
    const taken: T[] = []
    let bytes = 0
    // A tenant that has more is put behind the others, where this very loop comes to it again.
    for (const [tenant_id, items] of byTenant) {
      const item = items[0]!
      if (taken.length && bytes + bytesOf(item) > mostBytes) break
      bytes += bytesOf(item)
      taken.push(item)
      items.shift()
      byTenant.delete(tenant_id)
      if (items.length) byTenant.set(tenant_id, items)
    }
    waitingBytes -= bytes
    return taken
  }

  return { add, take, takeAll: () => take(Number.POSITIVE_INFINITY), isEmpty: () => !byTenant.size, bytes: () => waitingBytes }
}
