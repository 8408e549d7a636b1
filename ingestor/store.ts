import { SpanKind, type SpanContext } from '@opentelemetry/api'
import type { Writable } from 'node:stream'
import { inSpan } from '../src/core/spans'
import { type Client, type Connection, connect, isOrderly, within } from './connect'
import type { Unit } from './examine'
import { copyOf } from './frames'
import type { Device } from './keys'
import { limits } from './limits'
import { away } from './refusals'
import {
  type Statement,
  addArrivals,
  addFrames,
  addLayouts,
  addPresence,
  addRecords,
  addRejected,
  copyFrames,
  makeTable,
  queueJobs,
  settleReplays,
  useKeys,
} from './statements'

/** One connection that writes batches, one after the other. A connection that was lost, or did not answer in time, is never used again. */
export function openStore(databaseUrl: string, flushMs: number) {
  let connection: (Connection & { ready: Promise<unknown> }) | undefined

  function current() {
    if (connection && !connection.isLost && Date.now() - connection.openedAt < limits.connectionAgeMs) return connection
    discard()
    const opened = connect(databaseUrl)
    return (connection = Object.assign(opened, { ready: opened.client.unsafe(prepare).execute() }))
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

  async function storeNow(units: Unit[], seen: Device[]): Promise<number> {
    const used = current()
    let isReady = false
    const written = Promise.withResolvers<number>()
    used.ready
      .then(() => (isReady = true))
      .then(() => write(used.client, units, seen))
      .then(written.resolve, written.reject)
    // The driver may leave what was under way unanswered for ever.
    used.whenLost = () => written.reject(away())
    try {
      return await within(flushMs, written.promise, () => Object.assign(away(), { isLate: true }))
    } catch (error) {
      // One that could not be made ready would fail for as long as it lives, however orderly it was told so.
      if (!isReady || !isOrderly(error)) discard()
      throw error
    }
  }

  return { store, close: discard }
}

/** Off for the database as a whole would make an acknowledgement worth nothing; a stronger setting stays. */
const prepare = `${makeTable}; select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`

const ignore = () => {}

async function write(client: Client, units: Unit[], seen: Device[]): Promise<number> {
  const begun = client.unsafe('begin').execute()
  const sent: Promise<{ count: number }>[] = []
  let isEnding = false
  begun.catch(ignore)
  function send({ text, value, isCounted }: Statement) {
    const result = client.unsafe(text, value === undefined ? [] : [value], { prepare: true }).execute()
    result.catch(ignore)
    sent.push(result.then(({ count }) => ({ count: isCounted ? count : 0 })))
    sent.at(-1)!.catch(ignore)
  }
  try {
    const layouts = addLayouts(units)
    if (layouts) send(layouts)
    const rows = units.filter(({ frames }) => frames > 0).map(({ rows }) => rows)
    if (rows.length) {
      await copy(client, copyOf(rows))
      send(addFrames)
      send(addArrivals)
    }
    for (const statement of [
      addRecords(units),
      addRejected(units),
      settleReplays(units),
      addPresence(seen),
      useKeys(seen),
      queueJobs(units),
    ])
      if (statement) send(statement)
    const committed = client.unsafe('commit').execute()
    isEnding = true
    committed.catch(ignore)
    const counts = await Promise.all(sent)
    const [{ command }] = await Promise.all([committed, begun])
    if (command !== 'COMMIT') throw away()
    return counts.reduce((sum, { count }) => sum + count, 0)
  } catch (error) {
    if (!isEnding) client.unsafe('rollback').catch(ignore)
    throw error
  }
}

/**
 * Resolves as soon as the data is on its way: the driver never ends a COPY that the server refuses (porsager/postgres#1173). The statement
 * that follows then fails in its place. The driver's stream is made harmless before anybody else sees it: destroyed, possibly long after, it
 * would tell the server that the COPY under way by then has failed, and an error before there is a listener would end the process. The driver
 * resolves a COPY twice, with its stream and then with its result: only the first is ours to touch, or the connection hangs.
 */
async function copy(client: Client, bytes: Buffer): Promise<void> {
  const query = client.unsafe(copyFrames)
  const hooked = query as unknown as { resolve: (stream: Writable) => void }
  const answer = hooked.resolve
  hooked.resolve = (stream) => {
    hooked.resolve = answer
    // oxlint-disable-next-line no-underscore-dangle
    stream._destroy = (error, done) => done(error)
    stream.on('error', ignore)
    answer(stream)
  }
  const stream = await query.writable()
  if (stream.destroyed) throw away()
  await new Promise<void>((resolve, reject) => {
    // oxlint-disable-next-line no-underscore-dangle
    const final = stream._final.bind(stream)
    // oxlint-disable-next-line no-underscore-dangle
    stream._final = (done) => {
      final(done)
      resolve()
    }
    stream.on('error', reject)
    stream.end(bytes)
  })
}
