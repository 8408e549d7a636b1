import { and, eq, isNull, sql } from 'drizzle-orm'
import { audit } from '../../core/audit'
import { now } from '../../core/clock'
import { Problem, invalid } from '../../core/errors'
import { type Scope, expectVersion } from '../../core/scope'
import { sessions } from '../auth/schema'
import { type SessionRules, keepsRules, platformRules } from '../auth/session-rules'
import { hasFactor } from '../mfa/factor'
import { tenants } from '../tenants/schema'
import { getTenant } from '../tenants/service'

const shown = ({ require_mfa, session_idle_minutes, session_hours, updated_at, version }: Awaited<ReturnType<typeof getTenant>>) => ({
  require_mfa,
  session_idle_minutes,
  session_hours,
  updated_at,
  version,
})

/** With what the platform allows at most, and how many members would be asked to set up a second factor. */
async function described(scope: Scope, tenant: Awaited<ReturnType<typeof getTenant>>) {
  const [row] = await scope.tx.execute<{ count: number }>(
    sql`select count(*)::int as count from membership m where m.tenant_id = ${scope.actor.tenant_id} and not m.disabled
      and m.user_id not in (select members_with_mfa())`,
  )
  return {
    ...shown(tenant),
    platform: { session_idle_minutes: platformRules.idleMinutes, session_hours: platformRules.hours },
    members_without_mfa: row!.count,
  }
}

export const getSecuritySettings = async (scope: Scope) => described(scope, await getTenant(scope))

/** Sessions that no longer keep the rules end at once, on every process; the caller's too. */
async function endOthers({ tx, own, signals, actor }: Scope): Promise<number> {
  const ended = await tx
    .update(sessions)
    .set({ ended_at: now(), end_reason: 'policy' })
    .where(
      and(
        own(sessions),
        isNull(sessions.ended_at),
        sql`not exists (select from tenant t where t.id = session.tenant_id and ${keepsRules()})`,
      ),
    )
    .returning({ id: sessions.id })
  signals.push({ topic: 'sessions', key: actor.tenant_id })
  return ended.length
}

/** 409 `mfa_not_enabled` where somebody requires what he does not have himself: he would shut himself out. */
export async function changeSecuritySettings(scope: Scope, rules: SessionRules) {
  const { tx, actor } = scope
  if ((rules.session_idle_minutes ?? 0) > platformRules.idleMinutes)
    throw invalid('/session_idle_minutes', `must be at most ${platformRules.idleMinutes}`)
  if ((rules.session_hours ?? 0) > platformRules.hours) throw invalid('/session_hours', `must be at most ${platformRules.hours}`)
  await tx.select({ id: tenants.id }).from(tenants).where(eq(tenants.id, actor.tenant_id)).for('no key update')
  const before = await getTenant(scope)
  expectVersion(scope, before)
  if (rules.require_mfa && !before.require_mfa && actor.kind === 'user' && !(await hasFactor(scope)))
    throw new Problem(409, 'mfa_not_enabled', 'Set up two-factor authentication for yourself first')
  const [after] = await tx.update(tenants).set(rules).where(eq(tenants.id, actor.tenant_id)).returning()
  const sessions_ended = await endOthers(scope)
  await audit(scope, 'security_settings.update', actor.tenant_id, { before: shown(before), after: { ...shown(after!), sessions_ended } })
  return described(scope, after!)
}
