import { limits } from './limits'
import { busy } from './refusals'

/** What one request may hold of memory, counted in bytes of its body. */
export interface Share {
  /** Whose request it is: to be said before anything is taken. */
  of: (tenant_id: string) => Share
  /** Throws a 503 where all requests together would hold more than the budget, or those of this tenant more than they may beside others. */
  take: (bytes: number) => void
  giveBack: () => void
  /** What it holds. */
  bytes: () => number
}

/**
 * Bytes that tenants share. A tenant may hold at most eight times what it leaves free (Choudhury and Hahne, "Dynamic queue length thresholds",
 * 1998): alone it gets nearly everything, and however many send as much as they can, something is free for the next.
 */
export function openShares(mostBytes: number, full: () => Error) {
  const byTenant = new Map<string, number>()
  let takenBytes = 0

  return {
    /** Throws where all would hold too much, or this tenant more than it may beside others. */
    take(tenant_id: string, bytes: number) {
      const held = (byTenant.get(tenant_id) ?? 0) + bytes
      const free = mostBytes - takenBytes - bytes
      if (free < 0 || held > limits.tenantTimesFree * free) throw full()
      byTenant.set(tenant_id, held)
      takenBytes += bytes
    },
    giveBack(tenant_id: string, bytes: number) {
      const held = (byTenant.get(tenant_id) ?? 0) - bytes
      if (held > 0) byTenant.set(tenant_id, held)
      else byTenant.delete(tenant_id)
      takenBytes -= bytes
    },
    /** What is there already and nobody's; less where it is negative. */
    occupy: (bytes: number) => void (takenBytes += bytes),
    bytes: () => takenBytes,
  }
}

/** Bounds the memory of all requests in work; a request returns its share once it is answered. */
export function openBudget(mostBytes: number = limits.budgetBytes) {
  const shares = openShares(mostBytes, () => busy('Too much is waiting to be stored just now'))

  function open(): Share {
    let tenant = ''
    let ownBytes = 0
    const share: Share = {
      of(tenant_id) {
        tenant = tenant_id
        return share
      },
      take(bytes) {
        shares.take(tenant, bytes)
        ownBytes += bytes
      },
      giveBack() {
        shares.giveBack(tenant, ownBytes)
        ownBytes = 0
      },
      bytes: () => ownBytes,
    }
    return share
  }

  return { open, bytes: shares.bytes }
}
