import { and, eq, sql } from 'drizzle-orm'
import { unionAll } from 'drizzle-orm/pg-core'
import { notFound } from '../../core/errors'
import { announce } from '../../core/live-log'
import type { Scope } from '../../core/scope'
import { uuids } from '../../core/wire'
import { apiTokens } from '../../identity/api-tokens/schema'
import { memberships } from '../../identity/users/schema'
import { alerts } from './schema'

type Row = typeof alerts.$inferSelect

/** By the names of today: of members, and of the tokens that programs call with. */
export async function namesOf({ tx, own }: Scope, ids: readonly string[]): Promise<Map<string, string>> {
  if (!ids.length) return new Map()
  const members = tx
    .select({ id: memberships.user_id, name: memberships.name })
    .from(memberships)
    .where(and(own(memberships), sql`${memberships.user_id} = any(${uuids(ids)})`))
  const tokens = tx
    .select({ id: apiTokens.id, name: apiTokens.name })
    .from(apiTokens)
    .where(and(own(apiTokens), sql`${apiTokens.id} = any(${uuids(ids)})`))
  return new Map((await unionAll(members, tokens)).map(({ id, name }) => [id, name]))
}

/** Somebody by his id; who has left is still told apart from nobody. */
export const personIn = (names: ReadonlyMap<string, string>) => (id: string | null) =>
  id === null ? null : { id, name: names.get(id) ?? 'a former user' }

export async function shown(scope: Scope, rows: readonly Row[]) {
  const people = rows.flatMap(({ acknowledged_by, assigned_to, closed_by }) => [acknowledged_by, assigned_to, closed_by])
  const person = personIn(await namesOf(scope, [...new Set(people.filter((id) => id !== null))]))
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
