import { and, lt, ne, or } from 'drizzle-orm'
import { ago } from '../core/scope'
import { deliveries } from './deliveries/schema'
import { tenantDays } from './fleet/schema'
import { inManagement, plane, routine } from './scope'
import { staffChallenges, staffSessions } from './sign-in/schema'
import { staffSsoTransactions } from './sso/schema'
import { staffInvitations } from './staff/schema'

const day = 86_400_000

/** Removes what has run out. What the throttle counts is the Cloud's, and removed there. */
export async function housekeep() {
  await inManagement(plane, 'read write', async (scope) => {
    routine(scope, 'what has run out decides nothing any more')
    const { tx } = scope
    await tx.delete(staffChallenges).where(lt(staffChallenges.expires_at, ago(0)))
    await tx.delete(staffSsoTransactions).where(lt(staffSsoTransactions.expires_at, ago(0)))
    await tx.delete(staffSessions).where(or(lt(staffSessions.ended_at, ago(30 * day)), lt(staffSessions.expires_at, ago(30 * day))))
    await tx.delete(staffInvitations).where(lt(staffInvitations.expires_at, ago(30 * day)))
    await tx.delete(deliveries).where(and(ne(deliveries.state, 'queued'), lt(deliveries.created_at, ago(90 * day))))
    await tx.delete(tenantDays).where(
      lt(
        tenantDays.day,
        ago(400 * day)
          .toISOString()
          .slice(0, 10),
      ),
    )
  })
}
