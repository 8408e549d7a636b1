import { log } from '../src/core/log'
import { codeOf, describe } from '../src/core/problem'
import { draftOf } from './draft'
import { type Unit, examine } from './examine'
import { type Device, deviceOf } from './keys'
import type { Layouts } from './layouts'
import { limits } from './limits'
import type { Reader } from './reader'
import { Refusal, unfit } from './refusals'
import { isContention, isOfData } from './sqlstate'
import { openStore } from './store'

interface Waiting {
  id: string
  device_id: string
  record: string
  features: string[] | null
}

interface Options {
  read: Reader['read']
  waitingTenants: Reader['waitingTenants']
  layouts: Layouts
  flushMs: number
}

/**
 * Examines refused records again where somebody asked for it. What can be stored now is stored, and its refusal removed, in one transaction; what
 * is refused again says so with the reason of today. Several ingestors may do the same at once: a record is stored once, however often it is sent.
 */
export function openReplay(databaseUrl: string, { read, waitingTenants, layouts, flushMs }: Options) {
  const store = openStore(databaseUrl, flushMs)
  const tenants = new Set<string>()
  let isWorking = false
  let isClosed = false
  let again: ReturnType<typeof setTimeout> | undefined

  function ask(tenant_id: string) {
    tenants.add(tenant_id)
    if (!isWorking) void work()
  }

  /** After a time in which requests may have gone unheard. */
  function askAll() {
    waitingTenants().then((found) => found.forEach(ask), tryLater)
  }

  function tryLater() {
    clearTimeout(again)
    if (!isClosed) again = setTimeout(askAll, limits.replayPauseMs)
  }

  async function work() {
    isWorking = true
    for (const tenant_id of tenants) {
      tenants.delete(tenant_id)
      try {
        while (!isClosed && (await replaySome(tenant_id)));
      } catch (error) {
        log.warn({ tenant_id, error: describe(error) }, 'refused records cannot be replayed just now')
        tryLater()
      }
    }
    isWorking = false
  }

  async function replaySome(tenant_id: string): Promise<boolean> {
    const [rows = []] = (await read([{ tenant_id, text: selectWaiting(tenant_id) }])) as unknown as Waiting[][]
    if (rows.length) await replay(tenant_id, rows)
    return rows.length > 0
  }

  async function replay(tenant_id: string, rows: Waiting[]) {
    const units = await Promise.all(rows.map((row) => unitOf(tenant_id, row)))
    let isStored = false
    try {
      await store.store(units, [])
      isStored = true
    } catch (error) {
      // Two transactions got in each other's way: that says nothing about the record.
      if (!isOfData(error) && (rows.length === 1 || !isContention(error))) throw error
      if (rows.length > 1) for (const row of rows) await replay(tenant_id, [row])
      else await store.store([refused(units[0]!.device, rows[0]!.id, unfit('The record cannot be stored as it is'))], [])
      log.warn({ tenant_id, code: codeOf(error) }, 'a refused record was replayed alone')
    } finally {
      for (const unit of units) if (unit.layouts.length) layouts.settle(unit, isStored)
    }
  }

  async function unitOf(tenant_id: string, { id, device_id, record, features }: Waiting): Promise<Unit> {
    const device = deviceOf({ tenant_id, device_id, key_id: '', key_hash: '', features })
    const unit = await examine({ count: 1, draft: () => draftOf(parse(record)), text: () => record }, device, layouts)
    const [refusal] = unit.rejected
    return { ...unit, rejected: [], settled: [{ id, error: refusal?.error, detail: refusal?.detail }] }
  }

  function close() {
    isClosed = true
    clearTimeout(again)
    store.close()
  }

  return { ask, askAll, close }
}

/** One record, as it was sent: what looks like several is none. */
function parse(record: string): unknown {
  try {
    return JSON.parse(record)
  } catch {
    throw new Refusal('malformed', 'The record is not JSON')
  }
}

const refused = (device: Device, id: string, { error, message }: Refusal): Unit => ({
  device,
  rows: Buffer.alloc(0),
  frames: 0,
  layouts: [],
  latest: 0,
  records: [],
  isHandled: false,
  rejected: [],
  bytes: 0,
  settled: [{ id, error, detail: message }],
})

/** Of devices that are still there. */
const selectWaiting = (tenant_id: string) =>
  `select id, device_id, record, (select features from licence where tenant_id = '${tenant_id}') as features from rejected_record r where tenant_id = '${tenant_id}' and replay_requested_at is not null and replayable
    and exists (select from device_key k where k.tenant_id = '${tenant_id}' and k.device_id = r.device_id)
    order by device_id, id limit ${limits.replayedAtOnce}`
