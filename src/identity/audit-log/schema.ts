import { bigint, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { instant, tenantTable } from '../../core/table'

/** Entries that no seal covers yet, by their id; a trigger writes them with the entry (harden.sql), so that no writer waits for another. */
export const auditPending = tenantTable('audit_pending', {})

/** The place of an entry in its tenant's chain: `id` is the entry's. Never changed. */
export const auditSeals = tenantTable('audit_seal', { seq: bigint({ mode: 'number' }).notNull(), hash: text().notNull() }, (t) => [
  uniqueIndex('audit_seal_seq').on(t.tenant_id, t.seq),
])

/** What was signed of a chain: that entry `seq` has this hash, and all before it with it. Never changed. */
export const auditCheckpoints = tenantTable(
  'audit_checkpoint',
  {
    seq: bigint({ mode: 'number' }).notNull(),
    hash: text().notNull(),
    at: instant().notNull(),
    key: text().notNull(),
    signature: text().notNull(),
  },
  (t) => [uniqueIndex('audit_checkpoint_seq').on(t.tenant_id, t.seq)],
)
