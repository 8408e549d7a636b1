import { integer, jsonb, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { instant, tenantTable } from '../../core/table'

/** How many of each a licence allows; without a number, any. */
export interface LicenceLimits {
  users?: number | null
  devices?: number | null
}

export interface Licence {
  plan: string
  features: string[]
  limits: LicenceLimits
  expires_at: Date | null
  /** Until when the tenant works on after that; null where it was not said. */
  grace_ends_at: Date | null
}

/** What the Management plane last said of the tenant; at most one. */
export const licences = tenantTable(
  'licence',
  {
    plan: text().notNull(),
    features: text().array().notNull(),
    limits: jsonb().$type<LicenceLimits>().notNull(),
    expires_at: instant(),
    grace_ends_at: instant(),
    /** The moment it was told of: what was said before does not overwrite it. */
    as_of: instant().notNull(),
    /** Grows with each change in the Management plane, where that counts them. */
    revision: integer(),
  },
  (t) => [uniqueIndex('licence_tenant').on(t.tenant_id)],
)

/** Webhooks that have had their effect: told again, they have none. */
export const webhookReceipts = tenantTable('webhook_receipt', { message_id: text().notNull() }, (t) => [
  uniqueIndex('webhook_receipt_once').on(t.tenant_id, t.message_id),
])
