import { sql } from 'drizzle-orm'
import type { Scope } from './scope'

/** On the record of the Management plane, with the commit of this transaction: what was done in a tenant that staff have part in. */
export async function tellManagement({ tx, actor, call }: Scope, action: string, entity_id: string | null, said: object = {}) {
  const [id, text] = [Bun.randomUUIDv7(), JSON.stringify(said)]
  await tx.execute(
    sql`select tell_management(${id}::uuid, ${actor.id}::uuid, ${action}, ${entity_id}::uuid, ${text}::text::jsonb, ${call.address ?? null}, ${call.request_id ?? null})`,
  )
}
