import { sql } from 'drizzle-orm'
import type { Known, SessionRef } from '../../core/authenticate'
import { limits } from '../../core/limits'
import { expand } from '../../core/permissions'
import { type Actor, inTenant, jobActor } from '../../core/scope'
import { now } from '../../core/clock'
import { type SupportMode, supportPermissions } from '../../core/support'
import { boundToTenant, keepsRules } from './session-rules'

export interface Rights extends Record<string, unknown> {
  whole_tenant: boolean
  permissions: string[] | null
  units: string[] | null
}
interface Row extends Rights {
  ends_at: string
  bound: boolean
  tenant_status: string
}

/** What the membership `m` allows just now, and the units it sees, subtrees expanded. */
const rights = sql`m.whole_tenant,
        (select json_agg(distinct p) from membership_group mg
          join access_group g on g.tenant_id = mg.tenant_id and g.id = mg.group_id, unnest(g.permissions) p
          where mg.tenant_id = m.tenant_id and mg.membership_id = m.id) as permissions,
        (with recursive seen as (
            select mu.org_unit_id as id, mu.subtree from membership_unit mu where mu.tenant_id = m.tenant_id and mu.membership_id = m.id
            union
            select u.id, true from seen join org_unit u on u.tenant_id = m.tenant_id and u.parent_id = seen.id where seen.subtree)
          select json_agg(distinct id) from seen) as units`

export const actorOf = (tenant_id: string, user_id: string, row: Rights): Actor => ({
  kind: 'user',
  id: user_id,
  tenant_id,
  units: row.whole_tenant ? 'all' : (row.units ?? []).slice(0, limits.orgUnits),
  permissions: new Set(expand(row.permissions ?? [])),
})

/** A member who is not here, as what he is in this tenant just now; undefined when he is no longer one, or disabled. */
export async function loadMember(tenant_id: string, user_id: string): Promise<Actor | undefined> {
  const [row] = await inTenant(jobActor(tenant_id), 'read only', ({ tx }) =>
    tx.execute<Rights>(
      sql`select ${rights} from membership m where m.tenant_id = ${tenant_id} and m.user_id = ${user_id} and not m.disabled`,
    ),
  )
  return row && actorOf(tenant_id, user_id, row)
}

/** The session of an access token with what its user may do just now; undefined when the session or the membership no longer holds. */
export async function loadSession({ sid, tenant_id, user_id }: SessionRef): Promise<Known | undefined> {
  const [row] = await inTenant(jobActor(tenant_id), 'read only', ({ tx }) =>
    tx.execute<Row>(sql`
      select least(session.expires_at, session.created_at + t.session_hours * interval '1 hour') as ends_at,
        ${boundToTenant} = any(session.amr) as bound, t.status as tenant_status, ${rights}
      from session
        join membership m on m.tenant_id = session.tenant_id and m.user_id = session.user_id and not m.disabled
        join tenant t on t.id = session.tenant_id
      where session.tenant_id = ${tenant_id} and session.id = ${sid} and session.user_id = ${user_id} and session.ended_at is null
        and session.expires_at > ${now().toISOString()} and ${keepsRules()}`),
  )
  if (!row) return loadSupport({ sid, tenant_id, user_id })
  return {
    session: { sid, tenant_id, user_id },
    endsAt: Date.parse(row.ends_at),
    bound: row.bound,
    tenant_status: row.tenant_status,
    actor: actorOf(tenant_id, user_id, row),
  }
}

interface SupportRow extends Record<string, unknown> {
  grant_id: string
  mode: SupportMode
  ends_at: string
  tenant_status: string
}

/** The session of somebody of the platform, for as long as its grant holds. */
async function loadSupport({ sid, tenant_id, user_id }: SessionRef): Promise<Known | undefined> {
  const [row] = await inTenant(jobActor(tenant_id), 'read only', ({ tx }) =>
    tx.execute<SupportRow>(sql`
      select g.id as grant_id, g.mode, g.expires_at as ends_at, t.status as tenant_status
      from session s join support_grant g on g.tenant_id = s.tenant_id and g.id = s.support_grant_id join tenant t on t.id = s.tenant_id
      where s.tenant_id = ${tenant_id} and g.tenant_id = ${tenant_id} and s.id = ${sid} and s.user_id = ${user_id} and s.ended_at is null
        and g.staff_id = s.user_id and g.state = 'active' and g.expires_at > ${now().toISOString()}`),
  )
  if (!row) return undefined
  const { grant_id, mode, ends_at, tenant_status } = row
  return {
    session: { sid, tenant_id, user_id },
    endsAt: Date.parse(ends_at),
    bound: true,
    tenant_status,
    actor: { kind: 'staff', id: user_id, tenant_id, units: 'all', permissions: supportPermissions(mode), support: { grant_id, mode } },
  }
}
