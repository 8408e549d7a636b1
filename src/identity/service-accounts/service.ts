import { and, eq, sql } from 'drizzle-orm'
import { audit } from '../../core/audit'
import { now } from '../../core/clock'
import { Problem, notFound } from '../../core/errors'
import { type Actor, type Scope, expectVersion, inTenant, jobActor, personOf } from '../../core/scope'
import { naturally } from '../../core/table'
import { uuids } from '../../core/wire'
import { type Rights, actorOf } from '../auth/sessions'
import { assertHoldsAllOf, rightsIn } from '../groups/service'
import { assertMayGive, assertSees } from '../users/org-unit-scope'
import type { OrgUnitScope } from '../users/schema'
import { serviceAccountGroups, serviceAccountUnits, serviceAccounts } from './schema'

export interface ServiceAccountInput {
  name: string
  description?: string | null
  group_ids: string[]
  org_unit_scope: OrgUnitScope
}
export type ServiceAccountChange = Partial<ServiceAccountInput> & { disabled?: boolean }

type NamedUnit = { org_unit_id: string; name: string; subtree: boolean }

// Outer columns are written out: drizzle drops the table's name where there is but one.
export const accountColumns = () => ({
  account: serviceAccounts,
  groups: sql<
    { id: string; name: string }[]
  >`(select coalesce(json_agg(json_build_object('id', g.id, 'name', g.name) order by ${naturally(sql`g.name`)}), '[]')
    from service_account_group sg join access_group g on g.tenant_id = sg.tenant_id and g.id = sg.group_id
    where sg.tenant_id = service_account.tenant_id and sg.service_account_id = service_account.id)`,
  units: sql<
    NamedUnit[]
  >`(select coalesce(json_agg(json_build_object('org_unit_id', u.id, 'name', u.name, 'subtree', su.subtree) order by ${naturally(sql`u.name`)}), '[]')
    from service_account_unit su join org_unit u on u.tenant_id = su.tenant_id and u.id = su.org_unit_id
    where su.tenant_id = service_account.tenant_id and su.service_account_id = service_account.id)`,
  token_count: sql<number>`(select count(*)::int from api_token k where k.tenant_id = service_account.tenant_id
    and k.service_account_id = service_account.id and k.revoked_at is null and k.expires_at > ${now().toISOString()})`,
})
interface Found {
  account: typeof serviceAccounts.$inferSelect
  groups: { id: string; name: string }[]
  units: NamedUnit[]
  token_count: number
}

export const shown = ({ account: { whole_tenant, tenant_id: _, ...account }, groups, units, token_count }: Found) => ({
  ...account,
  groups,
  org_unit_scope: whole_tenant ? ('all' as const) : units,
  token_count,
})

/** Who sees a part of the organization sees the accounts that work there, and a program its own. */
export const visible = ({ actor }: Scope) =>
  actor.units === 'all'
    ? undefined
    : sql`(${serviceAccounts.id} = ${personOf(actor)} or exists (select from service_account_unit su
        where su.tenant_id = ${serviceAccounts.tenant_id} and su.service_account_id = ${serviceAccounts.id} and su.org_unit_id = any(${uuids(actor.units)})))`

/** A service account as what it is just now, for what outlives its call (an invitation); undefined when it is gone, or disabled. */
export async function loadServiceAccount(tenant_id: string, id: string): Promise<Actor | undefined> {
  const [row] = await inTenant(jobActor(tenant_id), 'read only', ({ tx }) =>
    tx.execute<Rights>(sql`
      select a.whole_tenant,
        (select json_agg(distinct p) from service_account_group sg
          join access_group g on g.tenant_id = sg.tenant_id and g.id = sg.group_id, unnest(g.permissions) p
          where sg.tenant_id = a.tenant_id and sg.service_account_id = a.id) as permissions,
        (with recursive seen as (
            select su.org_unit_id as id, su.subtree from service_account_unit su where su.tenant_id = a.tenant_id and su.service_account_id = a.id
            union
            select u.id, true from seen join org_unit u on u.tenant_id = a.tenant_id and u.parent_id = seen.id where seen.subtree)
          select json_agg(distinct id) from seen) as units
      from service_account a where a.tenant_id = ${tenant_id} and a.id = ${id} and not a.disabled`),
  )
  return row && actorOf(tenant_id, id, row)
}

