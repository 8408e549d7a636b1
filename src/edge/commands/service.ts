import { and, asc, eq, gt, inArray, lt, or, sql } from 'drizzle-orm'
import { audit, routine } from '../../core/audit'
import { now, nowMs } from '../../core/clock'
import { Problem, invalid, notFound } from '../../core/errors'
import { limits } from '../../core/limits'
import type { Scope } from '../../core/scope'
import { type Paging, keyset, uuids } from '../../core/wire'
import { getDevice, markSeen } from '../devices/service'
import { assertNoSupport } from '../../core/support'
import { type commandTypes, commands } from './schema'

type Type = (typeof commandTypes)[number]
export interface CommandInput {
  type: Type
  arguments?: Record<string, unknown>
  expires_in_seconds?: number
}

type Command = typeof commands.$inferSelect
const waiting = ['queued', 'delivered', 'running'] as const
const isWaiting = (state: Command['state']) => (waiting as readonly string[]).includes(state)

const requester = sql<
  string | null
>`(select m.name from membership m where m.tenant_id = ${commands.tenant_id} and m.user_id = ${commands.requested_by_id})`

/** What nobody fetched or finished in time, or what was handed out in vain often enough, has expired, whether or not anything wrote that down. */
function shown({ command, requester }: { command: Command; requester: string | null }) {
  const { expires_at, attempts, lease_expires_at } = command
  const inVain = attempts >= limits.commandAttempts && lease_expires_at !== null && lease_expires_at <= now()
  const state = isWaiting(command.state) && (expires_at <= now() || inVain) ? ('expired' as const) : command.state
  return { ...command, state, requested_by: { kind: command.requested_by_kind, id: command.requested_by_id, name: requester } }
}

const checks: Record<Type, (given: Record<string, unknown>) => Record<string, unknown>> = {
  ping: () => ({}),
  refresh_inventory: () => ({}),
  rotate_key: () => ({}),
  set_interval: ({ seconds }) => {
    if (!Number.isInteger(seconds) || Number(seconds) < 1 || Number(seconds) > 3600)
      throw invalid('/arguments/seconds', 'must be a whole number from 1 to 3600')
    return { seconds }
  },
}

export async function listCommands(scope: Scope, device_id: string, paging: Paging) {
  await getDevice(scope, device_id)
  const { tx, own } = scope
  const { rows, after, order, cut } = keyset(paging, commands.id, { descending: true })
  const found = await tx
    .select({ command: commands, requester })
    .from(commands)
    .where(and(own(commands), eq(commands.device_id, device_id), after))
    .orderBy(order)
    .limit(rows)
  return cut(found.map(shown))
}

async function getCommand({ tx, own }: Scope, id: string) {
  const [found] = await tx
    .select({ command: commands, requester })
    .from(commands)
    .where(and(own(commands), eq(commands.id, id)))
  if (!found) throw notFound('command')
  return shown(found)
}

export async function createCommand(scope: Scope, device_id: string, input: CommandInput) {
  if (input.type === 'rotate_key') assertNoSupport(scope.actor)
  await getDevice(scope, device_id)
  const { tx, owned, actor, signals } = scope
  const given = checks[input.type](input.arguments ?? {})
  const expires_at = new Date(nowMs() + (input.expires_in_seconds ?? limits.commandExpiresSeconds) * 1000)
  const [command] = await tx
    .insert(commands)
    .values(owned({ device_id, type: input.type, arguments: given, expires_at, requested_by_kind: actor.kind, requested_by_id: actor.id }))
    .returning()
  await audit(scope, 'commands.create', command!.id, { after: command })
  signals.push({ topic: 'commands', key: device_id })
  return getCommand(scope, command!.id)
}

export async function cancelCommand(scope: Scope, id: string) {
  const before = await getCommand(scope, id)
  const [cancelled] = await scope.tx
    .update(commands)
    .set({ state: 'cancelled', finished_at: now() })
    .where(and(scope.own(commands), eq(commands.id, id), inArray(commands.state, ['queued', 'delivered'])))
    .returning()
  if (!cancelled || before.state === 'expired')
    throw new Problem(409, 'not_cancellable', 'Only a command that has not started can be cancelled')
  await audit(scope, 'commands.cancel', id, { before, after: cancelled })
  return getCommand(scope, id)
}

/**
 * Hands the device what waits for it, each under a lease of a minute: unanswered, it is handed out again, at most 5 times.
 * Two statements: as a subquery of the update PostgreSQL may run the selection again and go past its limit.
 */
export async function leaseCommands(scope: Scope) {
  const { tx, own, actor } = scope
  await markSeen(scope)
  const at = now()
  const due = await tx
    .select({ id: commands.id })
    .from(commands)
    .where(
      and(
        own(commands),
        eq(commands.device_id, actor.id),
        gt(commands.expires_at, at),
        or(eq(commands.state, 'queued'), and(inArray(commands.state, ['delivered', 'running']), lt(commands.lease_expires_at, at))),
        lt(commands.attempts, limits.commandAttempts),
      ),
    )
    .orderBy(asc(commands.id))
    .limit(limits.commandsPerLease)
    .for('update', { skipLocked: true })
  if (!due.length) return []
  const leased = await tx
    .update(commands)
    .set({
      state: 'delivered',
      attempts: sql`${commands.attempts} + 1`,
      delivered_at: sql`coalesce(${commands.delivered_at}, ${at.toISOString()})`,
      lease_expires_at: new Date(at.getTime() + limits.commandLeaseMs),
    })
    .where(and(own(commands), sql`${commands.id} = any(${uuids(due.map(({ id }) => id))})`))
    .returning({ id: commands.id, type: commands.type, arguments: commands.arguments, lease_expires_at: commands.lease_expires_at })
  return leased.sort((a, b) => (a.id < b.id ? -1 : 1)).map((command) => ({ ...command, lease_expires_at: command.lease_expires_at! }))
}

export interface Outcome {
  state: 'running' | 'succeeded' | 'failed'
  result?: Record<string, unknown>
  error?: string
}

/** The same end told twice is fine; another one is 409. A running command keeps its lease. */
export async function reportCommand(scope: Scope, id: string, { state, result, error }: Outcome) {
  const { tx, own, actor } = scope
  const mine = and(own(commands), eq(commands.id, id), eq(commands.device_id, actor.id))
  const [command] = await tx.select().from(commands).where(mine).for('update')
  if (!command) throw notFound('command')
  if (command.state === state && state !== 'running') return routine(scope, 'told before')
  if (!isWaiting(command.state)) throw new Problem(409, 'already_finished', 'This command has ended another way')
  const at = now()
  const change =
    state === 'running'
      ? { state, lease_expires_at: new Date(at.getTime() + limits.commandLeaseMs) }
      : { state, result, error: error?.slice(0, 2000), finished_at: at, lease_expires_at: null }
  const [after] = await tx.update(commands).set(change).where(mine).returning()
  if (state === 'running') return routine(scope, 'progress of a command that was audited when it was asked for')
  await audit(scope, `commands.${state}`, id, { before: command, after })
}
