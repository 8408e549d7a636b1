import { and, asc, eq, gt } from 'drizzle-orm'
import type { Server, ServerWebSocket } from 'bun'
import { limits } from './limits'
import { log } from './log'
import type { Permission } from './permissions'
import { type Channel, liveCursors, liveEvents } from './schema'
import { type Actor, inTenant, jobActor } from './scope'
import { onSignal } from './signals'

export interface Frame {
  type: string
  seq: number
  at: string
  data: Record<string, unknown>
}

type Row = typeof liveEvents.$inferSelect
const frameOf = ({ type, seq, created_at, data }: Row): Frame => ({ type, seq, at: created_at.toISOString(), data })

const topic = (tenant: string, channel: Channel, permission: Permission, unit: string) => `${tenant}/${channel}/${permission}/${unit}`

/** What a socket of this actor hears: each permission it holds, in the whole tenant or in each of its units. */
const topicsOf = ({ tenant_id, units, permissions }: Actor, channel: Channel, heard: readonly Permission[]) =>
  heard
    .filter((permission) => permissions.has(permission))
    .flatMap((permission) => (units === 'all' ? ['*'] : units).map((unit) => topic(tenant_id, channel, permission, unit)))

const mayHear = ({ units, permissions }: Actor, { permission, org_unit_id }: Row) =>
  permissions.has(permission) && (units === 'all' || (org_unit_id !== null && units.includes(org_unit_id)))

async function eventsSince(tenant_id: string, channel: Channel, seq: number, rows: number) {
  return inTenant(jobActor(tenant_id), 'read only', ({ tx, own }) =>
    tx
      .select()
      .from(liveEvents)
      .where(and(own(liveEvents), eq(liveEvents.channel, channel), gt(liveEvents.seq, seq)))
      .orderBy(asc(liveEvents.seq))
      .limit(rows),
  )
}

async function currentSeq(tenant_id: string, channel: Channel) {
  const [cursor] = await inTenant(jobActor(tenant_id), 'read only', ({ tx, own }) =>
    tx
      .select({ seq: liveCursors.seq })
      .from(liveCursors)
      .where(and(own(liveCursors), eq(liveCursors.channel, channel))),
  )
  return cursor?.seq ?? 0
}

/** A feed reads each new event of one tenant and channel once, for all sockets of this process. */
interface Feed {
  seq: number
  sockets: number
  reading: Promise<void> | undefined
  again: boolean
}
const feeds = new Map<string, Feed>()
let server: Server<unknown> | undefined

export const publishWith = (running: Server<unknown>) => void (server = running)

async function readOn(key: string, feed: Feed) {
  const [tenant_id, channel] = key.split(' ') as [string, Channel]
  do {
    feed.again = false
    const rows = await eventsSince(tenant_id, channel, feed.seq, limits.replayFrames)
    for (const row of rows) {
      const text = JSON.stringify(frameOf(row))
      server?.publish(topic(tenant_id, channel, row.permission, '*'), text)
      if (row.org_unit_id) server?.publish(topic(tenant_id, channel, row.permission, row.org_unit_id), text)
      feed.seq = row.seq
    }
    if (rows.length === limits.replayFrames) feed.again = true
  } while (feed.again)
}

function wake(key: string) {
  const feed = feeds.get(key)
  if (!feed) return
  feed.again = true
  feed.reading ??= readOn(key, feed)
    .catch(() => {
      log.warn('live events could not be read; they are tried again')
      setTimeout(() => wake(key), limits.liveAgainMs).unref()
    })
    .finally(() => {
      feed.reading = undefined
    })
}

onSignal('live', wake, () => {
  for (const key of feeds.keys()) wake(key)
})

export const heardOn: Record<Channel, readonly Permission[]> = {
  security: ['alerts.read', 'devices.read'],
  vpn: ['vpn.sessions.read'],
}

/** What was committed after `since`, as far as the feed has told it; undefined when it is gone, or too much to tell again. */
async function missedSince(actor: Actor, channel: Channel, feed: Feed, since: number): Promise<Row[] | undefined> {
  const missed: Row[] = []
  let last = since
  while (last < feed.seq) {
    const rows = await eventsSince(actor.tenant_id, channel, last, limits.replayFrames)
    missed.push(...rows)
    if (!rows.length || missed[0]!.seq > since + 1 || missed.length >= limits.replayFrames) return undefined
    last = rows.at(-1)!.seq
  }
  // A number that was never given out: the database was restored from an older copy.
  if (since > feed.seq && since > (await currentSeq(actor.tenant_id, channel))) return undefined
  return missed.filter(({ seq }) => seq <= feed.seq)
}

const opening = new Map<string, Promise<Feed>>()

/** The feed of a channel, begun at its current number by the first who joins. */
async function feedFor(tenant_id: string, channel: Channel): Promise<Feed> {
  const key = `${tenant_id} ${channel}`
  const known = feeds.get(key)
  if (known) return known
  const begun =
    opening.get(key) ??
    currentSeq(tenant_id, channel)
      .then((seq) => {
        const feed = feeds.get(key) ?? { seq, sockets: 0, reading: undefined, again: false }
        feeds.set(key, feed)
        // What was committed while the number was read has signalled to nobody.
        wake(key)
        return feed
      })
      .finally(() => opening.delete(key))
  opening.set(key, begun)
  return begun
}

/** Joins a socket to what its actor may hear on a channel: first hello, then what came after `since`, then what comes. Returns how to leave. */
export async function joinLive(socket: ServerWebSocket<unknown>, actor: Actor, channel: Channel, since: number | undefined) {
  const key = `${actor.tenant_id} ${channel}`
  const feed = await feedFor(actor.tenant_id, channel)
  feed.sockets += 1
  const leave = () => {
    feed.sockets -= 1
    if (feed.sockets === 0) feeds.delete(key)
  }
  try {
    const missed = since === undefined ? [] : await missedSince(actor, channel, feed, since)
    // From here on nothing waits, so that the feed tells nothing in between.
    const replay = missed?.filter((row) => mayHear(actor, row)) ?? []
    const hello: Frame = { type: 'hello', seq: feed.seq, at: new Date().toISOString(), data: { replayed: replay.length, gap: !missed } }
    for (const frame of [hello, ...replay.map(frameOf)]) socket.send(JSON.stringify(frame))
    for (const name of topicsOf(actor, channel, heardOn[channel])) socket.subscribe(name)
    return leave
  } catch (error) {
    leave()
    throw error
  }
}
