import { SpanKind, type SpanContext } from '@opentelemetry/api'
import type { Client } from 'pg'
import { inSpan } from '../src/core/spans'
import { type Arrival, openArrivals } from './arrivals'
import { sendBound } from './bind'
import { within } from './connect'
import type { Unit } from './examine'
import type { Device } from './keys'
import { limits } from './limits'
import { away } from './refusals'
import { isOfConnection, isRepeated, isStillGood } from './sqlstate'
import {
  type Statement,
  addArrivals,
  addFrames,
  addPresence,
  addRecords,
  addRejected,
  keepLayouts,
  queueJobs,
  selectFrameType,
  settleReplays,
  useKeys,
} from './statements'
import { type Writer, openWriter } from './writer'

interface Connection extends Writer {
  arrivals: ReturnType<typeof openArrivals>
  frameType: Promise<number>
}

/** One connection that writes batches, one after the other. A connection that was lost, or did not answer in time, is never used again. */
export function openStore(databaseUrl: string, flushMs: number) {
  let connection: Connection | undefined
  /** Frames are taken to be new but for a while after some were not: who sends some again is about to send more of them. */
  let repeatsUntil = Number.NEGATIVE_INFINITY
  const mayRepeat = () => performance.now() < repeatsUntil

  function current() {
    if (connection && !connection.isLost && Date.now() - connection.openedAt < limits.connectionAgeMs) return connection
    discard()
    const writer = openWriter(databaseUrl)
    const frameType = writer.ready.then(prepare)
    frameType.catch(ignore)
    return (connection = Object.assign(writer, { arrivals: openArrivals(), frameType }))
  }

  function discard() {
    connection?.drop()
    connection = undefined
  }

  /**
   * Resolves after COMMIT with the number of frames and records that were not there yet. Whatever it rejects with, nothing may count as stored.
   * `from` are the spans of the requests that brought them.
   */
  function store(units: Unit[], seen: Device[], from: (SpanContext | undefined)[] = []): Promise<number> {
    const attributes = { 'db.system.name': 'postgresql', 'monozu.requests': units.length }
    return inSpan('batch', { kind: SpanKind.CLIENT, attributes, links: from }, () => storeNow(units, seen))
  }

  /** Where nothing was committed and it was not for the records, they are tried again: over a new connection, or as such that may be there already. */
  async function storeNow(units: Unit[], seen: Device[], isAgain = false): Promise<number> {
    try {
      return await tryToStore(units, seen)
    } catch (error) {
      if (isRepeated(error) && !mayRepeat()) {
        repeatsUntil = performance.now() + limits.repeatsMs
        return storeNow(units, seen, isAgain)
      }
      if (isAgain || !isOfConnection(error)) throw error
      return storeNow(units, seen, true)
    }
  }

  async function tryToStore(units: Unit[], seen: Device[]): Promise<number> {
    const used = current()
    let isReady = false
    const written = Promise.withResolvers<number>()
    used.frameType
      .then((type) => {
        isReady = true
        const arrivals = used.arrivals.due(units)
        return used.ready
          .then((client) => write(client, units, seen, arrivals, addFrames(units, type, mayRepeat())))
          .then((added) => {
            used.arrivals.note(arrivals)
            return added
          })
      })
      .then(written.resolve, written.reject)
    used.whenLost = () => written.reject(away())
    try {
      return await within(flushMs, written.promise, () => Object.assign(away(), { isLate: true }))
    } catch (error) {
      // One that could not be made ready would fail for as long as it lives, whatever the reason.
      if (!isReady || !isStillGood(error)) discard()
      throw error
    }
  }

  return { store, close: discard }
}

const ignore = () => {}

/** Off for the database as a whole would make an acknowledgement worth nothing; a stronger setting stays. */
const insist = `select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`

/** The type of what `addFrames` is given. */
async function prepare(client: Client): Promise<number> {
  const [, { rows }] = await Promise.all([client.query(insist), client.query<{ type: string }>(selectFrameType)])
  return Number(rows[0]!.type)
}

async function write(client: Client, units: Unit[], seen: Device[], arrivals: Arrival[], frames: Statement | undefined): Promise<number> {
  const statements = [
    keepLayouts(units),
    frames,
    addArrivals(arrivals),
    addRecords(units),
    addRejected(units),
    settleReplays(units),
    addPresence(seen),
    useKeys(seen),
    queueJobs(units),
  ].filter((statement) => statement !== undefined)
  const [first] = statements
  // One alone is a transaction by itself: its answer comes after COMMIT.
  if (first && statements.length === 1) return send(client, first)
  const begun = client.query('begin')
  const sent = statements.map((statement) => send(client, statement))
  // After a failure this ends the transaction all the same, and says so.
  const ended = client.query('commit')
  for (const one of [begun, ...sent]) one.catch(ignore)
  // Not before all of it was answered: what is prepared behind a failure is not, and the driver takes it as prepared until it has read that.
  const { command } = await ended
  const [, ...counts] = await Promise.all([begun, ...sent])
  if (command !== 'COMMIT') throw away()
  return counts.reduce((sum, count) => sum + count, 0)
}

/** How many rows it added that its senders are told of. Each text is parsed and planned once a connection, under a name of its own. */
async function send(client: Client, { text, value, isCounted }: Statement): Promise<number> {
  const name = nameOf(text)
  const count =
    typeof value === 'object'
      ? await sendBound(client, name, text, value)
      : (await client.query({ name, text, values: value === undefined ? [] : [value] })).rowCount
  return isCounted ? (count ?? 0) : 0
}

/** By what it says: where a pooler mixes sessions a name that is known there can mean nothing else. */
const nameOf = (text: string) => `s${Bun.hash(text).toString(36)}`
