import { audit } from './audit'
import { nowMs } from './clock'
import { log } from './log'
import { limits } from './limits'
import type { Permission } from './permissions'
import { type Actor, type Call, inTenant } from './scope'

const told = new Map<string, number>()

/** Does `record` once a minute for each key, so that asking on fills no log; behind the answer. */
export function recordOnce(key: string, record: () => Promise<unknown>) {
  const at = nowMs()
  if (at - (told.get(key) ?? 0) < limits.refusalPauseMs) return
  if (told.size >= limits.refusalsRemembered) told.clear()
  told.set(key, at)
  record().catch(() => log.warn('a refused permission could not be recorded'))
}

/** Somebody asked for what he has no permission for. */
export const recordRefusal = (actor: Actor, permission: Permission, call: Call) =>
  recordOnce(`${actor.tenant_id} ${actor.id} ${permission}`, () =>
    inTenant(actor, 'read write', (scope) => audit(scope, 'permissions.refuse', null, { after: { permission } }), call),
  )
