import { index, integer, text, uuid } from 'drizzle-orm/pg-core'
import { instant, placedTable, refers } from '../../core/table'
import { orgUnits } from '../../identity/org-units/schema'
import { sites } from '../sites/schema'

/** What an appliance registers itself with. Only a hash is kept. */
export const provisioningKeys = placedTable(
  'provisioning_key',
  {
    label: text().notNull(),
    /** Where what registers with it stands. */
    site_id: uuid(),
    prefix: text().notNull(),
    key_hash: text().notNull(),
    use_limit: integer(),
    uses: integer().notNull().default(0),
    expires_at: instant(),
    revoked_at: instant(),
    last_used_at: instant(),
  },
  (t) => [refers(t, t.org_unit_id, orgUnits), refers(t, t.site_id, sites), index().on(t.tenant_id, t.site_id)],
)
