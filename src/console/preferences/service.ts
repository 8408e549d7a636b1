import { and, eq, sql } from 'drizzle-orm'
import { audit } from '../../core/audit'
import { now } from '../../core/clock'
import type { Scope } from '../../core/scope'
import { preferences } from './schema'

type Row = typeof preferences.$inferSelect
export type Preferences = Pick<Row, 'onboarding_dismissed' | 'alert_sound' | 'alert_notification' | 'favourites'>

const proposed: Preferences = { onboarding_dismissed: false, alert_sound: [], alert_notification: [], favourites: [] }

/** The caller's membership, as a piece of a statement. */
const ofCaller = ({ actor }: Scope) =>
  sql<string>`(select m.id from membership m where m.tenant_id = ${actor.tenant_id} and m.user_id = ${actor.id})`

const shown = ({ onboarding_dismissed, alert_sound, alert_notification, favourites }: Preferences): Preferences => ({
  onboarding_dismissed,
  alert_sound,
  alert_notification,
  favourites,
})

/** The caller's own; what he never chose is as the product proposes. */
export async function getPreferences(scope: Scope): Promise<Preferences> {
  const { tx, own } = scope
  const [found] = await tx
    .select()
    .from(preferences)
    .where(and(own(preferences), eq(preferences.membership_id, ofCaller(scope))))
  return shown(found ?? proposed)
}

export async function changePreferences(scope: Scope, change: Partial<Preferences>) {
  const { tx, owned } = scope
  const before = await getPreferences(scope)
  const [kept] = await tx
    .insert(preferences)
    .values(owned({ ...change, membership_id: ofCaller(scope) as unknown as string }))
    .onConflictDoUpdate({ target: [preferences.tenant_id, preferences.membership_id], set: { ...change, updated_at: now() } })
    .returning()
  const after = shown(kept!)
  await audit(scope, 'preferences.update', kept!.id, { before, after })
  return after
}
