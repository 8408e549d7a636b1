import type { SpanContext } from '@opentelemetry/api'
import { Problem, codeOf } from '../src/core/problem'
import { currentSpan } from '../src/core/spans'
import type { Device } from './keys'
import type { Unit } from './examine'
import type { Layouts } from './layouts'
import { limits } from './limits'
import type { Meter } from './meter'
import type { Outage } from './outage'
import { openPresence } from './presence'
import { away, unknownKey } from './refusals'
import type { Spool } from './spool/spool'
import { encodeUnit } from './spool/unit'
import { isContention, isOfData } from './sqlstate'
import { openStore } from './store'
import { openTurns } from './turns'

interface Options {
  layouts: Layouts
  forgetKey: (hash: string) => void
  flushMs: number
  outage: Outage
  /** Takes what the database does not. */
  spool?: Spool
  meter: Meter
}

interface Waiting {
  unit: Unit
  /** Settled after COMMIT with the number of frames and records that were not there yet, or once all of them are in the spool. */
  stored: PromiseWithResolvers<number>
  /** Of the request, where it is traced. */
  span: SpanContext | undefined
}

const tenantOf = ({ unit }: Waiting) => unit.device.tenant_id
const bytesOf = ({ unit }: Waiting) => unit.bytes

/**
 * Group commit: what arrives while a batch is being written goes into the next one. Another connection helps where that one is late, or where half
 * of all that senders have under way waits: then one batch fills while the other is written. More and smaller ones would cost more than they
 * bring. Requests with rejected records are written alone, so that what they are told is counted exactly; the two kinds take turns, and within
 * each of them the tenants.
 */
export function openBatcher(databaseUrl: string, { layouts, forgetKey, flushMs, outage, spool, meter }: Options) {
  const together = openTurns<Waiting>(tenantOf, bytesOf)
  const alone = openTurns<Waiting>(tenantOf, bytesOf)
  const lanes = Array.from({ length: limits.lanes }, () => openStore(databaseUrl, flushMs))
  const idle = [...lanes]
  const presence = openPresence()
  /** Batches of several that are not late yet. */
  let onTime = 0
  let writtenBytes = 0
  /** The most that was being written and waited, of late. */
  let underWayBytes = 0
  let wasAlone = false

  function add(unit: Unit): Promise<number> {
    const waiting = { unit, stored: Promise.withResolvers<number>(), span: currentSpan() }
    if (spool && outage.isAway()) {
      void setAside(spool, waiting)
      return waiting.stored.promise
    }
    ;(unit.rejected.length ? alone : together).add(waiting)
    start()
    return waiting.stored.promise
  }

  type Lane = (typeof lanes)[number]

  function start() {
    if (together.isEmpty() && alone.isEmpty()) return
    const { least, most } = limits.secondBatchBytes
    const isWorthAnother = together.bytes() >= Math.min(Math.max(underWayBytes / 2, least), most)
    if (onTime > (isWorthAnother ? 1 : 0)) return
    const lane = idle.pop()
    if (lane) void work(lane)
  }

  async function work(lane: Lane) {
    let isOnTime = true
    onTime += 1
    const letOthers = () => {
      if (isOnTime) onTime -= 1
      isOnTime = false
      start()
    }
    const late = setTimeout(letOthers, limits.batchOnTimeMs)
    // What arrived in the same turn of the event loop goes together.
    await Promise.resolve()
    const batch = next()
    if (wasAlone) letOthers()
    const bytes = batch.reduce((sum, waiting) => sum + bytesOf(waiting), 0)
    writtenBytes += bytes
    underWayBytes = Math.max(underWayBytes * limits.underWayKept, writtenBytes + together.bytes())
    if (batch.length) await flush(lane, batch)
    writtenBytes -= bytes
    clearTimeout(late)
    idle.push(lane)
    letOthers()
  }

  function next(): Waiting[] {
    wasAlone = !alone.isEmpty() && (!wasAlone || together.isEmpty())
    return wasAlone ? alone.take(0) : together.take(limits.batchBytes)
  }

  async function flush(lane: Lane, batch: Waiting[]) {
    const begun = performance.now()
    try {
      // By device, so that two batches that bring the same frames wait for each other, never in a circle.
      batch.sort((a, b) => (a.unit.device.device_id < b.unit.device.device_id ? -1 : 1))
      const units = batch.map(({ unit }) => unit)
      const added = await store(lane, batch)
      meter.stored(units, added, (performance.now() - begun) / 1000)
      for (const { stored } of batch) stored.resolve(added)
      // With a spool it is the drain that finds out.
      if (!spool) outage.end()
    } catch (error) {
      meter.failed()
      // One of the units may be the reason.
      if (batch.length > 1 && (isOfData(error) || isContention(error))) for (const waiting of batch) await flush(lane, [waiting])
      else fail(batch, error)
    }
  }

  async function store(lane: Lane, batch: Waiting[]): Promise<number> {
    const units = batch.map(({ unit }) => unit)
    const seen = presence.due(units.map(({ device }) => device))
    let isStored = false
    try {
      const added = await lane.store(
        units,
        seen,
        batch.map(({ span }) => span),
      )
      isStored = true
      return added
    } finally {
      if (!isStored) presence.undo(seen)
      for (const unit of units) if (unit.layouts.length) layouts.settle(unit, isStored)
    }
  }

  function fail(batch: Waiting[], error: unknown) {
    const problem = problemOf(error, batch[0]!.unit.device)
    if (problem.status === 503) outage.begin(error)
    // A database that does not answer would not answer those behind it either.
    const hopeless = (error as { isLate?: boolean }).isLate ? [...together.takeAll(), ...alone.takeAll()] : []
    for (const { unit } of hopeless) layouts.settle(unit, false)
    for (const waiting of [...batch, ...hopeless]) {
      if (spool && problem.status === 503) void setAside(spool, waiting)
      else waiting.stored.reject(problem)
    }
  }

  /** Which of them the database has already is not known: all count as new. */
  async function setAside(into: Spool, { unit, stored }: Waiting) {
    try {
      await into.put(unit.device.tenant_id, encodeUnit(unit))
      meter.spooled(unit)
      stored.resolve(unit.frames + unit.records.length)
    } catch (error) {
      layouts.settle(unit, false)
      stored.reject(error)
    }
  }

  function problemOf(error: unknown, { key_hash }: Device): Problem {
    if (codeOf(error) === '23503') {
      // Only presence refers to anything: the device is gone, and its keys with it.
      forgetKey(key_hash)
      return unknownKey()
    }
    return isOfData(error) ? new Problem(422, 'invalid', 'The records cannot be stored as they are') : away()
  }

  return {
    add,
    queueBytes: () => together.bytes() + alone.bytes(),
    close: () => lanes.forEach((lane) => lane.close()),
  }
}
