import { integer, text } from 'drizzle-orm/pg-core'
import { instant, placedTable, refers } from '../../core/table'
import { orgUnits } from '../../identity/org-units/schema'

/** What an appliance registers itself with. Only a hash is kept. */
export const provisioningKeys = placedTable(
  'provisioning_key',
  {
    label: text().notNull(),
    prefix: text().notNull(),
    key_hash: text().notNull(),
    use_limit: integer(),
    uses: integer().notNull().default(0),
    expires_at: instant(),
    revoked_at: instant(),
    last_used_at: instant(),
  },
  (t) => [refers(t, t.org_unit_id, orgUnits)],
)
