import { outcomeOf, recorded } from '../core/audit'
import type { Tx } from '../core/db'
import { type AccessMode, type Call, nobody } from '../core/scope'
import type { Action } from './actions'
import { auditEntries } from './audit-log/schema'
import { database } from './database'
import { type Role, type StaffPermission, permissionsOf } from './permissions'

export interface StaffActor {
  /** `plane` is the program itself: chores, and what the Cloud tells or asks. */
  kind: 'staff' | 'plane'
  id: string
  permissions: ReadonlySet<StaffPermission>
}

export const staffActor = (id: string, role: Role): StaffActor => ({ kind: 'staff', id, permissions: new Set(permissionsOf(role)) })

export const plane: StaffActor = { kind: 'plane', id: nobody, permissions: new Set() }

/** Somebody who is not signed in yet: recorded by his id where that is known, allowed nothing. */
export const stranger = (id = nobody): StaffActor => ({ kind: 'staff', id, permissions: new Set() })

/** All that a service of this plane may touch: one transaction, for one actor. */
export interface StaffScope {
  tx: Tx
  actor: StaffActor
  call: Call
  audited: boolean
}

/** Runs `work` as one transaction. As in the Cloud, a write that was not audited, or was not declared routine, is rolled back. */
export function inManagement<T>(
  actor: StaffActor,
  accessMode: AccessMode,
  work: (scope: StaffScope) => Promise<T>,
  call: Call = {},
): Promise<T> {
  const readOnly = accessMode === 'read only'
  return database.transaction(`begin ${accessMode}`, readOnly, async (tx) => {
    const scope: StaffScope = { tx, actor, call, audited: readOnly }
    const result = await work(scope)
    if (!scope.audited) throw new Error('a write must call audit() or routine(): it is rolled back')
    return result
  })
}

interface Change {
  tenant_id?: string
  before?: object
  after?: object
}

/** The record of what staff did, in the transaction that did it. `action` is `resource.verb`. */
export async function audit(scope: StaffScope, action: Action, entity_id: string | null, change: Change = {}) {
  const { tx, actor, call } = scope
  await tx.insert(auditEntries).values({
    at: new Date(),
    actor_kind: actor.kind,
    actor_id: actor.id,
    action,
    outcome: outcomeOf(action),
    tenant_id: change.tenant_id,
    entity_id,
    before: recorded(change.before),
    after: recorded(change.after),
    address: call.address,
    request_id: call.request_id,
  })
  scope.audited = true
}

/** Declares a write that records no decision of anybody, and says why. */
export function routine(scope: StaffScope, _why: string) {
  scope.audited = true
}
