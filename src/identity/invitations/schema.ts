import { sql } from 'drizzle-orm'
import { jsonb, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { instant, tenantTable } from '../../core/table'
import { languages } from '../mail/schema'
import type { OrgUnitScope } from '../users/schema'

/** What somebody is offered in this tenant. Whoever invites answers for it with what he holds when it is accepted. */
export const invitations = tenantTable(
  'invitation',
  {
    email: text().notNull(),
    hash: text().notNull(),
    language: text({ enum: languages }).notNull(),
    group_ids: uuid().array().notNull(),
    org_unit_scope: jsonb().$type<OrgUnitScope>().notNull(),
    invited_by: uuid().notNull(),
    expires_at: instant().notNull(),
    accepted_at: instant(),
    revoked_at: instant(),
  },
  (t) => [
    uniqueIndex('invitation_pending')
      .on(t.tenant_id, sql`lower(${t.email})`)
      .where(sql`accepted_at is null and revoked_at is null`),
  ],
)
