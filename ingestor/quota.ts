import { log } from '../src/core/log'
import { Problem } from '../src/core/problem'
import { boundedMap } from './bounded'
import { limits } from './limits'

/** 0: as much as there is. */
export interface Quota {
  valuesPerSecond: number
  bytesPerSecond: number
}

interface Account {
  values: number
  bytes: number
  at: number
  toldAt: number
}

/**
 * How much one tenant may send to this process. A request is admitted while its tenant owes nothing and charged when its size is known: no
 * request is too large, and none is turned away half done; who went past his quota waits until it is paid. Ten seconds may be saved up.
 */
export function openQuota({ valuesPerSecond, bytesPerSecond }: Quota, nowMs = () => performance.now()) {
  const accounts = boundedMap<Account>(limits.quotaTenants)
  const isOff = !valuesPerSecond && !bytesPerSecond

  function accountOf(tenant_id: string): Account {
    const at = nowMs()
    const known = accounts.get(tenant_id)
    const mostOf = (perSecond: number) => perSecond * limits.quotaSavedSeconds
    if (!known) {
      const fresh = { values: mostOf(valuesPerSecond), bytes: mostOf(bytesPerSecond), at, toldAt: Number.NEGATIVE_INFINITY }
      accounts.set(tenant_id, fresh)
      return fresh
    }
    const seconds = (at - known.at) / 1000
    known.values = Math.min(mostOf(valuesPerSecond), known.values + valuesPerSecond * seconds)
    known.bytes = Math.min(mostOf(bytesPerSecond), known.bytes + bytesPerSecond * seconds)
    known.at = at
    return known
  }

  /** Throws a 429 that says when the tenant may come again. */
  function admit(tenant_id: string) {
    if (isOff) return
    const account = accountOf(tenant_id)
    const debts = [valuesPerSecond && -account.values / valuesPerSecond, bytesPerSecond && -account.bytes / bytesPerSecond]
    const owedSeconds = Math.max(...debts)
    if (owedSeconds <= 0) return
    if (account.at - account.toldAt > limits.quotaToldMs) {
      account.toldAt = account.at
      log.warn({ tenant_id }, 'a tenant sends more than its quota')
    }
    const retryAfterSeconds = Math.min(Math.ceil(owedSeconds), limits.quotaLongestSeconds)
    throw new Problem(429, 'rate_limited', 'This organization sends more than its quota', { retryAfterSeconds })
  }

  function charge(tenant_id: string, { values = 0, bytes = 0 }: { values?: number; bytes?: number }) {
    if (isOff) return
    const account = accountOf(tenant_id)
    if (valuesPerSecond) account.values -= values
    if (bytesPerSecond) account.bytes -= bytes
  }

  return { admit, charge }
}
