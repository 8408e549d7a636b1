import { sql } from 'drizzle-orm'
import type { Permission } from './permissions'
import { type Channel, liveCursors, liveEvents } from './schema'
import type { Scope } from './scope'

/** Something committed that consoles want to know of: who holds `permission` and sees the unit gets the frame. */
export interface LiveEvent {
  channel: Channel
  type: string
  permission: Permission
  /** null: only those who see the whole tenant. */
  org_unit_id: string | null
  data: Record<string, unknown>
}

/** Tells of a change with the commit of this transaction. */
export const announce = (scope: Scope, event: LiveEvent) => void scope.events.push(event)

/** The last statements of a transaction: numbers its events and notifies the processes that hold sockets. */
export async function recordEvents(scope: Scope) {
  const { tx, events, owned } = scope
  for (const channel of new Set(events.map((event) => event.channel))) {
    const mine = events.filter((event) => event.channel === channel)
    const [cursor] = await tx
      .insert(liveCursors)
      .values(owned({ channel, seq: mine.length }))
      .onConflictDoUpdate({ target: [liveCursors.tenant_id, liveCursors.channel], set: { seq: sql`${liveCursors.seq} + ${mine.length}` } })
      .returning({ seq: liveCursors.seq })
    const first = cursor!.seq - mine.length + 1
    await tx.insert(liveEvents).values(mine.map((event, index) => owned({ ...event, seq: first + index })))
    scope.signals.push({ topic: 'live', key: `${scope.actor.tenant_id} ${channel}` })
  }
}
