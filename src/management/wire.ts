import { t } from 'elysia'
import { instant, oneOf, usageCounts } from '../core/wire'
import { type Reason, healths, reasons } from './fleet/schema'

// Shapes that routes of several contexts tell.

const count = t.Integer()
/** What a tenant uses, as the Cloud told it last, and how it is. */
export const usage = t.Object({
  as_of: instant,
  ...usageCounts,
  health: oneOf(healths),
  reasons: t.Array(oneOf(Object.keys(reasons) as [Reason, ...Reason[]])),
})
export const days = t.Array(t.Object({ day: t.String(), values: count, records: count, rejected: count, bytes: count }), {
  description: 'the last 30 days (UTC), oldest first',
})
