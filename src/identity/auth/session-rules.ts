import { sql } from 'drizzle-orm'
import { now } from '../../core/clock'
import { config } from '../../core/config'
import { Problem } from '../../core/errors'
import { limits } from '../../core/limits'
import { accessSeconds } from '../../core/tokens'
import type { tenants } from '../tenants/schema'

/** What a tenant asks of its sessions; null leaves it to the platform, whose limits none exceeds. */
export type SessionRules = Pick<typeof tenants.$inferSelect, 'require_mfa' | 'session_idle_minutes' | 'session_hours'>

export const platformRules = { idleMinutes: limits.sessionIdleMs / 60_000, hours: config.REFRESH_TOKEN_EXPIRE_DAYS * 24 }

export const lifeMs = ({ session_hours }: SessionRules) => Math.min(session_hours ?? platformRules.hours, platformRules.hours) * 3_600_000

export const idleMs = ({ session_idle_minutes }: SessionRules) =>
  Math.min(session_idle_minutes ?? platformRules.idleMinutes, platformRules.idleMinutes) * 60_000

/** A session is seen to be in use as it is refreshed: often enough that somebody at work is not taken for idle. */
export const accessSecondsOf = (rules: SessionRules) => Math.min(accessSeconds, Math.floor(idleMs(rules) / 2000))

/** Where somebody signs in by another's word (SSO), the second factor is asked for there. */
export const lacksFactor = ({ require_mfa }: SessionRules, amr: string[]) => require_mfa && amr.includes('pwd') && !amr.includes('mfa')

/** In `amr`: another tenant's administrator is answerable for none of ours, so what rests on a tenant's own provider opens that tenant alone. */
export const boundToTenant = 'sso_tenant'

export const assertUnbound = (amr: string[]) => assertNotBound(amr.includes(boundToTenant))

export function assertNotBound(bound: boolean | undefined) {
  if (bound) throw new Problem(403, 'bound_to_provider', 'This sign-in rests on the provider of one organization: sign in anew for another')
}

/** That a row of `session` keeps the rules of its tenant `t` just now. */
export const keepsRules = () => sql`
  session.rotated_at > ${now().toISOString()}::timestamptz - least(coalesce(t.session_idle_minutes, ${platformRules.idleMinutes}), ${platformRules.idleMinutes}) * interval '1 minute'
  and session.created_at > ${now().toISOString()}::timestamptz - coalesce(t.session_hours, ${platformRules.hours}) * interval '1 hour'
  and not (t.require_mfa and session.amr @> '{pwd}' and not session.amr @> '{mfa}')`
