import { index, integer, text } from 'drizzle-orm/pg-core'
import { instant, tenantTable } from '../../core/table'

export const languages = ['en', 'it'] as const
export type Language = (typeof languages)[number]

export const mailStates = ['queued', 'sent', 'kept', 'failed'] as const

/** The outbox. What a mail says is sealed, for its links are secrets, and goes once it was handed over. */
export const mails = tenantTable(
  'mail',
  {
    recipient: text().notNull(),
    kind: text({
      enum: [
        'password_reset',
        'invitation',
        'verification',
        'already_registered',
        'mfa_reset',
        'archive',
        'support_asked',
        'support_active',
      ],
    }).notNull(),
    state: text({ enum: mailStates }).notNull().default('queued'),
    content: text(),
    attempts: integer().notNull().default(0),
    reason: text(),
    ended_at: instant(),
  },
  (t) => [index().on(t.tenant_id, t.state)],
)
