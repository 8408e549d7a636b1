import { sql } from 'drizzle-orm'
import { check, index, text, uuid } from 'drizzle-orm/pg-core'
import type { Permission } from '../../core/permissions'
import { instant, refers, tenantTable } from '../../core/table'
import { serviceAccounts } from '../service-accounts/schema'
import { memberships } from '../users/schema'

/** Access for a program, in the name of a member or of a service account, with whom it goes. Only a hash is kept. */
export const apiTokens = tenantTable(
  'api_token',
  {
    name: text().notNull(),
    prefix: text().notNull(),
    token_hash: text().notNull(),
    membership_id: uuid(),
    service_account_id: uuid(),
    /** The token this one was made with, where it was one: it ends with it. */
    made_with_id: uuid(),
    scopes: text().array().$type<Permission[]>().notNull(),
    /** Networks (CIDR) it may be used from; none: from anywhere. */
    allowed_addresses: text().array(),
    expires_at: instant().notNull(),
    last_used_at: instant(),
    revoked_at: instant(),
  },
  (t) => [
    refers(t, t.membership_id, memberships).onDelete('cascade'),
    refers(t, t.service_account_id, serviceAccounts).onDelete('cascade'),
    check('api_token_owner', sql`(membership_id is null) <> (service_account_id is null)`),
    index().on(t.tenant_id, t.membership_id),
    index().on(t.tenant_id, t.service_account_id),
    index().on(t.tenant_id, t.made_with_id),
  ],
)
