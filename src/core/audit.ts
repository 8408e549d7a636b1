import type { Action } from './actions'
import { type Outcome, auditLog } from './schema'
import type { Scope } from './scope'
import { tellManagement } from './tell-management'

const bookkeeping = new Set(['tenant_id', 'created_at', 'updated_at', 'version'])
const secret = /(hash|secret|password|token|key)$/

/** The row as the record keeps it: no bookkeeping, and of anything that is a secret only that it is one. */
export function recorded(row: object | undefined) {
  if (!row) return undefined
  return Object.fromEntries(
    Object.entries(row)
      .filter(([name]) => !bookkeeping.has(name))
      .map(([name, value]) => [name, secret.test(name) && value !== null ? '(secret)' : value]),
  )
}

/** What the verb of an action says of how it ended. */
export function outcomeOf(action: string): Outcome {
  const verb = action.slice(action.indexOf('.') + 1)
  if (verb === 'refuse') return 'refused'
  return ['fail', 'failed', 'expired'].includes(verb) ? 'failed' : 'success'
}

/** Writes the record in the caller's transaction, so that neither can exist without the other. `action` is `resource.verb`. */
export async function audit(scope: Scope, action: Action, entity_id: string | null, change: { before?: object; after?: object } = {}) {
  const { actor, call } = scope
  const id = Bun.randomUUIDv7()
  await scope.tx.insert(auditLog).values(
    scope.owned({
      id,
      at: new Date(),
      actor_kind: actor.kind,
      actor_id: actor.id,
      action,
      outcome: outcomeOf(action),
      entity_id,
      before: recorded(change.before),
      after: recorded(change.after),
      address: call.address,
      request_id: call.request_id,
      grant_id: actor.support?.grant_id,
    }),
  )
  // What staff do here is on both records; their comings and goings tell of themselves.
  if (actor.support && !action.startsWith('support.'))
    await tellManagement(scope, 'support.act', entity_id, { action, grant_id: actor.support.grant_id })
  scope.audited = true
}

/** Declares a write that records no decision of anybody (a lease, a heartbeat), and says why it needs no audit row. */
export function routine(scope: Scope, _why: string) {
  scope.audited = true
}
