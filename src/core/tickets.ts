import { and, eq, gt } from 'drizzle-orm'
import { routine } from './audit'
import { type SessionRef, knownBySession, type Known } from './authenticate'
import { now, nowMs } from './clock'
import { tickets } from './schema'
import { type Scope, inTenant, jobActor } from './scope'
import { mintCredential, readCredential } from './secrets'

const ticketSeconds = 30

export async function issueTicket(scope: Scope, { sid, user_id, tenant_id }: SessionRef) {
  const id = Bun.randomUUIDv7()
  const { text, hash } = mintCredential('mzw', tenant_id, id)
  const expires_at = new Date(nowMs() + ticketSeconds * 1000)
  await scope.tx.insert(tickets).values(scope.owned({ id, hash, session_id: sid, user_id, expires_at }))
  routine(scope, 'a ticket opens only what its session may see')
  return { ticket: text, expires_in: ticketSeconds }
}

/** The session behind a ticket, which is used up by asking. */
export async function redeemTicket(text: string): Promise<Known | undefined> {
  const ticket = readCredential('mzw', text)
  if (!ticket) return undefined
  const used = await inTenant(jobActor(ticket.tenant_id), 'read write', async (scope) => {
    routine(scope, 'using up a ticket')
    const { tx, own } = scope
    const mine = and(own(tickets), eq(tickets.id, ticket.id), eq(tickets.hash, ticket.hash), gt(tickets.expires_at, now()))
    return tx.delete(tickets).where(mine).returning({ sid: tickets.session_id, user_id: tickets.user_id })
  })
  return used[0] && knownBySession({ ...used[0], tenant_id: ticket.tenant_id })
}
