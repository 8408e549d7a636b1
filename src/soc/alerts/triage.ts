import { and, eq } from 'drizzle-orm'
import type { Action } from '../../core/actions'
import { audit, routine } from '../../core/audit'
import { now } from '../../core/clock'
import { Problem, codeOf, constraintOf } from '../../core/errors'
import { type Scope, expectVersion } from '../../core/scope'
import { assertAssignable } from './assignees'
import { alerts, type verdicts } from './schema'
import { type Alert, getAlert, tell } from './alert'

// What people do with an alert: open -> acknowledged -> closed, or closed at once; a closed one is opened again. To take an alert is not to be
// assigned it: the one says that somebody has looked, the other whose it is, and both are said by name.

export type Verdict = (typeof verdicts)[number]
export interface Closing {
  verdict: Verdict
  comment?: string
}

/** The alert, locked until the transaction ends, in the version the caller saw (If-Match): of several changes at once each sees the one before. */
async function getAlertToChange(scope: Scope, id: string) {
  const { tx, own } = scope
  await tx
    .select({ id: alerts.id })
    .from(alerts)
    .where(and(own(alerts), eq(alerts.id, id)))
    .for('no key update')
  const alert = await getAlert(scope, id)
  expectVersion(scope, alert)
  return alert
}

async function change(scope: Scope, action: Action, before: Alert, values: Partial<typeof alerts.$inferInsert>) {
  const { tx, own } = scope
  await tx
    .update(alerts)
    .set(values)
    .where(and(own(alerts), eq(alerts.id, before.id)))
  const after = await getAlert(scope, before.id)
  await audit(scope, action, before.id, { before, after })
  tell(scope, after, 'updated')
  return after
}

const alreadyClosed = () => new Problem(409, 'already_closed', 'This alert is closed already')

export async function acknowledgeAlert(scope: Scope, id: string, comment?: string) {
  const before = await getAlertToChange(scope, id)
  if (before.status === 'closed') throw alreadyClosed()
  if (before.status !== 'open') throw new Problem(409, 'already_acknowledged', 'Somebody has taken this alert already')
  return change(scope, 'alerts.acknowledge', before, {
    status: 'acknowledged',
    acknowledged_at: now(),
    acknowledged_by: scope.actor.id,
    comment,
  })
}

/** To a member who can see it, or to nobody. */
export async function assignAlert(scope: Scope, id: string, user_id: string | null) {
  const before = await getAlertToChange(scope, id)
  if (user_id) await assertAssignable(scope, user_id, before.org_unit_id)
  if (user_id === (before.assigned_to?.id ?? null)) {
    routine(scope, 'it is his already')
    return before
  }
  return change(scope, 'alerts.assign', before, { assigned_to: user_id })
}

export async function closeAlert(scope: Scope, id: string, { verdict, comment }: Closing) {
  const before = await getAlertToChange(scope, id)
  if (before.status === 'closed') throw alreadyClosed()
  return change(scope, 'alerts.close', before, {
    status: 'closed',
    closed_at: now(),
    closed_by: scope.actor.id,
    verdict,
    closing_comment: comment,
  })
}

const asNew = {
  status: 'open',
  acknowledged_at: null,
  acknowledged_by: null,
  comment: null,
  closed_at: null,
  closed_by: null,
  verdict: null,
  closing_comment: null,
} as const

/** Open as on the first day, for somebody to take; whose it is stays. 409 `raised_again` where the device has raised the same since. */
export async function reopenAlert(scope: Scope, id: string) {
  const before = await getAlertToChange(scope, id)
  if (before.status !== 'closed') throw new Problem(409, 'not_closed', 'Only a closed alert can be opened again')
  try {
    return await change(scope, 'alerts.reopen', before, asNew)
  } catch (error) {
    if (codeOf(error) === '23505' && constraintOf(error) === 'alert_dedupe')
      throw new Problem(409, 'raised_again', 'The device has raised the same alert again, and that one is open')
    throw error
  }
}
