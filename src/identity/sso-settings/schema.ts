import { text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { tenantTable } from '../../core/table'

/** A tenant's own app in its own directory of Entra. */
export const ssoProviders = tenantTable(
  'sso_provider',
  { directory: uuid().notNull(), client_id: text().notNull(), secret_sealed: text().notNull() },
  (t) => [uniqueIndex('sso_provider_one').on(t.tenant_id)],
)
