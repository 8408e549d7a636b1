import { audit } from './audit'
import { nowMs } from './clock'
import { log } from './log'
import { limits } from './limits'
import type { Permission } from './permissions'
import { type Actor, type Call, inTenant } from './scope'

const told = new Map<string, number>()

/** Records, behind the answer, that somebody asked for what he has no permission for: once a minute for each, so that asking on fills no log. */
export function recordRefusal(actor: Actor, permission: Permission, call: Call) {
  const key = `${actor.tenant_id} ${actor.id} ${permission}`
  const at = nowMs()
  if (at - (told.get(key) ?? 0) < limits.refusalPauseMs) return
  if (told.size >= limits.refusalsRemembered) told.clear()
  told.set(key, at)
  inTenant(actor, 'read write', (scope) => audit(scope, 'permissions.refuse', null, { after: { permission } }), call).catch(() =>
    log.warn('a refused permission could not be recorded'),
  )
}
