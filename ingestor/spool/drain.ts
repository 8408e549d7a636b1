import { log } from '../../src/core/log'
import { describe } from '../../src/core/problem'
import type { Unit } from '../examine'
import type { Layouts } from '../layouts'
import { limits } from '../limits'
import type { Outage } from '../outage'
import type { Reader } from '../reader'
import { isContention, isOfData } from '../sqlstate'
import { openStore } from '../store'
import { isMeantFor } from './segments'
import { takeAbandoned } from './slot'
import { type Contents, type Spool, openSpool } from './spool'
import { decodeUnit } from './unit'

interface Options {
  spool: Spool
  /** The folder of all slots: what other processes left behind is stored too. */
  parent: string
  databaseUrl: string
  layouts: Layouts
  outage: Outage
  /** Asks the database; the installation that it is. */
  ping: () => Promise<string>
  read: Reader['read']
}

/**
 * Stores what is in the spool, oldest first, and finds out when the database is back. A file goes only after all of it was committed; records
 * have keys, so one that is stored a second time after a crash changes nothing. Presence is left out: it would tell a wrong time.
 */
export function openDrain({ spool, parent, databaseUrl, layouts, outage, ping, read }: Options) {
  const store = openStore(databaseUrl, limits.flushMs)
  let isOver = false
  let installation: string | undefined
  let wake = () => {}
  let lookedAt = Number.NEGATIVE_INFINITY
  let toldBytes = 0
  /** How many records of a file are stored, so that a short outage does not begin it anew. */
  const stored = new Map<string, number>()

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      wake = resolve
      setTimeout(resolve, ms).unref()
    })

  async function run() {
    while (!isOver) {
      try {
        installation = !installation || outage.isAway() ? await ping() : installation
        await drain(spool)
        tellOfForeign()
        outage.end()
        store.close()
        if (performance.now() - lookedAt > limits.abandonedMs) await adopt()
        if (spool.isEmpty() && !outage.isAway()) await pause(limits.abandonedMs)
      } catch (error) {
        if (isOver) return
        if (!outage.isAway()) log.error({ error: describe(error) }, 'the spool cannot be read or cleared')
        await pause(outage.isAway() ? limits.drainPauseMs : limits.abandonedMs)
      }
    }
  }

  function tellOfForeign() {
    const bytes = spool.foreignBytes()
    if (bytes > toldBytes)
      log.error({ bytes }, 'the spool holds records for the database of another installation: they stay until an ingestor of it comes')
    toldBytes = bytes
  }

  async function adopt() {
    lookedAt = performance.now()
    const known = installation!
    for (const slot of takeAbandoned(parent, (name) => isMeantFor(name, known))) {
      const left = openSpool(slot, 0, () => known)
      log.info({ bytes: left.bytes() }, 'what another process left in the spool is stored')
      await drain(left).finally(() => left.close())
    }
  }

  async function drain(from: Spool) {
    for (let contents = await from.oldest(); contents && !isOver; contents = await from.oldest()) {
      await storeAll(from, contents)
      await from.finish(contents)
      stored.delete(contents.segment.path)
    }
  }

  async function storeAll(from: Spool, { segment, payloads }: Contents) {
    for (let first = stored.get(segment.path) ?? 0; first < payloads.length && !isOver;) {
      const batch = batchOf(payloads, first)
      await storeBatch(from, batch)
      first += batch.length
      stored.set(segment.path, first)
      outage.end()
    }
    if (isOver) throw new Error('stopped')
  }

  async function storeBatch(from: Spool, payloads: Buffer[]) {
    try {
      const units = await withoutDeleted(payloads.map(unitOf))
      if (units.length) await store.store(units, [])
      settle(units)
    } catch (error) {
      const isRefused = isOfData(error) || error instanceof Illegible
      if (!isRefused && (payloads.length === 1 || !isContention(error))) {
        if (!isOver) outage.begin(error)
        throw error
      }
      if (payloads.length > 1) for (const payload of payloads) await storeBatch(from, [payload])
      else {
        log.error({ error: describe(error) }, 'the database refuses a record of the spool')
        await from.keepDamaged(Bun.hash(payloads[0]!).toString(36), payloads[0]!)
      }
    }
  }

  /** What was held back for a tenant that has been deleted since must not come back. */
  async function withoutDeleted(units: Unit[]): Promise<Unit[]> {
    const tenants = [...new Set(units.map(({ device }) => device.tenant_id))]
    const states = await read(tenants.map((tenant_id) => ({ tenant_id, text: `select status from tenant where id = '${tenant_id}'` })))
    const deleted = new Set(tenants.filter((_, index) => states[index]?.[0]?.status === 'deleted'))
    return units.filter(({ device }) => !deleted.has(device.tenant_id))
  }

  function settle(units: Unit[]) {
    for (const unit of units) if (unit.layouts.length) layouts.settle(unit, true)
  }

  outage.onBegin(() => wake())
  const running = run()

  return {
    wake: () => wake(),
    async close() {
      isOver = true
      wake()
      store.close()
      await running
    },
  }
}

/** What was written whole and yet is no unit, as another version may have it. Somebody has to look at it; the others need not wait. */
class Illegible extends Error {}

function unitOf(payload: Buffer): Unit {
  try {
    return decodeUnit(payload)
  } catch (error) {
    throw new Illegible('a record of the spool is no unit', { cause: error })
  }
}

function batchOf(payloads: Buffer[], first: number): Buffer[] {
  let bytes = 0
  const rest = payloads.slice(first)
  const fits = rest.findIndex(({ length }, index) => (bytes += length) > limits.batchBytes && index > 0)
  return fits < 0 ? rest : rest.slice(0, fits)
}
