import { and, desc, eq, sql } from 'drizzle-orm'
import { unionAll } from 'drizzle-orm/pg-core'
import { notFound } from '../../core/errors'
import { announce } from '../../core/live-log'
import type { Scope } from '../../core/scope'
import { uuids } from '../../core/wire'
import { apiTokens } from '../../identity/api-tokens/schema'
import { supportGrants } from '../../identity/support/schema'
import { memberships } from '../../identity/users/schema'
import { alerts } from './schema'

type Row = typeof alerts.$inferSelect

export interface Person {
  id: string
  /** Null of who is a member no more. */
  name: string | null
  /** Of the platform, here by a support access. */
  is_staff: boolean
}

const no = sql<boolean>`false`
const yes = sql<boolean>`true`

/** By the names of today: of members, and of the tokens that programs call with; of staff by the name that their latest access gives. */
export async function peopleOf({ tx, own }: Scope, ids: readonly string[]): Promise<Map<string, Person>> {
  if (!ids.length) return new Map()
  const members = tx
    .select({ id: memberships.user_id, name: memberships.name, is_staff: no })
    .from(memberships)
    .where(and(own(memberships), sql`${memberships.user_id} = any(${uuids(ids)})`))
  const tokens = tx
    .select({ id: apiTokens.id, name: apiTokens.name, is_staff: no })
    .from(apiTokens)
    .where(and(own(apiTokens), sql`${apiTokens.id} = any(${uuids(ids)})`))
  const staff = tx
    .selectDistinctOn([supportGrants.staff_id], { id: supportGrants.staff_id, name: supportGrants.staff_name, is_staff: yes })
    .from(supportGrants)
    .where(and(own(supportGrants), sql`${supportGrants.staff_id} = any(${uuids(ids)})`))
    .orderBy(supportGrants.staff_id, desc(supportGrants.id))
  return new Map((await unionAll(members, tokens, staff)).map((person) => [person.id, person]))
}

/** Somebody by his id; who has left is still told apart from nobody. */
export const personIn = (people: ReadonlyMap<string, Person>) => (id: string | null) =>
  id === null ? null : (people.get(id) ?? { id, name: null, is_staff: false })

export async function shown(scope: Scope, rows: readonly Row[]) {
  const people = rows.flatMap(({ acknowledged_by, assigned_to, closed_by }) => [acknowledged_by, assigned_to, closed_by])
  const person = personIn(await peopleOf(scope, [...new Set(people.filter((id) => id !== null))]))
  return rows.map(({ tenant_id: _, dedupe_key: __, acknowledged_by, assigned_to, closed_by, ...rest }) => ({
    ...rest,
    acknowledged_by: person(acknowledged_by),
    assigned_to: person(assigned_to),
    closed_by: person(closed_by),
  }))
}
export type Alert = Awaited<ReturnType<typeof shown>>[number]

export async function getAlert(scope: Scope, id: string) {
  const found = await scope.tx
    .select()
    .from(alerts)
    .where(and(scope.own(alerts), eq(alerts.id, id)))
  const [alert] = await shown(scope, found)
  if (!alert) throw notFound('alert')
  return alert
}

export const tell = (scope: Scope, alert: Alert, event: 'created' | 'updated') =>
  announce(scope, {
    channel: 'security',
    type: 'alert',
    permission: 'alerts.read',
    org_unit_id: alert.org_unit_id,
    data: { id: alert.id, event, alert },
  })
