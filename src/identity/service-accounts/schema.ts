import { sql } from 'drizzle-orm'
import { boolean, index, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { refers, tenantTable } from '../../core/table'
import { groups } from '../groups/schema'
import { orgUnits } from '../org-units/schema'

/** A program of a tenant: it has groups and a scope as users have them, and signs in by API tokens alone. */
export const serviceAccounts = tenantTable(
  'service_account',
  {
    name: text().notNull(),
    description: text(),
    whole_tenant: boolean().notNull().default(false),
    disabled: boolean().notNull().default(false),
  },
  (t) => [uniqueIndex('service_account_name').on(t.tenant_id, sql`lower(${t.name})`)],
)

export const serviceAccountGroups = tenantTable(
  'service_account_group',
  { service_account_id: uuid().notNull(), group_id: uuid().notNull() },
  (t) => [
    refers(t, t.service_account_id, serviceAccounts).onDelete('cascade'),
    refers(t, t.group_id, groups).onDelete('cascade'),
    uniqueIndex('service_account_group_once').on(t.tenant_id, t.service_account_id, t.group_id),
    index().on(t.tenant_id, t.group_id),
  ],
)

export const serviceAccountUnits = tenantTable(
  'service_account_unit',
  { service_account_id: uuid().notNull(), org_unit_id: uuid().notNull(), subtree: boolean().notNull().default(true) },
  (t) => [
    refers(t, t.service_account_id, serviceAccounts).onDelete('cascade'),
    refers(t, t.org_unit_id, orgUnits).onDelete('cascade'),
    uniqueIndex('service_account_unit_once').on(t.tenant_id, t.service_account_id, t.org_unit_id),
  ],
)