export async function getServiceAccount(scope: Scope, id: string) {
  const [found] = await scope.tx
    .select(accountColumns())
    .from(serviceAccounts)
    .where(and(scope.own(serviceAccounts), visible(scope), eq(serviceAccounts.id, id)))
  if (!found) throw notFound('service account')
  return shown(found)
}

/** The account, locked until the transaction ends, in the version the caller saw (If-Match). One that sees more than the caller is not his to change. */
export async function getServiceAccountToChange(scope: Scope, id: string) {
  const { tx, own } = scope
  await tx
    .select({ id: serviceAccounts.id })
    .from(serviceAccounts)
    .where(and(own(serviceAccounts), eq(serviceAccounts.id, id)))
    .for('no key update')
  const account = await getServiceAccount(scope, id)
  expectVersion(scope, account)
  if (account.org_unit_scope === 'all') await assertMayGive(scope, 'all')
  // Read past its name, which the caller may not see: a unit outside of his own view counts too.
  const units = await tx
    .select({ org_unit_id: serviceAccountUnits.org_unit_id, subtree: serviceAccountUnits.subtree })
    .from(serviceAccountUnits)
    .where(and(own(serviceAccountUnits), eq(serviceAccountUnits.service_account_id, id)))
  await assertSees(scope, units)
  return account
}

const { setGroups, setScope } = rightsIn({ holder: 'service_account_id', groups: serviceAccountGroups, units: serviceAccountUnits })

export async function createServiceAccount(scope: Scope, { name, description, group_ids, org_unit_scope }: ServiceAccountInput) {
  const [account] = await scope.tx
    .insert(serviceAccounts)
    .values(scope.owned({ name, description, whole_tenant: org_unit_scope === 'all' }))
    .returning({ id: serviceAccounts.id })
  const { id } = account!
  await setGroups(scope, id, [], group_ids)
  await setScope(scope, id, org_unit_scope)
  const after = await getServiceAccount(scope, id)
  await audit(scope, 'service_accounts.create', id, { after })
  return after
}

const ownAccount = () => new Problem(409, 'own_account', 'Somebody else must change the rights of this service account')

/** Takes effect on its tokens at once. */
export async function updateServiceAccount(scope: Scope, id: string, change: ServiceAccountChange) {
  const { tx, own, actor, signals } = scope
  const { name, description, disabled, group_ids, org_unit_scope } = change
  const before = await getServiceAccountToChange(scope, id)
  if (id === personOf(actor) && (disabled || group_ids || org_unit_scope)) throw ownAccount()
  if (disabled !== undefined || org_unit_scope) await assertHoldsAllOf(scope, before)
  await tx
    .update(serviceAccounts)
    .set({ name, description, disabled, ...(org_unit_scope && { whole_tenant: org_unit_scope === 'all' }), updated_at: now() })
    .where(and(own(serviceAccounts), eq(serviceAccounts.id, id)))
  if (group_ids) await setGroups(scope, id, before.groups, group_ids)
  if (org_unit_scope) await setScope(scope, id, org_unit_scope)
  const after = await getServiceAccount(scope, id)
  await audit(scope, 'service_accounts.update', id, { before, after })
  signals.push({ topic: 'sessions', key: actor.tenant_id })
  return after
}

/** Its tokens go with it. */
export async function removeServiceAccount(scope: Scope, id: string) {
  const before = await getServiceAccountToChange(scope, id)
  if (id === personOf(scope.actor)) throw ownAccount()
  await assertHoldsAllOf(scope, before)
  await scope.tx.delete(serviceAccounts).where(and(scope.own(serviceAccounts), eq(serviceAccounts.id, id)))
  await audit(scope, 'service_accounts.delete', id, { before })
  scope.signals.push({ topic: 'sessions', key: scope.actor.tenant_id })
}
