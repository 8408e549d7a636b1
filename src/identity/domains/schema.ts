import { text, uniqueIndex } from 'drizzle-orm/pg-core'
import { instant, tenantTable } from '../../core/table'

/** A domain that a tenant says is its own. It is, once a record in its DNS says so; only one tenant at a time can have proven it. */
export const domains = tenantTable(
  'email_domain',
  {
    domain: text().notNull(),
    /** What the TXT record must say. */
    challenge: text().notNull(),
    verified_at: instant(),
    checked_at: instant(),
    /** Since when the record of a proven domain was not found. */
    missing_since: instant(),
  },
  (t) => [uniqueIndex('email_domain_once').on(t.tenant_id, t.domain)],
)
