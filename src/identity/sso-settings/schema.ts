import { sql } from 'drizzle-orm'
import { check, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { tenantTable } from '../../core/table'

/** A tenant's own provider: an app in its own directory of Entra, or a client at any other issuer of OpenID Connect. */
export const ssoProviders = tenantTable(
  'sso_provider',
  {
    /** One of the two. */
    directory: uuid(),
    issuer: text(),
    client_id: text().notNull(),
    secret_sealed: text().notNull(),
  },
  (t) => [
    uniqueIndex('sso_provider_one').on(t.tenant_id),
    check('sso_provider_kind', sql`(${t.directory} is null) <> (${t.issuer} is null)`),
  ],
)
