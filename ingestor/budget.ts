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
 * Bounds the memory of all requests in work; a request returns its share once it is answered. A tenant may hold at most eight times what it
 * leaves free (Choudhury and Hahne, "Dynamic queue length thresholds", 1998): alone it gets nearly everything, and however many send as much
 * as they can, something is free for the next.
 */
export function openBudget(mostBytes: number = limits.budgetBytes) {
  const byTenant = new Map<string, number>()
  let takenBytes = 0

  function open(): Share {
    let tenant = ''
    let ownBytes = 0
    const share: Share = {
      of(tenant_id) {
        tenant = tenant_id
        return share
      },
      take(bytes) {
        const held = (byTenant.get(tenant) ?? 0) + bytes
        const free = mostBytes - takenBytes - bytes
        if (free < 0 || held > limits.tenantTimesFree * free) throw busy('Too much is waiting to be stored just now')
        byTenant.set(tenant, held)
        takenBytes += bytes
        ownBytes += bytes
      },
      giveBack() {
        const held = (byTenant.get(tenant) ?? 0) - ownBytes
        if (held > 0) byTenant.set(tenant, held)
        else byTenant.delete(tenant)
        takenBytes -= ownBytes
        ownBytes = 0
      },
      bytes: () => ownBytes,
    }
    return share
  }

  return { open, bytes: () => takenBytes }
}
