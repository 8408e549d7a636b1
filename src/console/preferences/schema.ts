import { boolean, jsonb, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { refers, tenantTable } from '../../core/table'
import { memberships } from '../../identity/users/schema'
import { severities } from '../../soc/alerts/schema'

/** A page that somebody keeps at hand: its address within the console, and what it is called. */
export interface Favourite {
  path: string
  title: string
}

/** How somebody likes his console in one tenant, whatever browser he sits at. */
export const preferences = tenantTable(
  'preference',
  {
    membership_id: uuid().notNull(),
    /** The checklist of first steps was put away. */
    onboarding_dismissed: boolean().notNull().default(false),
    /** Of which new alerts the console makes a sound, and of which it has the desktop tell. */
    alert_sound: text({ enum: severities }).array().notNull().default([]),
    alert_notification: text({ enum: severities }).array().notNull().default([]),
    favourites: jsonb().$type<Favourite[]>().notNull().default([]),
  },
  (t) => [
    refers(t, t.membership_id, memberships).onDelete('cascade'),
    uniqueIndex('preference_membership').on(t.tenant_id, t.membership_id),
  ],
)
