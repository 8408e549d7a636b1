import { type SQLWrapper, sql } from 'drizzle-orm'
import type { Scope } from '../../core/scope'

/** That a row is placed in a unit or anywhere below it. */
export const inUnits = ({ actor }: Scope, column: SQLWrapper, id: string) => sql`${column} = any(array(
  with recursive below as (
    select u.id from org_unit u where u.tenant_id = ${actor.tenant_id} and u.id = ${id}::uuid
    union
    select u.id from below join org_unit u on u.tenant_id = ${actor.tenant_id} and u.parent_id = below.id)
  select id from below))`
